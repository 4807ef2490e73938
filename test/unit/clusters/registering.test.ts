import { expect, test } from 'vitest';
import { makeChangeCluster } from '../../../src/clusters/application/change-cluster.ts';
import { makeRemoveCluster } from '../../../src/clusters/application/remove-cluster.ts';
import type { ClusterAccess } from '../../../src/clusters/domain/cluster.ts';
import { ANNA, accepted, eksSettings, epoch, makeBench, registered } from './bench.ts';

const direct = (endpoint: string): ClusterAccess => ({
  kind: 'direct',
  endpoint,
  caPem: '-----BEGIN CERTIFICATE-----',
  tokenSecret: 'lab',
});

test('a registered cluster is unknown until a worker has looked, which is asked for at once', async () => {
  const bench = makeBench();
  const cluster = await registered(bench);
  expect(cluster).toMatchObject({ health: 'unknown', version: 1, nodesSeenAt: null, preflight: null });
  expect(bench.queued).toEqual([{ do: 'reconcile', tenantId: 'acme', clusterId: cluster.id }]);
  expect(bench.clusters.events()).toMatchObject([
    { type: 'cluster.registered', data: { cluster_id: cluster.id, name: 'eu-1', kind: 'eks' } },
  ]);
});

test('a second cluster of the same name is refused and nothing is queued for it', async () => {
  const bench = makeBench();
  await registered(bench);
  expect(await bench.register(ANNA, eksSettings())).toMatchObject({
    accepted: false,
    refusal: { code: 'resource-exists' },
  });
  expect(bench.queued).toHaveLength(1);
});

test.each([
  ['https://127.0.0.1:6443', true],
  ['https://127.0.0.1:6444', false],
  ['https://127.0.0.1', false],
  ['https://127.0.0.1:6443/api', false],
  ['https://somebody@127.0.0.1:6443', false],
  ['https://localhost:6443', false],
])('a cluster by the address %s is accepted only when the stage lists it: %s', async (endpoint, isAccepted) => {
  const outcome = await makeBench().register(ANNA, eksSettings({ access: direct(endpoint) }));
  expect(outcome.accepted).toBe(isAccepted);
  if (!outcome.accepted) expect(outcome.refusal.code).toBe('address-not-allowed');
});

test.each([
  ['https://metrics.example.com', true],
  ['http://127.0.0.1:9090', true],
  ['http://127.0.0.1:9091', false],
  ['http://metrics.example.com', false],
  ['https://169.254.169.254', false],
  ['https://10.0.0.7', false],
  ['https://[::1]', false],
  ['https://2130706433', false],
  ['https://localhost', false],
  ['https://prometheus', false],
  ['https://prometheus.monitoring.svc.cluster.local', false],
  ['https://host.internal', false],
])('measurements at %s may be read: %s', async (url, isAccepted) => {
  const outcome = await makeBench().register(ANNA, eksSettings({ metrics: { kind: 'url', url } }));
  expect(outcome.accepted).toBe(isAccepted);
});

test('a role of another account than the cluster is refused', async () => {
  const access = { ...eksSettings().access, accountId: '999999999999' } as ClusterAccess;
  expect(await makeBench().register(ANNA, eksSettings({ access }))).toMatchObject({
    accepted: false,
    refusal: { code: 'validation-failed', errors: [{ pointer: '/access/role_arn' }] },
  });
});

test('an untouched cluster can be removed', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  accepted(await makeRemoveCluster(bench)(ANNA, id, 1));
  expect(await bench.clusters.load(ANNA.tenantId, id)).toBeNull();
  expect(bench.clusters.events().map(({ type }) => type)).toEqual(['cluster.registered', 'cluster.removed']);
});

test('a cluster with a held node cannot, and the holder is named', async () => {
  const bench = makeBench();
  const cluster = await registered(bench);
  await bench.carryOut({ do: 'reconcile', tenantId: 'acme', clusterId: cluster.id });
  bench.clusters.hold(ANNA.tenantId, cluster.id, 'node-a', 'exp-00000000000a', epoch(1));
  const { version } = (await bench.clusters.load(ANNA.tenantId, cluster.id)) ?? { version: 0 };
  expect(await makeRemoveCluster(bench)(ANNA, cluster.id, version)).toMatchObject({
    accepted: false,
    refusal: { code: 'cluster-in-use', message: expect.stringContaining('exp-00000000000a') },
  });
});

test('a cluster on which objects of ours were seen cannot', async () => {
  const bench = makeBench();
  const cluster = await registered(bench);
  await bench.clusters.recordInventory(cluster, { nodes: [], objectCount: 3 }, bench.clock.now());
  expect(await makeRemoveCluster(bench)(ANNA, cluster.id, 1)).toMatchObject({
    accepted: false,
    refusal: { code: 'cluster-in-use', facts: { objectCount: 3 } },
  });
});

test('a stale picture cannot remove it', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  expect(await makeRemoveCluster(bench)(ANNA, id, 7)).toMatchObject({
    accepted: false,
    refusal: { code: 'precondition-failed', facts: { version: 1 } },
  });
});

test('where pipelines may send is said anew, told on the bus by what changed, and only on the newest picture', async () => {
  const bench = makeBench();
  const cluster = accepted(await bench.register(ANNA, eksSettings({ allowedDestinations: ['old.example.com'] })));
  const change = makeChangeCluster(bench);
  const allow = (version: number, ...allowedDestinations: readonly string[]) =>
    change(ANNA, cluster.id, version, { allowedDestinations: [...allowedDestinations] });
  const wanted = ['otlp.example.com:443', 'otlp.example.com:443'];
  expect(accepted(await allow(1, ...wanted))).toMatchObject({
    version: 2,
    settings: { allowedDestinations: ['otlp.example.com:443'] },
  });
  expect(bench.clusters.events().at(-1)).toMatchObject({
    type: 'cluster.changed',
    data: { allowed: ['otlp.example.com:443'], forbidden: ['old.example.com'] },
  });
  expect(await allow(1)).toMatchObject({ accepted: false, refusal: { code: 'precondition-failed' } });
  // nothing new is nothing to say
  expect(accepted(await allow(2, ...wanted)).version).toBe(2);
  expect(accepted(await allow(2)).settings.allowedDestinations).toEqual([]);
  expect(
    await change({ ...ANNA, tenantId: 'globex' as typeof ANNA.tenantId }, cluster.id, 3, { allowedDestinations: [] }),
  ).toMatchObject({
    accepted: false,
    refusal: { code: 'resource-not-found' },
  });
});
