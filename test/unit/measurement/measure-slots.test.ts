import { beforeEach, describe, expect, test } from 'vitest';
import type { Epoch, ExperimentId, TenantId } from '../../../src/kernel/identity.ts';
import { secondsBetween } from '../../../src/kernel/instant.ts';
import { type MetricsWorld, memoryMetricsSource } from '../../../src/measurement/adapters/memory-metrics-source.ts';
import { memorySampleStore } from '../../../src/measurement/adapters/memory-sample-store.ts';
import { type MeasureSlots, makeMeasureSlots } from '../../../src/measurement/application/measure-slots.ts';
import type { MetricsFailure } from '../../../src/measurement/application/ports.ts';
import { T0, testClock } from '../../support/platform.ts';

const TENANT = 'acme' as TenantId;
const EXPERIMENT = 'exp-0123456789ab' as ExperimentId;
const EPOCH = 1 as Epoch;
const CRITICAL = ['nginx', 'postgres'];
const GRID = { startedAt: T0, slotSeconds: 60, warmupSeconds: 120 };
const UNREACHABLE: MetricsFailure = { code: 'metrics-source-unreachable', message: 'it is away', facts: {} };

let clock: ReturnType<typeof testClock>;
let samples: ReturnType<typeof memorySampleStore>;
let failure: MetricsFailure | null;
let asked: number;

const WORLD: MetricsWorld = {
  value: (metric, { variant, instant }) => {
    if (metric === 'collector_uptime') return 600 + secondsBetween(T0, instant);
    return variant === 'baseline' ? 1000 : 100;
  },
  processes: () => CRITICAL,
  failure: () => {
    asked += 1;
    return failure;
  },
};

const sourceFor = (nodes: readonly string[], world = WORLD) =>
  memoryMetricsSource({
    scope: { experimentId: EXPERIMENT, epoch: EPOCH, slotSeconds: 60, collectionIntervalSeconds: 10 },
    nodes,
    criticalProcesses: CRITICAL,
    world,
  });

const measure = (more: Partial<MeasureSlots> = {}) =>
  makeMeasureSlots({ samples, clock })({
    tenantId: TENANT,
    experimentId: EXPERIMENT,
    epoch: EPOCH,
    grid: GRID,
    slotsPlanned: 20,
    settleSeconds: 30,
    collectionIntervalSeconds: 10,
    criticalProcesses: CRITICAL,
    stores: [{ source: sourceFor(['node-1']), nodes: ['node-1'] }],
    patienceSeconds: 120,
    ...more,
  });

const recordedSlots = async () => (await samples.list(TENANT, EXPERIMENT, EPOCH)).map(({ slot }) => slot);

beforeEach(() => {
  clock = testClock();
  samples = memorySampleStore();
  failure = null;
  asked = 0;
});

