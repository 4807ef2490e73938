import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { Currency, Money } from '../../kernel/money.ts';
import { route } from '../../platform/declare/route.ts';
import { Bill } from '../domain/bill.ts';
import { BillRow } from '../domain/every-bill.ts';
import { Deduction } from '../domain/net-saving.ts';
import { OwnBook, OwnBookId } from '../domain/own-book.ts';
import { Day, OwnPrices, OwnPricesChange, OwnRow } from '../domain/own-prices.ts';
import { PriceBook, PriceBookId } from '../domain/price-book.ts';
import { Comparison } from '../domain/saving.ts';
import { Usage } from '../domain/usage.ts';

const ById = z.object({ priceBookId: PriceBookId });

/** A price book as it holds for the tenant; `own` is what was laid over the list. */
export const PriceBookView = PriceBook.extend({
  reference: z.string(),
  currency: Currency,
  /** the day that it holds on */
  day: Day,
  ownVersion: z.int(),
  own: OwnPrices.omit({ tenantId: true, bookId: true, version: true }).nullable(),
});
export type PriceBookView = z.infer<typeof PriceBookView>;

/** A price book that a tenant writes, with its first prices. */
export const NewPriceBook = z.strictObject({
  id: OwnBookId,
  ...OwnBook.shape,
  rows: z.array(OwnRow).max(50).default([]),
  usage: Usage.default({}),
});
export type NewPriceBook = z.infer<typeof NewPriceBook>;

const OWN_BOOK = {
  vendor: 'platform team',
  title: 'What the platform team charges',
  billedOn: 'active series, and a sum a month for the store.',
  currency: 'EUR',
  charges: [
    { sku: 'series', title: 'Active series', counts: 'series', unit: '1,000 series', per: 1000 },
    { sku: 'store', title: 'The store', counts: 'month', unit: 'month' },
  ],
};

/** Which book, prices of which day; absent: every vendor, today. */
const Asked = { priceBook: PriceBookId.optional(), day: Day.optional() };

export const EstimateRequest = z.strictObject({ ...Asked, usage: Usage, rest: Usage.default({}) });
export const Estimates = z.object({ day: Day, items: z.array(Bill) });
export type Estimates = z.infer<typeof Estimates>;

export const CompareRequest = z.strictObject({
  ...Asked,
  ...Comparison.shape,
  /** what it costs once to find out, for return and payback */
  experimentCost: Money.optional(),
});
export type CompareRequest = z.infer<typeof CompareRequest>;
export const Comparisons = z.object({ day: Day, compute: Deduction, items: z.array(BillRow) });
export type Comparisons = z.infer<typeof Comparisons>;

export const costRoutes = [
  route({
    name: 'listPriceBooks',
    method: 'GET',
    path: '/cost/price-books',
    summary: 'Every price book as it holds for the tenant: list prices with its own over them',
    permission: may('cost:read'),
    query: z.object({ day: Day.optional() }),
    status: 200,
    response: z.object({ items: z.array(PriceBookView) }),
    refusals: [],
  }),
  route({
    name: 'createPriceBook',
    method: 'POST',
    path: '/cost/price-books',
    summary: 'Write a price book of your own: a vendor that no list has, or what your platform team charges',
    permission: may('cost:manage'),
    concurrency: 'idempotency-key',
    body: NewPriceBook,
    status: 201,
    response: PriceBookView,
    refusals: ['price-book-not-valid', 'price-book-exists', 'too-many-price-books'],
    example: {
      id: 'own-platform-team',
      ...OWN_BOOK,
      rows: [
        {
          sku: 'series',
          effectiveFrom: '2026-07-01',
          currency: 'EUR',
          source: 'charging rules of 2026',
          tiers: [{ above: 0, price: '1.80' }],
        },
      ],
    },
  }),
  route({
    name: 'revisePriceBook',
    method: 'PUT',
    path: '/cost/price-books/{priceBookId}',
    summary: 'Say anew how a price book of your own bills, as a new version; prices of charges that it keeps stay',
    permission: may('cost:manage'),
    concurrency: 'if-match',
    params: ById,
    body: OwnBook,
    status: 200,
    response: PriceBookView,
    refusals: ['price-book-not-found', 'price-book-not-yours', 'price-book-not-valid'],
    example: OWN_BOOK,
  }),
  route({
    name: 'getPriceBook',
    method: 'GET',
    path: '/cost/price-books/{priceBookId}',
    summary: 'One price book; with a day or an earlier version of the own prices, as it was then',
    permission: may('cost:read'),
    params: ById,
    query: z.object({ day: Day.optional(), ownVersion: z.coerce.number().int().min(0).optional() }),
    status: 200,
    response: PriceBookView,
    refusals: ['price-book-not-found'],
  }),
  route({
    name: 'changePrices',
    method: 'POST',
    path: '/cost/price-books/{priceBookId}/rows',
    summary: 'Lay prices of a contract over the list, as a new version; version 0 is the list alone',
    permission: may('cost:manage'),
    concurrency: 'if-match',
    params: ById,
    body: OwnPricesChange,
    status: 200,
    response: PriceBookView,
    refusals: ['price-book-not-found', 'price-not-valid'],
    example: {
      rows: [
        {
          sku: 'custom-series',
          effectiveFrom: '2026-07-01',
          currency: 'USD',
          source: 'order form 2026-114',
          tiers: [{ above: 0, price: '3.20' }],
        },
      ],
    },
  }),
  route({
    name: 'estimateCost',
    method: 'POST',
    path: '/cost/estimate',
    summary: 'What a month of usage costs, on one bill or on every; intervals are carried through, nothing is stored',
    permission: may('cost:read'),
    body: EstimateRequest,
    status: 200,
    response: Estimates,
    refusals: ['price-book-not-found'],
    example: {
      priceBook: 'grafana-cloud-pro',
      usage: {
        series: { low: 205_000, estimate: 210_000, high: 214_000 },
        pointsPerMinute: 210_000,
        bytesPerPoint: 500,
        hosts: 100,
      },
    },
  }),
  route({
    name: 'compareCost',
    method: 'POST',
    path: '/cost/compare',
    summary:
      'Two variants on one bill or on every: what a month costs, what is saved, and when it has paid; nothing is stored',
    permission: may('cost:read'),
    body: CompareRequest,
    status: 200,
    response: Comparisons,
    refusals: ['price-book-not-found', 'usage-uneven'],
    example: {
      baseline: { series: 210_000, pointsPerMinute: 210_000, bytesPerPoint: 500, hosts: 100 },
      candidate: { series: 28_000, pointsPerMinute: 28_000, bytesPerPoint: 500, hosts: 100 },
    },
  }),
] as const;
