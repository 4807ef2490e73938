import * as z from 'zod';
import { Currency } from '../../kernel/money.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { axisWords, Bill, billOf, Cost, monthAt, usageSaid } from './bill.ts';
import { costOf, edgesOf, quantityOf } from './charge.ts';
import { ENDS, Interval, within } from './interval.ts';
import type { PricedBook } from './own-prices.ts';
import { type Charge, PriceBookId } from './price-book.ts';
import { type Amount, type Consumption, stated, USAGE_AXES, Usage, type UsageAxis } from './usage.ts';

/** How much of the baseline's the candidate has: 0.14 is 86 % less. */
const Ratio = Interval.refine(({ low }) => low >= 0, 'a ratio is not negative');

/** What is compared. */
export const Comparison = z.strictObject({
  baseline: Usage,
  candidate: Usage,
  /** candidate / baseline per axis, where both were measured side by side: sharper than two intervals on their own */
  change: z
    .strictObject({ series: Ratio.optional(), pointsPerMinute: Ratio.optional(), bytesPerPoint: Ratio.optional() })
    .default({}),
  /** what else is on the same bill, the same with either variant; it uses up what is included and moves the tiers */
  rest: Usage.default({}),
});
export type Comparison = z.infer<typeof Comparison>;

/** Two bills can be compared when the same is known of both. */
export const assertEven = ({ baseline, candidate }: Comparison): Outcome<void, Refusal<'usage-uneven'>> => {
  const uneven = USAGE_AXES.filter((axis) => (baseline[axis] === undefined) !== (candidate[axis] === undefined));
  const [first] = uneven;
  if (first === undefined) return accept(undefined);
  const silent = baseline[first] === undefined ? 'baseline' : 'candidate';
  return refuse(
    'usage-uneven',
    `nothing is said about ${axisWords(first)} of the ${silent}; a comparison needs the same of both`,
    { axes: uneven },
    uneven.map((axis) => ({
      pointer: `/${baseline[axis] === undefined ? 'baseline' : 'candidate'}`,
      code: 'usage-uneven',
      message: `say ${axisWords(axis)} here too`,
    })),
  );
};

/** What a month costs with either variant at one vendor, and the difference. */
export const Saving = z.object({
  priceBook: PriceBookId,
  title: z.string(),
  vendor: z.string(),
  reference: z.string(),
  currency: Currency,
  baseline: Bill,
  candidate: Bill,
  /** a month; negative: the candidate is dearer. Null: one of the bills is not known */
  saving: Cost.nullable(),
  /** share of the baseline's bill */
  reductionRatio: Interval.nullable(),
});
export type Saving = z.infer<typeof Saving>;

/** The same usage on one bill with both variants. */
export const savingOf = (book: PricedBook, comparison: Comparison): Saving => {
  const { rest } = comparison;
  const baseline = billOf(book, comparison.baseline, rest);
  const candidate = billOf(book, comparison.candidate, rest);
  const about = {
    priceBook: book.id,
    title: book.title,
    vendor: book.vendor,
    reference: book.reference,
    currency: book.currency,
    baseline,
    candidate,
  };
  if (baseline.total === null || candidate.total === null) return { ...about, saving: null, reductionRatio: null };
  const billed = new Set([...baseline.lines, ...candidate.lines].map(({ sku }) => sku));
  const charges = book.charges.filter(({ sku }) => billed.has(sku));
  const estimate = baseline.total.estimate - candidate.total.estimate;
  const saved = extremes(book, charges, comparison);
  return {
    ...about,
    saving: around(estimate, saved.money),
    reductionRatio: baseline.total.estimate === 0 ? null : around(estimate / baseline.total.estimate, saved.ratio),
  };
};

interface Extremes {
  readonly money: { readonly low: number; readonly high: number };
  readonly ratio: { readonly low: number; readonly high: number };
}

/** An estimate lies within its bounds, also when it was computed from other numbers than they were. */
const around = (estimate: number, { low, high }: { readonly low: number; readonly high: number }): Interval => ({
  low: Math.min(low, estimate),
  estimate,
  high: Math.max(high, estimate),
});

