import { exactlyThese, ottlString } from '../executable-names.ts';
import { hostMetricsReceiver, processMetricNames } from '../metric-set.ts';
import { Template } from '../template.ts';
import { listOf, numberOf, type TemplateDefinition, type TemplateWish } from '../template-definition.ts';

/** T3: a process is kept while it uses much CPU or memory, or because somebody said that it matters; all others go. */
export const topK: TemplateDefinition = {
  template: Template.parse({
    name: 'top-k',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    title: 'Only the busy ones',
    summary: 'Processes above a threshold of CPU or memory, and those that must always be visible.',
    documentation:
      'Each process is looked at in each scrape. It is kept while its CPU or its memory reaches the threshold, or when ' +
      'its executable is critical or pinned. A process that becomes busy appears with the next scrape. The threshold of ' +
      'CPU is a share of the whole node, not of one core. Young processes are not kept for being busy, so that builds and ' +
      'cron jobs do not create a series each; critical and pinned ones are kept from their first second.',
    lever: 'fewer processes',
    parameters: [
      {
        name: 'cpu_threshold_ratio',
        type: 'number',
        description: 'kept from this share of the CPU of the whole node; 0.01 is 1 % of all cores together',
        unit: 'share of the node',
        default: 0.01,
        minimum: 0.0001,
        maximum: 1,
      },
      {
        name: 'memory_threshold_bytes',
        type: 'integer',
        description: 'kept from this much resident memory',
        unit: 'bytes',
        default: 268_435_456,
        minimum: 1_048_576,
        maximum: 1_099_511_627_776,
      },
      {
        name: 'minimum_age_seconds',
        type: 'integer',
        description: 'younger processes are not kept for being busy; critical and pinned ones are',
        unit: 'seconds',
        default: 30,
        minimum: 0,
        maximum: 600,
      },
      {
        name: 'pinned_processes',
        type: 'string_list',
        description: 'executables that are always kept, beside the critical ones of the experiment',
        unit: null,
        default: [],
        minimum: null,
        maximum: null,
      },
    ],
    components: [
      { id: 'host_metrics', does: 'reads the node and its processes', stability: 'beta' },
      { id: 'memory_limiter', does: 'refuses data before memory runs out', stability: 'beta' },
      { id: 'transform', does: 'marks the processes to keep', stability: 'beta' },
      { id: 'filter', does: 'drops every process without a mark', stability: 'alpha' },
      { id: 'resource', does: 'removes the mark; stamps node and cluster', stability: 'beta' },
      { id: 'prometheus_remote_write', does: 'sends to the measurement store', stability: 'beta' },
    ],
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.cpu.utilization': 'summed' } },
  // summed: else the threshold would hold for user, system and wait time apart
  neededMetrics: { 'process.cpu.utilization': 'summed' },
  content: (wish) => ({
    settings: {
      receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
      processors: {
        'transform/flag': { error_mode: 'ignore', metric_statements: flags(wish) },
        'filter/topk': {
          error_mode: 'ignore',
          // a condition says what goes; without process.pid it is a metric of the node and stays
          metric_conditions: ['resource.attributes["process.pid"] != nil and resource.attributes["phx.keep"] == nil'],
        },
        'resource/unflag': { attributes: [{ key: 'phx.keep', action: 'delete' }] },
      },
      service: {
        pipelines: {
          metrics: {
            receivers: ['host_metrics'],
            processors: ['memory_limiter', 'transform/flag', 'filter/topk', 'resource/unflag', 'resource/stamp'],
            exporters: ['prometheus_remote_write'],
          },
        },
      },
    },
    explanation: [
      {
        component: 'host_metrics',
        sentence: `Every ${wish.collectionIntervalSeconds} s it reads ${wish.metricSet.scrapers.join(', ')} of the node, and of each process ${processMetricNames(wish.metricSet).join(', ')}.`,
      },
      {
        component: 'memory_limiter',
        sentence: 'Above 80 % of its memory limit it refuses data instead of being killed.',
      },
      { component: 'transform/flag', sentence: flagSentence(wish) },
      { component: 'filter/topk', sentence: 'Every process without a mark is dropped; metrics of the node stay.' },
      { component: 'resource/unflag', sentence: 'The mark is taken off again.' },
      { component: 'resource/stamp', sentence: 'Every series gets the names of its node and its cluster.' },
      {
        component: 'prometheus_remote_write',
        sentence: 'What is left goes to the measurement store, and nowhere else.',
      },
    ],
  }),
};

const flags = (wish: TemplateWish): readonly string[] => {
  const { cpu, memory, age, pinned } = thresholds(wish);
  const oldEnough = age === 0 ? '' : ` and Now() - datapoint.start_time >= Duration("${age}s")`;
  const keep = (mark: string, condition: string): string =>
    `set(resource.attributes["phx.keep"], "${mark}") where ${condition}`;
  return [
    keep('cpu', `metric.name == "process.cpu.utilization" and datapoint.value_double >= ${decimal(cpu)}${oldEnough}`),
    keep('mem', `metric.name == "process.memory.usage" and datapoint.value_int >= ${memory}${oldEnough}`),
    ...(pinned.length === 0
      ? []
      : [keep('pin', `IsMatch(resource.attributes["process.executable.name"], ${ottlString(exactlyThese(pinned))})`)]),
  ];
};

const flagSentence = (wish: TemplateWish): string => {
  const { cpu, memory, age, pinned } = thresholds(wish);
  const young = age === 0 ? '' : ` and is at least ${age} s old`;
  const always = pinned.length === 0 ? 'nothing is pinned' : `always marked: ${pinned.join(', ')}`;
  return `A process is marked when it uses at least ${percent(cpu)} of the node's CPU or ${mebibytes(memory)} MiB of memory${young}; ${always}.`;
};

const thresholds = ({ parameters, criticalProcesses }: TemplateWish) => ({
  cpu: numberOf(parameters, 'cpu_threshold_ratio'),
  memory: numberOf(parameters, 'memory_threshold_bytes'),
  age: numberOf(parameters, 'minimum_age_seconds'),
  pinned: [...new Set([...criticalProcesses, ...listOf(parameters, 'pinned_processes')])].sort(),
});

/** Never in the form 1e-7: OTTL reads decimals only, and an integer would be compared as one. */
const decimal = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : value.toFixed(6).replace(/0+$/, '');

const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;
const mebibytes = (bytes: number): number => Math.round((bytes / 1_048_576) * 10) / 10;
