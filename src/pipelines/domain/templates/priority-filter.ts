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
import { names, whole } from './parameter-kinds.ts';
import {
  IS_NOT_MARKED,
  IS_PROCESS,
  isMetric,
  isNamed,
  markAs,
  mebibytes,
  someNames,
  UNMARK,
  usesMemory,
} from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES, IMPORTANT_EXECUTABLES, RUNTIME_EXECUTABLES } from './well-known-executables.ts';

/** T2: a list of names decides what stays: critical ones whole, important ones with less, runtimes while they are big. */
export const priorityFilter: TemplateDefinition = {
  template: Template.parse({
    name: 'priority-filter',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'Only those on the list',
    summary: 'Processes by name in three tiers; what is in none of them goes.',
    documentation:
      'Names are those of executables as the kernel has them, in full: postgres matches postgres and not postgres_exporter. ' +
      'Critical processes keep every metric. Important ones lose virtual memory and disk. Runtimes (java, python3) say ' +
      'little by their name, so they are kept while they use much memory. The critical processes of the experiment are ' +
      'critical here, too.',
    keeps:
      'Critical processes whole, important ones without virtual memory and disk, runtimes above a size, and the node as a whole.',
    drops: 'Every process that is in no tier, whatever it uses.',
    trap: 'What is not on the list is invisible, also when it takes the whole node: beside a new program nobody thought of, choose top-k.',
    lever: 'fewer processes',
    parameters: [
      names('critical_processes', 'executables that keep every metric', CRITICAL_EXECUTABLES),
      names('important_processes', 'executables that lose virtual memory and disk', IMPORTANT_EXECUTABLES),
      names(
        'runtime_processes',
        'executables that are kept while they use at least runtime_memory_bytes',
        RUNTIME_EXECUTABLES,
      ),
      whole('runtime_memory_bytes', 'from this much resident memory a runtime is kept', {
        unit: 'bytes',
        default: 104_857_600,
        minimum: 1_048_576,
        maximum: 1_099_511_627_776,
      }),
    ],
    components: components({
      host_metrics: 'reads the node and its processes',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'marks runtimes that use much memory',
      filter: 'drops what is in no tier, and two metrics of the important tier',
      resource: 'removes the mark; stamps node and cluster',
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory', 'disk'], processMetrics: {} },
  neededMetrics: {},
  faults: (wish) => {
    const { critical, important, runtimes } = tiers(wish);
    return critical.length + important.length + runtimes.length > 0
      ? []
      : [{ parameter: 'critical_processes', message: 'all tiers are empty, so no process would be kept' }];
  },
  content: (wish) => {
    const { runtimes } = tiers(wish);
    const isMarking = runtimes.length > 0;
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
        processors: {
          ...(isMarking
            ? {
                'transform/flag': { error_mode: 'ignore', metric_statements: [marking(wish)] },
                'resource/unflag': UNMARK,
              }
            : {}),
          'filter/priority': { error_mode: 'ignore', metric_conditions: dropped(wish) },
        },
        service: {
          pipelines: {
            metrics: toMeasurementStore(
              ['host_metrics'],
              isMarking ? ['transform/flag', 'filter/priority', 'resource/unflag'] : ['filter/priority'],
            ),
          },
        },
      },
      says: {
        host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds),
        ...(isMarking
          ? {
              'transform/flag': `A process named ${someNames(runtimes)} is marked while it uses at least ${mebibytes(numberOf(wish, 'runtime_memory_bytes'))} of memory.`,
              'resource/unflag': 'The mark is taken off again.',
            }
          : {}),
        'filter/priority': filterSentence(wish),
      },
    };
  },
};

/** Who stands in two tiers has the better one. */
const tiers = (wish: TemplateWish) => {
  const critical = together(wish.criticalProcesses, listOf(wish, 'critical_processes'));
  const important = together(listOf(wish, 'important_processes')).filter((name) => !critical.includes(name));
  const runtimes = together(listOf(wish, 'runtime_processes')).filter(
    (name) => !critical.includes(name) && !important.includes(name),
  );
  return { critical, important, runtimes };
};

const marking = (wish: TemplateWish): string =>
  markAs('mem', `${usesMemory(numberOf(wish, 'runtime_memory_bytes'))} and ${isNamed(tiers(wish).runtimes)}`);

const dropped = (wish: TemplateWish): readonly string[] => {
  const { critical, important, runtimes } = tiers(wish);
  const listed = together(critical, important);
  return [
    [
      IS_PROCESS,
      ...(listed.length === 0 ? [] : [`not ${isNamed(listed)}`]),
      ...(runtimes.length === 0 ? [] : [IS_NOT_MARKED]),
    ].join(' and '),
    ...(important.length === 0 ? [] : [`${isNamed(important)} and ${isMetric(['memory.virtual', 'disk.io'])}`]),
  ];
};

const filterSentence = (wish: TemplateWish): string => {
  const { critical, important, runtimes } = tiers(wish);
  const whole = critical.length === 0 ? 'nothing is kept whole' : `kept whole: ${someNames(critical)}`;
  const less = important.length === 0 ? '' : `; without virtual memory and disk: ${someNames(important)}`;
  const marked = runtimes.length === 0 ? '' : '; and what is marked';
  return `Every process goes that is in no tier; ${whole}${less}${marked}.`;
};
