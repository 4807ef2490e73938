import { describe, expect, test } from 'vitest';
import { blockBootstrap, seededUniform } from '../../../src/judgement/domain/bootstrap.ts';
import { conditionalBinomial, sampleRatioMismatch, wilsonInterval } from '../../../src/judgement/domain/counts.ts';
import { fleetInterval, stratifiedFleetInterval } from '../../../src/judgement/domain/fleet.ts';
import { horizonBounds } from '../../../src/judgement/domain/horizon-bounds.ts';
import { KAPPA, longRunVariance, neweyWest, seriesOf } from '../../../src/judgement/domain/long-run-variance.ts';
import { makeSmallSampleWidening, withPrior } from '../../../src/judgement/domain/monitor-rule.ts';
import { benjaminiHochberg, holm } from '../../../src/judgement/domain/multiplicity.ts';
import { sumOf } from '../../../src/judgement/domain/numbers.ts';
import { slotsForPower } from '../../../src/judgement/domain/power.ts';
import { oneSidedWidth, twoSidedWidth } from '../../../src/judgement/domain/sequences.ts';
import references from '../../references/statistics.json' with { type: 'json' };
import { noisy } from './evidence-of.ts';

/** Relative, against values that scipy, statsmodels or numpy computed (`test/references/statistics.py`). */
const expectClose = (actual: number | null | undefined, expected: number | null, accuracy = 1e-9): void => {
  if (expected === null) expect(actual ?? null).toBeNull();
  else expect(Math.abs((actual ?? Number.NaN) / expected - 1), `${actual} against ${expected}`).toBeLessThan(accuracy);
};

describe('long-run variance', () => {
  test.each(references.neweyWest.map((row) => [row.x.length, row] as const))(
    'of %i values has the Newey-West part of statsmodels',
    (_, row) => {
      const series = seriesOf(row.x);
      expectClose(neweyWest(series), row.neweyWest);
      expectClose(series.autocovariance(0), row.variance);
      expectClose(series.autocovariance(1) / series.autocovariance(0), row.lagOne, 1e-8);
    },
  );

  test('is never below Newey-West and never below the plain variance', () => {
    for (const row of references.neweyWest) {
      const series = seriesOf(row.x);
      const found = longRunVariance(series, KAPPA.run);
      expect(found?.value).toBeGreaterThanOrEqual(Math.max(neweyWest(series), series.autocovariance(0)));
      expect(found?.autocorrelation).toBeGreaterThanOrEqual(0);
    }
  });

  test('does not exist for four values or for constants, and does for five', () => {
    expect(longRunVariance(seriesOf([1, 2, 3, 4]), 1.5)).toBeUndefined();
    expect(longRunVariance(seriesOf([3, 3, 3, 3, 3, 3]), 1.5)).toBeUndefined();
    expect(longRunVariance(seriesOf([1, 2, 3, 4, 4]), 1.5)).toBeDefined();
  });

  test('keeps its precision far from zero', () => {
    const near = noisy({ length: 200, level: 1 }).map(Math.log);
    const far = near.map((x) => x + 4096);
    expectClose(longRunVariance(seriesOf(far), 1.5)?.value, longRunVariance(seriesOf(near), 1.5)?.value ?? null, 1e-8);
  });
});

