import * as z from 'zod';
import { event } from '../../platform/declare/event.ts';
import { PriceBookId, Sku } from '../domain/price-book.ts';

/** What cost says on the bus. */
export const costEvents = [
  event({
    type: 'price_book.changed',
    schemaVersion: 1,
    summary: 'A tenant changed its own prices of a price book',
    data: z.object({ priceBook: PriceBookId, version: z.int(), changed: z.array(Sku), backToList: z.array(Sku) }),
  }),
] as const;
