import type { Actor, ClusterId, Epoch, OperationId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Operation } from '../../platform/declare/operation.ts';
import type { Queue } from '../../platform/queue.ts';
import type { ClusterWork } from '../contract/routes.ts';
import type {
  Cluster,
  ClusterNode,
  JobEnd,
  KubernetesObject,
  ObservedObject,
  PreflightCheck,
  PreflightReport,
  VariantReadiness,
  WantedObjects,
} from '../domain/cluster.ts';
import type { CollectorReport, Fitness } from '../domain/collector.ts';
import type { Right } from '../domain/rights.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextKey: string | null;
}

/** Registered clusters, their inventory of nodes, and who has reserved a node. */
export interface ClusterStore {
  load(tenantId: TenantId, id: ClusterId): Promise<Cluster | null>;
  list(tenantId: TenantId, options: { readonly limit: number; readonly afterKey?: string }): Promise<Page<Cluster>>;
  /** every cluster of every tenant, for reconcile */
  listAll(): Promise<readonly Cluster[]>;
  /**
   * writes `next` with its events if the stored version is `expectedVersion` (0: must not exist; names are unique per
   * tenant); the inventory (`nodesSeenAt`, `objectCount`) stays as the last look left it
   */
  commit(
    next: Cluster,
    expectedVersion: number,
    events: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<Cluster, Refusal<'precondition-failed' | 'resource-exists'>>>;
  remove(
    cluster: Cluster,
    events: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<void, Refusal<'precondition-failed'>>>;
  nodes(tenantId: TenantId, id: ClusterId): Promise<readonly ClusterNode[]>;
  /** replaces what is known of nodes and objects; reservations stay, and so does the version: nobody's ETag gets stale */
  recordInventory(
    cluster: Cluster,
    seen: { readonly nodes: readonly SeenNode[]; readonly objectCount: number },
    at: Instant,
  ): Promise<void>;
  /** what the last look for collectors found; null: nobody has looked yet */
  collectors(tenantId: TenantId, id: ClusterId): Promise<CollectorReport | null>;
  /** replaces it; a cluster that was removed meanwhile stays removed */
  recordCollectors(cluster: Cluster, report: CollectorReport): Promise<void>;
}

/** A node as the cluster tells of it. */
export type SeenNode = Omit<ClusterNode, 'reservedBy' | 'seenAt'>;

/** Long work and how far it is; kept for a day. */
export interface OperationStore {
  create(tenantId: TenantId, operation: Operation): Promise<void>;
  load(tenantId: TenantId, id: OperationId): Promise<Operation | null>;
  /** writes unless it has ended already: work may be delivered twice, its first end counts. True when written. */
  update(tenantId: TenantId, operation: Operation): Promise<boolean>;
}

/** Hands work to the worker; delivered at least once. */
export type ClusterWorkQueue = Queue<ClusterWork>;

/** Knows what should be on clusters. Experiments answer it; clusters only ask. */
export interface OwnerLedger {
  /** `wanted`: leave it; `ended` and `unknown`: it has no business there any more */
  fateOf(tenantId: TenantId, owner: string, epoch: Epoch): Promise<'wanted' | 'ended' | 'unknown'>;
}

/** Asks the store of a cluster's measurements a question, as measuring would. Measurement answers it; clusters only ask. */
export type CheckMetricsSource = (cluster: Cluster) => Promise<PreflightCheck>;

/** Says what can be done with a collector's settings. Pipelines answers it; clusters only ask. */
export type JudgeSettings = (collector: {
  /** in the order in which it merges them */
  readonly texts: readonly string[];
  readonly version: string | null;
  readonly allowedDestinations: readonly string[];
}) => Fitness;

/** Whose fault it is and whether asking again can help, in our words; vendor errors end in the adapter. */
export type ClusterFailure = Refusal<
  | 'cluster-unreachable'
  | 'cluster-unauthorized'
  | 'cluster-forbidden'
  | 'cluster-rejected-object'
  | 'cluster-conflict'
  | 'cluster-busy'
  | 'address-not-allowed'
  | 'cluster-namespace-missing'
>;

/** One cluster's Kubernetes API, for workers only. Every method is idempotent. */
export interface ClusterConnection {
  /** server-side apply with strict field validation; the owner ConfigMap first, everything else owned by it */
  apply(
    wanted: WantedObjects,
    options?: { readonly dryRun?: boolean },
  ): Promise<Outcome<{ readonly applied: number }, ClusterFailure>>;
  /** applies these, among them the job of this name, and waits a moment for its end; asked again it goes on waiting */
  runJob(wanted: WantedObjects, job: string): Promise<Outcome<JobEnd, ClusterFailure>>;
  readiness(owner: string, epoch: Epoch): Promise<Outcome<readonly VariantReadiness[], ClusterFailure>>;
  /** everything that carries our label, of one owner or of all */
  objects(owner?: string): Promise<Outcome<readonly ObservedObject[], ClusterFailure>>;
  /** deletes by owner and UID up to and including `epoch`; answers how many objects are still there */
  remove(owner: string, epoch: Epoch): Promise<Outcome<{ readonly remaining: number }, ClusterFailure>>;
  nodes(): Promise<Outcome<readonly SeenNode[], ClusterFailure>>;
  preflight(at: Instant): Promise<Outcome<PreflightReport, ClusterFailure>>;
  /** DaemonSets, Deployments, StatefulSets and OpenTelemetryCollectors of everybody; which of them we may not list */
  workloads(): Promise<
    Outcome<{ readonly objects: readonly KubernetesObject[]; readonly forbidden: readonly Right[] }, ClusterFailure>
  >;
  /** pods with these labels, of everybody */
  pods(
    namespace: string,
    labels: Readonly<Record<string, string>>,
  ): Promise<Outcome<readonly KubernetesObject[], ClusterFailure>>;
  /** texts of anybody's ConfigMap by key; null: there is none */
  configMap(namespace: string, name: string): Promise<Outcome<Readonly<Record<string, string>> | null, ClusterFailure>>;
}

/** Opens connections; caches credentials, never answers for a cluster that the stage does not allow. */
export interface ClusterConnections {
  open(cluster: Cluster): Promise<Outcome<ClusterConnection, ClusterFailure>>;
}
