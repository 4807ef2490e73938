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
import { alwaysMarked, isBusy, isNamed, markAs, usesCpu, usesMemory } from './process-conditions.ts';
import { readInClasses, slowFactor, slowFaults, slowIntervalSeconds } from './slower-reading.ts';
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
    const classes = readInClasses(wish, tiers(wish).critical);
    const kept = keepMarked({
      filter: 'filter/idle',
      statements: marks(wish),
      says: { marked: markSentence(wish), dropped: 'Every process without a mark goes; metrics of the node stay.' },
    });
    return {
      settings: {
        receivers: classes.receivers,
        processors: kept.processors,
        service: {
          pipelines: {
            ...(classes.fast.length > 0 ? { 'metrics/critical': toMeasurementStore(classes.fast, []) } : {}),
            'metrics/rest': toMeasurementStore(classes.slow, kept.ids),
          },
        },
      },
      says: { ...classes.says, ...kept.says },
      slowestIntervalSeconds: slowIntervalSeconds(wish),
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
  const busy = isBusy(numberOf(wish, 'cpu_threshold_ratio'), numberOf(wish, 'memory_threshold_bytes'));
  return `A process is marked when ${busy}; ${alwaysMarked(important)}.`;
};
