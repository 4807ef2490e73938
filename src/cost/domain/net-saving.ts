import * as z from 'zod';
import { Currency, type Money } from '../../kernel/money.ts';
import { Cost } from './bill.ts';
import { byEnd, exactly, Interval, minus, otherEnd } from './interval.ts';
import { MONTH } from './usage.ts';

/** What is known of something that is to be subtracted: a cost, or why there is none. */
export const Deduction = z.union([z.object({ currency: Currency, cost: Cost }), z.object({ open: z.string() })]);
export type Deduction = z.infer<typeof Deduction>;

/** What was said of what an experiment costs; `open` asks for it where nothing was. */
export const experimentDeduction = (said: Money | undefined, open: string): Deduction =>
  said === undefined ? { open } : { currency: said.currency, cost: exactly(said.micros) };

const MONTHS = [1, 3, 6, 12] as const;

export const NetSaving = z.object({
  /** what the candidate's collectors cost more than the baseline's in a month; negative: less */
  compute: Deduction,
  /** what the experiment costs by itself, once */
  experiment: Deduction,
  /** a month, after compute where its price is known */
  monthly: Cost,
  /** everything together after so many months, the experiment paid where its cost is known; `projected`, without growth */
  projection: z.array(z.object({ months: z.int(), method: z.literal('projected'), net: Cost })),
  /** net saving of 12 months per unit of what the experiment cost; null: that is not known or nothing */
  returnRatio: Interval.nullable(),
  /** until the experiment is paid for; null: not known, or not within what is known; `paybackReason` says which */
  paybackDays: Interval.nullable(),
  paybackReason: z.string().nullable(),
  /** what the experiment costs as a share of the first month's saving; the goal is 0.02 */
  experimentShare: z.number().nullable(),
});
export type NetSaving = z.infer<typeof NetSaving>;

/** A saving after what it costs to have it. Deductions in another currency stay open: currencies are never added. */
export const netSavingOf = (
  saving: Cost,
  currency: Currency,
  given: { readonly compute: Deduction; readonly experiment: Deduction },
): NetSaving => {
  const compute = inCurrency(given.compute, currency);
  const experiment = inCurrency(given.experiment, currency);
  const monthly = 'cost' in compute ? minus(saving, compute.cost) : saving;
  const once = 'cost' in experiment ? experiment.cost : null;
  return {
    compute,
    experiment,
    monthly,
    projection: MONTHS.map((months) => ({
      months,
      method: 'projected',
      net: minus(
        byEnd((end) => months * monthly[end]),
        once ?? NOTHING,
      ),
    })),
    returnRatio: once === null || once.low <= 0 ? null : returnOf(monthly, once),
    ...payback(monthly, once),
    experimentShare: once === null || monthly.estimate <= 0 ? null : once.estimate / monthly.estimate,
  };
};

const NOTHING: Cost = { low: 0, estimate: 0, high: 0 };

const inCurrency = (deduction: Deduction, currency: Currency): Deduction =>
  'cost' in deduction && deduction.currency !== currency
    ? { open: `its price is in ${deduction.currency}, the bill in ${currency}` }
    : deduction;

/** (12 months of saving - cost) / cost; rises with the saving, and what was paid is divided by on both sides. */
const returnOf = (monthly: Cost, once: Cost): Interval =>
  byEnd((end) => {
    const saved = 12 * monthly[end];
    // a loss is the worse the less was paid for it
    const paid = saved >= 0 ? once[otherEnd(end)] : once[end];
    return (saved - paid) / paid;
  });

const payback = (monthly: Cost, once: Cost | null): Pick<NetSaving, 'paybackDays' | 'paybackReason'> => {
  if (once === null) return { paybackDays: null, paybackReason: 'what the experiment costs is not known' };
  if (monthly.high <= 0) return { paybackDays: null, paybackReason: 'it saves nothing on this bill' };
  if (monthly.low <= 0)
    return { paybackDays: null, paybackReason: 'that it saves anything on this bill is not proven' };
  return {
    paybackDays: byEnd((end) => (once[end] / monthly[otherEnd(end)]) * MONTH.days),
    paybackReason: null,
  };
};
