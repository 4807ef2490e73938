import { expect, test } from 'vitest';
import { makeScheduleClusterWork } from '../../../src/clusters/application/schedule-cluster-work.ts';
import { makeSweepCluster } from '../../../src/clusters/application/sweep-cluster.ts';
import { Instant, minutesAfter } from '../../../src/kernel/instant.ts';
import { refuse } from '../../../src/kernel/outcome.ts';
import {
  ANNA,
  accepted,
  eksSettings,
  epoch,
  METRICS_SOURCE_ANSWERS,
  makeBench,
  node,
  registered,
  wanted,
} from './bench.ts';

const unreachable = refuse('cluster-unreachable', 'connect ECONNREFUSED').refusal;
const typesOf = (bench: ReturnType<typeof makeBench>) => bench.clusters.events().map(({ type }) => type);

test('a look makes the cluster reachable and fills the inventory', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  bench.kubernetes.setNodes([node('node-a'), node('node-b')]);
  await bench.kubernetes.apply(wanted('exp-a', 1, null));
  expect(await bench.carryOut({ do: 'reconcile', tenantId: 'acme', clusterId: id })).toEqual({ work: 'done' });
  expect(await bench.clusters.load(ANNA.tenantId, id)).toMatchObject({
    health: 'reachable',
    healthMessage: null,
    nodesSeenAt: bench.clock.now(),
    objectCount: 2,
  });
  expect((await bench.clusters.nodes(ANNA.tenantId, id)).map(({ name }) => name)).toEqual(['node-a', 'node-b']);
});

test('each change of health is told once, a second look in the same state says nothing', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const look = () => bench.carryOut({ do: 'reconcile', tenantId: 'acme', clusterId: id });
  await look();
  await look();
  bench.kubernetes.setFailure(unreachable);
  expect(await look()).toMatchObject({
    work: 'refused',
    code: 'cluster-unreachable',
    reason: 'connect ECONNREFUSED',
  });
  await look();
  bench.kubernetes.setFailure(null);
  await look();
  expect(typesOf(bench)).toEqual([
    'cluster.registered',
    'cluster.reachable',
    'cluster.unreachable',
    'cluster.reachable',
  ]);
  expect(await bench.clusters.load(ANNA.tenantId, id)).toMatchObject({ health: 'reachable', version: 4 });
});

test('an unreachable cluster keeps the inventory of the last look', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  await bench.carryOut({ do: 'reconcile', tenantId: 'acme', clusterId: id });
  bench.kubernetes.setFailure(unreachable);
  await bench.carryOut({ do: 'reconcile', tenantId: 'acme', clusterId: id });
  expect(await bench.clusters.nodes(ANNA.tenantId, id)).toHaveLength(1);
  expect(await bench.clusters.load(ANNA.tenantId, id)).toMatchObject({
    health: 'unreachable',
    healthMessage: 'connect ECONNREFUSED',
  });
});

test('a preflight ends its operation and is kept with the cluster', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const operation = accepted(await bench.request(ANNA, id, 'preflight'));
  expect(operation).toMatchObject({ kind: 'cluster.preflight', subject: id, state: 'pending' });
  const message = bench.queued.at(-1);
  if (message === undefined) throw new Error('nothing was queued');
  await bench.carryOut(message);
  expect(await bench.operations.load(ANNA.tenantId, operation.id)).toMatchObject({
    state: 'succeeded',
    result: { passed: true },
    finishedAt: bench.clock.now(),
  });
  expect(await bench.clusters.load(ANNA.tenantId, id)).toMatchObject({ preflight: { passed: true }, version: 2 });
  expect(await bench.carryOut(message)).toEqual({ work: 'nothing-to-do' });
  expect(typesOf(bench)).toEqual(['cluster.registered', 'cluster.checked']);
});

test('whoever asks for a preflight has the cluster looked at, too, and neither finding gets lost', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  bench.queued.length = 0;
  accepted(await bench.request(ANNA, id, 'preflight'));
  expect(bench.queued.map((message) => message.do)).toEqual(['reconcile', 'preflight']);
  await Promise.all(bench.queued.map(bench.carryOut));
  expect(await bench.clusters.load(ANNA.tenantId, id)).toMatchObject({
    health: 'reachable',
    preflight: { passed: true },
    version: 3,
  });
  expect(typesOf(bench).toSorted()).toEqual(['cluster.checked', 'cluster.reachable', 'cluster.registered']);
});

test.each([
  [{ severity: 'blocking' }, false],
  [{ severity: 'warning' }, true],
] as const)('a metrics source found wanting is a line of the checklist: %j passes: %s', async (how, passes) => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const found = { ...METRICS_SOURCE_ANSWERS, ...how, passed: false, message: 'it is away', fix: 'start it' };
  bench.setMetricsSource(found);
  const operation = accepted(await bench.request(ANNA, id, 'preflight'));
  await bench.carryOut({ do: 'preflight', tenantId: 'acme', clusterId: id, operationId: operation.id });
  const cluster = await bench.clusters.load(ANNA.tenantId, id);
  expect(cluster?.preflight?.passed).toBe(passes);
  expect(cluster?.preflight?.checks.map(({ name }) => name)).toEqual(['namespace', 'metrics-source']);
  expect(cluster?.preflight?.checks.at(-1)).toEqual(found);
  expect(bench.clusters.events().at(-1)).toMatchObject({
    type: 'cluster.checked',
    data: { passed: passes, failed: ['metrics-source'] },
  });
});

