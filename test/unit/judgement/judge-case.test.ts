import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaseAnswer } from '../../../src/judgement/contract/case.ts';
import { judgeCase, judgeLine } from '../../../src/judgement/domain/judge-case.ts';
import { noisy, times } from './evidence-of.ts';

const cost = noisy({ seed: 1 });
const costToo = noisy({ seed: 2 });
const good = {
  name: 'exported_points',
  role: 'primary',
  better: 'lower',
  minimum_saving: 0.05,
  baseline: cost,
  candidate: times(costToo, 0.8),
};
const fine = {
  name: 'latency',
  role: 'guardrail',
  margin: 0.1,
  baseline: noisy({ seed: 3 }),
  candidate: noisy({ seed: 4 }),
};
const answerTo = (metrics: readonly object[], rest: object = {}) =>
  judgeCase({ id: 'case-1', step_seconds: 60, horizon_slots: 120, alpha: 0.05, metrics, ...rest });
const guardrailWith = (baseline: unknown, candidate: unknown) =>
  answerTo([good, { ...fine, baseline, candidate }]).metrics[1];

test('a case is answered in the form of the documents', () => {
  const answer = answerTo([good, fine], { population_nodes: 300 });
  expect(CaseAnswer.parse(answer)).toEqual(answer);
  expect(answer).toMatchObject({
    id: 'case-1',
    verdict: 'promote',
    decided_at_slot: 120,
    aborted_by: null,
    errors: [],
  });
  expect(answer.metrics[0]).toMatchObject({ name: 'exported_points', verdict: 'better', n: 120, fleet: null });
  expect(answer.metrics[0]?.effect).toBeCloseTo(Math.log(0.8), 1);
  expect(answer.metrics[0]?.upper).toBeLessThan(0);
});

test('a case per node is summed, and has a fleet from five nodes on', () => {
  const nodes = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `ip-10-0-1-${index}`,
        { baseline: noisy({ seed: 10 + index }), candidate: times(noisy({ seed: 30 + index }), 0.8) },
      ]),
    );
  const metric = (count: number) => ({
    name: 'exported_points',
    role: 'primary',
    minimum_saving: 0.05,
    nodes: nodes(count),
  });
  expect(answerTo([metric(4), fine]).metrics[0]?.fleet).toBeNull();
  expect(answerTo([metric(5), fine]).metrics[0]?.fleet).toMatchObject({ nodes: 5 });
});

test('the mean of nodes keeps the unit of a share', () => {
  const share = Array(120).fill(1);
  const nodes = {
    a: { baseline: share, candidate: share },
    b: { baseline: share, candidate: share.map((_, t) => 1 - (t % 2) * 0.002) },
  };
  const metric = {
    name: 'coverage',
    role: 'guardrail',
    better: 'higher',
    scale: 'difference',
    margin: 0.005,
    aggregate: 'mean',
    nodes,
  };
  expect(answerTo([good, metric]).metrics[1]?.effect).toBeCloseTo(0.0005, 10);
});

test('robustness check and rare counts are answered, too', () => {
  const counts = Array.from({ length: 120 }, (_, t) => (t % 40 === 0 ? 1 : 0));
  const failed = { name: 'failed', role: 'diagnostic', baseline: counts, candidate: counts.map((value) => 4 * value) };
  const seeded = answerTo([good, fine, failed], { bootstrap_seed: 3 });
  expect(seeded.metrics[0]?.bootstrap?.ratio).toBeCloseTo(0.8, 1);
  // 3 and 12 of 15
  expect(seeded.metrics[2]?.rare_events_p).toBeCloseTo(576 / 32_768, 12);
  expect(answerTo([good, fine]).metrics[0]).toMatchObject({ bootstrap: null, rare_events_p: null });
  expect(seeded.trust.map(({ name }) => name)).toContain('equal_input');
});

