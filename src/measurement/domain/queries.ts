import type { Epoch, ExperimentId } from '../../kernel/identity.ts';
import { exactlyThese } from '../../pipelines/domain/executable-names.ts';
import { epochLabel, SERIES_LABELS } from '../../pipelines/domain/labels.ts';
import { METRICS, type MetricName, type NamedQuery, type Variant } from './sample.ts';

/** What a query is about. */
export interface QueryScope {
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
  readonly slotSeconds: number;
  readonly collectionIntervalSeconds: number;
}

/** Metrics that one query of the store answers; the missing processes follow from two of them. */
export type QueriedMetric = Exclude<MetricName, 'critical_processes_missing'>;

/** Not a metric of an experiment: tells whether a collector was there all the slot, so that its counters can be read. */
export const UPTIME_QUERY = 'collector_uptime';
export const PROCESSES_QUERY = 'critical_processes';

export const PROCESS_LABEL = 'process_executable_name';

/**
 * Names of the collector's own telemetry, version 0.159, in the flavour with underscores (a scraper that keeps dots
 * stores `http.client.request.body.size_sum`, and these queries come back empty). The frame switches suffixes off.
 */
export const SELF_METRICS = {
  sent: 'otelcol_exporter_sent_metric_points',
  sendFailed: 'otelcol_exporter_send_failed_metric_points',
  enqueueFailed: 'otelcol_exporter_enqueue_failed_metric_points',
  refused: 'otelcol_receiver_refused_metric_points',
  accepted: 'otelcol_receiver_accepted_metric_points',
  wireBytes: 'http_client_request_body_size_sum',
  cpuSeconds: 'otelcol_process_cpu_seconds',
  memoryBytes: 'otelcol_process_memory_rss',
  uptimeSeconds: 'otelcol_process_uptime',
} as const;

/** One range query per metric, for both variants and all nodes at once, to be evaluated at the ends of slots. */
export const metricQueries = (scope: QueryScope): Readonly<Record<QueriedMetric | typeof UPTIME_QUERY, string>> => {
  const { sent, sendFailed, enqueueFailed, refused, accepted, wireBytes, cpuSeconds, memoryBytes, uptimeSeconds } =
    SELF_METRICS;
  const remoteWrite = { exporter: { matches: 'prometheus_remote_write.*' } };
  const grown = (metric: string, more: Matchers = {}): string => sumOf(growthOf(scope, metric, more));
  // a counter is absent until it first counts; without failures it is zero, if this collector counts anything at all
  const orZero = (query: string, counting: string = sent): string =>
    `(${query} or 0 * ${sumOf(selector(scope, counting))})`;
  return {
    active_series: `count by (${BY}) (last_over_time(${selector(scope, null, { __name__: { matches: 'process_.+|system_.+' } })}[${lookBack(scope)}]))`,
    exported_points: grown(sent, remoteWrite),
    exported_bytes: grown(wireBytes),
    // what the memory limiter refused had come in as well, and counts as lost
    accepted_points: `${grown(accepted)} + ${orZero(grown(refused), accepted)}`,
    collector_cpu_seconds: grown(cpuSeconds),
    collector_memory_bytes: `max by (${BY}) (last_over_time(${selector(scope, memoryBytes)}[${lookBack(scope)}]))`,
    // remote write gives up by itself after its timeout: what counts as failed to send is lost, not tried again
    failed_points: [sendFailed, enqueueFailed, refused].map((metric) => orZero(grown(metric))).join(' + '),
    [UPTIME_QUERY]: selector(scope, uptimeSeconds),
  };
};

/** Which critical executables each variant shows, per node; `nodes` narrows the answer where it would become too large. */
export const processesQuery = (scope: QueryScope, names: readonly string[], nodes?: readonly string[]): string =>
  `group by (${BY}, ${PROCESS_LABEL}) (last_over_time(${selector(scope, 'process_memory_usage_bytes', {
    [PROCESS_LABEL]: { matches: exactlyThese(names) },
    ...(nodes === undefined ? {} : { [SERIES_LABELS.node]: { matches: nodes.map(escapeRe2).join('|') } }),
  })}[${lookBack(scope)}]))`;

