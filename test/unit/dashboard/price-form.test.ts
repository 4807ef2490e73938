import { describe, expect, test } from 'vitest';
import { priceFormOf, rowsOf } from '../../../dashboard/src/costs/price-form.ts';
import { usagesOf } from '../../../dashboard/src/costs/usage-form.tsx';
import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import { Day, OwnPricesChange, type OwnRow } from '../../../src/cost/domain/own-prices.ts';
import { bookOf, ownPrices, ownRow, TODAY } from '../cost/builders.ts';

const viewOf = (id: string, rows: readonly OwnRow[] | null = null, usage = {}): PriceBookView => {
  const own = rows === null ? null : ownPrices(id, rows, { usage });
  const { ownUsage: _, ...book } = bookOf(id, own);
  return { ...book, day: TODAY, own };
};

describe('the form of prices', () => {
  test('begins empty, from today, in the currency of the list', () => {
    expect(priceFormOf(viewOf('datadog-pro'))).toEqual({
      prices: {},
      currency: 'USD',
      effectiveFrom: TODAY,
      source: '',
      bytesPerPoint: '',
    });
  });

  test('what is typed becomes one slice each; an empty field leaves the charge to the list', () => {
    const book = viewOf('datadog-pro');
    const form = {
      ...priceFormOf(book),
      prices: { 'custom-series': ' 3.20 ', hosts: '' },
      currency: 'eur',
      source: 'x-7',
    };
    const change = rowsOf(book, form);
    expect(change).toEqual({
      rows: [
        {
          sku: 'custom-series',
          effectiveFrom: TODAY,
          currency: 'EUR',
          source: 'x-7',
          tiers: [{ above: 0, price: '3.20' }],
        },
      ],
      backToList: [],
      usage: {},
    });
    expect(OwnPricesChange.safeParse(change).success).toBe(true);
  });

  test('a price that is taken out gives the charge back to the list, what is included stays', () => {
    const book = viewOf('datadog-pro', [
      ownRow({ sku: 'custom-series', includedPerHost: 150 }),
      ownRow({ sku: 'hosts', effectiveFrom: Day.parse('2026-03-01') }),
    ]);
    const form = priceFormOf(book);
    expect(form.prices).toEqual({ 'custom-series': '0.10', hosts: '0.10' });
    expect(rowsOf(book, { ...form, prices: { 'custom-series': '0.20' } })).toMatchObject({
      rows: [{ sku: 'custom-series', includedPerHost: 150, tiers: [{ price: '0.20' }] }],
      backToList: ['hosts'],
    });
  });

  test('prices in several slices are not touched: they came from a file', () => {
    const tiers = [
      { above: 0, price: '0.30' },
      { above: 500, price: '0.10' },
    ];
    const book = viewOf('datadog-pro', [ownRow({ sku: 'custom-series', tiers })]);
    expect(priceFormOf(book).prices).toEqual({});
    expect(rowsOf(book, priceFormOf(book))).toMatchObject({ rows: [], backToList: [] });
  });

  test('bytes per point are kept beside what else is known of the usage', () => {
    const book = viewOf('new-relic-original', [], { hosts: 7, bytesPerPoint: { low: 400, estimate: 500, high: 600 } });
    const form = priceFormOf(book);
    expect(form.bytesPerPoint).toBe('400..500..600');
    expect(rowsOf(book, form).usage).toEqual({ hosts: 7, bytesPerPoint: { low: 400, estimate: 500, high: 600 } });
    expect(rowsOf(book, { ...form, bytesPerPoint: '' }).usage).toEqual({ hosts: 7 });
  });
});

describe('the form of usage', () => {
  test('what only one variant says counts for both, so that they can be compared', () => {
    const { baseline, candidate, findings } = usagesOf(
      { series: '210k', hosts: '100', bytesPerPoint: 'many' },
      { series: '28k', pointsPerMinute: '' },
    );
    expect(baseline).toEqual({ series: 210_000, hosts: 100 });
    expect(candidate).toEqual({ series: 28_000, hosts: 100 });
    expect(findings.map(({ pointer }) => pointer)).toEqual(['/baseline/bytesPerPoint']);
  });
});
