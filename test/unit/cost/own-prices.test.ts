import { describe, expect, test } from 'vitest';
import { billOf } from '../../../src/cost/domain/bill.ts';
import { changedRows, Day, inEffect, type OwnRow } from '../../../src/cost/domain/own-prices.ts';
import type { PriceBook } from '../../../src/cost/domain/price-book.ts';
import { findPriceBook } from '../../../src/cost/domain/price-books.ts';
import { Currency } from '../../../src/kernel/money.ts';
import { bookOf, dollars, ownPrices, ownRow } from './builders.ts';

const listOf = (id: string): PriceBook => {
  const found = findPriceBook(id);
  if (!found.accepted) throw new Error(found.refusal.message);
  return found.value;
};
const DATADOG = listOf('datadog-pro');
const GRAFANA = listOf('grafana-cloud-pro');

const change = (rows: readonly OwnRow[], before: readonly OwnRow[] = [], backToList: string[] = []) =>
  changedRows(DATADOG, before, { rows: [...rows], backToList });
const refusedAt = (outcome: ReturnType<typeof changedRows>): readonly (readonly string[])[] => {
  if (outcome.accepted) throw new Error('it was accepted');
  return (outcome.refusal.errors ?? []).map(({ pointer, code }) => [pointer, code]);
};

describe("a price of one's own", () => {
  test('replaces every list price of its charge, and only that', () => {
    const own = ownPrices('datadog-pro', [ownRow({ sku: 'custom-series', tiers: [{ above: 0, price: '2.50' }] })]);
    const { total, lines, reference } = billOf(bookOf('datadog-pro', own), { series: 20_000, hosts: 100 });
    expect(total?.estimate).toBe(dollars(1500 + 250));
    expect(lines.map(({ sku, confidence, sources }) => [sku, confidence, sources])).toEqual([
      ['hosts', 'listed', ['datadoghq.com/pricing, captures of May and September 2026']],
      ['custom-series', 'contract', ['order form 2026-114']],
    ]);
    expect(reference).toBe('datadog-pro@1+own.1');
  });

  test('can bring its own tiers and its own included amount', () => {
    const row = ownRow({
      sku: 'custom-series',
      includedPerHost: 150,
      tiers: [
        { above: 0, price: '4.00' },
        { above: 10_000, price: '1.00' },
      ],
    });
    const { total } = billOf(bookOf('datadog-pro', ownPrices('datadog-pro', [row])), { series: 35_000, hosts: 100 });
    expect(total?.estimate).toBe(dollars(1500 + 400 + 100));
  });

  test("begins on its day, and gives way to a newer one on that one's", () => {
    const rows = [
      ownRow({ sku: 'hosts', effectiveFrom: Day.parse('2026-06-01'), tiers: [{ above: 0, price: '12.00' }] }),
      ownRow({ sku: 'hosts', effectiveFrom: Day.parse('2027-01-01'), tiers: [{ above: 0, price: '11.00' }] }),
    ];
    const priceOn = (day: string) =>
      inEffect(DATADOG, ownPrices('datadog-pro', rows), Day.parse(day)).charges[0]?.rows[0]?.price;
    expect(['2026-05-31', '2026-06-01', '2026-12-31', '2027-01-01'].map(priceOn)).toEqual([
      '15.00',
      '12.00',
      '12.00',
      '11.00',
    ]);
  });

  test('a contract says how many points a minute come with a series', () => {
    const own = ownPrices('grafana-cloud-pro', [
      ownRow({ sku: 'active-series', pointsPerMinuteIncluded: 4, tiers: [{ above: 0, price: '6.00' }] }),
    ]);
    const { total } = billOf(bookOf('grafana-cloud-pro', own), { series: 20_000, pointsPerMinute: 60_000 });
    expect(total?.estimate).toBe(dollars(19 + 60));
  });

  test('what a tenant knows of its usage stands in for what a bill does not say, and gives way to what it says', () => {
    const book = bookOf('new-relic-original', ownPrices('new-relic-original', [], { usage: { bytesPerPoint: 500 } }));
    const at = (bytesPerPoint?: number) =>
      billOf(book, { pointsPerMinute: 210_000, ...(bytesPerPoint === undefined ? {} : { bytesPerPoint }) }).total
        ?.estimate;
    expect([at(), at(250)]).toEqual([dollars(1799.6), dollars(879.6)]);
  });

  test('in another currency the list has no price beside it', () => {
    const own = ownPrices('datadog-pro', [ownRow({ sku: 'custom-series', currency: Currency.parse('EUR') })]);
    const bill = billOf(bookOf('datadog-pro', own), { series: 20_000, hosts: 100 });
    expect([bill.currency, bill.total]).toEqual(['EUR', null]);
    expect(bill.lines[0]).toMatchObject({ sku: 'hosts', cost: null, open: 'give your price per host' });
  });
});

