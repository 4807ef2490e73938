import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EvidenceBundle } from '../../../src/judgement/contract/bundle.ts';
import type { Judgement, MetricLook } from '../../../src/judgement/contract/judgement.ts';
import { judge, lookAt } from '../../../src/judgement/domain/judge.ts';
import { longRunVariance, seriesOf } from '../../../src/judgement/domain/long-run-variance.ts';
import { replay } from '../../../src/judgement/domain/replay.ts';
import { hasSameNumbers, isSame } from '../../../src/judgement/domain/same.ts';
import { evidenceOf, guardrail, noisy, primary, times } from './evidence-of.ts';
import { naiveHorizon, naiveLongRunVariance, naiveMonitor } from './naive-judge.ts';

const RUNS = { numRuns: 40, seed: 4711 };

const noise = fc.record({
  seed: fc.integer({ min: 1, max: 1e6 }),
  length: fc.integer({ min: 6, max: 90 }),
  rho: fc.constantFrom(0, 0.3, 0.6, 0.9),
  variation: fc.constantFrom(0.01, 0.05, 0.3),
});
const pair = fc
  .tuple(noise, fc.integer({ min: 1, max: 1e6 }), fc.constantFrom(0.7, 1, 1.05, 1.3))
  .map(([model, seed, factor]) => ({
    baseline: noisy(model),
    candidate: times(noisy({ ...model, seed: seed + 1e6 }), factor),
  }));

const close = (actual: number | null | undefined, expected: number | null | undefined, accuracy = 1e-8): void => {
  if (expected == null || actual == null) expect(actual ?? null).toBe(expected ?? null);
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(accuracy * Math.max(1e-6, Math.abs(expected)));
};

/** Looks without their numbers' last digits. */
const boundsOf = (judgement: Judgement, name: string): (number | null)[] =>
  judgement.looks.flatMap(({ metrics }) => metrics.filter((m) => m.name === name).map((m) => m.harmBound));

describe('against a second, naive implementation', () => {
  test('long-run variance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 80 }),
        fc.constantFrom(1, 1.5, 3),
        (x, kappa) => {
          const found = longRunVariance(seriesOf(x), kappa);
          const naive = naiveLongRunVariance(x, kappa);
          // the naive mean of equal values may differ from them by a last digit
          if (new Set(x).size === 1) expect(found).toBeUndefined();
          else close(found?.value, naive?.value, 1e-6);
        },
      ),
      RUNS,
    );
  });

  test.each([1, 2, 4])('every look and the horizon, with %i guardrails, without history', (guardrails) => {
    fc.assert(
      fc.property(pair, ({ baseline, candidate }) => {
        const metrics = Array.from({ length: guardrails }, (_, index) =>
          guardrail(baseline, index === 0 ? candidate : baseline, { name: `g${index}`, abortMargin: 0.02 }),
        );
        const judgement = judge(evidenceOf([primary(baseline, baseline), ...metrics]));
        const x = baseline.map((a, t) => Math.log(candidate[t] as number) - Math.log(a));
        const naive = naiveMonitor(x, { alpha: 0.05, guardrails, horizon: x.length, line: Math.log(1.02) });
        const bounds = boundsOf(judgement, 'g0');
        for (const [index, bound] of bounds.entries()) close(bound, naive.bounds[index]);
        expect(judgement.verdict?.verdict === 'abort_harm' ? judgement.verdict.decidedAtSlot : null).toBe(
          naive.abortedAt,
        );
        if (naive.abortedAt === null) {
          const decided = judgement.verdict?.onMeasuredNodes.find(({ name }) => name === 'g0');
          close(decided?.lower, naiveHorizon(x, 0.05)?.lower);
          close(decided?.upper, naiveHorizon(x, 0.05)?.upper);
        }
      }),
      RUNS,
    );
  });

  test('every look, with history', () => {
    const past = { baseline: noisy({ seed: 5, length: 720 }), candidate: noisy({ seed: 6, length: 720 }) };
    const pastContrast = past.baseline.map((a, t) => Math.log(past.candidate[t] as number) - Math.log(a));
    const prior = naiveLongRunVariance(pastContrast, 1)?.value ?? Number.NaN;
    fc.assert(
      fc.property(pair, ({ baseline, candidate }) => {
        const metric = guardrail(baseline, candidate, { name: 'g', abortMargin: 0 });
        const judgement = judge(evidenceOf([primary(baseline, baseline), metric], {}, { history: { g: past } }));
        const x = baseline.map((a, t) => Math.log(candidate[t] as number) - Math.log(a));
        const naive = naiveMonitor(x, { alpha: 0.05, guardrails: 1, horizon: x.length, line: 0, prior });
        for (const [index, bound] of boundsOf(judgement, 'g').entries()) close(bound, naive.bounds[index]);
        expect(judgement.verdict?.verdict === 'abort_harm' ? judgement.verdict.decidedAtSlot : null).toBe(
          naive.abortedAt,
        );
      }),
      RUNS,
    );
  });
});

