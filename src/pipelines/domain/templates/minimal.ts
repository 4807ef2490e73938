import { hostMetricsReceiver, type Reading, readingSentence } from '../metric-set.ts';
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
import { cpuThreshold, memoryThreshold, names } from './parameter-kinds.ts';
import { alwaysMarked, isBusy, isNamed, markAs, someNames, usesCpu, usesMemory } from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES, RUNTIME_EXECUTABLES } from './well-known-executables.ts';

const LESS: Reading = {
  processMetrics: { 'process.cpu.time': 'off', 'process.disk.io': 'off', 'process.memory.virtual': 'off' },
  withoutAttributes: ['process.command', 'process.executable.path', 'process.parent_pid'],
};

/** T2 and T6: as little as still tells which programs are busy. */
export const minimal: TemplateDefinition = {
  template: Template.parse({
    name: 'minimal',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: true,
    title: 'As little as possible',
    summary: 'CPU and memory of listed processes while they are busy; two series each.',
    documentation:
      'For nodes where only the question matters which known program eats CPU or memory. Two metrics per process, few ' +
      'labels, and only for executables on the list, while they reach a threshold. Critical processes of the experiment ' +
      'are shown always. Compared with a baseline, that one keeps the metrics that are not read here: not reading them is ' +
      'part of the saving.',
    keeps: 'Share of the CPU and memory of listed processes that are busy, and of critical ones always.',
    drops: 'Everything else of processes: counters of CPU and disk, virtual memory, labels, and whoever is not listed.',
    trap: 'Without counters no rate can be computed afterwards: what happened between two scrapes is gone.',
    lever: 'fewer processes, metrics and labels',
    parameters: [
      names('allowed_processes', 'executables that are shown while they are busy', [
        ...CRITICAL_EXECUTABLES,
        ...RUNTIME_EXECUTABLES,
      ]),
      cpuThreshold(0.02),
      memoryThreshold(20_971_520),
    ],
    components: components({
      host_metrics: 'reads two metrics of each process',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'marks the processes to keep',
      filter: 'drops every process without a mark',
      resource: 'removes the mark; stamps node and cluster',
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.cpu.utilization': 'summed' } },
  neededMetrics: { 'process.cpu.utilization': 'summed' },
  faults: (wish) =>
    wish.criticalProcesses.length + listOf(wish, 'allowed_processes').length > 0
      ? []
      : [{ parameter: 'allowed_processes', message: 'it is empty, so no process would be kept' }],
  content: (wish) => {
    const kept = keepMarked({
      filter: 'filter/unlisted',
      statements: marks(wish),
      says: { marked: markSentence(wish), dropped: 'Every process without a mark goes; metrics of the node stay.' },
    });
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds, LESS) },
        processors: kept.processors,
        service: { pipelines: { metrics: toMeasurementStore(['host_metrics'], kept.ids) } },
      },
      says: { host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds, LESS), ...kept.says },
    };
  },
};

const marks = (wish: TemplateWish): readonly string[] => {
  const allowed = together(listOf(wish, 'allowed_processes'));
  const { criticalProcesses: critical } = wish;
  return [
    ...(allowed.length === 0
      ? []
      : [
          markAs('cpu', `${usesCpu(numberOf(wish, 'cpu_threshold_ratio'))} and ${isNamed(allowed)}`),
          markAs('mem', `${usesMemory(numberOf(wish, 'memory_threshold_bytes'))} and ${isNamed(allowed)}`),
        ]),
    ...(critical.length === 0 ? [] : [markAs('pin', isNamed(critical))]),
  ];
};

const markSentence = (wish: TemplateWish): string => {
  const allowed = together(listOf(wish, 'allowed_processes'));
  const busy =
    allowed.length === 0
      ? 'No process is marked for being busy'
      : `A process named ${someNames(allowed)} is marked when ${isBusy(numberOf(wish, 'cpu_threshold_ratio'), numberOf(wish, 'memory_threshold_bytes'))}`;
  return `${busy}; ${alwaysMarked(together(wish.criticalProcesses))}.`;
};
