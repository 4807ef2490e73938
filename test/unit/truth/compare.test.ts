import { describe, expect, test } from 'vitest';
import type { Check } from '../../../src/truth/domain/check.ts';
import { compare, INSTANTS_PER_SLOT, toleranceFor } from '../../../src/truth/domain/compare.ts';
import type { Curve, Curves } from '../../../src/truth/domain/curves.ts';
import { prepare, type Question } from '../../../src/truth/domain/question.ts';

const GRID = { slotSeconds: 60, collectionIntervalSeconds: 15 };
const N = 120;

const questionOf = (query: string, more: Partial<Check> = {}): Question => {
  const check = {
    ...{ id: 'chk-0123456789ab', kind: 'panel', name: 'n', place: 'p', query, evaluated: query, labels: {} },
    ...{ forSeconds: 0, keepFiringForSeconds: 0, intervalSeconds: 60, fault: null, ...more },
  } as Check;
  const [prepared] = prepare([check]);
  if (prepared === undefined || !('question' in prepared)) throw new Error(prepared?.why);
  return prepared.question;
};

type Value = number | null;
type Shape = (index: number) => Value;
const series = (
  baseline: Shape | Value,
  candidate: Shape | Value,
  labels: Record<string, string> = {},
  count = N,
): Curve => {
  const values = (shape: Shape | Value) =>
    Array.from({ length: count }, (_, index) => (typeof shape === 'function' ? shape(index) : shape));
  return { labels, baseline: values(baseline), candidate: values(candidate) };
};

const judged = (question: Question, ...parts: readonly (readonly Curve[])[]) => {
  const instants = parts[0]?.[0]?.baseline.length ?? N;
  const curves: Curves = {
    fromMs: Date.UTC(2026, 0, 1),
    stepMs: (GRID.slotSeconds * 1000) / INSTANTS_PER_SLOT,
    instants,
    parts: question.parts.map((_, index) => [...(parts[index] ?? [])]),
  };
  return compare(question, curves, toleranceFor(question, GRID, null), GRID);
};

/** The same numbers in every run: a small generator with its seed written here. */
const noise = (seed: number): Shape => {
  let state = seed;
  const next = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
  const values = Array.from({ length: 1000 }, next);
  return (index) => values[index] ?? 0;
};

const panel = questionOf('sum by (a) (rate(x[5m]))');
const gauge = questionOf('x');

describe('a curve', () => {
  const rows: readonly (readonly [string, Question, readonly Curve[], string, RegExp])[] = [
    ['equal', panel, [series(5, 5)], 'same', /the same/],
    ['one per cent apart', panel, [series(100, 101)], 'same', /the same/],
    ['two per cent apart', panel, [series(100, 102)], 'differs', /2 % higher \(102 instead of 100\)/],
    ['half of it', panel, [series(-100, -50)], 'differs', /50 % higher/],
    ['zero, and something', panel, [series(0, 3)], 'differs', /is 3 instead of 0/],
    ['noise of two readers without memory', panel, [series(noise(1), noise(2))], 'same', /the same/],
    [
      'noise and a shift of half its height',
      panel,
      [series(noise(1), (i) => (noise(2)(i) ?? 0) + 1.5)],
      'differs',
      /higher/,
    ],
    [
      'a slope that one reads a slot later',
      panel,
      [
        series(
          (i) => i,
          (i) => i - 2,
        ),
      ],
      'same',
      /the same/,
    ],
    [
      'a slope that one reads two slots later',
      panel,
      [
        series(
          (i) => i,
          (i) => i - 4,
        ),
      ],
      'differs',
      /lower/,
    ],
    [
      'a burst that one sees at ends and the other in the middle',
      panel,
      [
        series(
          (i) => (i % 2) * 10,
          (i) => ((i + 1) % 2) * 10,
        ),
      ],
      'same',
      /the same/,
    ],
    ['apart for five slots', panel, [series(10, (i) => (i >= 40 && i < 50 ? 20 : 10))], 'same', /the same/],
    ['apart for six slots', panel, [series(10, (i) => (i >= 40 && i < 52 ? 20 : 10))], 'differs', /100 % higher/],
    ['gone', panel, [series(5, null)], 'lost', /the baseline has data and the candidate has none/],
    [
      'gone for less than a sample can be seen',
      panel,
      [
        series(
          (i) => (i < 10 ? 5 : null),
          (i) => (i >= 10 && i < 20 ? 5 : null),
        ),
      ],
      'same',
      /same/,
    ],
    [
      'one of two gone',
      gauge,
      [series(5, 5, { a: '1' }), series(5, null, { a: '2' })],
      'lost',
      /1 of 2 series .* {a="2"}/,
    ],
    [
      'one more',
      gauge,
      [series(5, 5, { a: '1' }), series(null, 5, { a: '2' })],
      'differs',
      /has 1 series that the baseline has not/,
    ],
    [
      'another name of a label',
      gauge,
      [series(5, null, { a: '1' }), series(null, 5, { b: '1' })],
      'changed_labels',
      /it lost a; it got b/,
    ],
    [
      'another value of a label',
      gauge,
      [series(5, null, { a: '1' }), series(null, 5, { a: '2' })],
      'changed_labels',
      /{a="2"} in place of {a="1"}/,
    ],
    ['no data at all', panel, [], 'no_data', /neither variant has data/],
    ['too short', panel, [series(5, 5, {}, 15)], 'pending', /too little is measured/],
    ['long enough', panel, [series(5, 5, {}, 16)], 'same', /the same/],
    ['gone, and too short to know', gauge, [series(5, null, {}, 20)], 'pending', /too short a time/],
    [
      'a hole of one, while the other goes on',
      panel,
      [series((i) => (i > 20 && i < 40 ? null : 5), 5)],
      'same',
      /the same/,
    ],
  ];
  test.each(rows)('%s', (_, question, curves, status, sentence) => {
    const finding = judged(question, curves);
    expect([finding.status, finding.sentence]).toEqual([status, expect.stringMatching(sentence)]);
  });

  test('says since when', () => {
    expect(judged(panel, [series(10, (i) => (i >= 40 ? 20 : 10))]).since).toBe('2026-01-01T00:20:00.000Z');
  });

  test('of the largest compares ranks: which series these are changes with the smallest difference', () => {
    const top = questionOf('topk(1, x)');
    const swapped = [series(9, null, { a: '1' }), series(null, 9.01, { a: '2' })];
    expect(judged(top, swapped).status).toBe('same');
    expect(judged(top, [series(9, null, { a: '1' }), series(null, 5, { a: '2' })]).status).toBe('differs');
  });

  test('whose samples are counted may be off by one collection', () => {
    const counted = questionOf('count_over_time(x[5m])');
    expect(judged(counted, [series(20, 21)]).status).toBe('same');
    expect(judged(counted, [series(20, 22)]).status).toBe('differs');
  });
});

