import type { ClusterId, Epoch, TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { ClusterStore, SeenNode } from '../application/ports.ts';
import type { Cluster } from '../domain/cluster.ts';
import type { CollectorReport } from '../domain/collector.ts';
import { nameTaken, stale, subjectOf } from './cluster-store-answers.ts';

export interface MemoryClusterStore extends ClusterStore {
  /** every event that was committed, oldest first */
  events(): readonly EventEnvelope[];
  /** as an experiment would reserve a node; a second holder is refused */
  hold(tenantId: TenantId, id: ClusterId, node: string, experimentId: string, epoch: Epoch): boolean;
  release(tenantId: TenantId, id: ClusterId, node: string, experimentId: string): void;
}

/** Clusters of one process, for tests and simulations. */
export const memoryClusterStore = (parts: { readonly clock: Clock; readonly ids: Ids }): MemoryClusterStore => {
  const clusters = new Map<string, Cluster>();
  const nodesByCluster = new Map<string, readonly SeenNode[]>();
  const reports = new Map<string, CollectorReport>();
  const holders = new Map<string, string>();
  const events: EventEnvelope[] = [];

  const keyOf = (tenantId: TenantId, id: ClusterId): string => `${tenantId}/${id}`;
  const holdKeyOf = (tenantId: TenantId, id: ClusterId, node: string): string => `${keyOf(tenantId, id)}/${node}`;
  const newestFirst = (tenantId: TenantId): readonly Cluster[] =>
    [...clusters.values()]
      .filter((each) => each.tenantId === tenantId)
      .toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
  const tell = (
    cluster: Cluster,
    change: { readonly before: Cluster | null; readonly after: Cluster | null },
    drafts: Parameters<typeof envelopesOf>[1],
    actor: EventEnvelope['actor'],
  ): void => {
    const { before, after } = change;
    const lastSeq = events.filter(({ subject }) => subject === cluster.id).length;
    events.push(...envelopesOf(changing(subjectOf(cluster, actor, lastSeq), before, after), drafts, parts));
  };
  const isNameTaken = ({ tenantId, settings }: Cluster): boolean =>
    [...clusters.values()].some((each) => each.tenantId === tenantId && each.settings.name === settings.name);

  return {
    load: async (tenantId, id) => clusters.get(keyOf(tenantId, id)) ?? null,
    list: async (tenantId, { limit, afterKey }) => {
      const all = newestFirst(tenantId).filter((each) => afterKey === undefined || sortKey(each) < afterKey);
      const items = all.slice(0, limit);
      const last = items.at(-1);
      return { items, nextKey: all.length > limit && last !== undefined ? sortKey(last) : null };
    },
    listAll: async () => [...clusters.values()],
    commit: async (next, expectedVersion, drafts, actor) => {
      const key = keyOf(next.tenantId, next.id);
      const before = clusters.get(key);
      const version = before?.version ?? 0;
      if (version !== expectedVersion) return stale(next.id, version);
      if (expectedVersion === 0 && isNameTaken(next)) return nameTaken(next);
      const { nodesSeenAt, objectCount } = before ?? next;
      const committed = { ...next, nodesSeenAt, objectCount, version: expectedVersion + 1 };
      clusters.set(key, committed);
      tell(committed, { before: before ?? null, after: committed }, drafts, actor);
      return accept(committed);
    },
    remove: async (cluster, drafts, actor) => {
      const key = keyOf(cluster.tenantId, cluster.id);
      const version = clusters.get(key)?.version ?? 0;
      if (version !== cluster.version) return stale(cluster.id, version);
      clusters.delete(key);
      nodesByCluster.delete(key);
      reports.delete(key);
      tell(cluster, { before: cluster, after: null }, drafts, actor);
      return accept(undefined);
    },
    nodes: async (tenantId, id) => {
      const key = keyOf(tenantId, id);
      const seenAt = clusters.get(key)?.nodesSeenAt ?? null;
      if (seenAt === null) return [];
      return (nodesByCluster.get(key) ?? []).map((node) => ({
        ...node,
        seenAt,
        reservedBy: holders.get(holdKeyOf(tenantId, id, node.name)) ?? null,
      }));
    },
    recordInventory: async ({ tenantId, id }, { nodes, objectCount }, at) => {
      const key = keyOf(tenantId, id);
      const cluster = clusters.get(key);
      if (cluster === undefined) return;
      nodesByCluster.set(
        key,
        nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      );
      clusters.set(key, { ...cluster, nodesSeenAt: at, objectCount });
    },
    collectors: async (tenantId, id) => reports.get(keyOf(tenantId, id)) ?? null,
    recordCollectors: async ({ tenantId, id }, report) => {
      if (clusters.has(keyOf(tenantId, id))) reports.set(keyOf(tenantId, id), report);
    },
    events: () => events,
    hold: (tenantId, id, node, experimentId) => {
      const key = holdKeyOf(tenantId, id, node);
      if (holders.has(key)) return false;
      holders.set(key, experimentId);
      return true;
    },
    release: (tenantId, id, node, experimentId) => {
      const key = holdKeyOf(tenantId, id, node);
      if (holders.get(key) === experimentId) holders.delete(key);
    },
  };
};

const sortKey = ({ createdAt, id }: Cluster): string => `${createdAt}#${id}`;
