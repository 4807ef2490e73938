import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import {
  listOf,
  numberOf,
  type TemplateDefinition,
  type TemplateWish,
  textOf,
  together,
  toMeasurementStore,
} from '../template-definition.ts';
import { keepMarked } from './keep-marked.ts';
import { cpuThreshold, memoryThreshold, names, oneOf } from './parameter-kinds.ts';
import {
  alwaysMarked,
  IS_PROCESS,
  isBusy,
  isMetric,
  isNamed,
  MARK,
  markAs,
  percent,
  usesCpu,
  usesMemory,
} from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES } from './well-known-executables.ts';

/** By how much thresholds are raised at a level of load; null: nothing is kept for being busy. */
const RAISED_BY = { calm: 1, busy: 1.5, overloaded: 2, emergency: null } as const satisfies Record<
  string,
  number | null
>;
type Level = keyof typeof RAISED_BY;

/** T3 with thresholds that follow the load of the node: who decides the level makes a new revision. */
export const adaptive: TemplateDefinition = {
  template: Template.parse({
    name: 'adaptive',
    version: '1.0.0',
    kind: 'adaptive',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'Only the busy ones, by load',
    summary: 'Thresholds of CPU and memory that rise with the load of the node; the list always stays.',
    documentation:
      'Critical processes keep every metric. All others are kept while they are busy, without virtual memory and disk. ' +
      'What counts as busy depends on the level: calm takes the thresholds as they are, busy raises them by half, ' +
      'overloaded doubles them, and in an emergency only the list is kept. A collector cannot see its own node as a whole ' +
      'while it looks at a process, so the level is a parameter: a person or a control loop changes it, and each change is ' +
      'a new revision. A process that becomes busy appears with the next scrape, not with the next change of level.',
    keeps: 'Critical processes whole; busy ones with CPU, memory and threads; the node as a whole.',
    drops: 'Idle processes; virtual memory and disk of busy ones.',
    trap: 'A change of level is a rollout: for some scrapes nothing is read, and the counters of the collector begin anew.',
    lever: 'fewer processes and metrics',
    parameters: [
      oneOf('load_level', 'how loaded the nodes are; raises the thresholds', Object.keys(RAISED_BY), 'calm'),
      cpuThreshold(0.01),
      memoryThreshold(52_428_800),
      names('critical_processes', 'executables that are always kept, with every metric', CRITICAL_EXECUTABLES),
    ],
    components: components({
      host_metrics: 'reads the node and its processes',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'marks the processes to keep',
      filter: 'drops every process without a mark, and two metrics of the busy ones',
      resource: 'removes the mark; stamps node and cluster',
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: {
    scrapers: ['cpu', 'memory'],
    processMetrics: { 'process.cpu.utilization': 'summed', 'process.threads': 'each-state' },
  },
  neededMetrics: { 'process.cpu.utilization': 'summed' },
  faults: (wish) => {
    const { cpu, critical, level } = linesOf(wish);
    return [
      ...(cpu === null && critical.length === 0
        ? [{ parameter: 'critical_processes', message: 'in an emergency only the list is kept, and it is empty' }]
        : []),
      ...(cpu !== null && cpu > 1
        ? [
            {
              parameter: 'cpu_threshold_ratio',
              message: `at the level ${level} the threshold is ${percent(cpu)} of the node, which no process reaches; take at most ${1 / (RAISED_BY[level] ?? 1)}`,
            },
          ]
        : []),
    ];
  },
  content: (wish) => {
    const kept = keepMarked({
      filter: 'filter/idle',
      statements: marks(wish),
      conditions: [
        `${IS_PROCESS} and resource.attributes["${MARK}"] != "pin" and ${isMetric(['memory.virtual', 'disk.io'])}`,
      ],
      says: {
        marked: markSentence(wish),
        dropped: 'Every process without a mark goes; those that are only busy lose virtual memory and disk.',
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

const linesOf = (wish: TemplateWish) => {
  const level = textOf(wish, 'load_level') as Level;
  const raised = RAISED_BY[level];
  return {
    level,
    cpu: raised === null ? null : numberOf(wish, 'cpu_threshold_ratio') * raised,
    memory: raised === null ? null : Math.round(numberOf(wish, 'memory_threshold_bytes') * raised),
    critical: together(wish.criticalProcesses, listOf(wish, 'critical_processes')),
  };
};

/** The pin comes last, so that who is critical and busy is critical. */
const marks = (wish: TemplateWish): readonly string[] => {
  const { cpu, memory, critical } = linesOf(wish);
  return [
    ...(cpu === null ? [] : [markAs('cpu', usesCpu(cpu))]),
    ...(memory === null ? [] : [markAs('mem', usesMemory(memory))]),
    ...(critical.length === 0 ? [] : [markAs('pin', isNamed(critical))]),
  ];
};

const markSentence = (wish: TemplateWish): string => {
  const { level, cpu, memory, critical } = linesOf(wish);
  const busy =
    cpu === null || memory === null
      ? `In an emergency no process is marked for being busy`
      : `At the level ${level} a process is marked when ${isBusy(cpu, memory)}`;
  return `${busy}; ${alwaysMarked(critical)}.`;
};