test('history is read', () => {
  const past = { baseline: noisy({ seed: 5, length: 720 }), candidate: noisy({ seed: 6, length: 720 }) };
  const worse = { ...fine, candidate: times(noisy({ seed: 4 }), 1.5) };
  expect(answerTo([good, worse], { history: { latency: past } })).toMatchObject({
    verdict: 'abort_harm',
    decided_at_slot: 6,
    aborted_by: 'latency',
  });
});

test('shorter series count as missing, longer ones are not read after the horizon', () => {
  expect(answerTo([good, { ...fine, candidate: fine.candidate.slice(0, 115) }]).metrics[1]).toMatchObject({
    n: 115,
    dropped: { candidate: { no_sample: 5 } },
  });
  expect(answerTo([good, { ...fine, candidate: fine.candidate.slice(0, 60) }]).verdict).toBe('inconclusive_no_data');
  const longer = { ...fine, baseline: [...fine.baseline, 1e9], candidate: [...fine.candidate, 5] };
  expect(answerTo([good, longer])).toEqual(answerTo([good, fine]));
});

describe('hostile values become missing with a reason', () => {
  test.each([
    ['NaN', Number.NaN, 'not_finite'],
    ['infinity', Number.POSITIVE_INFINITY, 'not_finite'],
    ['text', '12', 'not_a_number'],
    ['an object', {}, 'not_a_number'],
    ['a negative count', -3, 'negative'],
    ['something absurdly large', 1e200, 'out_of_range'],
    ['null', null, 'no_sample'],
  ])('%s', (_, value, reason) => {
    const metric = guardrailWith(
      fine.baseline,
      fine.candidate.map((x, t) => (t === 10 ? value : x)),
    );
    expect(metric).toMatchObject({ n: 119, dropped: { baseline: {}, candidate: { [reason]: 1 } } });
  });

  test('too many of them are no data', () => {
    const metric = guardrailWith(
      fine.baseline,
      fine.candidate.map((x, t) => (t % 8 === 0 ? Number.NaN : x)),
    );
    expect(metric?.verdict).toBe('no_data');
  });

  test.each([
    ['empty', [], []],
    ['one slot', [1], [1]],
    ['absent', undefined, undefined],
    ['one variant', fine.baseline, []],
  ])('%s is no data and never a promotion', (_, baseline, candidate) => {
    const answer = answerTo([good, { ...fine, baseline, candidate }]);
    expect(answer.verdict).toBe('inconclusive_no_data');
    expect(answer.metrics[1]).toMatchObject({ verdict: 'no_data', p: null });
  });

  test('one slot in all', () => {
    expect(judgeCase({ id: 1, metrics: [{ ...good, baseline: [5], candidate: [4] }] })).toMatchObject({
      id: '1',
      verdict: 'inconclusive_no_data',
      decided_at_slot: 1,
      metrics: [{ status: 'insufficient', effect: Math.log(4) - Math.log(5), p: null }],
    });
  });

  test('constants have no p', () => {
    expect(guardrailWith(Array(120).fill(3), Array(120).fill(3))).toMatchObject({ verdict: 'no_variation', p: null });
    expect(guardrailWith(Array(120).fill(3), Array(120).fill(4))).toMatchObject({
      verdict: 'worse',
      p: null,
      status: 'degenerate_variance',
    });
  });
});

