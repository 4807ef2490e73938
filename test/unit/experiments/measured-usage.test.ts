import { describe, expect, test } from 'vitest';
import type { Interval } from '../../../src/cost/domain/interval.ts';
import type { Amount } from '../../../src/cost/domain/usage.ts';
import { experimentUse, measuredUsage } from '../../../src/experiments/domain/measured-usage.ts';
import type { Effect } from '../../../src/experiments/domain/verdict.ts';
import type { Epoch } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import type { MetricName, Reading, Sample } from '../../../src/measurement/domain/sample.ts';
import { EXPERIMENT, T0 } from '../../support/builders.ts';

type Values = Partial<Record<MetricName, readonly [baseline: number | null, candidate: number | null]>>;

/** A slot of ten seconds in which every node shows the same; null: nothing was read. */
const slot = (number: number, values: Values, nodes = 2, phase: Sample['phase'] = 'measured'): Sample => {
  const readings = (place: 0 | 1) =>
    Object.fromEntries(
      Object.entries(values).map(([metric, pair]): [string, Record<string, Reading>] => {
        const value = pair[place];
        const reading: Reading = value === null ? { missing: 'no_series' } : { value };
        return [metric, Object.fromEntries(Array.from({ length: nodes }, (_, index) => [`node-${index}`, reading]))];
      }),
    );
  return {
    experimentId: EXPERIMENT,
    epoch: 1 as Epoch,
    slot: number,
    endsAt: secondsAfter(T0, (number + 1) * 10),
    phase,
    baseline: readings(0),
    candidate: readings(1),
    processes: [],
    measuredAt: T0,
    hashes: {},
  };
};

const STEADY: Values = {
  active_series: [500, 70],
  exported_points: [1000, 140],
  exported_bytes: [40_000, 7000],
  collector_cpu_seconds: [0.2, 0.3],
  collector_memory_bytes: [90e6, 95e6],
};
const slots = (count: number, valuesOf: (number: number) => Values = () => STEADY, nodes = 2) =>
  Array.from({ length: count }, (_, index) => slot(index, valuesOf(index), nodes));

const effect = (
  metric: Effect['metric'],
  bounds: Pick<Effect, 'effect' | 'lower' | 'upper'>,
  change: Partial<Effect> = {},
) => ({ metric, role: 'diagnostic', scale: 'ratio', ...bounds, ...change }) as Effect;

/** Where an interval is expected. */
const boundsOf = (amount: Amount | undefined): Interval => {
  if (typeof amount !== 'object') throw new Error(`${amount} has no bounds`);
  return amount;
};

