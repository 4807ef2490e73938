import { describe, expect, test } from 'vitest';
import { Evidence } from '../../../src/judgement/contract/evidence.ts';
import type { TrustCheck, Verdict } from '../../../src/judgement/contract/judgement.ts';
import { decideAtHorizon, judge, lookAt, watch } from '../../../src/judgement/domain/judge.ts';
import { isTooLarge } from '../../../src/judgement/domain/material.ts';
import {
  evidenceOf,
  guardrail,
  limit,
  type MetricOf,
  noisy,
  primary,
  receivedItems,
  type Series,
  times,
  without,
} from './evidence-of.ts';

const cost = noisy({ seed: 1 });
const costToo = noisy({ seed: 2 });
const latency = noisy({ seed: 3, level: 50 });
const latencyToo = noisy({ seed: 4, level: 50 });
const saves = primary(cost, times(costToo, 0.8));
const QUIET = { seed: 20, rho: 0, variation: 0.001 };
const savesNothing = primary(cost, costToo);
const equallyFast = guardrail(latency, latencyToo);

const verdictOf = (metrics: readonly MetricOf[], design: object = {}, rest = {}): Verdict => {
  const { verdict } = judge(evidenceOf(metrics, design, rest));
  if (verdict === null) throw new Error('no verdict yet');
  return verdict;
};
const metricOf = (verdict: Verdict, name: string) => verdict.onMeasuredNodes.find((metric) => metric.name === name);

describe('at the horizon', () => {
  test('a saving and no harm is a promotion, and says so in one sentence', () => {
    const verdict = verdictOf([saves, equallyFast]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.decidedAtSlot).toBe(120);
    expect(verdict.sentence).toMatch(
      /^Exported points \d+(\.\d)? % less \(.* to .*\) where at least 5 % was asked for, and nothing that matters got worse: /,
    );
    expect(verdict.sentence).toMatch(/at most \d+(\.\d)? % later than before, you allow 10 %/);
    expect(verdict.sentence).not.toMatch(/[<>=±≤≥]|alpha|p =/);
    expect(verdict.whatWouldHaveChanged).toContain('would not have been promoted');
  });

  test('no saving is a rejection', () => {
    expect(verdictOf([savesNothing, equallyFast]).verdict).toBe('reject_no_benefit');
  });

  test('before the horizon there is no verdict', () => {
    expect(judge(evidenceOf([saves, equallyFast], { horizonSlots: 121 })).verdict).toBeNull();
  });

  test('a saving that the noise hides is underpowered and names the minutes still needed', () => {
    const noisyCost = noisy({ seed: 7, variation: 0.3, rho: 0.6 });
    const verdict = verdictOf([
      primary(noisyCost, times(noisy({ seed: 8, variation: 0.3, rho: 0.6 }), 0.85)),
      equallyFast,
    ]);
    expect(verdict.verdict).toBe('inconclusive_underpowered');
    expect(verdict.minutesStillNeeded).toBeGreaterThan(0);
    expect(verdict.sentence).toContain('more would be needed');
    expect(verdict.whatWouldHaveChanged).toContain('A promotion would have needed');
  });

  test('a saving with a guardrail beyond its margin is a conflict', () => {
    const slower = guardrail(latency, times(latencyToo, 1.13), { abortMargin: 0.5 });
    const verdict = verdictOf([saves, slower]);
    expect(verdict.verdict).toBe('inconclusive_conflict');
    expect(metricOf(verdict, 'pipeline_latency_p99')?.verdict).toBe('worse');
  });

  test('a guardrail inside its margin is worse, but allowed', () => {
    const slower = guardrail(latency, times(latencyToo, 1.04), { abortMargin: 0.5 });
    const verdict = verdictOf([saves, slower]);
    expect(verdict.verdict).toBe('promote');
    expect(metricOf(verdict, 'pipeline_latency_p99')?.verdict).toBe('worse_within_margin');
  });

  test('of two primaries one is enough, but not when the other gets worse', () => {
    const bytes = (factor: number) => primary(cost, times(costToo, factor), { name: 'exported_bytes' });
    expect(verdictOf([saves, bytes(1), equallyFast]).verdict).toBe('promote');
    expect(verdictOf([saves, bytes(1.2), equallyFast]).verdict).toBe('inconclusive_conflict');
  });

  test('without a primary, or with three, the question cannot be asked', () => {
    expect(verdictOf([equallyFast]).verdict).toBe('invalid_setup');
    const named = (name: string) => primary(cost, costToo, { name });
    expect(verdictOf([named('a'), named('b'), named('c')]).verdict).toBe('invalid_setup');
  });

  test('less than a day is a screening, a day confirms', () => {
    expect(verdictOf([saves, equallyFast], { stepSeconds: 719 }).strength).toBe('screening');
    expect(verdictOf([saves, equallyFast], { stepSeconds: 720 }).strength).toBe('confirmed');
  });

  test('a hypothetical baseline is named', () => {
    expect(verdictOf([saves, equallyFast], { hypotheticalBaseline: true }).sentence).toContain('hypothetical baseline');
  });

  test('an effect that moves is drift', () => {
    const drifting = costToo.map((value, t) => value * (t < 60 ? 0.75 : 1.15));
    const verdict = verdictOf([primary(cost, drifting), equallyFast]);
    expect(metricOf(verdict, 'exported_points')?.flags).toContain('drift');
    expect(verdict.verdict).toBe('inconclusive_conflict');
  });
});

