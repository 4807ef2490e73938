import * as z from 'zod';
import { Money } from '../../kernel/money.ts';
import { exactMicros } from './bill.ts';
import { costOf, quantityOf } from './charge.ts';
import { exactly } from './interval.ts';
import { Deduction } from './net-saving.ts';
import type { PricedBook } from './own-prices.ts';
import type { Charge } from './price-book.ts';
import type { Consumption } from './usage.ts';

/** What an experiment used by itself, once: both variants on all of its nodes. */
export interface ExperimentUse {
  readonly coreSeconds: number;
  readonly memoryMibSeconds: number;
  /** samples that both variants wrote to the measurement store */
  readonly samples: number;
}

export const ExperimentCost = z.object({
  total: Deduction,
  parts: z.array(
    z.object({
      title: z.string(),
      quantity: z.number(),
      unit: z.string(),
      /** null: its price is not known */
      cost: Money.nullable(),
    }),
  ),
  /** what it costs besides, and nobody measured */
  notCounted: z.array(z.string()),
});
export type ExperimentCost = z.infer<typeof ExperimentCost>;

/**
 * What the experiment itself cost: compute of its collectors at the price of the nodes, and the samples that they wrote at
 * the first price of the measurement store, because what is free there was used up by others. Open while a price is not known.
 */
export const experimentCostOf = (
  { coreSeconds, memoryMibSeconds, samples }: ExperimentUse,
  nodes: PricedBook,
  store: PricedBook | null,
): ExperimentCost => {
  const used: Consumption = { core_seconds: coreSeconds, memory_mib_seconds: memoryMibSeconds, samples };
  const parts = [...partsOf(nodes, nodes.charges, used), ...(store === null ? [] : storeParts(store, used))];
  return {
    total: totalOf(parts, nodes),
    parts,
    notCounted: [
      ...(store === null ? ['the measurement store, which is not one with a price list'] : []),
      'queries on the measurement store',
      'what this installation of Phoenix costs',
    ],
  };
};

type Part = ExperimentCost['parts'][number];

const storeParts = (store: PricedBook, used: Consumption): readonly Part[] =>
  partsOf(
    store,
    store.charges
      .filter(({ optional, meter }) => !optional && meter.by === 'quantity')
      .map((charge) => ({ ...charge, included: 0, rows: charge.rows.slice(0, 1) })),
    used,
  );

const partsOf = (book: PricedBook, charges: readonly Charge[], used: Consumption): readonly Part[] =>
  charges.flatMap((charge) => {
    const quantity = quantityOf(charge, used, 'estimate');
    if (quantity === null) return [];
    const micros = exactMicros(costOf(charge, quantity, 0));
    return [
      {
        title: `${charge.title}, ${book.title}`,
        quantity: quantity / charge.per,
        unit: charge.unit,
        cost: micros === null ? null : { micros, currency: book.currency },
      },
    ];
  });

const totalOf = (parts: readonly Part[], { currency }: PricedBook): Deduction => {
  const open = parts.flatMap(({ unit, cost }) => (cost === null ? [`per ${unit}`] : []));
  if (open.length > 0) return { open: `give your price ${open.join(' and ')}` };
  const other = parts.find(({ cost }) => cost !== null && cost.currency !== currency);
  if (other !== undefined) return { open: `its parts are priced in ${currency} and ${other.cost?.currency}` };
  return { currency, cost: exactly(parts.reduce((sum, { cost }) => sum + (cost?.micros ?? 0), 0)) };
};