describe.each(references.algorithms.map((row, index) => [index, row] as const))('algorithms on series %i', (_, row) => {
  const series = seriesOf(row.x);
  const n = row.x.length;

  test('A: inflation and variance', () => {
    for (const [kappa, expected] of [
      [1.5, row.a15],
      [3, row.a30],
    ] as const) {
      const found = longRunVariance(series, kappa);
      expectClose(found?.value, expected.value);
      expectClose(found?.inflation, expected.inflation);
      expectClose(found?.effectiveN, expected.effectiveN);
    }
  });

  test('C: harm bound with history', () => {
    const own = longRunVariance(series, 1.5)?.value ?? Number.NaN;
    const prior = { variance: row.history, autocorrelation: 0, source: 'pairs_history' } as const;
    const bound = series.mean() - Math.sqrt(withPrior(own, n, prior)) * oneSidedWidth(n, row.alpha, row.horizon);
    expectClose(bound, row.harmWithHistory);
  });

  test('D: harm bound without history', () => {
    const own = longRunVariance(series, 3);
    if (own === undefined || row.harmWithout === null) return;
    const widening = makeSmallSampleWidening(row.alpha)(own.effectiveN);
    expectClose(
      series.mean() - Math.sqrt(own.value) * oneSidedWidth(n, row.alpha, row.horizon) * widening,
      row.harmWithout,
    );
  });

  test('E: bounds at the horizon and their p', () => {
    const own = longRunVariance(series, 1.5);
    if (own === undefined) throw new Error('varies');
    const prior = { variance: row.history, autocorrelation: 0, source: 'pairs_history' } as const;
    const withHistory = horizonBounds(series.mean(), n, own, prior, 0.05);
    const alone = horizonBounds(series.mean(), n, own, undefined, 0.05);
    expectClose(withHistory?.lower, row.finalWithHistory[0] ?? null);
    expectClose(withHistory?.upper, row.finalWithHistory[1] ?? null);
    expectClose(alone?.lower, row.finalWithout[0] ?? null);
    expectClose(alone?.upper, row.finalWithout[1] ?? null);
    expectClose(alone?.pBelow(0.02), row.pBelow, 1e-8);
  });
});

describe('confidence sequences', () => {
  test.each(references.sequences.oneSided)(
    'one-sided after $n of $horizon at $alpha is never narrower than exact',
    (row) => {
      const width = oneSidedWidth(row.n, row.alpha, row.horizon);
      expectClose(width, row.closed);
      expect(width).toBeGreaterThanOrEqual(row.exact);
      expect(width).toBeLessThan(row.exact * 1.1);
    },
  );

  test.each(references.sequences.twoSided)('two-sided after $n of $horizon at $alpha is the normal mixture', (row) => {
    expectClose(twoSidedWidth(row.n, row.alpha, row.horizon), row.width);
  });

  test('widen when alpha falls', () => {
    expect(oneSidedWidth(30, 0.01, 120)).toBeGreaterThan(oneSidedWidth(30, 0.05, 120));
    expect(twoSidedWidth(30, 0.01, 120)).toBeGreaterThan(twoSidedWidth(30, 0.05, 120));
  });
});

describe('several claims', () => {
  test.each(references.multiplicity)('adjusted p of $p agree with statsmodels', (row) => {
    for (const [index, p] of holm(row.p).entries()) expectClose(p, row.holm[index] ?? null);
    for (const [index, p] of benjaminiHochberg(row.p).entries()) expectClose(p, row.benjaminiHochberg[index] ?? null);
  });

  test('what was not computed stays null and is not counted', () => {
    expect(holm([0.01, null])).toEqual([0.01, null]);
    expect(benjaminiHochberg([null, Number.NaN])).toEqual([null, null]);
  });
});

describe('counts', () => {
  test.each(references.counts.wilson)("Wilson's interval of %i of %i", (successes, draws, lower, upper) => {
    const interval = wilsonInterval(successes, draws);
    expect(interval?.lower).toBeCloseTo(lower, 12);
    expect(interval?.upper).toBeCloseTo(upper, 12);
  });

  test('chi-square of shares agrees with scipy', () => {
    for (const [counts, weights, p] of references.counts.chiSquare as [number[], number[], number][]) {
      const found = sampleRatioMismatch(counts, weights);
      expect(found.status).toBe('ok');
      expectClose(found.p, p);
    }
  });

  test('a count without weight is a leak, too few counts are no test', () => {
    expect(sampleRatioMismatch([10, 1], [1, 0])).toEqual({ status: 'leak', p: null });
    expect(sampleRatioMismatch([4, 5], [1, 1])).toEqual({ status: 'insufficient', p: null });
  });

  test('rare errors: all of five in the candidate have one chance in 32', () => {
    expect(conditionalBinomial(0, 5)).toBeCloseTo(1 / 32, 14);
    expect(conditionalBinomial(0, 0)).toBeNull();
    expect(conditionalBinomial(-1, 5)).toBeNull();
    expect(conditionalBinomial(1, 2, { allowedRateRatio: 2 })).toBeCloseTo(
      (2 / 3) ** 3 + 3 * (2 / 3) ** 2 * (1 / 3),
      12,
    );
  });
});

test.each(references.planner)('proving $delta takes as many slots as statsmodels says', (row) => {
  expect(slotsForPower(row.delta, row.longRunVariance, 0.05, 0.8)).toBe(Math.ceil(row.slots));
});

