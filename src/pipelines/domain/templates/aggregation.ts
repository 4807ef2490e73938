import { ottlString } from '../executable-names.ts';
import type { Settings } from '../settings-tree.ts';
import { IS_PROCESS, isNamed, someNames } from './process-conditions.ts';

/** How processes are put together. */
export interface Grouping {
  readonly collectionIntervalSeconds: number;
  /** these stay one by one, each under its own id */
  readonly individual: readonly string[];
  /** these keep their name; undefined: all do, else what is not named becomes one group called `other` */
  readonly named: readonly string[] | undefined;
  readonly byOwner: boolean;
  /** what a process did before it was seen for the second time counts as well */
  readonly countsNew: boolean;
}

/** The name of the group of what nobody named. */
export const OTHERS = 'other';

/** Ids of the processors in the order that makes the sums right. */
export const AGGREGATING = [
  'cumulative_to_delta',
  'transform/identity',
  'groupbyattrs',
  'transform/sum',
  'transform/time',
  'delta_to_cumulative',
] as const;

/**
 * Sums over processes whose counters never fall: to what changed *per process*, then identity is reduced and times are taken
 * away, equal resources become one, their points are summed, and the sums are counted up again. Summed as counters, the end
 * of one process would look like a reset of the group.
 *
 * Points are summed only if their times are equal, and each process is read some microseconds after the one before. Cut to
 * the interval, the times of a scrape that falls on its edge would come apart; so during the sum there is no time, and
 * behind it the present. A batch is a scrape: nothing may stand between receiver and sum that puts two together.
 */
export const aggregatingProcessors = (grouping: Grouping): Settings => ({
  cumulative_to_delta: {
    include: { match_type: 'strict', metrics: ['process.cpu.time', 'process.disk.io'] },
    // drop: as rate() over the series of each process would have it; auto: from the begin of the process on
    initial_value: grouping.countsNew ? 'auto' : 'drop',
    max_staleness: `${Math.max(600, 5 * grouping.collectionIntervalSeconds)}s`,
  },
  'transform/identity': { error_mode: 'ignore', metric_statements: identity(grouping) },
  groupbyattrs: {},
  'transform/sum': {
    error_mode: 'ignore',
    metric_statements: [`aggregate_on_attributes("sum", ["state", "direction"]) where ${OF_PROCESS}`],
  },
  'transform/time': {
    error_mode: 'ignore',
    metric_statements: [
      `set(datapoint.start_time, Now() - Duration("${grouping.collectionIntervalSeconds}s")) where ${OF_PROCESS}`,
      `set(datapoint.time, Now()) where ${OF_PROCESS}`,
    ],
  },
  delta_to_cumulative: { max_stale: `${Math.max(900, 5 * grouping.collectionIntervalSeconds)}s` },
});

const OF_PROCESS = 'IsMatch(metric.name, "^process\\\\.")';

const identity = ({ individual, named, byOwner }: Grouping): readonly string[] => {
  const apart = individual.length === 0 ? '' : ` and not ${isNamed(individual)}`;
  const kept = ['process.executable.name', ...(byOwner ? ['process.owner'] : [])];
  return [
    ...(named === undefined
      ? []
      : [
          `set(resource.attributes["process.executable.name"], "${OTHERS}") where ${IS_PROCESS} and not ${isNamed([...named, ...individual])}`,
        ]),
    `keep_keys(resource.attributes, [${kept.map(ottlString).join(', ')}]) where resource.attributes["process.executable.name"] != nil${apart}`,
    `set(datapoint.start_time_unix_nano, 0) where ${OF_PROCESS}`,
    `set(datapoint.time_unix_nano, 0) where ${OF_PROCESS}`,
  ];
};

export const aggregatingSays = (grouping: Grouping): Readonly<Record<(typeof AGGREGATING)[number], string>> => {
  const { individual, named, byOwner, countsNew } = grouping;
  const group = byOwner ? 'executable and owner' : 'executable';
  const others =
    named === undefined ? '' : ` Those not named ${someNames([...named, ...individual])} are called "${OTHERS}".`;
  const apart = individual.length === 0 ? '' : ` ${someNames(individual)} stay one by one.`;
  return {
    cumulative_to_delta: `CPU time and disk counters become what changed since the last scrape, for each process apart; ${countsNew ? 'a new process counts from its begin' : 'what a new process did before its second scrape is left out'}.`,
    'transform/identity': `Of each process only ${group} stay, without a time, so that all points of a scrape meet.${others}${apart}`,
    groupbyattrs: 'Processes that have become equal are put together.',
    'transform/sum': 'Their points are summed; state of the CPU and direction of the disk stay apart.',
    'transform/time': 'The sums get the present as their time.',
    delta_to_cumulative: 'What changed is counted up again, so that counters never fall when a process ends.',
  };
};
