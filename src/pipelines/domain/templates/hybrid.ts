import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import {
  flagOf,
  listOf,
  type TemplateDefinition,
  type TemplateWish,
  together,
  toMeasurementStore,
} from '../template-definition.ts';
import { AGGREGATING, aggregatingProcessors, aggregatingSays, type Grouping } from './aggregation.ts';
import { flag, names } from './parameter-kinds.ts';
import { IS_PROCESS, isNamed, someNames } from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES, IMPORTANT_EXECUTABLES, RUNTIME_EXECUTABLES } from './well-known-executables.ts';

/** T2 and T4: critical processes one by one, important ones by program, all others as one sum or not at all. */
export const hybrid: TemplateDefinition = {
  template: Template.parse({
    name: 'hybrid',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'The list one by one, the rest summed',
    summary: 'Critical processes apart, important ones per program, everything else as one sum.',
    documentation:
      'Three ways for three tiers: critical processes keep their series each; important ones are summed by executable ' +
      'and owner; what is in neither is summed under the name "other", so that totals of the node stay complete, or ' +
      'dropped if sum_others is false. Sums are made as in the template aggregated.',
    keeps: 'Each critical process; every important program; the total of all others.',
    drops: 'Who the others were; and their total, if sum_others is false.',
    trap: 'Summed memory counts shared pages once for each process, and counters of all groups, critical ones too, begin near zero with the collector.',
    lever: 'fewer and merged processes',
    parameters: [
      names('critical_processes', 'executables that stay one by one', CRITICAL_EXECUTABLES),
      names('important_processes', 'executables that are summed under their own name', [
        ...IMPORTANT_EXECUTABLES,
        ...RUNTIME_EXECUTABLES,
      ]),
      flag('sum_others', 'all others are summed as "other"; false: they are dropped', true),
    ],
    components: components({
      host_metrics: 'reads the node and its processes',
      memory_limiter: FRAME_DOES.memory_limiter,
      filter: 'drops the others, where they are not summed',
      cumulative_to_delta: 'turns counters into what changed, per process',
      transform: 'takes the identity away; sums what has become equal',
      groupbyattrs: 'puts equal resources together',
      delta_to_cumulative: 'counts up again',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: { 'process.threads': 'each-state' } },
  neededMetrics: {},
  faults: (wish) =>
    flagOf(wish, 'sum_others') || listed(wish).length > 0
      ? []
      : [{ parameter: 'sum_others', message: 'both lists are empty and others are dropped: no process would be left' }],
  content: (wish) => {
    const grouping = groupingOf(wish);
    const isDropping = !flagOf(wish, 'sum_others');
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
        processors: {
          ...(isDropping
            ? {
                'filter/others': {
                  error_mode: 'ignore',
                  metric_conditions: [`${IS_PROCESS} and not ${isNamed(listed(wish))}`],
                },
              }
            : {}),
          ...aggregatingProcessors(grouping),
        },
        service: {
          pipelines: {
            metrics: toMeasurementStore(['host_metrics'], isDropping ? ['filter/others', ...AGGREGATING] : AGGREGATING),
          },
        },
      },
      says: {
        host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds),
        ...(isDropping ? { 'filter/others': `Every process goes that is not named ${someNames(listed(wish))}.` } : {}),
        ...aggregatingSays(grouping),
      },
    };
  },
};

const critical = (wish: TemplateWish): readonly string[] =>
  together(wish.criticalProcesses, listOf(wish, 'critical_processes'));

const listed = (wish: TemplateWish): readonly string[] => together(critical(wish), listOf(wish, 'important_processes'));

const groupingOf = (wish: TemplateWish): Grouping => ({
  collectionIntervalSeconds: wish.collectionIntervalSeconds,
  individual: critical(wish),
  named: flagOf(wish, 'sum_others') ? listed(wish) : undefined,
  byOwner: true,
  countsNew: false,
});
