import { canonicalType } from './components/registry.ts';
import { HOST_ROOT } from './frame.ts';
import type { Settings } from './settings-tree.ts';

/** What the scraper of processes emits when nothing is said. */
const DEFAULT_PROCESS_METRICS = [
  'process.cpu.time',
  'process.disk.io',
  'process.memory.usage',
  'process.memory.virtual',
] as const;

/** `summed`: its states are added up at the source, so there is one series per process instead of one per state. */
export type ProcessMetric = 'each-state' | 'summed' | 'off';

/** What is collected about a host, apart from which processes are left out. */
export interface MetricSet {
  /** of the host as a whole; `process` is always there */
  readonly scrapers: readonly HostScraper[];
  /** beside the scraper's own defaults, or other than they */
  readonly processMetrics: Readonly<Record<string, ProcessMetric>>;
}

/**
 * Scrapers that tell the truth from a pod that sees /proc and /sys only: `filesystem` would need the host's mounts, and
 * `network` reads the interfaces of the pod, not those of the node.
 */
export type HostScraper = 'cpu' | 'memory' | 'disk' | 'load';

/** How a template reads the set: what it saves at the source is its own and no business of the other variant. */
export interface Reading {
  readonly processMetrics?: Readonly<Record<string, ProcessMetric>>;
  /** attributes of processes that are not collected, beside the command line */
  readonly withoutAttributes?: readonly string[];
  /** only these processes, or all but these: a pattern for names of executables */
  readonly include?: string;
  readonly exclude?: string;
}

/**
 * The set that both variants collect, so that a saving comes from the candidate's idea and not from metrics that only
 * the baseline has: what the candidate collects, each metric in the form that the baseline's template relies on.
 */
export const commonMetricSet = (candidate: MetricSet, neededByBaseline: MetricSet['processMetrics']): MetricSet => ({
  scrapers: candidate.scrapers,
  processMetrics: { ...candidate.processMetrics, ...neededByBaseline },
});

/** Names of all metrics of processes in a set, for people. */
export const processMetricNames = ({ processMetrics }: Pick<MetricSet, 'processMetrics'>): readonly string[] =>
  [...new Set([...DEFAULT_PROCESS_METRICS, ...Object.keys(processMetrics)])]
    .filter((name) => processMetrics[name] !== 'off')
    .sort();

/** Whether a receiver reads hosts, under its name of today or one of before. */
export const isHostMetrics = (id: string): boolean => canonicalType('receivers', id) === 'host_metrics';

/** The receiver that collects a set. The command line of a process can hold secrets, so it is off in every template. */
export const hostMetricsReceiver = (
  set: MetricSet,
  collectionIntervalSeconds: number,
  { processMetrics = {}, withoutAttributes = [], include, exclude }: Reading = {},
): Settings => ({
  root_path: HOST_ROOT,
  collection_interval: `${collectionIntervalSeconds}s`,
  scrapers: {
    ...Object.fromEntries(set.scrapers.map((scraper) => [scraper, {}])),
    process: {
      mute_process_all_errors: true,
      ...(include === undefined ? {} : { include: { match_type: 'regexp', names: [include] } }),
      ...(exclude === undefined ? {} : { exclude: { match_type: 'regexp', names: [exclude] } }),
      metrics: Object.fromEntries(
        Object.entries({ ...set.processMetrics, ...processMetrics }).map(([metric, form]) => [metric, FORMS[form]]),
      ),
      resource_attributes: Object.fromEntries(
        ['process.command_line', ...withoutAttributes].map((name) => [name, { enabled: false }]),
      ),
    },
  },
});

const FORMS = {
  'each-state': { enabled: true },
  summed: { enabled: true, attributes: [], aggregation_strategy: 'sum' },
  off: { enabled: false },
} as const satisfies Record<ProcessMetric, Settings>;

/** One sentence about what is read. */
export const readingSentence = (
  set: MetricSet,
  collectionIntervalSeconds: number,
  { processMetrics = {} }: Reading = {},
): string => {
  const ofNode = set.scrapers.length === 0 ? '' : `${set.scrapers.join(', ')} of the node, and of `;
  const names = processMetricNames({ processMetrics: { ...set.processMetrics, ...processMetrics } });
  return `Every ${collectionIntervalSeconds} s it reads ${ofNode}each process ${names.join(', ')}.`;
};
