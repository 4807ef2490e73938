import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import {
  listOf,
  numberOf,
  type TemplateDefinition,
  type TemplateWish,
  together,
  toMeasurementStore,
} from '../template-definition.ts';
import { keepMarked } from './keep-marked.ts';
import { cpuThreshold, memoryThreshold, names, whole } from './parameter-kinds.ts';
import { isBusy, isNamed, markAs, usesCpu, usesMemory } from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';

/** T3: a process is kept while it uses much CPU or memory, or because somebody said that it matters; all others go. */
export const topK: TemplateDefinition = {
  template: Template.parse({
    name: 'top-k',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'Only the busy ones',
    summary: 'Processes above a threshold of CPU or memory, and those that must always be visible.',
    documentation:
      'Each process is looked at in each scrape. It is kept while its CPU or its memory reaches the threshold, or when ' +
      'its executable is critical or pinned. A process that becomes busy appears with the next scrape. The threshold of ' +
      'CPU is a share of the whole node, not of one core. Young processes are not kept for being busy, so that builds and ' +
      'cron jobs do not create a series each; critical and pinned ones are kept from their first second.',
    keeps: 'Processes at or above a threshold, critical and pinned ones, and the node as a whole.',
    drops: 'Every other process, with all its metrics.',
    trap: 'It is a threshold and no number of processes: on a busy node many reach it, on a quiet one none, and who hovers around it has gaps.',
    lever: 'fewer processes',
    parameters: [
      cpuThreshold(0.01),
      memoryThreshold(268_435_456),
      whole('minimum_age_seconds', 'younger processes are not kept for being busy; critical and pinned ones are', {
        unit: 'seconds',
        default: 30,
        minimum: 0,
        maximum: 600,
      }),
      names('pinned_processes', 'executables that are always kept, beside the critical ones of the experiment'),
    ],
    components: components({
      host_metrics: 'reads the node and its processes',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'marks the processes to keep',
      filter: 'drops every process without a mark',
      resource: 'removes the mark; stamps node and cluster',
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.cpu.utilization': 'summed' } },
  // summed: else the threshold would hold for user, system and wait time apart
  neededMetrics: { 'process.cpu.utilization': 'summed' },
  content: (wish) => {
    const kept = keepMarked({
      filter: 'filter/topk',
      statements: flags(wish),
      says: {
        marked: flagSentence(wish),
        dropped: 'Every process without a mark is dropped; metrics of the node stay.',
      },
    });
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
        processors: kept.processors,
        service: { pipelines: { metrics: toMeasurementStore(['host_metrics'], kept.ids) } },
      },
      says: { host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds), ...kept.says },
    };
  },
};

const flags = (wish: TemplateWish): readonly string[] => {
  const { cpu, memory, age, pinned } = thresholds(wish);
  const oldEnough = age === 0 ? '' : ` and Now() - datapoint.start_time >= Duration("${age}s")`;
  return [
    markAs('cpu', `${usesCpu(cpu)}${oldEnough}`),
    markAs('mem', `${usesMemory(memory)}${oldEnough}`),
    ...(pinned.length === 0 ? [] : [markAs('pin', isNamed(pinned))]),
  ];
};

const flagSentence = (wish: TemplateWish): string => {
  const { cpu, memory, age, pinned } = thresholds(wish);
  const young = age === 0 ? '' : ` and is at least ${age} s old`;
  const always = pinned.length === 0 ? 'nothing is pinned' : `always marked: ${pinned.join(', ')}`;
  return `A process is marked when ${isBusy(cpu, memory)}${young}; ${always}.`;
};

const thresholds = (wish: TemplateWish) => ({
  cpu: numberOf(wish, 'cpu_threshold_ratio'),
  memory: numberOf(wish, 'memory_threshold_bytes'),
  age: numberOf(wish, 'minimum_age_seconds'),
  pinned: together(wish.criticalProcesses, listOf(wish, 'pinned_processes')),
});