describe('an alert', () => {
  const alert = (more: Partial<Check> = {}) => questionOf('x > 5', { kind: 'alert', ...more });
  const between =
    (from: number, to: number): Shape =>
    (index) =>
      index >= from && index < to ? 9 : null;
  const same = [series(3, 3)];

  test('is compared with what stands under its comparison', () => {
    expect(alert().parts.map(({ title }) => title)).toEqual(['fires', 'x']);
    expect(
      questionOf('count by (a) (x == 0) > 3 and on (a) rate(y[5m]) < 2', { kind: 'alert' }).parts.map(
        ({ title }) => title,
      ),
    ).toEqual(['fires', 'x', 'rate(y[5m])']);
    expect(questionOf('absent_over_time(x{a="b"}[5m])', { kind: 'alert' }).parts.map(({ title }) => title)).toEqual([
      'fires',
      'last_over_time(x{a="b"}[5m])',
    ]);
  });

  const rows: readonly (readonly [string, Partial<Check>, readonly Curve[], readonly Curve[], string, RegExp])[] = [
    ['quiet on both', {}, [], same, 'same', /the same/],
    ['quiet on both, because its series are gone', {}, [], [series(3, null)], 'lost', /candidate has none/],
    ['fires on both', {}, [series(between(20, 60), between(21, 60))], same, 'same', /the same/],
    [
      'fires on the baseline only',
      {},
      [series(between(20, 60), null)],
      same,
      'differs',
      /on the baseline and not on the candidate/,
    ],
    [
      'fires on the candidate only',
      {},
      [series(null, between(20, 60))],
      same,
      'differs',
      /on the candidate and not on the baseline/,
    ],
    ['fires five minutes later', {}, [series(between(20, 60), between(30, 60))], same, 'differs', /fires 5 min later/],
    [
      'fires five minutes earlier',
      {},
      [series(between(30, 60), between(20, 60))],
      same,
      'differs',
      /fires 5 min earlier/,
    ],
    ['held too short for its for', { forSeconds: 1200 }, [series(between(20, 40), null)], same, 'same', /the same/],
    [
      'held long enough for its for',
      { forSeconds: 600 },
      [series(between(20, 60), null)],
      same,
      'differs',
      /not on the candidate/,
    ],
    [
      'flaps near its threshold',
      {},
      [
        series(
          (i) => ((noise(1)(i) ?? 0) > 0.5 ? 6 : null),
          (i) => ((noise(2)(i) ?? 0) > 0.5 ? 6 : null),
        ),
      ],
      same,
      'same',
      /the same/,
    ],
    [
      'keeps firing over a gap',
      { keepFiringForSeconds: 600 },
      [series((i) => (i > 40 && i < 50 ? null : 9), 9)],
      same,
      'same',
      /the same/,
    ],
    ['its input is another', {}, [], [series(3, 2)], 'differs', /33.3 % lower/],
  ];
  test.each(rows)('%s', (_, more, firing, input, status, sentence) => {
    const finding = judged(alert(more), firing, input);
    expect([finding.status, finding.sentence]).toEqual([status, expect.stringMatching(sentence)]);
  });

  test('about the collector itself counts when it fires, not what two collectors do differently', () => {
    const queue = questionOf('otelcol_exporter_queue_size > 900', { kind: 'alert' });
    expect(judged(queue, [], [series(10, 2)]).status).toBe('same');
    expect(judged(queue, [series(between(20, 60), null)], [series(10, 2)]).status).toBe('differs');
  });
});