describe('while it runs', () => {
  test('harm ends it, five looks in a row with several guardrails, and never before slot 19', () => {
    const other = guardrail(latency, latencyToo, { name: 'other' });
    const { looks, verdict } = judge(evidenceOf([saves, guardrail(latency, times(latencyToo, 1.5)), other]));
    expect(verdict?.verdict).toBe('abort_harm');
    expect(verdict?.decidedAtSlot).toBe(19);
    expect(verdict?.abortedBy).toEqual({ metric: 'pipeline_latency_p99', node: null });
    expect(verdict?.sentence).toContain('proven harm beyond 5 % ends the experiment');
    expect(looks).toHaveLength(19);
    expect(looks.at(-1)?.metrics).toHaveLength(3);
    expect(looks.at(-2)?.stop).toBeNull();
  });

  test('a single guardrail needs three in a row and may end it at slot 17', () => {
    expect(verdictOf([saves, guardrail(latency, times(latencyToo, 1.5))]).decidedAtSlot).toBe(17);
  });

  test('with history harm may end it at slot 6', () => {
    const history = {
      pipeline_latency_p99: { baseline: noisy({ seed: 11, length: 720 }), candidate: noisy({ seed: 12, length: 720 }) },
    };
    const verdict = verdictOf([saves, guardrail(latency, times(latencyToo, 1.5))], {}, { history });
    expect(verdict.decidedAtSlot).toBe(6);
    expect(metricOf(verdict, 'pipeline_latency_p99')?.varianceSource).toBe('pairs_history');
  });

  test('a limit acts on the second breach within three slots, on one node', () => {
    const breach = (...values: number[]) => limit([...values, ...Array(120 - values.length).fill(0.1)]);
    expect(verdictOf([saves, equallyFast, breach(0.95, 0.1, 0.95)])).toMatchObject({
      verdict: 'abort_limit',
      decidedAtSlot: 3,
      abortedBy: { metric: 'memory_ratio', node: 'node-a' },
    });
    expect(verdictOf([saves, equallyFast, breach(0.95, 0.1, 0.1, 0.95)]).verdict).toBe('promote');
    expect(verdictOf([saves, equallyFast, breach(0.9, 0.9, 0.9)]).verdict).toBe('promote');
  });

  test('breaches on two nodes do not add up', () => {
    const nodes = {
      a: { baseline: Array(120).fill(0.1), candidate: [0.95, ...Array(119).fill(0.1)] },
      b: { baseline: Array(120).fill(0.1), candidate: [0.1, 0.95, ...Array(118).fill(0.1)] },
    };
    const evidence = evidenceOf([saves, equallyFast, { criterion: { name: 'm', role: 'limit', line: 0.9 }, nodes }]);
    expect(judge(evidence).verdict?.verdict).toBe('promote');
  });

  test('a metric may be a limit and be shown as well', () => {
    const memory = { a: { baseline: latency, candidate: latencyToo } };
    const shown: MetricOf = { criterion: { name: 'memory', role: 'diagnostic' }, nodes: memory };
    const watched: MetricOf = { criterion: { name: 'memory', role: 'limit', line: 1e6 }, nodes: memory };
    const verdict = verdictOf([saves, watched, shown, equallyFast]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.onMeasuredNodes.filter(({ name }) => name === 'memory').map(({ role, n }) => [role, n])).toEqual([
      ['limit', 120],
      ['diagnostic', 120],
    ]);
    const alone = metricOf(verdictOf([saves, shown, equallyFast]), 'memory');
    expect(verdict.onMeasuredNodes.find(({ role }) => role === 'diagnostic')).toEqual(alone);
  });

  test('a limit that nobody measured allows no promotion', () => {
    const verdict = verdictOf([saves, equallyFast, limit(Array(120).fill(null))]);
    expect(verdict.verdict).toBe('inconclusive_no_data');
    expect(verdict.sentence).toContain('which has a limit, was never measured');
  });

  describe('a limit has to be watched on its nodes', () => {
    const memory = (watched: readonly (readonly (number | null)[])[]): MetricOf => ({
      criterion: { name: 'memory_ratio', role: 'limit', line: 0.9 },
      nodes: Object.fromEntries(
        watched.map((candidate, index) => [`node-${index + 1}`, { baseline: candidate, candidate }]),
      ),
    });
    const whole: (number | null)[] = Array(120).fill(0.1);
    const holes = (count: number) => whole.map((value, t) => (t % 9 === 4 && t / 9 < count ? null : value));
    const decided = (...watched: readonly (readonly (number | null)[])[]) =>
      verdictOf([saves, equallyFast, memory(watched)]);

    test('twelve missing slots of 120 are allowed on a node, thirteen are not', () => {
      expect(decided(whole, holes(12)).verdict).toBe('promote');
      const verdict = decided(whole, holes(13));
      expect(verdict.verdict).toBe('inconclusive_no_data');
      expect(verdict.sentence).toContain('memory ratio, which has a limit, was not watched on node-2');
      expect(metricOf(verdict, 'memory_ratio')).toMatchObject({ verdict: 'no_data' });
      expect(verdict.trust.find(({ name }) => name === 'completeness')).toMatchObject({
        outcome: 'failed',
        sentence: 'Too few usable slots: Memory ratio on node-2.',
      });
    });

    test('a gap of five slots is allowed on a node, of six not', () => {
      const gap = (slots: number) => whole.map((value, t) => (t >= 50 && t < 50 + slots ? null : value));
      expect(decided(gap(5)).verdict).toBe('promote');
      expect(decided(gap(6)).verdict).toBe('inconclusive_no_data');
    });

    test('of ten nodes one may be away, two may not', () => {
      const away: null[] = Array(120).fill(null);
      const among = (count: number) => decided(...Array(10 - count).fill(whole), ...Array(count).fill(away));
      expect(among(1).verdict).toBe('promote');
      expect(among(2).verdict).toBe('inconclusive_no_data');
      expect(among(2).sentence).toContain('not watched on node-10 and node-9');
    });

    test('a line that was crossed was crossed, whatever is missing elsewhere', () => {
      expect(decided([0.95, 0.95], [null, null]).verdict).toBe('abort_limit');
    });
  });

  test('a missing value never breaches a limit', () => {
    expect(verdictOf([saves, equallyFast, limit([0.95, null, null, 0.95, ...Array(116).fill(0.1)])]).verdict).toBe(
      'promote',
    );
  });

  test('unequal input ends it before harm does', () => {
    const received = receivedItems(
      noisy({ seed: 20, rho: 0, variation: 0.001 }),
      times(noisy({ seed: 21, rho: 0, variation: 0.001 }), 0.9),
    );
    const verdict = verdictOf([saves, guardrail(latency, times(latencyToo, 1.3)), received]);
    expect(verdict.verdict).toBe('invalid_input_mismatch');
    expect(verdict.onMeasuredNodes.every((metric) => metric.verdict === 'invalid')).toBe(true);
    expect(verdict.sentence).toContain('did not receive the same input');
  });

  test('a limit comes before unequal input', () => {
    const received = receivedItems(cost, times(cost, 0.5));
    expect(verdictOf([saves, limit([0.99, 0.99, 0.99]), received]).verdict).toBe('abort_limit');
  });

  test('being stopped by a person comes first and is never a success', () => {
    const verdict = verdictOf(
      [saves, limit([0.99, 0.99])],
      {},
      { interruption: { verdict: 'cancelled', afterSlot: 2 } },
    );
    expect(verdict).toMatchObject({ verdict: 'cancelled', decidedAtSlot: 2, abortedBy: null });
  });

  test('stopped before the first slot', () => {
    const evidence = evidenceOf([saves], {}, { interruption: { verdict: 'cancelled', afterSlot: 0 } });
    expect(judge(evidence)).toMatchObject({ looks: [], verdict: { verdict: 'cancelled', decidedAtSlot: 0 } });
  });

  test('limits and harm monitors go on after the horizon', () => {
    const memory = limit(latency.map((_, t) => (t < 70 ? 0.1 : 0.95)));
    const evidence = evidenceOf([saves, equallyFast, memory], { horizonSlots: 60 });
    expect(judge(evidence).verdict?.verdict).toBe('promote');
    const looks = watch(evidence);
    expect(looks.at(-1)).toMatchObject({ slot: 72, stop: { verdict: 'abort_limit' } });
    expect(looks.slice(0, 60)).toEqual(judge(evidence).looks);
  });
});

