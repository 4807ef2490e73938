import { exactlyThese } from '../executable-names.ts';
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
import { cpuThreshold, memoryThreshold, names } from './parameter-kinds.ts';
import {
  IS_NOT_MARKED,
  IS_PROCESS,
  isNamed,
  markAs,
  mebibytes,
  percent,
  someNames,
  UNMARK,
  usesCpu,
  usesMemory,
} from './process-conditions.ts';
import { slowFactor, slowFaults, slowIntervalSeconds } from './slower-reading.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES, IMPORTANT_EXECUTABLES } from './well-known-executables.ts';

/** T2 and T5: who is critical is read often, who is important or busy more rarely, who is neither not at all. */
export const intelligent: TemplateDefinition = {
  template: Template.parse({
    name: 'intelligent',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: true,
    title: 'By rank and by load',
    summary: 'Critical processes often, important and busy ones more rarely, idle ones not at all.',
    documentation:
      'Three tiers with two levers. Critical processes are read at the collection interval and keep every metric. Important ' +
      'ones are kept always, and any other process while it is busy; these are read more rarely. It saves processes where ' +
      'series are billed and points where points are.',
    keeps: 'Critical processes at full speed; important and busy ones, and the node, at a fraction of it.',
    drops: 'Idle processes that are on no list; points in between of all others.',
    trap: 'A process that is busy for less than a slow interval may never be seen.',
    lever: 'fewer processes, slower interval',
    parameters: [
      names('critical_processes', 'executables that are read at the collection interval', CRITICAL_EXECUTABLES),
      names('important_processes', 'executables that are kept always, at the slow interval', IMPORTANT_EXECUTABLES),
      cpuThreshold(0.02),
      memoryThreshold(104_857_600),
      slowFactor(2),
    ],
    components: components({
      host_metrics: 'reads critical processes and all others, each at its own interval',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'marks the important and the busy',
      filter: 'drops every process without a mark',
      resource: 'removes the mark; stamps node and cluster',
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.cpu.utilization': 'summed' } },
  neededMetrics: { 'process.cpu.utilization': 'summed' },
  faults: slowFaults,
  content: (wish) => {
    const { metricSet, collectionIntervalSeconds } = wish;
    const { critical } = tiers(wish);
    const slow = slowIntervalSeconds(wish);
    const fast = critical.length > 0;
    const ofNode = { ...metricSet, scrapers: [] };
    return {
      settings: {
        receivers: {
          ...(fast
            ? {
                'host_metrics/critical': hostMetricsReceiver(ofNode, collectionIntervalSeconds, {
                  include: exactlyThese(critical),
                }),
              }
            : {}),
          'host_metrics/rest': hostMetricsReceiver(metricSet, slow, fast ? { exclude: exactlyThese(critical) } : {}),
        },
        processors: {
          'transform/flag': { error_mode: 'ignore', metric_statements: marks(wish) },
          'filter/idle': { error_mode: 'ignore', metric_conditions: [`${IS_PROCESS} and ${IS_NOT_MARKED}`] },
          'resource/unflag': UNMARK,
        },
        service: {
          pipelines: {
            ...(fast ? { 'metrics/critical': toMeasurementStore(['host_metrics/critical'], []) } : {}),
            'metrics/rest': toMeasurementStore(
              ['host_metrics/rest'],
              ['transform/flag', 'filter/idle', 'resource/unflag'],
            ),
          },
        },
      },
      says: {
        'host_metrics/critical': `Of ${someNames(critical)}: ${readingSentence(ofNode, collectionIntervalSeconds)}`,
        'host_metrics/rest': `Of all others: ${readingSentence(metricSet, slow)}`,
        'transform/flag': markSentence(wish),
        'filter/idle': 'Every process without a mark goes; metrics of the node stay.',
        'resource/unflag': 'The mark is taken off again.',
      },
      slowestIntervalSeconds: slow,
    };
  },
};

const tiers = (wish: TemplateWish) => {
  const critical = together(wish.criticalProcesses, listOf(wish, 'critical_processes'));
  const important = together(listOf(wish, 'important_processes')).filter((name) => !critical.includes(name));
  return { critical, important };
};

const marks = (wish: TemplateWish): readonly string[] => {
  const { important } = tiers(wish);
  return [
    markAs('cpu', usesCpu(numberOf(wish, 'cpu_threshold_ratio'))),
    markAs('mem', usesMemory(numberOf(wish, 'memory_threshold_bytes'))),
    ...(important.length === 0 ? [] : [markAs('pin', isNamed(important))]),
  ];
};

const markSentence = (wish: TemplateWish): string => {
  const { important } = tiers(wish);
  const always = important.length === 0 ? 'nothing is always marked' : `always marked: ${someNames(important)}`;
  return `A process is marked when it uses at least ${percent(numberOf(wish, 'cpu_threshold_ratio'))} of the node's CPU or ${mebibytes(numberOf(wish, 'memory_threshold_bytes'))} of memory; ${always}.`;
};
