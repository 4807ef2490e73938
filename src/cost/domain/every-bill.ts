import type * as z from 'zod';
import { byEnd, otherEnd } from './interval.ts';
import { type Deduction, NetSaving, netSavingOf } from './net-saving.ts';
import type { PricedBook } from './own-prices.ts';
import { type Comparison, Saving, savingOf } from './saving.ts';

/** One row of "same evidence, every bill"; no net saving where the bill is not known. */
export const BillRow = Saving.extend({ net: NetSaving.nullable() });
export type BillRow = z.infer<typeof BillRow>;

/** The same usage on every bill, after compute and the experiment were paid. Rows keep the order of the books. */
export const everyBill = (
  books: readonly PricedBook[],
  comparison: Comparison,
  paid: { readonly compute: Deduction; readonly experiment: Deduction },
): BillRow[] =>
  books.map((book) => {
    const row = savingOf(book, comparison);
    return { ...row, net: row.saving === null ? null : netSavingOf(row.saving, row.currency, paid) };
  });

/** What the candidate's collectors cost more in a month than the baseline's. */
export const computeDeduction = (nodes: PricedBook, comparison: Comparison): Deduction => {
  const { baseline, candidate, saving, currency } = savingOf(nodes, { ...comparison, rest: {} });
  if (saving !== null) return { currency, cost: byEnd((end) => 0 - saving[otherEnd(end)]) };
  const open = [...baseline.lines, ...candidate.lines].flatMap((line) => (line.open === null ? [] : [line.open]));
  return { open: [...new Set(open)].join('; ') };
};