describe('equal input', () => {
  const items = noisy({ seed: 30, variation: 0.05 });

  test('shown equal allows a promotion', () => {
    const verdict = verdictOf([
      saves,
      equallyFast,
      receivedItems(
        items,
        times(items, 1.001).map((v, t) => v + (t % 2)),
      ),
    ]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.trust.find(({ name }) => name === 'equal_input')?.outcome).toBe('passed');
  });

  test('not shown equal is no promotion and no mismatch', () => {
    const verdict = verdictOf([saves, equallyFast, receivedItems(items, noisy({ seed: 31, variation: 0.05 }))]);
    expect(verdict.verdict).toBe('inconclusive_underpowered');
  });
});

describe('input that is collected on a schedule is counted, not sampled', () => {
  const scraped = (baseline: Series, candidate: Series, collectionsPerSlot = 3): MetricOf => ({
    criterion: { name: 'accepted_points', title: 'Scraped points', role: 'trust', collectionsPerSlot },
    nodes: { 'node-a': { baseline, candidate } },
  });
  const steady: number[] = Array(120).fill(3000);
  const checked = (metric: MetricOf, name: TrustCheck['name'] = 'equal_input') => {
    const verdict = verdictOf([saves, equallyFast, metric]);
    return { verdict: verdict.verdict, ...verdict.trust.find((check) => check.name === name) };
  };

  test('totals may differ by the margin and by one collection of each variant', () => {
    // 1 % and 2 of 360 collections
    expect(checked(scraped(steady, times(steady, 0.985)))).toMatchObject({ verdict: 'promote', outcome: 'passed' });
    expect(checked(scraped(steady, times(steady, 0.984)))).toMatchObject({
      verdict: 'invalid_input_mismatch',
      outcome: 'failed',
    });
  });

  test('a collection that is read a slot later is no difference', () => {
    // as real collectors were read: one slot with two collections, the next one with four
    const baseline = [3434, 6885, 5134, 5138, 4964, 4858, 4876, 4803];
    const candidate = [5148, 5154, 5140, 5160, 4932, 4851, 4869, 4817];
    const [cheap, dear] = [cost.slice(0, 8), times(costToo.slice(0, 8), 0.5)];
    const verdict = verdictOf([primary(cheap, dear), scraped(baseline, candidate)]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.trust[0]).toMatchObject({
      outcome: 'passed',
      sentence: 'Scraped points: 0.052 % less for the candidate in all, within 1 %.',
    });
  });

  test('each gap has ends of its own', () => {
    const difference = times(steady, 0.98);
    const torn = (value: number, t: number) => (t % 12 === 5 ? null : value);
    expect(checked(scraped(steady, difference)).outcome).toBe('failed');
    expect(checked(scraped(steady, difference.map(torn))).outcome).toBe('passed');
  });

  test('a candidate that gets much less is stopped on the way', () => {
    const less = noisy({ ...QUIET, seed: 21 }).map((value) => value * 0.9);
    const verdict = verdictOf([saves, equallyFast, scraped(noisy(QUIET), less)]);
    expect(verdict).toMatchObject({ verdict: 'invalid_input_mismatch', decidedAtSlot: 17 });
    expect(verdict.abortedBy).toEqual({ metric: 'accepted_points', node: null });
  });

  test('a variant that was seen on far fewer nodes did not have the same input', () => {
    const seenOn = (count: number): MetricOf => ({
      criterion: { name: 'accepted_points', role: 'trust', collectionsPerSlot: 3 },
      nodes: Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `node-${index}`,
          { baseline: steady, candidate: index < count ? steady : steady.map(() => null) },
        ]),
      ),
    });
    expect(checked(seenOn(19))).toMatchObject({ verdict: 'promote', outcome: 'passed' });
    expect(checked(seenOn(3))).toMatchObject({
      verdict: 'invalid_input_mismatch',
      sentence: 'The baseline was seen on 20 nodes, the candidate on 3.',
    });
    expect(checked(seenOn(0)).verdict).toBe('inconclusive_no_data');
  });

  test('a store that is behind the clock is our failure, with more than a tenth of the slots', () => {
    const late = (count: number): Series => steady.map((value, t) => (t % 9 === 4 && t / 9 < count ? 'late' : value));
    expect(checked(scraped(late(12), late(12)), 'clock')).toMatchObject({ verdict: 'promote', outcome: 'passed' });
    expect(checked(scraped(late(13), late(13)), 'clock')).toMatchObject({
      verdict: 'error_infrastructure',
      outcome: 'failed',
      sentence:
        'In 13 of 120 slots the store had nothing new from either variant: it stands still, or is behind the clock.',
    });
    expect(checked(scraped(late(13), steady), 'clock')).toMatchObject({ verdict: 'inconclusive_no_data' });
    expect(checked(scraped([], []), 'clock')).toMatchObject({ outcome: 'unknown' });
  });
});

