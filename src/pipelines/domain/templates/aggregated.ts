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
import { components, FRAME_DOES } from './template-components.ts';

/** T4: processes of one executable and owner become one, with counters that stay right when a process ends. */
export const aggregated: TemplateDefinition = {
  template: Template.parse({
    name: 'aggregated',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'One per program',
    summary: 'Processes of the same executable and owner are summed; ids of processes go.',
    documentation:
      'The number of series follows the number of different programs and no longer the number of processes, so builds, ' +
      'cron jobs and restarts cost nothing. Counters are turned into what changed per process, summed, and counted up ' +
      'again: the end of a process is no reset. Counters of a group begin near zero with the collector, so compare their ' +
      'rates with those of the baseline, never their values. With named_processes only those keep their name, and all ' +
      'others become one group called "other".',
    keeps: 'Totals: every process counts in its group. CPU state and disk direction stay apart.',
    drops: 'Which of several processes of one program it was: id, parent, path, command.',
    trap: 'Summed memory counts pages that processes share once for each. Its points have the time at which they left the collector, some milliseconds after the scrape.',
    lever: 'merged processes',
    parameters: [
      flag('group_by_owner', 'the same executable under two owners is two groups', true),
      names('named_processes', 'only these keep their name, all others are summed as "other"; empty: all keep it'),
      names('individual_processes', 'these are not summed: one by one, each with its id'),
      flag(
        'count_new_processes',
        'what a process did before it was first seen counts: nearer to the truth, and above the rates of a baseline',
        false,
      ),
    ],
    components: components({
      host_metrics: 'reads the node and its processes',
      memory_limiter: FRAME_DOES.memory_limiter,
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
  content: (wish) => {
    const grouping = groupingOf(wish);
    return {
      settings: {
        receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
        processors: aggregatingProcessors(grouping),
        service: { pipelines: { metrics: toMeasurementStore(['host_metrics'], AGGREGATING) } },
      },
      says: {
        host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds),
        ...aggregatingSays(grouping),
      },
    };
  },
};

const groupingOf = (wish: TemplateWish): Grouping => {
  const named = listOf(wish, 'named_processes');
  return {
    collectionIntervalSeconds: wish.collectionIntervalSeconds,
    individual: together(listOf(wish, 'individual_processes')),
    // critical ones must be found by their name
    named: named.length === 0 ? undefined : together(named, wish.criticalProcesses),
    byOwner: flagOf(wish, 'group_by_owner'),
    countsNew: flagOf(wish, 'count_new_processes'),
  };
};
