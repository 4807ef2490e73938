import type { Cluster } from '../../clusters/domain/cluster.ts';
import type { Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Series } from '../domain/answers.ts';
import type { Sample } from '../domain/sample.ts';

export interface QueryResult {
  readonly series: readonly Series[];
  readonly warnings: readonly string[];
  /** of the raw answer's data */
  readonly sha256: string;
}

export type MetricsFailure = Refusal<
  | 'metrics-source-unreachable'
  | 'metrics-source-unauthorized'
  | 'metrics-source-not-prometheus'
  | 'metrics-query-refused'
  | 'address-not-allowed'
>;

/** A Prometheus, asked about the past. 8 s per query, 2 MB per answer; asks three times before it gives up. */
export interface MetricsSource {
  /** as people know it: its address, without secrets */
  readonly name: string;
  range(query: {
    readonly promql: string;
    readonly from: Instant;
    readonly to: Instant;
    readonly stepSeconds: number;
  }): Promise<Outcome<QueryResult, MetricsFailure>>;
}

/** The store that a cluster's collectors write to, as its settings name it. */
export interface MetricsSources {
  open(cluster: Cluster): Promise<Outcome<MetricsSource, MetricsFailure>>;
}

/** Samples of experiments; a slot is written once per epoch. */
export interface SampleStore {
  /** true when stored now, false when this slot was there already */
  record(tenantId: TenantId, sample: Sample): Promise<boolean>;
  /** number of the newest slot that is stored; null when there is none */
  lastSlot(tenantId: TenantId, experimentId: ExperimentId, epoch: Epoch): Promise<number | null>;
  /** oldest slot first */
  list(
    tenantId: TenantId,
    experimentId: ExperimentId,
    epoch: Epoch,
    range?: { readonly fromSlot?: number; readonly toSlot?: number },
  ): Promise<readonly Sample[]>;
}