describe('missing data', () => {
  test('twelve missing slots of 120 are allowed, thirteen are not', () => {
    const holes = (count: number) => cost.map((value, t) => (t % 9 === 4 && t / 9 < count ? null : value));
    expect(verdictOf([primary(holes(12), times(costToo, 0.8)), equallyFast]).verdict).toBe('promote');
    const verdict = verdictOf([primary(holes(13), times(costToo, 0.8)), equallyFast]);
    expect(verdict.verdict).toBe('inconclusive_no_data');
    expect(metricOf(verdict, 'exported_points')?.dropped.baseline).toEqual({ no_series: 13 });
    expect(verdict.sentence).toContain('107 of 120 slots');
  });

  test('a gap of five slots is allowed, of six not', () => {
    expect(verdictOf([primary(without(cost, 50, 55), times(costToo, 0.8)), equallyFast]).verdict).toBe('promote');
    const verdict = verdictOf([primary(without(cost, 50, 56), times(costToo, 0.8)), equallyFast]);
    expect(verdict.verdict).toBe('inconclusive_no_data');
    expect(verdict.sentence).toContain('a gap of 6 slots');
  });

  test('slots that never came count as missing when the decision is forced', () => {
    const evidence = evidenceOf([saves, equallyFast], { horizonSlots: 200 });
    expect(decideAtHorizon(evidence).verdict).toBe('inconclusive_no_data');
    expect(decideAtHorizon(evidenceOf([saves, equallyFast], { horizonSlots: 125 })).verdict).toBe('promote');
  });

  test('one empty variant is no data, never a pass', () => {
    expect(verdictOf([saves, guardrail(latency, [])]).verdict).toBe('inconclusive_no_data');
    expect(verdictOf([primary([], costToo), equallyFast]).verdict).toBe('inconclusive_no_data');
  });

  test('nothing but failed queries is our failure', () => {
    const failed = cost.map(() => 'source_unreachable');
    expect(verdictOf([primary(failed, failed), guardrail(failed, failed)]).verdict).toBe('error_infrastructure');
    expect(verdictOf([primary(failed, failed), equallyFast]).verdict).toBe('inconclusive_no_data');
  });

  test('a slot that is missing in one variant changes the drop counters only', () => {
    const look = (candidate: (number | null)[]) =>
      lookAt(evidenceOf([guardrail(latency.slice(0, 31), candidate)]), 31)?.metrics[0];
    const complete = lookAt(
      evidenceOf([guardrail(latency.slice(0, 30), latencyToo.slice(0, 30))], { horizonSlots: 31 }),
      30,
    );
    const blind = look([...latencyToo.slice(0, 30), null]);
    expect({ ...blind, slotsMissing: 0, blindSlots: 0, dropped: { baseline: {}, candidate: {} } }).toEqual(
      complete?.metrics[0],
    );
    expect(blind).toMatchObject({
      slotsMissing: 1,
      blindSlots: 1,
      dropped: { baseline: {}, candidate: { no_series: 1 } },
    });
  });
});