test('a cluster that does not answer ends the operation as failed, with the reason', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const operation = accepted(await bench.request(ANNA, id, 'objects'));
  bench.kubernetes.setFailure(unreachable);
  await bench.carryOut({ do: 'objects', tenantId: 'acme', clusterId: id, operationId: operation.id });
  expect(await bench.operations.load(ANNA.tenantId, operation.id)).toMatchObject({
    state: 'failed',
    result: null,
    problem: { code: 'cluster-unreachable', message: 'connect ECONNREFUSED' },
  });
});

test('an operation lists everything of ours', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  await bench.kubernetes.apply(wanted('exp-a', 1, null));
  const operation = accepted(await bench.request(ANNA, id, 'objects'));
  await bench.carryOut({ do: 'objects', tenantId: 'acme', clusterId: id, operationId: operation.id });
  expect(await bench.operations.load(ANNA.tenantId, operation.id)).toMatchObject({
    state: 'succeeded',
    // in the names of the wire: nobody between the worker and its reader knows what it holds
    result: { items: [{ name: 'exp-a' }, { name: 'exp-a-settings', owner: 'exp-a', epoch: 1, expires_at: null }] },
  });
});

test('nothing is asked of a cluster of another tenant', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const stranger = { ...ANNA, tenantId: 'globex' as typeof ANNA.tenantId };
  expect(await bench.request(stranger, id, 'objects')).toMatchObject({
    accepted: false,
    refusal: { code: 'resource-not-found' },
  });
});

test('readiness is handed on to whoever knows experiments', async () => {
  const bench = makeBench();
  const message = {
    do: 'readiness',
    tenantId: 'acme',
    experimentId: 'exp-00000000000a',
    epoch: 1,
    attempt: 0,
  } as const;
  await bench.carryOut(message);
  expect(bench.readinessAsked).toEqual([message]);
});

test('a sweep removes what expired, what ended and what nobody knows, and leaves what is wanted', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const now = bench.clock.now();
  await bench.kubernetes.apply(wanted('exp-expired', 1, minutesAfter(now, -1)));
  await bench.kubernetes.apply(wanted('exp-ended', 2, minutesAfter(now, 60)));
  await bench.kubernetes.apply(wanted('exp-stranger', 1, null));
  await bench.kubernetes.apply(wanted('exp-wanted', 1, minutesAfter(now, 1)));
  bench.fates.set('exp-expired', 'wanted').set('exp-ended', 'ended').set('exp-wanted', 'wanted');
  expect(await bench.carryOut({ do: 'sweep', tenantId: 'acme', clusterId: id })).toMatchObject({
    work: 'done',
    swept: expect.arrayContaining([
      { owner: 'exp-expired', epoch: 1, because: 'expired', remaining: 0 },
      { owner: 'exp-ended', epoch: 2, because: 'ended', remaining: 0 },
      { owner: 'exp-stranger', epoch: 1, because: 'unknown', remaining: 0 },
    ]),
  });
  const left = accepted(await bench.kubernetes.objects()).map(({ owner }) => owner);
  expect(new Set(left)).toEqual(new Set(['exp-wanted']));
});

test('a sweep at the very moment of expiry leaves it, a millisecond later it goes', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  await bench.kubernetes.apply(wanted('exp-edge', 1, bench.clock.now()));
  bench.fates.set('exp-edge', 'wanted');
  expect(await bench.carryOut({ do: 'sweep', tenantId: 'acme', clusterId: id })).toEqual({ work: 'done', swept: [] });
  bench.clock.advance(0.001);
  expect(await bench.carryOut({ do: 'sweep', tenantId: 'acme', clusterId: id })).toMatchObject({
    swept: [{ owner: 'exp-edge' }],
  });
});

test('the older life of a wanted owner goes alone', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  await bench.kubernetes.apply({
    ...wanted('exp-a', 1, null),
    objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'old' } }],
  });
  await bench.kubernetes.apply(wanted('exp-a', 2, null));
  const outdated = {
    fateOf: async (_: unknown, __: unknown, life: number) => (life === 2 ? 'wanted' : 'ended'),
  } as const;
  const cluster = await bench.clusters.load(ANNA.tenantId, id);
  if (cluster === null) throw new Error('the cluster is gone');
  const connections = { open: async () => ({ accepted: true as const, value: bench.kubernetes }) };
  const sweep = makeSweepCluster({ connections, ledger: outdated, clock: bench.clock });
  expect(accepted(await sweep(cluster))).toEqual([{ owner: 'exp-a', epoch: epoch(1), because: 'ended', remaining: 0 }]);
  expect(accepted(await bench.kubernetes.objects()).map(({ name }) => name)).toEqual(['exp-a', 'exp-a-settings']);
});

test('every cluster is looked at on each tick, and swept once an hour', async () => {
  const bench = makeBench();
  const one = await registered(bench);
  const two = accepted(await bench.register(ANNA, eksSettings({ name: 'eu-2' })));
  bench.queued.length = 0;
  const schedule = makeScheduleClusterWork(bench);
  await schedule(Instant.parse('2026-11-21T09:40:00.000Z'));
  expect(bench.queued).toEqual([one, two].map(({ id }) => ({ do: 'reconcile', tenantId: 'acme', clusterId: id })));
  bench.queued.length = 0;
  await schedule(Instant.parse('2026-11-21T10:04:59.999Z'));
  expect(bench.queued.map((message) => message.do)).toEqual(['reconcile', 'sweep', 'reconcile', 'sweep']);
  bench.queued.length = 0;
  await schedule(Instant.parse('2026-11-21T10:05:00.000Z'));
  expect(bench.queued.map((message) => message.do)).toEqual(['reconcile', 'reconcile']);
});
