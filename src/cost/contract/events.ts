import * as z from 'zod';
import { event } from '../../platform/declare/event.ts';
import { PriceBookId, Sku } from '../domain/price-book.ts';

const written = z.object({ priceBook: PriceBookId, version: z.int(), title: z.string(), retired: z.boolean() });

/** What cost says on the bus. */
export const costEvents = [
  event({
    type: 'price_book.changed',
    schemaVersion: 1,
    summary: 'A tenant changed its own prices of a price book',
    data: z.object({ priceBook: PriceBookId, version: z.int(), changed: z.array(Sku), backToList: z.array(Sku) }),
  }),
  event({
    type: 'price_book.created',
    schemaVersion: 1,
    summary: 'A tenant wrote a price book of its own',
    data: written,
  }),
  event({
    type: 'price_book.revised',
    schemaVersion: 1,
    summary: 'A tenant said anew how a price book of its own bills',
    data: written,
  }),
] as const;