test('evidence is too large when its nodes times its horizon do not fit', () => {
  const onNodes = (count: number) => ({
    criterion: { name: 'm', role: 'diagnostic' },
    nodes: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`n-${index}`, { baseline: [1], candidate: [1] }]),
    ),
  });
  expect(isTooLarge(evidenceOf([onNodes(40)], { horizonSlots: 250_000 }))).toBe(false);
  expect(isTooLarge(evidenceOf([onNodes(41)], { horizonSlots: 250_000 }))).toBe(true);
});

describe('degenerate input', () => {
  const always = (value: number): number[] => Array(120).fill(value);
  const only = (metric: MetricOf) => metricOf(verdictOf([saves, metric]), metric.criterion.name);

  test('both constant and equal: nothing to test, not worse', () => {
    expect(only(guardrail(always(5), always(5)))).toMatchObject({ verdict: 'no_variation', effect: 0, p: null });
    expect(verdictOf([saves, guardrail(always(5), always(5))]).verdict).toBe('promote');
    expect(verdictOf([primary(always(5), always(5)), equallyFast]).verdict).toBe('reject_no_benefit');
  });

  test('both constant and different: judged exactly against the margin', () => {
    expect(only(guardrail(always(100), always(109)))).toMatchObject({
      verdict: 'not_worse',
      status: 'degenerate_variance',
      lower: null,
      p: null,
      flags: ['no_noise_estimate'],
    });
    expect(only(guardrail(always(100), always(111)))?.verdict).toBe('worse');
    expect(verdictOf([primary(always(100), always(80)), equallyFast]).verdict).toBe('promote');
  });

  test('a zero turns a ratio into relative differences, from that slot on', () => {
    const withZero = latencyToo.map((value, t) => (t === 70 ? 0 : value));
    const { looks, verdict } = judge(evidenceOf([saves, guardrail(latency, withZero)]));
    expect(looks[69]?.metrics[1]).toMatchObject({ scale: 'log_ratio', flags: [] });
    expect(looks[70]?.metrics[1]).toMatchObject({ scale: 'relative_difference', flags: ['scale_changed'] });
    expect(verdict?.onMeasuredNodes[1]?.change.scale).toBe('ratio');
  });

  test('errors that only the candidate has are harm, although no ratio exists', () => {
    const failed = latency.map((_, t) => 3 + (t % 4));
    const verdict = verdictOf([saves, guardrail(always(0), failed, { name: 'failed_points' })]);
    expect(verdict).toMatchObject({ verdict: 'abort_harm', abortedBy: { metric: 'failed_points' } });
    expect(metricOf(verdict, 'failed_points')).toMatchObject({ status: 'ratio_undefined', scale: 'difference' });
    expect(metricOf(verdict, 'failed_points')?.rareEventsP).toBeLessThan(1e-10);
  });

  describe('rare counts', () => {
    const every = (slots: number, value = 1): number[] => always(0).map((_, t) => (t % slots === 0 ? value : 0));
    const failures = (baseline: number[], candidate: number[]) =>
      verdictOf([
        saves,
        guardrail(baseline, candidate, { name: 'failed_points', title: 'Failed exports', abortMargin: 0.9 }),
      ]);
    const pOf = (baseline: number[], candidate: number[]) =>
      metricOf(failures(baseline, candidate), 'failed_points')?.rareEventsP;

    test('have an exact p, and a sentence that says what it rests on', () => {
      // 3 and 12 of 15: the upper tail of a binomial with one half, 576 of 32768
      expect(pOf(every(40), every(10))).toBeCloseTo(576 / 32_768, 12);
      expect(failures(every(40), every(10)).explanation).toContain(
        'Failed exports: 12 with the candidate and 3 with the baseline; counts that come one by one, equally often, give as many in about 1 of 57 of such experiments.',
      );
    });

    test('are zero in half of the baseline’s slots, or they are not rare', () => {
      expect(pOf(every(2), every(2))).toBeCloseTo(0.5, 1);
      const oneMore = every(2).map((value, t) => (t === 1 ? 1 : value));
      expect(pOf(oneMore, every(2))).toBeNull();
    });

    test('are whole, or they are no counts', () => {
      expect(pOf(every(40), every(10, 0.5))).toBeNull();
    });
  });

  test('what is only shown is corrected for being many, and says so', () => {
    const shownAs = (name: string, factor: number): MetricOf => ({
      criterion: { name, role: 'diagnostic' },
      nodes: { '*': { baseline: cost, candidate: times(cost, factor).map((value, t) => value + (t % 7) * 30) } },
    });
    const many = Array.from({ length: 12 }, (_, index) => ({
      criterion: { name: `other_${index}`, role: 'diagnostic' },
      nodes: { '*': { baseline: noisy({ seed: 200 + index }), candidate: noisy({ seed: 300 + index }) } },
    }));
    const verdict = verdictOf([saves, equallyFast, shownAs('far_apart', 0.5), ...many]);
    const found = verdict.onMeasuredNodes.filter(({ role }) => role === 'diagnostic');
    const byChance = found.filter(({ verdict: v, adjustedP }) => v !== 'unclear' && (adjustedP ?? 0) > 0.05);
    expect(found[0]).toMatchObject({ name: 'far_apart', verdict: 'better' });
    expect(found[0]?.adjustedP).toBeLessThan(0.05);
    expect(byChance.length).toBeGreaterThan(0);
    expect(verdict.explanation.filter((line) => line.includes('may be chance'))).toEqual(
      byChance.map(
        ({ title }) => `${title}: among everything that is only shown, a difference like this may be chance.`,
      ),
    );
    expect(verdict.explanation[2]).toMatch(/only shown\.$/);
  });

  test('both zero throughout is no variation', () => {
    expect(only(guardrail(always(0), always(0)))?.verdict).toBe('no_variation');
  });
});