type EpochScope = Pick<QueryScope, 'experimentId' | 'epoch'>;

interface Stamp {
  readonly label: string;
  readonly value: string;
}

const epochMatchers = ({ experimentId, epoch }: EpochScope): readonly Stamp[] => [
  { label: SERIES_LABELS.experiment, value: experimentId },
  { label: SERIES_LABELS.epoch, value: epochLabel(epoch) },
];

/** What is on the series of one variant and on no others, because we put it there. */
export const variantStamps = (scope: EpochScope, variant: Variant): readonly Stamp[] => [
  ...epochMatchers(scope),
  { label: SERIES_LABELS.variant, value: variant },
];

/** The names of all that both variants wrote lately. */
export const writtenNamesQuery = (scope: EpochScope, seconds: number): string =>
  `group by (__name__) (last_over_time(${selector(scope, null)}[${seconds}s]))`;

/** What a collector sends of a node from which its processes can be told again. */
export const NODE_QUERIES = [
  'process_memory_usage_bytes',
  'process_memory_virtual_bytes',
  'process_cpu_time_seconds_total',
  'process_disk_io_bytes_total',
  'process_threads',
  'process_open_file_descriptors',
  'system_cpu_logical_count',
  'system_memory_usage_bytes',
  'system_disk_io_bytes_total',
] as const;
export type NodeMetric = (typeof NODE_QUERIES)[number];

/** One of them, of the baseline on one node. */
export const nodeQuery = (scope: QueryScope, metric: NodeMetric, node: string): string =>
  `last_over_time(${selector(scope, metric, {
    [SERIES_LABELS.variant]: { matches: 'baseline' },
    [SERIES_LABELS.node]: { matches: escapeRe2(node) },
  })}[${2 * scope.collectionIntervalSeconds}s])`;

/** Every query of an experiment as evidence keeps it. */
export const namedQueries = (scope: QueryScope, criticalProcesses: readonly string[]): readonly NamedQuery[] => [
  ...Object.entries(metricQueries(scope)).map(([metric, promql]) => ({ metric, promql, unit: unitOf(metric) })),
  ...(criticalProcesses.length === 0
    ? []
    : [{ metric: PROCESSES_QUERY, promql: processesQuery(scope, criticalProcesses), unit: 'processes' }]),
];

const unitOf = (metric: string): string =>
  Object.hasOwn(METRICS, metric) ? METRICS[metric as MetricName].unit : 'seconds';

const BY = `${SERIES_LABELS.variant}, ${SERIES_LABELS.node}`;

type Matchers = Readonly<Record<string, { readonly matches: string }>>;

const selector = (scope: EpochScope, metric: string | null, more: Matchers = {}): string => {
  const matchers = [
    ...Object.entries(more).map(([label, { matches }]) => `${label}=~${quoted(matches)}`),
    ...epochMatchers(scope).map(({ label, value }) => `${label}=${quoted(value)}`),
  ];
  return `${metric ?? ''}{${matchers.join(',')}}`;
};

const sumOf = (vector: string): string => `sum by (${BY}) (${vector})`;

/**
 * How much a counter grew in a slot: now less one slot ago, never `rate`, which reads 0 % or 125 % at some phases of
 * the scrapes. A series that was not there a slot ago began at zero; whether its collector was is told by its uptime.
 */
const growthOf = (scope: QueryScope, metric: string, more: Matchers): string => {
  const counter = selector(scope, metric, more);
  return `${counter} - (${counter} offset ${scope.slotSeconds}s or 0 * ${counter})`;
};

/** Long enough for two scrapes, so that a scrape between two reads is never missed; short enough to forget the dead. */
const lookBack = ({ slotSeconds, collectionIntervalSeconds }: QueryScope): string =>
  `${Math.max(slotSeconds, 2 * collectionIntervalSeconds)}s`;

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const escapeRe2 = (text: string): string => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