describe('usage as it was measured', () => {
  test('points per slot become points a minute, CPU seconds become cores, and nodes add up', () => {
    const usage = measuredUsage(slots(5), [], { nodes: 2, slotSeconds: 10 });
    expect(usage).toMatchObject({
      baseline: {
        series: 1000,
        pointsPerMinute: 12_000,
        hosts: 2,
        cores: expect.closeTo(0.04, 12),
        memoryBytes: 180e6,
      },
      candidate: { series: 140, pointsPerMinute: 1680, hosts: 2, cores: expect.closeTo(0.06, 12), memoryBytes: 190e6 },
      change: {},
      slots: 5,
      wireBytesPerPoint: { baseline: 40, candidate: 50 },
    });
  });

  test('a level that varies has bounds around it', () => {
    const varied = (index: number): Values => ({
      ...STEADY,
      exported_points: [1000 + 20 * Math.sin(index * 1.7), 140],
    });
    const { baseline } = measuredUsage(slots(30, varied), [], { nodes: 2, slotSeconds: 10 }) ?? {};
    expect(baseline?.pointsPerMinute).toMatchObject({ estimate: expect.closeTo(12_000, -2) });
    const { low, high } = boundsOf(baseline?.pointsPerMinute);
    expect(low).toBeLessThan(12_000);
    expect(high).toBeGreaterThan(12_000);
    expect(high - low).toBeLessThan(300);
    expect(baseline?.series).toBe(1000);
  });

  test('four slots are too few, five are enough, and warm-up counts for neither', () => {
    const known = (samples: readonly Sample[]) => measuredUsage(samples, [], { nodes: 2, slotSeconds: 10 }) !== null;
    const warm = slots(9).map((each): Sample => ({ ...each, phase: 'warmup' }));
    expect([known(slots(4)), known(slots(5)), known(warm)]).toEqual([false, true, false]);
    expect(known([])).toBe(false);
  });

  test('of ten nodes one may be missing, the others stand for it; without two the slot does not count', () => {
    const without = (missing: number) =>
      slots(5, () => STEADY, 10).map(
        (each): Sample => ({
          ...each,
          baseline: {
            ...each.baseline,
            exported_points: Object.fromEntries(
              Object.entries(each.baseline['exported_points'] ?? {}).map(([node, reading], index) => [
                node,
                index < missing ? { missing: 'late' as const } : reading,
              ]),
            ),
          },
        }),
      );
    const of = (missing: number) => measuredUsage(without(missing), [], { nodes: 10, slotSeconds: 10 });
    expect(of(1)?.baseline.pointsPerMinute).toBe(60_000);
    expect(of(2)).toBeNull();
  });

  test('what is known of one variant only is left out of both', () => {
    const usage = measuredUsage(
      slots(5, () => ({ ...STEADY, collector_cpu_seconds: [0.2, null] })),
      [],
      { nodes: 2, slotSeconds: 10 },
    );
    expect([usage?.baseline.cores, usage?.candidate.cores]).toEqual([undefined, undefined]);
    expect(usage?.baseline.memoryBytes).toBe(180e6);
  });

  test('ratios are those that were judged side by side, when they have an interval', () => {
    const effects = [
      effect('exported_points', { effect: -0.86, lower: -0.88, upper: -0.85 }),
      effect('active_series', { effect: -0.86, lower: null, upper: null }),
    ];
    const usage = measuredUsage(slots(5), effects, { nodes: 2, slotSeconds: 10 });
    expect(usage?.change).toEqual({
      pointsPerMinute: {
        low: expect.closeTo(0.12, 9),
        estimate: expect.closeTo(0.14, 9),
        high: expect.closeTo(0.15, 9),
      },
    });
  });

  test('a limit is no comparison, and nothing has less than nothing', () => {
    const effects = [
      effect('active_series', { effect: -0.5, lower: -0.6, upper: -0.4 }, { role: 'limit' }),
      effect('exported_points', { effect: -0.9, lower: -1.2, upper: -0.5 }),
    ];
    const usage = measuredUsage(slots(5), effects, { nodes: 2, slotSeconds: 10 });
    expect(usage?.change).toEqual({ pointsPerMinute: { low: 0, estimate: expect.closeTo(0.1, 9), high: 0.5 } });
  });

  test('of a fleet the bounds are over nodes: unlike nodes, wide bounds', () => {
    const unlike = slots(5, () => STEADY, 6).map(
      (each): Sample => ({
        ...each,
        baseline: {
          ...each.baseline,
          exported_points: Object.fromEntries(
            Object.keys(each.baseline['exported_points'] ?? {}).map((node, index) => [
              node,
              { value: 500 + 200 * index },
            ]),
          ),
        },
      }),
    );
    const usage = measuredUsage(unlike, [], { nodes: 6, slotSeconds: 10, fleetNodes: 100 });
    expect(usage?.baseline.hosts).toBe(100);
    expect(usage?.baseline.series).toMatchObject({ low: expect.closeTo(50_000, 6), high: expect.closeTo(50_000, 6) });
    const points = boundsOf(usage?.baseline.pointsPerMinute);
    expect(points.estimate).toBeCloseTo(600_000, 6);
    expect(points.low).toBeLessThan(450_000);
    expect(points.high).toBeGreaterThan(750_000);
  });
});

test('an experiment uses what all of its collectors use, from warm-up on', () => {
  const samples = [slot(0, STEADY, 2, 'warmup'), slot(1, STEADY), slot(2, { ...STEADY, exported_points: [null, 140] })];
  const use = experimentUse(samples, 10);
  expect(use.coreSeconds).toBeCloseTo(3 * 2 * 0.5, 9);
  expect(use.memoryMibSeconds).toBeCloseTo((3 * 2 * 185e6 * 10) / 1024 ** 2, 6);
  expect(use.samples).toBe(2 * (1140 + 1140 + 140));
});