describe('nodes', () => {
  const names = Array.from({ length: 8 }, (_, index) => `node-${index + 1}`);
  const perNode = (factors: readonly number[], criterion: object): MetricOf => ({
    criterion: { name: 'exported_points', ...criterion },
    nodes: Object.fromEntries(
      factors.map((factor, index) => [
        names[index] as string,
        { baseline: noisy({ seed: 40 + index }), candidate: times(noisy({ seed: 60 + index }), factor) },
      ]),
    ),
  });
  const saving = { role: 'primary', minimumSaving: 0.05 };
  const alike = [0.8, 0.81, 0.79, 0.8, 0.82, 0.78, 0.8, 0.8];
  const fast = perNode([1, 1, 1, 1, 1, 1, 1, 1], {
    name: 'latency',
    role: 'guardrail',
    margin: 0.1,
  });

  test('alike nodes support a roll-out', () => {
    const verdict = verdictOf([perNode(alike, saving), fast], { populationNodes: 300 });
    expect(verdict.verdict).toBe('promote');
    expect(verdict.ifRolledOut).toMatchObject({ known: true, supportsPromotion: true });
    expect(metricOf(verdict, 'exported_points')?.fleet).toMatchObject({ nodes: 8, worstNode: 'node-5', reason: null });
  });

  test('below five nodes the fleet is not known', () => {
    const verdict = verdictOf([
      perNode(alike.slice(0, 4), saving),
      perNode([1, 1, 1, 1], { name: 'l', role: 'guardrail', margin: 0.1 }),
    ]);
    expect(verdict.verdict).toBe('promote');
    expect(verdict.ifRolledOut).toMatchObject({ known: false, supportsPromotion: false });
    expect(verdict.ifRolledOut.sentence).toContain('measure more nodes');
    expect(metricOf(verdict, 'exported_points')?.fleet).toMatchObject({ lower: null, upper: null, nodes: 4 });
  });

  test('five nodes are enough', () => {
    expect(metricOf(verdictOf([perNode(alike.slice(0, 5), saving)]), 'exported_points')?.fleet?.lower).not.toBeNull();
  });

  test('a saving that differs wildly between nodes holds for the measured ones only', () => {
    const verdict = verdictOf([perNode([0.3, 1.4, 0.4, 1.3, 0.3, 1.2, 0.5, 0.4], saving), fast], {
      populationNodes: 300,
    });
    expect(verdict.verdict).toBe('promote');
    expect(verdict.ifRolledOut).toMatchObject({ known: true, supportsPromotion: false });
    const fleet = metricOf(verdict, 'exported_points')?.fleet;
    expect(fleet?.worstNode).toBe('node-2');
    expect(fleet?.nodesClearlyWorse).toEqual(['node-2', 'node-4', 'node-6']);
    expect(metricOf(verdict, 'exported_points')?.flags).toContain('uneven_nodes');
    expect(verdict.explanation.join(' ')).toContain('clearly worse on node-2, node-4 and node-6');
  });

  test('when all nodes were measured there is nothing left to extrapolate', () => {
    const verdict = verdictOf([perNode(alike.slice(0, 1), saving)], { populationNodes: 1 });
    expect(verdict.ifRolledOut).toMatchObject({
      known: true,
      supportsPromotion: true,
      reach: { measuredNodes: 1, populationNodes: 1 },
    });
  });

  test('a node without five usable slots was not measured', () => {
    const metric = perNode(alike.slice(0, 2), saving);
    const absent = { baseline: metric.nodes['node-1']?.baseline ?? [], candidate: [1, 2, 3, 4] };
    const verdict = verdictOf([{ ...metric, nodes: { ...metric.nodes, 'node-3': absent } }], { populationNodes: 3 });
    expect(verdict.ifRolledOut).toMatchObject({
      known: false,
      sentence: 'What would happen on the other 1 of 3 nodes is not known: measure more nodes.',
      reach: { measuredNodes: 2, populationNodes: 3 },
    });
    expect(metricOf(verdict, 'exported_points')?.fleet?.nodesWithoutEffect).toEqual(['node-3']);
  });

  describe('of several kinds', () => {
    const kinds = (
      ...strata: readonly (readonly [name: string, populationNodes: number, nodes: readonly string[]])[]
    ) => ({
      populationNodes: strata.reduce((sum, [, nodes]) => sum + nodes, 0),
      strata: strata.map(([name, populationNodes, nodes]) => ({ name, populationNodes, nodes })),
    });
    const apart = perNode([0.7, 0.71, 0.69, 0.7, 0.9, 0.91, 0.89, 0.9], saving);

    test('each counts for its share of the fleet, not for how many of it were measured', () => {
      const effectWith = (design: object) =>
        metricOf(verdictOf([apart, fast], design), 'exported_points')?.fleet?.change.estimate ?? 0;
      const [large, small] = [names.slice(0, 4), names.slice(4)];
      expect(effectWith({ populationNodes: 100 })).toBeCloseTo(-0.206, 2);
      expect(effectWith(kinds(['large', 90, large], ['small', 10, small]))).toBeCloseTo(-0.28, 2);
      expect(effectWith(kinds(['large', 10, large], ['small', 90, small]))).toBeCloseTo(-0.12, 2);
    });

    test('one of which fewer than three nodes were measured is named, and the claim leaves it out', () => {
      const design = kinds(
        ['large', 90, names.slice(0, 4)],
        ['small', 10, names.slice(4, 7)],
        ['odd', 5, names.slice(7)],
      );
      const verdict = verdictOf([apart, fast], design);
      expect(metricOf(verdict, 'exported_points')?.fleet).toMatchObject({ nodes: 8, strataLeftOut: ['odd'] });
      expect(verdict.ifRolledOut).toMatchObject({
        known: true,
        supportsPromotion: true,
        sentence:
          'The differences between nodes allow the same claim for nodes that were not measured, except on odd, of which fewer than 3 nodes were measured.',
      });
    });

    test('none of which three nodes were measured leave nothing to say', () => {
      const design = kinds(['a', 10, names.slice(0, 2)], ['b', 10, names.slice(2, 4)], ['c', 10, names.slice(4, 6)]);
      expect(verdictOf([apart, fast], design).ifRolledOut).toMatchObject({ known: false, supportsPromotion: false });
    });
  });

  test('a node counts with both values only, and a slot needs 90 % of its nodes', () => {
    const nodes = (missing: number) =>
      Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `n${index}`,
          { baseline: [100, 100], candidate: index < missing ? [50, null] : [50, 50] },
        ]),
      );
    const second = (missing: number) =>
      lookAt(evidenceOf([{ criterion: { name: 'm', role: 'diagnostic' }, nodes: nodes(missing) }]), 2)?.metrics[0];
    expect(second(2)).toMatchObject({ n: 2, slotsMissing: 0, dropped: { candidate: {} } });
    expect(second(2)?.effect).toBeCloseTo(Math.log(0.5), 12);
    expect(second(3)).toMatchObject({ n: 1, slotsMissing: 1, dropped: { baseline: {}, candidate: { no_series: 1 } } });
  });
});