describe('measuring slots', () => {
  test('before the first slot has settled nothing is asked', async () => {
    clock.advance(89);
    expect(await measure()).toEqual({
      recorded: [],
      lastRecorded: null,
      waitingFor: null,
      nextDueAt: '2026-11-21T09:41:30.000Z',
      warnings: [],
    });
    expect(asked).toBe(0);
  });

  test('every due slot is recorded, with one query per metric for all of them', async () => {
    clock.advance(5 * 60 + 30);
    const { recorded, lastRecorded, nextDueAt } = await measure();
    expect(recorded.map(({ slot, phase, endsAt }) => [slot, phase, endsAt])).toEqual([
      [0, 'warmup', '2026-11-21T09:41:00.000Z'],
      [1, 'warmup', '2026-11-21T09:42:00.000Z'],
      [2, 'measured', '2026-11-21T09:43:00.000Z'],
      [3, 'measured', '2026-11-21T09:44:00.000Z'],
      [4, 'measured', '2026-11-21T09:45:00.000Z'],
    ]);
    expect([lastRecorded, nextDueAt]).toEqual([4, '2026-11-21T09:46:30.000Z']);
    expect(asked).toBe(9);
    expect(recorded[2]?.candidate['active_series']).toEqual({ 'node-1': { value: 100 } });
    expect(Object.keys(recorded[2]?.hashes ?? {})).toHaveLength(9);
  });

  test('a second look goes on where the first ended, and both at once record each slot once', async () => {
    clock.advance(2 * 60 + 30);
    await measure();
    clock.advance(2 * 60);
    const [one, other] = await Promise.all([measure(), measure()]);
    expect([...one.recorded, ...other.recorded].map(({ slot }) => slot).sort()).toEqual([2, 3]);
    expect(await recordedSlots()).toEqual([0, 1, 2, 3]);
  });

  test('no more than asked for at once, and nothing after the last planned slot', async () => {
    clock.advance(3600);
    expect((await measure({ atMost: 15 })).lastRecorded).toBe(14);
    expect(await measure({ atMost: 15 })).toMatchObject({ lastRecorded: 19, nextDueAt: null });
    expect(await measure()).toMatchObject({ recorded: [], lastRecorded: 19, nextDueAt: null });
  });

  test('many nodes mean fewer slots at once, so that an answer stays below 2 MB', async () => {
    clock.advance(3600);
    const nodes = Array.from({ length: 1000 }, (_, index) => `node-${index}`);
    const { recorded } = await measure({ stores: [{ source: sourceFor(nodes), nodes }], criticalProcesses: [] });
    expect(recorded).toHaveLength(12);
  });

  test('another epoch begins anew', async () => {
    clock.advance(90);
    await measure();
    const scope = { experimentId: EXPERIMENT, epoch: 2 as Epoch, slotSeconds: 60, collectionIntervalSeconds: 10 };
    const source = memoryMetricsSource({ scope, nodes: ['node-1'], criticalProcesses: CRITICAL, world: WORLD });
    const { recorded } = await measure({ epoch: 2 as Epoch, stores: [{ source, nodes: ['node-1'] }] });
    expect(recorded.map(({ slot, epoch }) => [slot, epoch])).toEqual([[0, 2]]);
  });
});

describe('a store that does not answer', () => {
  test('is asked again until patience ends; then the slot is missing, with the reason', async () => {
    failure = UNREACHABLE;
    clock.advance(60 + 30 + 120);
    expect(await measure()).toMatchObject({
      recorded: [],
      waitingFor: UNREACHABLE,
      nextDueAt: '2026-11-21T09:41:30.000Z',
    });
    clock.advance(1);
    const { recorded, waitingFor } = await measure();
    expect(recorded.map(({ slot }) => slot)).toEqual([0]);
    expect(recorded[0]?.baseline['exported_points']).toEqual({ 'node-1': { missing: 'source_unreachable' } });
    expect(recorded[0]?.candidate['critical_processes_missing']).toEqual({
      'node-1': { missing: 'source_unreachable' },
    });
    expect(recorded[0]?.hashes).toEqual({});
    expect(waitingFor).toEqual(UNREACHABLE);
  });

  test('loses nothing when it comes back in time', async () => {
    failure = UNREACHABLE;
    clock.advance(3 * 60);
    await measure();
    failure = null;
    clock.advance(30);
    expect((await measure()).recorded.map(({ slot }) => slot)).toEqual([0, 1, 2]);
    expect(await recordedSlots()).toEqual([0, 1, 2]);
  });

  test('of two clusters leaves only its own nodes without readings', async () => {
    const dead = sourceFor(['node-2'], { ...WORLD, failure: () => UNREACHABLE });
    clock.advance(60 + 30 + 121);
    const { recorded } = await measure({
      stores: [
        { source: sourceFor(['node-1']), nodes: ['node-1'] },
        { source: dead, nodes: ['node-2'] },
      ],
    });
    expect(recorded[0]?.baseline['active_series']).toEqual({
      'node-1': { value: 1000 },
      'node-2': { missing: 'source_unreachable' },
    });
    expect(recorded[0]?.processes.map(({ node }) => node)).toEqual(['node-1', 'node-2']);
  });

  test('a query that it refuses costs the readings of that query only', async () => {
    const picky = sourceFor(['node-1']);
    const refusesBytes: typeof picky = {
      ...picky,
      range: async (query) =>
        query.promql.includes('http_client_request_body_size_sum')
          ? { accepted: false, refusal: { code: 'metrics-query-refused', message: 'no', facts: {} } }
          : picky.range(query),
    };
    clock.advance(60 + 30 + 121);
    const { recorded } = await measure({ stores: [{ source: refusesBytes, nodes: ['node-1'] }] });
    expect(recorded[0]?.baseline['exported_bytes']).toEqual({ 'node-1': { missing: 'query_refused' } });
    expect(recorded[0]?.baseline['exported_points']).toEqual({ 'node-1': { value: 1000 } });
  });
});