describe('what cannot be judged is refused with the place and the reason', () => {
  test.each([
    ['no JSON object', 7, ''],
    ['no metrics', { id: 'x', metrics: [] }, '/metrics'],
    ['series that are no list', { id: 'x', metrics: [{ ...good, baseline: 'abc' }] }, '/metrics/0/baseline'],
    ['an unknown role', { id: 'x', metrics: [{ ...good, role: 'judge' }] }, '/metrics/0/role'],
    ['a guardrail without a margin', { id: 'x', metrics: [good, { ...fine, margin: undefined }] }, '/metrics/1/margin'],
    ['a saving of everything', { id: 'x', metrics: [{ ...good, minimum_saving: 1 }] }, '/metrics/0/minimum_saving'],
    ['an alpha of one', { id: 'x', alpha: 1, metrics: [good] }, '/alpha'],
    ['a step of zero', { id: 'x', step_seconds: 0, metrics: [good] }, '/step_seconds'],
    ['no slots', { id: 'x', horizon_slots: 0, metrics: [good] }, '/horizon_slots'],
    ['half a slot', { id: 'x', horizon_slots: 1.5, metrics: [good] }, '/horizon_slots'],
    ['a million slots', { id: 'x', horizon_slots: 1e6, metrics: [good] }, '/horizon_slots'],
    ['a repeated name', { id: 'x', metrics: [good, good] }, '/metrics/1/name'],
    [
      'more nodes times slots than fit',
      {
        id: 'x',
        horizon_slots: 250_000,
        metrics: [
          {
            ...good,
            baseline: undefined,
            nodes: Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`node-${index}`, { baseline: [1] }])),
          },
        ],
      },
      '/metrics',
    ],
  ])('%s', (_, value, pointer) => {
    const answer = judgeCase(value);
    expect(answer).toMatchObject({ verdict: 'invalid_setup', decided_at_slot: null, metrics: [] });
    expect(answer.errors[0]?.pointer).toBe(pointer);
  });

  test('a million values with a horizon of 120 are fine', () => {
    const endless = Array(1e6).fill(1);
    expect(answerTo([good, { ...fine, baseline: endless, candidate: endless }]).verdict).toBe('promote');
  });

  test.each(['{"id":{"toString":1}}', '{"id":{"toString":null,"valueOf":null}}', '{"id":[]}', '{"id":null}'])(
    'an id that is no text: %s',
    (line) => {
      expect(JSON.parse(judgeLine(line))).toMatchObject({ id: null, verdict: 'invalid_setup' });
    },
  );

  test('a line that is no JSON', () => {
    expect(JSON.parse(judgeLine('{"id": NaN}'))).toMatchObject({
      id: null,
      verdict: 'invalid_setup',
      errors: [{ code: 'not_json' }],
    });
  });
});