describe('shares of several nodes', () => {
  const shareOf = (weights: readonly [number, number]) => {
    const nodes = (values: readonly [number, number]) => ({
      a: { value: values[0], weight: weights[0] },
      b: { value: values[1], weight: weights[1] },
    });
    const criteria = [{ name: 'lost', role: 'diagnostic', scale: 'difference', aggregate: 'mean' }];
    const slots = [{ slot: 1, metrics: { lost: { baseline: nodes([0, 0]), candidate: nodes([0.5, 0.01]) } } }];
    return lookAt(Evidence.parse({ design: { stepSeconds: 60, horizonSlots: 1, criteria }, slots }), 1)?.metrics[0];
  };

  test('weigh as much as their items', () => {
    expect(shareOf([1, 999])?.effect).toBeCloseTo((0.5 + 9.99) / 1000, 12);
    expect(shareOf([1, 1])?.effect).toBeCloseTo(0.255, 12);
  });

  test('of nothing at all are missing', () => {
    expect(shareOf([0, 0])).toMatchObject({ n: 0, dropped: { baseline: { nothing_to_share: 1 } } });
  });
});

describe('history', () => {
  const history = (length: number, withCandidate: boolean) => ({
    pipeline_latency_p99: {
      baseline: noisy({ seed: 70, length }),
      ...(withCandidate && { candidate: noisy({ seed: 71, length }) }),
    },
  });
  const sourceOf = (length: number, withCandidate: boolean) =>
    metricOf(verdictOf([saves, equallyFast], {}, { history: history(length, withCandidate) }), 'pipeline_latency_p99')
      ?.varianceSource;

  test('12 h of pairs, 12 h of the baseline alone, or a calibration of 30 steps', () => {
    expect(sourceOf(720, true)).toBe('pairs_history');
    expect(sourceOf(720, false)).toBe('baseline_history');
    expect(sourceOf(719, true)).toBe('calibration');
    expect(sourceOf(30, true)).toBe('calibration');
    expect(sourceOf(29, true)).toBe('own');
    expect(sourceOf(719, false)).toBe('own');
  });

  test('a run that is rougher than its history is flagged, and the guard asks both bounds', () => {
    const smooth = history(720, true);
    const rough = guardrail(
      noisy({ seed: 80, variation: 0.2, rho: 0.9 }),
      noisy({ seed: 81, variation: 0.2, rho: 0.9 }),
    );
    const judged = judge(evidenceOf([saves, rough], { mismatchGuard: true }, { history: smooth }));
    expect(judged.looks.at(-1)?.metrics[1]?.flags).toContain('history_mismatch');
  });
});
