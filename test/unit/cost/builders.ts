import {
  Day,
  inEffect,
  type OwnPrices,
  type OwnRow,
  OwnRow as OwnRowSchema,
  type PricedBook,
} from '../../../src/cost/domain/own-prices.ts';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import { findPriceBook } from '../../../src/cost/domain/price-books.ts';
import { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { Instant } from '../../../src/kernel/instant.ts';
import { Currency } from '../../../src/kernel/money.ts';

export const TODAY = Day.parse('2026-11-27');
export const USD = Currency.parse('USD');

/** A price book as listed, or with a tenant's prices over it. */
export const bookOf = (id: string, own: OwnPrices | null = null, day: Day = TODAY): PricedBook => {
  const found = findPriceBook(id);
  if (!found.accepted) throw new Error(found.refusal.message);
  return inEffect(found.value, own, day);
};

export const ownRow = (change: Partial<OwnRow> & { readonly sku: string }): OwnRow =>
  OwnRowSchema.parse({
    effectiveFrom: '2026-01-01',
    currency: 'USD',
    source: 'order form 2026-114',
    tiers: [{ above: 0, price: '0.10' }],
    ...change,
  });

export const ownPrices = (bookId: string, rows: readonly OwnRow[], change: Partial<OwnPrices> = {}): OwnPrices => ({
  tenantId: TenantId.parse('acme'),
  bookId: PriceBookId.parse(bookId),
  version: 1,
  book: null,
  rows: [...rows],
  usage: {},
  updatedAt: Instant.parse('2026-11-21T09:40:00.000Z'),
  updatedBy: { kind: 'user', id: UserId.parse('anna'), email: 'anna@example.com' },
  ...change,
});

/** Dollars as the worked check writes them. */
export const dollars = (amount: number): number => Math.round(amount * 1e6);
