import type { Cluster, ClusterNode } from '../../clusters/domain/cluster.ts';
import type { Wait } from '../../experiments/contract/workflow.ts';
import type { Experiment } from '../../experiments/domain/experiment.ts';
import type { ClusterId, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';

interface Ref {
  readonly tenantId: TenantId;
  readonly experimentId: ExperimentId;
}

/** Experiments, for reading. */
export interface ExperimentsSeen {
  /** everything, of every tenant, whose time has come until then */
  due(until: Instant): Promise<readonly Ref[]>;
  load(ref: Ref): Promise<{ readonly experiment: Experiment } | null>;
  list(
    tenantId: TenantId,
    filter: { readonly state: 'promoted'; readonly clusterId: ClusterId },
    page: { readonly limit: number },
  ): Promise<{ readonly items: readonly unknown[] }>;
}

/** Whether a machine waits. */
export interface WaitsSeen {
  find(ref: Ref & { readonly epoch: Epoch }, wait: Wait): Promise<string | null>;
}

export interface ClustersSeen {
  list(
    tenantId: TenantId,
    options: { readonly limit: number; readonly afterKey?: string },
  ): Promise<{ readonly items: readonly Cluster[]; readonly nextKey: string | null }>;
  nodes(tenantId: TenantId, id: ClusterId): Promise<readonly ClusterNode[]>;
}

/** Events that the stream should have published by then. */
export interface OutboxSeen {
  unpublishedUntil(until: Instant): Promise<readonly unknown[]>;
}

/** How many messages lie where nobody reads them. */
export interface BacklogSeen {
  parked(): Promise<number>;
  deadLetters(): Promise<readonly { readonly queue: string; readonly messages: number }[]>;
}
