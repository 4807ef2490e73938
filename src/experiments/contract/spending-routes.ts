import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { Cost } from '../../cost/domain/bill.ts';
import { Day } from '../../cost/domain/own-prices.ts';
import { PriceBookId } from '../../cost/domain/price-book.ts';
import { ExperimentId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Currency } from '../../kernel/money.ts';
import { route } from '../../platform/declare/route.ts';
import { PipelineSpending, PlaceSpending, Spending } from '../domain/spending.ts';
import { State } from '../domain/vocabulary.ts';

/** Money is always of one bill: vendors bill on different axes. */
const onABill = z.object({
  priceBook: PriceBookId,
  day: Day.optional(),
  /** as this vendor counts them; absent: what the tenant keeps with the price book */
  bytesPerPoint: z.coerce.number().min(0).max(1e5).optional(),
});

const priced = {
  day: Day,
  priceBook: PriceBookId,
  /** versions of list and own prices */
  reference: z.string(),
  currency: Currency,
  /** what there would have to be for an answer; null: there is one */
  missing: z.string().nullable(),
};

export const SpendingAnalytics = z.object({
  ...priced,
  from: Instant,
  until: Instant,
  /** experiments that it rests on, and whether older ones were left out */
  experiments: z.int(),
  leftOut: z.boolean(),
  pipelines: z.array(PipelineSpending),
  nodes: z.array(PlaceSpending),
  teams: z.array(PlaceSpending),
});
export type SpendingAnalytics = z.infer<typeof SpendingAnalytics>;

/** Spending at one slot; an hour of it is a month's bill divided by 730. */
const FlowRate = z.object({
  sent: Spending.nullable(),
  hourlyMicros: z.int().nullable(),
  missing: z.string().nullable(),
});

export const SpendingFlow = z.object({
  ...priced,
  at: Instant,
  items: z.array(
    z.object({
      experimentId: ExperimentId,
      name: z.string(),
      nodes: z.int(),
      /** when the slot ended that it is from */
      slotEndsAt: Instant.nullable(),
      baseline: FlowRate,
      candidate: FlowRate,
    }),
  ),
});
export type SpendingFlow = z.infer<typeof SpendingFlow>;

/** Of several experiments; null: none of them has money. */
const SavingSum = z.object({ experiments: z.int(), notKnown: z.int(), monthly: Cost.nullable() });

export const Savings = z.object({
  ...priced,
  leftOut: z.boolean(),
  items: z.array(
    z.object({
      experimentId: ExperimentId,
      name: z.string(),
      team: z.string(),
      candidate: z.string(),
      state: State,
      decidedAt: Instant,
      promotedAt: Instant.nullable(),
      nodes: z.int(),
      slots: z.int(),
      /** nobody runs its baseline: what it says is the difference of two bills, and nobody's saving */
      hypotheticalBaseline: z.boolean(),
      /** on the measured nodes, after compute of the collectors where its price is known */
      monthly: Cost.nullable(),
      open: z.string().nullable(),
    }),
  ),
  /** promoted, over a baseline that somebody ran: what is saved a month if it goes on as measured */
  promoted: SavingSum,
  /** proven, and nobody promoted it yet */
  offered: SavingSum,
  /** over baselines that nobody runs: no saving of anybody */
  hypothetical: SavingSum,
  /** of the promoted ones together since each was promoted, at its monthly saving; `projected`: no invoice was read */
  sincePromotion: z.object({ method: z.literal('projected'), cost: Cost.nullable() }),
});
export type Savings = z.infer<typeof Savings>;

export const spendingRoutes = [
  route({
    name: 'getSpendingAnalytics',
    method: 'GET',
    path: '/cost/analytics',
    summary: 'What was measured in a period, by pipeline, node and team: what is sent, and what a month of it costs',
    permission: may('cost:read'),
    query: onABill.extend({
      period: z
        .string()
        .regex(/^([1-9]|[1-8]\d|90)d$/, 'expected 1d to 90d')
        .default('30d'),
    }),
    status: 200,
    response: SpendingAnalytics,
    refusals: ['price-book-not-found'],
  }),
  route({
    name: 'getSpendingFlow',
    method: 'GET',
    path: '/cost/flow',
    summary: 'What running experiments send right now, from the newest slot of each, and what an hour of it costs',
    permission: may('cost:read'),
    query: onABill,
    status: 200,
    response: SpendingFlow,
    refusals: ['price-book-not-found'],
  }),
  route({
    name: 'getSavings',
    method: 'GET',
    path: '/cost/savings',
    summary: 'What experiments have proven to save, promoted or offered, each with its interval, and together',
    permission: may('cost:read'),
    query: onABill,
    status: 200,
    response: Savings,
    refusals: ['price-book-not-found'],
  }),
] as const;
