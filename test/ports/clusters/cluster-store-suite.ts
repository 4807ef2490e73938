import { describe, expect, test } from 'vitest';
import type { ClusterStore, SeenNode } from '../../../src/clusters/application/ports.ts';
import { type Cluster, ClusterSettings } from '../../../src/clusters/domain/cluster.ts';
import { CollectorId, type CollectorReport } from '../../../src/clusters/domain/collector.ts';
import { type Actor, ClusterId, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { Instant, minutesAfter } from '../../../src/kernel/instant.ts';
import type { EventDraft, EventEnvelope } from '../../../src/platform/declare/event.ts';

export interface StoreBench {
  readonly store: ClusterStore;
  eventsOf(cluster: Cluster): Promise<readonly EventEnvelope[]>;
  /** reserves a node as the start of an experiment does; false when somebody holds it */
  hold(cluster: Cluster, node: string, experimentId: string): Promise<boolean>;
  release(cluster: Cluster, node: string, experimentId: string): Promise<void>;
}

export const T0 = Instant.parse('2026-11-21T09:40:00.000Z');
const ANNA: Actor = { kind: 'user', id: UserId.parse('anna'), email: 'anna@example.com' };

let clusterCount = 0;

/** A cluster that differs from every other of this process. */
export const cluster = (change: Partial<Omit<Cluster, 'settings'>> & { readonly name?: string } = {}): Cluster => {
  const { name, ...rest } = change;
  const number = String(++clusterCount).padStart(12, '0');
  return {
    id: ClusterId.parse(`clu-${number}`),
    tenantId: TenantId.parse('acme'),
    version: 1,
    settings: ClusterSettings.parse({
      name: name ?? `cluster-${number}`,
      access: {
        kind: 'eks',
        accountId: '123456789012',
        region: 'eu-west-1',
        clusterName: 'eu-1',
        roleArn: 'arn:aws:iam::123456789012:role/PhoenixClusterAccess',
      },
      metrics: { kind: 'url', url: 'https://metrics.example.com' },
      remoteWriteUrl: 'https://metrics.example.com/api/v1/write',
    }),
    health: 'unknown',
    healthMessage: null,
    preflight: null,
    nodesSeenAt: null,
    objectCount: null,
    createdAt: T0,
    updatedAt: T0,
    ...rest,
  };
};

const said = (type: string): EventDraft => ({ type, schemaVersion: 1, severity: 'info', data: { name: 'eu-1' } });

const seen = (name: string, change: Partial<SeenNode> = {}): SeenNode => ({
  name,
  uid: `uid-${name}`,
  ready: true,
  labels: { 'kubernetes.io/hostname': name, zone: 'a' },
  cpuCores: 2,
  memoryBytes: 4e9,
  ...change,
});

const report = (ids: readonly string[]): CollectorReport => ({
  seenAt: T0,
  collectors: ids.map((id) => ({
    id: CollectorId.parse(id),
    product: 'opentelemetry',
    workload: { kind: 'DaemonSet', namespace: 'a', name: 'agent' },
    container: 'otc',
    managedBy: { kind: 'helm', release: 'otel', chart: null },
    image: 'otel/opentelemetry-collector:0.142.0',
    imageDigest: null,
    version: '0.142.0',
    nodes: ['n1'],
    settingsFrom: [{ kind: 'config_map', namespace: 'a', name: 'agent', key: 'config.yaml' }],
    fitness: 'testable',
    reasons: [],
    settings: 'receivers: {}\n',
  })),
  missing: [{ resource: 'pods', message: 'may not', rule: { apiGroups: [''], resources: ['pods'], verbs: ['list'] } }],
});

/** Behaviour of ClusterStore that every adapter keeps. */
export const describeClusterStore = (bench: () => StoreBench): void => {
  describe('committing', () => {
    test('a registered cluster is read back as it was written, with its event', async () => {
      const { store, eventsOf } = bench();
      const wanted = cluster();
      expect(await store.commit(wanted, 0, [said('cluster.registered')], ANNA)).toEqual({
        accepted: true,
        value: wanted,
      });
      expect(await store.load(wanted.tenantId, wanted.id)).toEqual(wanted);
      expect(await eventsOf(wanted)).toMatchObject([
        { type: 'cluster.registered', source: 'clusters', subject: wanted.id, seq: 1, actor: ANNA, epoch: 0 },
      ]);
    });

    test('a change raises the version, and events are counted without a gap', async () => {
      const { store, eventsOf } = bench();
      const first = cluster();
      await store.commit(first, 0, [said('cluster.registered')], ANNA);
      const next = { ...first, health: 'reachable' as const };
      const changed = await store.commit(next, 1, [said('cluster.reachable'), said('cluster.checked')], ANNA);
      expect(changed).toMatchObject({ accepted: true, value: { version: 2, health: 'reachable' } });
      await store.commit({ ...next, health: 'unreachable' }, 2, [said('cluster.unreachable')], ANNA);
      expect((await eventsOf(first)).map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'cluster.registered'],
        [2, 'cluster.reachable'],
        [3, 'cluster.checked'],
        [4, 'cluster.unreachable'],
      ]);
    });

    test('refuses a change of a stale picture, tells the version, and says nothing on the bus', async () => {
      const { store, eventsOf } = bench();
      const first = cluster();
      await store.commit(first, 0, [], ANNA);
      await store.commit(first, 1, [], ANNA);
      expect(await store.commit(first, 1, [said('cluster.checked')], ANNA)).toMatchObject({
        accepted: false,
        refusal: { code: 'precondition-failed', facts: { version: 2 } },
      });
      expect(await eventsOf(first)).toEqual([]);
    });

    test('of ten changes of one picture exactly one is made', async () => {
      const { store } = bench();
      const first = cluster();
      await store.commit(first, 0, [], ANNA);
      const all = await Promise.all(Array.from({ length: 10 }, () => store.commit(first, 1, [said('x')], ANNA)));
      expect(all.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect(await store.load(first.tenantId, first.id)).toMatchObject({ version: 2 });
    });

    test('a name is taken once per tenant, and free for other tenants', async () => {
      const { store } = bench();
      await store.commit(cluster({ name: 'taken' }), 0, [], ANNA);
      expect(await store.commit(cluster({ name: 'taken' }), 0, [], ANNA)).toMatchObject({
        accepted: false,
        refusal: { code: 'resource-exists', facts: { name: 'taken' } },
      });
      const elsewhere = cluster({ name: 'taken', tenantId: TenantId.parse('globex') });
      expect(await store.commit(elsewhere, 0, [], ANNA)).toMatchObject({ accepted: true });
    });

    test('another tenant does not see it', async () => {
      const { store } = bench();
      const mine = cluster();
      await store.commit(mine, 0, [], ANNA);
      expect(await store.load(TenantId.parse('globex'), mine.id)).toBeNull();
    });
  });

  describe('listing', () => {
    test('newest first, page by page, one tenant only', async () => {
      const { store } = bench();
      const tenantId = TenantId.parse('pages');
      const made = Array.from({ length: 5 }, (_, i) => cluster({ tenantId, createdAt: minutesAfter(T0, i) }));
      for (const each of made) await store.commit(each, 0, [], ANNA);
      const read: string[] = [];
      let afterKey: string | null = null;
      do {
        const page = await store.list(tenantId, { limit: 2, ...(afterKey === null ? {} : { afterKey }) });
        expect(page.items.length).toBeLessThanOrEqual(2);
        read.push(...page.items.map(({ id }) => id));
        afterKey = page.nextKey;
      } while (afterKey !== null);
      expect(read).toEqual(made.map(({ id }) => id).toReversed());
    });

    test('reconcile finds the clusters of every tenant', async () => {
      const { store } = bench();
      const made = ['one-tenant', 'other-tenant'].map((tenant) => cluster({ tenantId: TenantId.parse(tenant) }));
      for (const each of made) await store.commit(each, 0, [], ANNA);
      const all = (await store.listAll()).map(({ id }) => id);
      expect(all).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
    });
  });

  describe('removing', () => {
    test('forgets the cluster and its nodes, frees the name, and tells it', async () => {
      const { store, eventsOf } = bench();
      const gone = cluster({ name: 'comes-back' });
      await store.commit(gone, 0, [said('cluster.registered')], ANNA);
      await store.recordInventory(gone, { nodes: [seen('n1')], objectCount: 0 }, T0);
      expect(await store.remove(gone, [said('cluster.removed')], ANNA)).toMatchObject({ accepted: true });
      expect(await store.load(gone.tenantId, gone.id)).toBeNull();
      expect(await store.nodes(gone.tenantId, gone.id)).toEqual([]);
      expect((await eventsOf(gone)).map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'cluster.registered'],
        [2, 'cluster.removed'],
      ]);
      expect(await store.commit(cluster({ name: 'comes-back' }), 0, [], ANNA)).toMatchObject({ accepted: true });
    });

    test('refuses a stale picture', async () => {
      const { store } = bench();
      const first = cluster();
      await store.commit(first, 0, [], ANNA);
      await store.commit(first, 1, [], ANNA);
      expect(await store.remove(first, [], ANNA)).toMatchObject({
        accepted: false,
        refusal: { code: 'precondition-failed', facts: { version: 2 } },
      });
    });
  });

  describe('the inventory', () => {
    test('knows no node before anybody has looked', async () => {
      const { store } = bench();
      const fresh = cluster();
      await store.commit(fresh, 0, [], ANNA);
      expect(await store.nodes(fresh.tenantId, fresh.id)).toEqual([]);
    });

    test('is replaced as a whole: new, changed and vanished nodes; the version stays', async () => {
      const { store } = bench();
      const seenOne = cluster();
      await store.commit(seenOne, 0, [], ANNA);
      await store.recordInventory(seenOne, { nodes: [seen('n1'), seen('n2')], objectCount: 3 }, T0);
      const later = minutesAfter(T0, 5);
      await store.recordInventory(
        seenOne,
        { nodes: [seen('n2', { ready: false }), seen('n3')], objectCount: 0 },
        later,
      );
      expect(await store.nodes(seenOne.tenantId, seenOne.id)).toEqual([
        { ...seen('n2', { ready: false }), seenAt: later, reservedBy: null },
        { ...seen('n3'), seenAt: later, reservedBy: null },
      ]);
      expect(await store.load(seenOne.tenantId, seenOne.id)).toEqual({
        ...seenOne,
        nodesSeenAt: later,
        objectCount: 0,
      });
    });

    test('survives a change that was made from a picture before it', async () => {
      const { store } = bench();
      const before = cluster();
      await store.commit(before, 0, [], ANNA);
      await store.recordInventory(before, { nodes: [seen('n1')], objectCount: 2 }, T0);
      const changed = await store.commit({ ...before, health: 'reachable' }, 1, [], ANNA);
      expect(changed).toMatchObject({ accepted: true, value: { nodesSeenAt: T0, objectCount: 2 } });
      expect(await store.load(before.tenantId, before.id)).toMatchObject({
        health: 'reachable',
        nodesSeenAt: T0,
        objectCount: 2,
      });
    });

    test('is never lost to changes that are made at the same time', async () => {
      const { store } = bench();
      const busy = cluster();
      await store.commit(busy, 0, [], ANNA);
      for (let version = 1; version <= 10; version++) {
        const at = minutesAfter(T0, version);
        await Promise.all([
          store.commit({ ...busy, health: version % 2 ? 'reachable' : 'unreachable' }, version, [], ANNA),
          store.recordInventory(busy, { nodes: [], objectCount: version }, at),
        ]);
        expect(await store.load(busy.tenantId, busy.id)).toMatchObject({ version: version + 1, objectCount: version });
      }
    });

    test('takes sixty nodes at once', async () => {
      const { store } = bench();
      const large = cluster();
      await store.commit(large, 0, [], ANNA);
      const nodes = Array.from({ length: 60 }, (_, i) => seen(`n${i}`));
      await store.recordInventory(large, { nodes, objectCount: 0 }, T0);
      expect(await store.nodes(large.tenantId, large.id)).toHaveLength(60);
    });

    test('brings no removed cluster back', async () => {
      const { store } = bench();
      const gone = cluster();
      await store.commit(gone, 0, [], ANNA);
      await store.remove(gone, [], ANNA);
      await store.recordInventory(gone, { nodes: [], objectCount: 0 }, T0);
      expect(await store.load(gone.tenantId, gone.id)).toBeNull();
    });
  });

  describe('found collectors', () => {
    test('are read back as they were recorded, and a later look replaces them', async () => {
      const { store } = bench();
      const looked = cluster();
      await store.commit(looked, 0, [], ANNA);
      expect(await store.collectors(looked.tenantId, looked.id)).toBeNull();
      const first = report(['daemonset.a.agent.otc', 'daemonset.a.agent.other']);
      await store.recordCollectors(looked, first);
      expect(await store.collectors(looked.tenantId, looked.id)).toEqual(first);
      const second = { ...report(['daemonset.a.agent.otc']), seenAt: minutesAfter(T0, 5), missing: [] };
      await store.recordCollectors(looked, second);
      expect(await store.collectors(looked.tenantId, looked.id)).toEqual(second);
      expect(await store.load(looked.tenantId, looked.id)).toEqual(looked);
    });

    test('go with their cluster, and bring no removed cluster back', async () => {
      const { store } = bench();
      const gone = cluster();
      await store.commit(gone, 0, [], ANNA);
      await store.recordCollectors(gone, report(['daemonset.a.agent.otc']));
      await store.remove(gone, [], ANNA);
      expect(await store.collectors(gone.tenantId, gone.id)).toBeNull();
      await store.recordCollectors(gone, report(['daemonset.a.agent.otc']));
      expect(await store.collectors(gone.tenantId, gone.id)).toBeNull();
      expect(await store.load(gone.tenantId, gone.id)).toBeNull();
    });
  });

  describe('reservations', () => {
    test('a node has one holder, who is shown until it lets go', async () => {
      const { store, hold, release } = bench();
      const held = cluster();
      await store.commit(held, 0, [], ANNA);
      await store.recordInventory(held, { nodes: [seen('n1'), seen('n2')], objectCount: 0 }, T0);
      const holders = async () => (await store.nodes(held.tenantId, held.id)).map(({ reservedBy }) => reservedBy);
      expect(await hold(held, 'n1', 'exp-00000000000a')).toBe(true);
      expect(await hold(held, 'n1', 'exp-00000000000b')).toBe(false);
      expect(await holders()).toEqual(['exp-00000000000a', null]);
      await release(held, 'n1', 'exp-00000000000b');
      expect(await holders()).toEqual(['exp-00000000000a', null]);
      await release(held, 'n1', 'exp-00000000000a');
      expect(await holders()).toEqual([null, null]);
    });

    test('stay when the inventory is replaced', async () => {
      const { store, hold } = bench();
      const held = cluster();
      await store.commit(held, 0, [], ANNA);
      await store.recordInventory(held, { nodes: [seen('n1')], objectCount: 0 }, T0);
      await hold(held, 'n1', 'exp-00000000000a');
      await store.recordInventory(held, { nodes: [seen('n1', { ready: false })], objectCount: 0 }, T0);
      expect(await store.nodes(held.tenantId, held.id)).toMatchObject([{ name: 'n1', reservedBy: 'exp-00000000000a' }]);
    });
  });
};
