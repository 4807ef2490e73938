import * as z from 'zod';
import type { ClusterId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { EXISTS, expression, hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { keyOf, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Change, Table } from '../../platform/dynamodb/table.ts';
import type { ClusterStore, SeenNode } from '../application/ports.ts';
import { Cluster, ClusterNode } from '../domain/cluster.ts';
import { CollectorId, CollectorReport, FoundCollector } from '../domain/collector.ts';
import {
  COLLECTOR_PREFIX,
  clusterKey,
  collectorKey,
  collectorReportKey,
  HOLD_PREFIX,
  NODE_PREFIX,
  nodeKey,
  nodeOfHold,
} from '../domain/node-keys.ts';
import { nameTaken, stale, subjectOf } from './cluster-store-answers.ts';

const StoredCluster = Cluster.extend({ lastSeq: z.int() });
type StoredCluster = z.infer<typeof StoredCluster>;
const clusterCodec = itemCodec({ type: 'cluster', schema: StoredCluster });
const nodeCodec = itemCodec({ type: 'cluster-node', schema: ClusterNode.omit({ seenAt: true, reservedBy: true }) });
const collectorCodec = itemCodec({ type: 'cluster-collector', schema: FoundCollector });
const reportCodec = itemCodec({
  type: 'cluster-collectors',
  schema: CollectorReport.omit({ collectors: true }).extend({ ids: z.array(CollectorId) }),
});
const Hold = z.object({ sk: z.string(), experiment_id: z.string() });

const ALL_CLUSTERS = keyOf('CLU', 'ALL');
const listPartition = (tenantId: TenantId): string => tenantKey(tenantId, 'CLU');
const nameKey = ({ tenantId, settings }: Cluster) => ({
  pk: listPartition(tenantId),
  sk: keyOf('NAME', settings.name),
});
const attributesOf = (cluster: Cluster) => ({
  ...clusterKey(cluster.tenantId, cluster.id),
  gsi1pk: listPartition(cluster.tenantId),
  gsi1sk: keyOf(cluster.createdAt, cluster.id),
  gsi2pk: ALL_CLUSTERS,
  gsi2sk: keyOf(cluster.tenantId, cluster.id),
});

/** Clusters in the core table: META, a row that keeps the name unique, a row per node, rows of reservations, a row per collector found. */
export const dynamodbClusterStore = (parts: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): ClusterStore => {
  const { table, ids } = parts;

  const loadStored = async (tenantId: TenantId, id: ClusterId): Promise<StoredCluster | null> => {
    const item = await table.get(clusterKey(tenantId, id));
    return item === null ? null : clusterCodec.decode(item);
  };
  const seenNodes = async (tenantId: TenantId, id: ClusterId): Promise<readonly SeenNode[]> => {
    const items = await table.all({ pk: clusterKey(tenantId, id).pk, prefix: NODE_PREFIX });
    return items.map(nodeCodec.decode);
  };

  const foundCollectors = async (tenantId: TenantId, id: ClusterId): Promise<readonly FoundCollector[]> => {
    const items = await table.all({ pk: clusterKey(tenantId, id).pk, prefix: COLLECTOR_PREFIX });
    return items.map(collectorCodec.decode);
  };

  return {
    load: async (tenantId, id) => {
      const stored = await loadStored(tenantId, id);
      return stored === null ? null : withoutSeq(stored);
    },

    list: async (tenantId, { limit, afterKey }) => {
      const range = { index: 'gsi1', pk: listPartition(tenantId), descending: true } as const;
      const { items, nextKey } = await table.page({ ...range, limit, ...(afterKey === undefined ? {} : { afterKey }) });
      return { items: items.map((item) => withoutSeq(clusterCodec.decode(item))), nextKey };
    },

    listAll: async () => {
      const items = await table.all({ index: 'gsi2', pk: ALL_CLUSTERS });
      return items.map((item) => withoutSeq(clusterCodec.decode(item)));
    },

    commit: async (next, expectedVersion, events, actor) => {
      const isNew = expectedVersion === 0;
      for (let tries = 1; ; tries++) {
        const before = isNew ? null : await loadStored(next.tenantId, next.id);
        const lastSeq = before?.lastSeq ?? 0;
        const { nodesSeenAt, objectCount } = before ?? next;
        const committed: Cluster = { ...next, nodesSeenAt, objectCount, version: expectedVersion + 1 };
        const was = before === null ? null : withoutSeq(before);
        const envelopes = envelopesOf(changing(subjectOf(next, actor, lastSeq), was, committed), events, parts);
        const attributes = attributesOf(next);
        const put = clusterCodec.encode({ ...committed, lastSeq: lastSeq + events.length }, attributes);
        const name = { put: { ...nameKey(next), _type: 'cluster-name', cluster_id: next.id }, when: IS_NEW };
        const written = await table.transact(
          [
            { put, when: isNew ? IS_NEW : isStill(expectedVersion, nodesSeenAt) },
            ...(isNew ? [name] : []),
            ...eventWrites(attributes.pk, envelopes),
          ],
          ids.ulid(),
        );
        if (written.written) return accept(committed);
        if (isNew && written.failed.some(({ index }) => index === 1)) return nameTaken(next);
        const version = written.failed[0]?.item?.['version'];
        // the same version: only a look at the nodes came in between, and it must not be lost
        if (version !== expectedVersion || tries >= INVENTORY_TRIES) return stale(next.id, version);
      }
    },

    remove: async (cluster, events, actor) => {
      const { pk, sk } = clusterKey(cluster.tenantId, cluster.id);
      const lastSeq = (await loadStored(cluster.tenantId, cluster.id))?.lastSeq ?? 0;
      const written = await table.transact(
        [
          { remove: { pk, sk }, when: hasVersion(cluster.version) },
          { remove: nameKey(cluster) },
          ...eventWrites(pk, envelopesOf(changing(subjectOf(cluster, actor, lastSeq), cluster, null), events, parts)),
        ],
        ids.ulid(),
      );
      if (!written.written) return stale(cluster.id, written.failed[0]?.item?.['version']);
      for (const { name } of await seenNodes(cluster.tenantId, cluster.id)) {
        await table.write({ remove: nodeKey(cluster.tenantId, cluster.id, name) });
      }
      await table.write({ remove: collectorReportKey(cluster.tenantId, cluster.id) });
      for (const { id } of await foundCollectors(cluster.tenantId, cluster.id)) {
        await table.write({ remove: collectorKey(cluster.tenantId, cluster.id, id) });
      }
      return accept(undefined);
    },

    nodes: async (tenantId, id) => {
      const { pk } = clusterKey(tenantId, id);
      const [cluster, seen, holds] = await Promise.all([
        loadStored(tenantId, id),
        seenNodes(tenantId, id),
        table.all({ pk, prefix: HOLD_PREFIX }),
      ]);
      const seenAt = cluster?.nodesSeenAt ?? null;
      if (seenAt === null) return [];
      const holderByNode = new Map(
        holds.map((item) => Hold.parse(item)).map((hold) => [nodeOfHold(hold.sk), hold.experiment_id]),
      );
      return seen.map((node) => ({ ...node, seenAt, reservedBy: holderByNode.get(node.name) ?? null }));
    },

    recordInventory: async ({ tenantId, id }, { nodes, objectCount }, at) => {
      const known = new Map((await seenNodes(tenantId, id)).map((node) => [node.name, canonical(node)]));
      const changed = nodes.filter((node) => known.get(node.name) !== canonical(node));
      const names = new Set(nodes.map(({ name }) => name));
      const vanished = [...known.keys()].filter((name) => !names.has(name));
      await inGroups([
        ...changed.map((node) => () => table.write({ put: nodeCodec.encode(node, nodeKey(tenantId, id, node.name)) })),
        ...vanished.map((name) => () => table.write({ remove: nodeKey(tenantId, id, name) })),
      ]);
      await table.write({
        update: clusterKey(tenantId, id),
        by: expression('SET #nodes_seen_at = :at, #object_count = :count', { at, count: objectCount }),
        when: EXISTS,
      });
    },

    collectors: async (tenantId, id) => {
      const item = await table.get(collectorReportKey(tenantId, id));
      if (item === null) return null;
      const { ids: found, ...head } = reportCodec.decode(item);
      const collectors = (await foundCollectors(tenantId, id)).filter((each) => found.includes(each.id));
      return { ...head, collectors };
    },

    recordCollectors: async ({ tenantId, id }, { collectors, ...head }) => {
      const found = collectors.map((each) => each.id);
      const vanished = (await foundCollectors(tenantId, id)).filter((each) => !found.includes(each.id));
      const unlessRemoved = (change: Change) => () =>
        table.transact([{ check: clusterKey(tenantId, id), when: EXISTS }, change], ids.ulid());
      await inGroups(
        collectors.map((each) =>
          unlessRemoved({ put: collectorCodec.encode(each, collectorKey(tenantId, id, each.id)) }),
        ),
      );
      await unlessRemoved({ put: reportCodec.encode({ ...head, ids: found }, collectorReportKey(tenantId, id)) })();
      await inGroups(vanished.map((each) => () => table.write({ remove: collectorKey(tenantId, id, each.id) })));
    },
  };
};

const withoutSeq = ({ lastSeq: _, ...cluster }: StoredCluster): Cluster => cluster;

const INVENTORY_TRIES = 3;

const isStill = (version: number, seenAt: Instant | null) =>
  expression('#version = :version AND #nodes_seen_at = :seenAt', { version, seenAt });

const GROUP_SIZE = 20;

const inGroups = async (tasks: readonly (() => Promise<unknown>)[]): Promise<void> => {
  for (let start = 0; start < tasks.length; start += GROUP_SIZE) {
    await Promise.all(tasks.slice(start, start + GROUP_SIZE).map((task) => task()));
  }
};

/** Labels come in any order. */
const canonical = ({ labels, ...facts }: SeenNode): string =>
  JSON.stringify([Object.entries(facts).toSorted(byName), Object.entries(labels).toSorted(byName)]);

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