/**
 * The least and the greatest saving that is possible within what is known.
 *
 * A bill never falls when usage rises, so its own ends are those of the usage. A difference of two bills is another matter:
 * with tiers that get cheaper, or an amount that is free, a higher level of both can save less. So of axes that were
 * measured side by side the level is moved from low to high for both together, past every edge of a tier on the way, each
 * time with both ends of the ratio. Axes on their own meet at opposite ends: nothing is assumed about how they move.
 */
const extremes = (book: PricedBook, charges: readonly Charge[], comparison: Comparison): Extremes => {
  const totals = (['low', 'high'] as const).flatMap((end) => {
    const monthsAt = makeMonthsAt(book, comparison, end);
    return levelsOf(charges, monthsAt).map((level) => {
      const [baseline, candidate] = monthsAt(level);
      return { baseline: totalOf(charges, baseline, level), candidate: totalOf(charges, candidate, level) };
    });
  });
  const range = (values: readonly number[]) => ({ low: Math.min(...values), high: Math.max(...values) });
  return {
    money: range(totals.map(({ baseline, candidate }) => baseline - candidate)),
    ratio: range(
      totals.flatMap(({ baseline, candidate }) => (baseline === 0 ? [] : [(baseline - candidate) / baseline])),
    ),
  };
};

type Months = readonly [baseline: Consumption, candidate: Consumption];

/** Both months at a level, with least (`low`) or most (`high`) between them. */
const makeMonthsAt = (
  book: PricedBook,
  { baseline, candidate, change, rest }: Comparison,
  end: 'low' | 'high',
): ((level: number) => Months) => {
  const [before, after] = [usageSaid(book, baseline), usageSaid(book, candidate)];
  const dear = end === 'low' ? 'high' : 'low';
  const ratios: Readonly<Partial<Record<UsageAxis, Interval>>> = stated(change);
  return (level) => {
    const points = USAGE_AXES.flatMap((axis) => {
      const [one, other, ratio] = [before[axis], after[axis], ratios[axis]];
      if (one === undefined || other === undefined) return [];
      if (ratio !== undefined) return [[axis, within(one, level), within(one, level) * ratio[dear]] as const];
      return isSame(one, other)
        ? [[axis, within(one, level), within(one, level)] as const]
        : [[axis, within(one, end), within(other, dear)] as const];
    });
    return [
      monthAt(Object.fromEntries(points.map(([axis, from]) => [axis, from])), rest, level),
      monthAt(Object.fromEntries(points.map(([axis, , to]) => [axis, to])), rest, level),
    ];
  };
};

const isSame = (a: Amount, b: Amount): boolean => ENDS.every((end) => within(a, end) === within(b, end));

const totalOf = (charges: readonly Charge[], month: Consumption, level: number): number =>
  charges.reduce((sum, charge) => {
    const quantity = quantityOf(charge, month, level) ?? 0;
    return sum + Number(costOf(charge, quantity, month.hosts ?? 0) ?? 0n);
  }, 0);

const STEPS = 16;

/** Levels at which the saving can turn: a few on the way, and where either bill crosses an edge. */
const levelsOf = (charges: readonly Charge[], monthsAt: (level: number) => Months): readonly number[] => [
  ...Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS),
  ...charges.flatMap((charge) =>
    ([0, 1] as const).flatMap((variant) =>
      charge.rows.flatMap((_, index) =>
        crossing((level) => {
          const month = monthsAt(level)[variant];
          return (quantityOf(charge, month, level) ?? 0) - (edgesOf(charge, month.hosts ?? 0)[index] ?? 0);
        }),
      ),
    ),
  ),
];

/** Where a rising function passes zero, within 0 to 1; nothing where it does not. */
const crossing = (of: (level: number) => number): readonly number[] => {
  if (!(of(0) < 0 && of(1) > 0)) return [];
  let [low, high] = [0, 1];
  for (let halving = 0; halving < 40; halving += 1) {
    const middle = (low + high) / 2;
    if (of(middle) < 0) low = middle;
    else high = middle;
  }
  return [low, high];
};