describe('symmetries', () => {
  const lookOf = (
    baseline: readonly number[],
    candidate: readonly number[],
    criterion: object = {},
  ): MetricLook | undefined =>
    lookAt(
      evidenceOf([
        { criterion: { name: 'm', role: 'diagnostic', ...criterion }, nodes: { n: { baseline, candidate } } },
      ]),
      baseline.length,
    )?.metrics[0];

  test('swapping the variants flips the sign', () => {
    fc.assert(
      fc.property(pair, ({ baseline, candidate }) => {
        const there = lookOf(baseline, candidate);
        const back = lookOf(candidate, baseline);
        close(there?.effect, -(back?.effect ?? Number.NaN));
        close(there?.longRunVariance, back?.longRunVariance);
        if (there?.sequenceLower != null) close(there.sequenceLower, -(back?.sequenceUpper ?? Number.NaN));
      }),
      RUNS,
    );
  });

  test('"higher is better" flips the sign, too', () => {
    fc.assert(
      fc.property(pair, ({ baseline, candidate }) => {
        close(
          lookOf(baseline, candidate, { better: 'higher' })?.effect,
          -(lookOf(baseline, candidate)?.effect ?? Number.NaN),
        );
      }),
      RUNS,
    );
  });

  test('the unit of a ratio metric does not matter', () => {
    fc.assert(
      fc.property(pair, fc.constantFrom(1e-6, 1024, 1e9), ({ baseline, candidate }, unit) => {
        const there = lookOf(baseline, candidate);
        const scaled = lookOf(times(baseline, unit), times(candidate, unit));
        close(scaled?.effect, there?.effect, 1e-7);
        close(scaled?.longRunVariance, there?.longRunVariance, 1e-7);
      }),
      RUNS,
    );
  });

  test('noise that both variants share does not matter', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 1000 }), ({ baseline, candidate }, seed) => {
        const shared = noisy({ seed, length: baseline.length, level: 1, variation: 0.5 });
        const by = (series: readonly number[]) => series.map((value, t) => value * (shared[t] as number));
        close(lookOf(by(baseline), by(candidate))?.longRunVariance, lookOf(baseline, candidate)?.longRunVariance, 1e-6);
      }),
      RUNS,
    );
  });

  test('the order of the metrics changes neither numbers nor verdict', () => {
    fc.assert(
      fc.property(pair, pair, (cost, latency) => {
        const metrics = [
          primary(cost.baseline, cost.candidate),
          guardrail(latency.baseline, latency.candidate, { name: 'a' }),
          guardrail(latency.candidate, latency.baseline, { name: 'b' }),
        ];
        const horizonSlots = Math.max(cost.baseline.length, latency.baseline.length);
        const there = judge(evidenceOf(metrics, { horizonSlots })).verdict;
        const back = judge(evidenceOf(metrics.toReversed(), { horizonSlots })).verdict;
        expect(back?.verdict).toBe(there?.verdict);
        expect(back?.onMeasuredNodes.toReversed()).toEqual(there?.onMeasuredNodes);
      }),
      RUNS,
    );
  });
});