test('a bill beyond the exact numbers is not shown: its price or unit is wrong', () => {
  const own = ownPrices('signoz', [ownRow({ sku: 'samples', tiers: [{ above: 0, price: '999999999' }] })]);
  const { total, lines } = billOf(bookOf('signoz', own), { pointsPerMinute: 1_000_000 });
  expect(total).toBeNull();
  expect(lines[0]?.open).toBe('more than nine thousand million a month: check the price and its unit');
});

describe('a change of own prices', () => {
  const hosts = ownRow({ sku: 'hosts' });
  const series = ownRow({ sku: 'custom-series' });

  test('adds, replaces what is of the same charge and day, and gives charges back to the list', () => {
    const dearer = ownRow({ sku: 'hosts', tiers: [{ above: 0, price: '9.00' }] });
    const later = ownRow({ sku: 'hosts', effectiveFrom: Day.parse('2027-01-01') });
    expect(change([hosts, series])).toEqual({ accepted: true, value: [series, hosts] });
    expect(change([dearer, later], [hosts, series])).toEqual({ accepted: true, value: [series, dearer, later] });
    expect(change([], [hosts, later, series], ['hosts'])).toEqual({ accepted: true, value: [series] });
  });

  test('is refused line by line', () => {
    const rows = [
      ownRow({ sku: 'gb-ingested' }),
      ownRow({ sku: 'hosts', tiers: [{ above: 5, price: '1.00' }] }),
      ownRow({
        sku: 'custom-series',
        tiers: [
          { above: 0, price: '1.00' },
          { above: 0, price: '2.00' },
        ],
      }),
      ownRow({ sku: 'custom-series', pointsPerMinuteIncluded: 2 }),
    ];
    expect(refusedAt(change(rows))).toEqual([
      ['/rows/0/sku', 'unknown-sku'],
      ['/rows/1/tiers/0/above', 'tiers-not-from-zero'],
      ['/rows/2/tiers', 'tiers-not-rising'],
      ['/rows/3/points_per_minute_included', 'not-by-points'],
      ['/rows/3/effective_from', 'row-twice'],
    ]);
    expect(refusedAt(change([], [], ['gb-ingested']))).toEqual([['/back_to_list/0', 'unknown-sku']]);
  });

  test('points a minute may be said where they are billed', () => {
    const row = ownRow({ sku: 'active-series', pointsPerMinuteIncluded: 2 });
    expect(changedRows(GRAFANA, [], { rows: [row], backToList: [] }).accepted).toBe(true);
  });

  test('does not mix currencies', () => {
    const euros = ownRow({ sku: 'custom-series', currency: Currency.parse('EUR') });
    expect(refusedAt(change([euros], [hosts]))).toEqual([['/rows', 'currency-mixed']]);
    expect(change([euros], [hosts], ['hosts']).accepted).toBe(true);
  });

  test('a book holds a hundred rows, not one more', () => {
    const days = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        ownRow({
          sku: 'hosts',
          effectiveFrom: Day.parse(new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10)),
        }),
      );
    expect(change([series], days(99)).accepted).toBe(true);
    expect(refusedAt(change([series], days(100)))).toEqual([['/rows', 'too-many-rows']]);
  });
});
