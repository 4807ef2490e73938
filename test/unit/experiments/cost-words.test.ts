import { expect, test } from 'vitest';
import { everyBill } from '../../../src/cost/domain/every-bill.ts';
import type { Deduction } from '../../../src/cost/domain/net-saving.ts';
import type { Amount } from '../../../src/cost/domain/usage.ts';
import { headlineOf } from '../../../src/experiments/domain/cost-words.ts';
import { bookOf, dollars, USD } from '../cost/builders.ts';

const UNKNOWN: Deduction = { open: 'not known here' };
const nothing: Deduction = { currency: USD, cost: { low: 0, estimate: 0, high: 0 } };

const headline = (
  baseline: Amount,
  candidate: Amount,
  {
    book = 'signoz',
    compute = UNKNOWN,
    isRunning = false,
  }: { book?: string; compute?: Deduction; isRunning?: boolean } = {},
): string | null => {
  const usage = (pointsPerMinute: Amount) => ({ pointsPerMinute });
  const comparison = { baseline: usage(baseline), candidate: usage(candidate), change: {}, rest: {} };
  const [row] = everyBill([bookOf(book)], comparison, { compute, experiment: UNKNOWN });
  if (row === undefined) throw new Error('there is one bill');
  return headlineOf(row, isRunning);
};

test('a saving is told with its interval and what was subtracted', () => {
  expect(headline(210_000, { low: 27_000, estimate: 28_000, high: 30_000 })).toBe(
    'it saves 797.16 USD a month on SigNoz Cloud metrics (788.40 to 801.54).',
  );
  const compute = { currency: USD, cost: { low: dollars(5), estimate: dollars(7), high: dollars(9) } };
  expect(headline(210_000, 28_000, { compute })).toBe(
    'it saves 790.16 USD a month on SigNoz Cloud metrics (788.16 to 792.16), compute of the collectors subtracted.',
  );
});

test('what is dearer costs more', () => {
  expect(headline(28_000, 210_000)).toBe(
    'it costs 797.16 USD more a month on SigNoz Cloud metrics (797.16 to 797.16).',
  );
});

test('what may be either is not known, and nothing is no saving', () => {
  expect(
    headline({ low: 90_000, estimate: 100_000, high: 110_000 }, { low: 80_000, estimate: 95_000, high: 105_000 }),
  ).toBe('whether it saves anything on SigNoz Cloud metrics is not known: −65.70 to 131.40 USD a month.');
  expect(headline(1000, 1000, { compute: nothing })).toMatch(/^whether it saves anything .* 0\.00 to 0\.00 USD/);
});

test('while it runs it says so far, and a bill that is not known says nothing', () => {
  expect(headline(210_000, 28_000, { isRunning: true })).toMatch(/^So far: it saves 797\.16 USD/);
  expect(headline(210_000, 28_000, { book: 'honeycomb' })).toBeNull();
});