describe('whatever comes in', () => {
  const rubbish = fc.oneof(
    fc.double(),
    fc.constantFrom(null, 0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1e100, -1e100, 1.7e308),
    fc.string(),
  );
  const NAMES = ['a', 'b', 'c', '__proto__', 'toString'];
  const series = fc.oneof(fc.array(rubbish, { maxLength: 40 }), fc.constant(undefined));
  const pair = fc.record({ baseline: series, candidate: series });
  const metric = fc
    .record({
      name: fc.constantFrom(...NAMES),
      role: fc.constantFrom('primary', 'guardrail', 'limit', 'trust', 'diagnostic'),
      better: fc.constantFrom('lower', 'higher'),
      scale: fc.constantFrom('log_ratio', 'difference'),
      aggregate: fc.constantFrom('sum', 'mean', undefined),
      margin: fc.constantFrom(0, 0.1, 0.5),
      abort_margin: fc.constantFrom(0, 0.9, undefined),
      collections_per_slot: fc.constantFrom(1, 6, undefined),
      line: fc.double({ noNaN: true, noDefaultInfinity: true }),
      minimum_saving: fc.constantFrom(0, 0.05, 0.9),
      pooled: pair,
      nodes: fc.option(fc.dictionary(fc.constantFrom('n-1', 'n-2', '*', '__proto__'), pair), { nil: undefined }),
    })
    .map(({ pooled, ...rest }) => ({ ...pooled, ...rest }));
  const anyCase = fc.record({
    id: fc.oneof(fc.string(), fc.double(), fc.constantFrom(null, [], {}, undefined)),
    horizon_slots: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
    step_seconds: fc.constantFrom(60, 1, 0, -1, 'x', undefined),
    alpha: fc.constantFrom(0.05, 0.25, 1e-9, 0, Number.NaN, undefined),
    population_nodes: fc.constantFrom(1, 2, 300, 0, 'many', undefined),
    mismatch_guard: fc.constantFrom(true, undefined),
    bootstrap_seed: fc.constantFrom(1, undefined),
    metrics: fc.array(metric, { minLength: 1, maxLength: 4 }),
    history: fc.option(fc.dictionary(fc.constantFrom(...NAMES), pair), { nil: undefined }),
  });
  const check = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number, property: (value: T) => void) =>
    fc.assert(fc.property(arbitrary, property), { numRuns, seed: 99 });

  test('an answer goes out: no exception, no number that JSON lacks, no p where nothing was computed', () => {
    check(anyCase, 600, (input) => {
      const answer = judgeCase(input);
      expect(CaseAnswer.parse(JSON.parse(JSON.stringify(answer)))).toEqual(answer);
      for (const { p, adjusted_p, n, lower, upper, effect, status } of answer.metrics) {
        for (const value of [p, adjusted_p]) expect(value === null || (value >= 0 && value <= 1)).toBe(true);
        if (n < 5 || status === 'no_variation' || status === 'degenerate_variance') expect(p).toBeNull();
        if (lower !== null && upper !== null) expect(lower).toBeLessThanOrEqual(upper);
        if (effect !== null) expect(Number.isFinite(effect)).toBe(true);
      }
    });
  });

  /** In how many slots both variants have a number that a ratio can be made of, and the longest row without. */
  const usable = ({ baseline, candidate }: { baseline: readonly unknown[]; candidate: readonly unknown[] }) => {
    const isNumber = (value: unknown) => typeof value === 'number' && value >= 0 && value <= 1e100;
    let [slots, gap, longest] = [0, 0, 0];
    for (const [t, a] of baseline.entries()) {
      const isPair = isNumber(a) && isNumber(candidate[t]);
      slots += isPair ? 1 : 0;
      gap = isPair ? 0 : gap + 1;
      longest = Math.max(longest, gap);
    }
    return { slots, longest };
  };

  test('no promotion out of rubbish: what is promoted was measured in nine slots of ten, without a long gap', () => {
    const clean = {
      cost: { baseline: cost as readonly unknown[], candidate: times(costToo, 0.7) as readonly unknown[] },
      speed: { baseline: fine.baseline as readonly unknown[], candidate: fine.candidate as readonly unknown[] },
    };
    type Place = readonly ['cost' | 'speed', 'baseline' | 'candidate'];
    const spoiling = fc.array(
      fc.record({
        place: fc.constantFrom<Place[]>(['cost', 'baseline'], ['cost', 'candidate'], ['speed', 'candidate']),
        from: fc.integer({ min: 0, max: 119 }),
        length: fc.integer({ min: 1, max: 7 }),
        value: fc.constantFrom(null, Number.NaN, Number.POSITIVE_INFINITY, -1, '7', 1e200),
      }),
      { maxLength: 8 },
    );
    const verdicts = new Map<string, number>();
    check(spoiling, 300, (spoilt) => {
      const spoil = (of: Place[0], variant: Place[1]) =>
        clean[of][variant].map((value, t) => {
          const hit = spoilt.find(
            ({ place, from, length }) => place[0] === of && place[1] === variant && t >= from && t < from + length,
          );
          return hit === undefined ? value : hit.value;
        });
      const both = (of: Place[0]) => ({ baseline: spoil(of, 'baseline'), candidate: spoil(of, 'candidate') });
      const [money, speed] = [both('cost'), both('speed')];
      const { verdict } = answerTo([
        { ...good, ...money },
        { ...fine, ...speed },
      ]);
      const isMeasured = [money, speed].map(usable).every(({ slots, longest }) => slots >= 108 && longest <= 5);
      expect(verdict).toBe(isMeasured ? 'promote' : 'inconclusive_no_data');
      verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    });
    // the property speaks of both
    expect(verdicts.get('promote')).toBeGreaterThan(30);
    expect(verdicts.get('inconclusive_no_data')).toBeGreaterThan(30);
  });

  test('from nothing but rubbish nothing is promoted', () => {
    check(anyCase, 600, (input) => {
      expect(judgeCase(input).verdict).not.toBe('promote');
    });
  });
});
