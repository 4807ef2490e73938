import type { PriceBook } from '../price-book.ts';
import { charge, GB, listed, priceBook } from './rows.ts';

const byVolume = (id: string, plan: string, price: string): PriceBook =>
  priceBook({
    id,
    vendor: 'New Relic',
    title: `New Relic ${plan}`,
    version: 1,
    billedOn:
      'gigabytes ingested, as New Relic stores them (a form like JSON, not what is on the wire), rounded down to whole ones; 100 are free.',
    notes: [
      'Users are billed besides; a pipeline does not change them.',
      'Limits of an account: 15 million series a day, 100 000 per metric and day, reset at 00:00 UTC.',
    ],
    charges: [
      charge('bytes', {
        sku: 'data-ingest',
        title: `Data ingest, ${plan}`,
        unit: 'GB',
        per: GB,
        included: 100 * GB,
        wholeUnits: true,
        rows: [listed(price, { source: 'newrelic.com/pricing', effectiveFrom: null })],
      }),
    ],
  });

export const NEW_RELIC: readonly PriceBook[] = [
  byVolume('new-relic-original', 'Original', '0.40'),
  byVolume('new-relic-data-plus', 'Data Plus', '0.60'),
];