describe('looks', () => {
  test('never depend on later data', () => {
    fc.assert(
      fc.property(pair, fc.nat(), ({ baseline, candidate }, position) => {
        const slot = 1 + (position % baseline.length);
        const evidence = evidenceOf([primary(baseline, candidate), guardrail(baseline, candidate)]);
        const early = { ...evidence, slots: evidence.slots.slice(0, slot) };
        expect(lookAt(early, slot)).toEqual(lookAt(evidence, slot));
        expect(judge(early).looks).toEqual(judge(evidence).looks.slice(0, slot));
      }),
      RUNS,
    );
  });

  test('and verdicts survive storage: a bundle read back from JSON replays bit for bit', () => {
    fc.assert(
      fc.property(pair, ({ baseline, candidate }) => {
        const evidence = evidenceOf([primary(baseline, candidate), guardrail(candidate, baseline)], {
          bootstrapSeed: 7,
        });
        const bundle = EvidenceBundle.parse(
          JSON.parse(
            JSON.stringify({
              format: 'phoenix-evidence/1',
              evidence,
              judgement: judge(evidence),
              queries: [],
              hashes: {},
              codeVersion: 'x',
              nodeVersion: 'y',
              priceBookVersion: null,
            }),
          ),
        );
        expect(replay(bundle)).toMatchObject({ reproduced: true, differingSlots: [], verdictDiffers: false });
      }),
      RUNS,
    );
  });

  test('what a newer version knows besides, or says in other words, is no other number', () => {
    const stored = { n: 3, sentence: 'old', parts: [{ effect: 0.1, title: 'a' }] };
    expect(
      hasSameNumbers({ n: 3, sentence: 'new', more: 1, parts: [{ effect: 0.1, title: 'b', p: 0.2 }] }, stored),
    ).toBe(true);
    expect(hasSameNumbers({ ...stored, n: 4 }, stored)).toBe(false);
    expect(hasSameNumbers({ ...stored, parts: [{ effect: 0.1 + 2e-17 * 8, title: 'a' }] }, stored)).toBe(false);
    expect(hasSameNumbers({ ...stored, parts: [] }, stored)).toBe(false);
    expect(hasSameNumbers({ sentence: 'old', parts: stored.parts }, stored)).toBe(false);
    expect(hasSameNumbers({ ...stored, n: null }, stored)).toBe(false);
  });

  test('what is not there is not the same as null; the order of names does not matter', () => {
    expect([isSame(undefined, undefined), isSame(undefined, null), isSame(null, undefined)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isSame({ a: 1, b: [2, { c: 3, d: 4 }] }, { b: [2, { d: 4, c: 3 }], a: 1 })).toBe(true);
    expect(isSame([1, 2], [2, 1])).toBe(false);
  });

  test('a changed sample is found by the replay', () => {
    const evidence = evidenceOf([
      primary(noisy(), times(noisy({ seed: 2 }), 0.8)),
      guardrail(noisy({ seed: 3 }), noisy({ seed: 4 })),
    ]);
    const judgement = judge(evidence);
    const slots = evidence.slots.map((slot) =>
      slot.slot === 50
        ? {
            ...slot,
            metrics: {
              ...slot.metrics,
              exported_points: { baseline: { '*': { value: 1 } }, candidate: { '*': { value: 1 } } },
            },
          }
        : slot,
    );
    const bundle = EvidenceBundle.parse({
      format: 'phoenix-evidence/1',
      evidence: { ...evidence, slots },
      judgement,
      queries: [],
      hashes: {},
      codeVersion: 'x',
      nodeVersion: 'y',
      priceBookVersion: null,
    });
    expect(replay(bundle)).toMatchObject({ reproduced: false, verdictDiffers: true });
    expect(replay(bundle).differingSlots[0]).toBe(50);
  });
});