test('no distance, no plan', () => {
  expect(slotsForPower(0, 1, 0.05, 0.8)).toBeNull();
  expect(slotsForPower(-0.1, 1, 0.05, 0.8)).toBeNull();
});

describe('interval over nodes', () => {
  test.each(references.fleet)('of $population nodes agrees with numpy and scipy', (row) => {
    const found = fleetInterval(row.effects, row.volumes, row.population, 0.05);
    expectClose(found.effect, row.mean);
    expectClose(found.effectiveNodes, row.effectiveNodes);
    expectClose(found.lower, row.lower);
    expectClose(found.upper, row.upper);
  });

  test.each(references.stratifiedFleet)('of several kinds of nodes agrees with numpy and scipy', (row) => {
    const found = stratifiedFleetInterval(row.strata, 0.05);
    expectClose(found.effect, row.mean);
    expectClose(found.effectiveNodes, row.effectiveNodes);
    expectClose(found.lower, row.lower);
    expectClose(found.upper, row.upper);
  });

  test('of several kinds has no width when every node was measured', () => {
    const kind = (effects: readonly number[]) => ({
      effects,
      volumes: effects.map(() => 1),
      populationNodes: effects.length,
    });
    const found = stratifiedFleetInterval([kind([-0.1, -0.3]), kind([0, 0.2, 0.4])], 0.05);
    expect(found.effect).toBeCloseTo(0.04, 12);
    expect([found.lower, found.upper]).toEqual([found.effect, found.effect]);
  });

  test('of several kinds covers the truth of the fleet in at least 93 of 100 draws', () => {
    const normal = normalOf(seededUniform(11));
    const kinds = [
      { nodes: 200, measured: 8, effect: -0.3, volume: 1 },
      { nodes: 60, measured: 4, effect: -0.1, volume: 4 },
      { nodes: 40, measured: 3, effect: 0.05, volume: 2 },
    ];
    const draws = 1500;
    let covered = 0;
    for (let draw = 0; draw < draws; draw++) {
      const fleet = kinds.map(({ nodes, effect, volume }) =>
        Array.from({ length: nodes }, () => ({
          effect: effect + 0.1 * normal(),
          volume: volume * Math.exp(0.4 * normal()),
        })),
      );
      const all = fleet.flat();
      const truth = sumOf(all.map((node) => node.effect * node.volume)) / sumOf(all.map(({ volume }) => volume));
      const { lower, upper } = stratifiedFleetInterval(
        kinds.map(({ nodes, measured }, kind) => {
          const some = (fleet[kind] ?? []).slice(0, measured);
          return {
            effects: some.map((node) => node.effect),
            volumes: some.map(({ volume }) => volume),
            populationNodes: nodes,
          };
        }),
        0.05,
      );
      if (lower <= truth && truth <= upper) covered += 1;
    }
    expect(covered / draws).toBeGreaterThan(0.93);
  });
});

const normalOf = (uniform: () => number) => (): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

describe('block bootstrap', () => {
  const shared = noisy({ seed: 3, variation: 0.1 });
  const own = noisy({ seed: 4, level: 1, variation: 0.01 });
  const candidate = shared.map((value, t) => value * (own[t] as number) * 0.8);

  test('is the same for the same seed', () => {
    const once = blockBootstrap(shared, candidate, seededUniform(9));
    expect(blockBootstrap(shared, candidate, seededUniform(9))).toEqual(once);
    expect(once?.ratio).toBeCloseTo(0.8, 2);
    expect(once?.lower).toBeLessThan(once?.ratio ?? 0);
  });

  test('keeps shared noise shared: unpaired variants give a much wider interval', () => {
    const paired = blockBootstrap(shared, candidate, seededUniform(9));
    const elsewhere = noisy({ seed: 5, variation: 0.1, level: 800 });
    const unpaired = blockBootstrap(shared, elsewhere, seededUniform(9));
    const width = (b: typeof paired): number => (b?.upper ?? 0) - (b?.lower ?? 0);
    expect(width(unpaired)).toBeGreaterThan(3 * width(paired));
  });

  test('needs four blocks', () => {
    expect(blockBootstrap([1, 2, 3], [1, 2, 3], seededUniform(1))).toBeNull();
  });
});
