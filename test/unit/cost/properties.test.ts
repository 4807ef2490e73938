import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { billOf } from '../../../src/cost/domain/bill.ts';
import { charge } from '../../../src/cost/domain/books/rows.ts';
import { costOf, quantityOf } from '../../../src/cost/domain/charge.ts';
import { ENDS, type Interval } from '../../../src/cost/domain/interval.ts';
import { netSavingOf } from '../../../src/cost/domain/net-saving.ts';
import { inEffect, type PricedBook } from '../../../src/cost/domain/own-prices.ts';
import type { Charge } from '../../../src/cost/domain/price-book.ts';
import { PRICE_BOOKS } from '../../../src/cost/domain/price-books.ts';
import { savingOf } from '../../../src/cost/domain/saving.ts';
import type { Usage } from '../../../src/cost/domain/usage.ts';
import { Currency, microsOf } from '../../../src/kernel/money.ts';
import { ownPrices, ownRow, TODAY, USD } from './builders.ts';

const price = fc.integer({ min: 0, max: 50_000_000 }).map((micros) => (micros / 1e6).toFixed(6));

const twoPrices = fc.tuple(price, price, fc.integer({ min: 1, max: 100_000 }));

/** Prices of a contract for every charge of a list, so that every bill is known: rising and falling tiers alike. */
const pricedBook: fc.Arbitrary<PricedBook> = fc.constantFrom(...PRICE_BOOKS).chain((book) =>
  fc.tuple(...book.charges.map(() => twoPrices)).map((prices) => {
    const rows = book.charges.flatMap(({ sku, per }, index) => {
      const [first, second, edge] = prices[index] ?? ['1', '2', 1];
      const tiers = [
        { above: 0, price: first },
        { above: per * edge, price: second },
      ];
      return [ownRow({ sku, tiers })];
    });
    return inEffect(book, ownPrices(book.id, rows), TODAY);
  }),
);

const interval = (most: number): fc.Arbitrary<Interval> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: most }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
    )
    .map(([estimate, less, more]) => ({ low: estimate * (1 - less), estimate, high: estimate * (1 + more) }));

const usage: fc.Arbitrary<Usage> = fc.record({
  series: interval(1_000_000),
  ingestedSeries: interval(1_000_000),
  pointsPerMinute: interval(5_000_000),
  bytesPerPoint: fc.integer({ min: 1, max: 1000 }),
  hosts: fc.integer({ min: 0, max: 500 }),
  kubernetesHosts: fc.integer({ min: 0, max: 500 }),
  retentionDays: fc.integer({ min: 0, max: 400 }),
  queriedSamples: interval(1_000_000_000),
  queriedBytes: interval(1_000_000_000),
  managedCollectors: fc.integer({ min: 0, max: 3 }),
  cores: interval(50),
  memoryBytes: interval(1_000_000_000),
});

const quantities = fc.integer({ min: 0, max: 1_000_000_000 });
const hostCounts = fc.integer({ min: 0, max: 300 });

const steps = (charges: readonly Charge[]): number =>
  charges.reduce(
    (sum, { wholeUnits, rows }) => sum + (wholeUnits ? Math.max(...rows.map((row) => microsOf(row.price ?? '0'))) : 0),
    0,
  );

describe('bills', () => {
  test('the lines add up to the total, to the millionth', () => {
    fc.assert(
      fc.property(pricedBook, usage, (book, used) => {
        const { total, lines } = billOf(book, used);
        for (const end of ENDS) {
          expect(lines.reduce((sum, { cost }) => sum + (cost?.[end] ?? 0), 0)).toBe(total?.[end]);
        }
      }),
    );
  });

  test('ends are in order, and more usage never costs less', () => {
    fc.assert(
      fc.property(
        pricedBook,
        usage,
        fc.constantFrom('series', 'pointsPerMinute', 'queriedSamples', 'cores'),
        (book, used, axis) => {
          const { total } = billOf(book, used);
          const grown = used[axis as 'series'] as Interval;
          const more = billOf(book, {
            ...used,
            [axis]: { low: grown.low + 1000, estimate: grown.estimate + 1000, high: grown.high + 1000 },
          });
          if (total === null || more.total === null) throw new Error('every price was given');
          expect(total.low).toBeLessThanOrEqual(total.estimate);
          expect(total.estimate).toBeLessThanOrEqual(total.high);
          for (const end of ENDS) expect(more.total[end]).toBeGreaterThanOrEqual(total[end]);
        },
      ),
    );
  });

  test('a charge has no jumps: one unit more costs at most its dearest price', () => {
    fc.assert(
      fc.property(pricedBook, quantities, hostCounts, (book, quantity, hosts) => {
        for (const each of book.charges.filter(({ wholeUnits }) => !wholeUnits)) {
          const dearest = Math.max(...each.rows.map((row) => microsOf(row.price ?? '0')));
          const step = Number((costOf(each, quantity + 1, hosts) ?? 0n) - (costOf(each, quantity, hosts) ?? 0n));
          expect(step).toBeGreaterThanOrEqual(0);
          expect(step).toBeLessThanOrEqual(Math.ceil(dearest / each.per) + 1);
        }
      }),
    );
  });

  test('tiers are what slice by slice in floating point says, to the millionth', () => {
    fc.assert(
      fc.property(pricedBook, quantities, hostCounts, (book, quantity, hosts) => {
        for (const each of book.charges) {
          const whole = each.wholeUnits ? Math.floor(quantity / each.per) * each.per : quantity;
          const billed = Math.max(0, whole - each.included - each.includedPerHost * hosts);
          const naive = each.rows.reduce((sum, row, index) => {
            const slice = Math.max(
              0,
              Math.min(billed, each.rows[index + 1]?.above ?? Number.POSITIVE_INFINITY) - row.above,
            );
            return sum + (slice / each.per) * microsOf(row.price ?? '0');
          }, 0);
          expect(Math.abs(Number(costOf(each, quantity, hosts)) - naive)).toBeLessThan(1 + naive * 1e-12);
        }
      }),
    );
  });

  test('the size of the unit does not matter: ten times the price for ten times as many', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000 }), quantities, (micros, quantity) => {
        const of = (times: number) =>
          charge('series', {
            sku: 'x',
            title: 'x',
            unit: 'x',
            per: 10 * times,
            rows: [
              {
                above: 0,
                price: ((micros * times) / 1e6).toFixed(6),
                currency: USD,
                effectiveFrom: null,
                source: 'x',
                confidence: 'contract',
              },
            ],
          });
        expect(costOf(of(10), quantity, 0)).toBe(costOf(of(1), quantity, 0));
      }),
    );
  });

  test('one bill has one currency, whichever charges a contract covers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRICE_BOOKS),
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        usage,
        (book, covered, used) => {
          const rows = book.charges
            .filter((_, index) => covered[index] === true)
            .map(({ sku }) => ownRow({ sku, currency: Currency.parse('EUR') }));
          const priced = inEffect(book, ownPrices(book.id, rows), TODAY);
          expect(priced.currency).toBe(rows.length === 0 ? 'USD' : 'EUR');
          const currencies = priced.charges.flatMap((each) => each.rows.map(({ currency }) => currency));
          expect(new Set(currencies)).toEqual(new Set([priced.currency]));
          const uncovered = priced.charges.filter(({ sku }) => rows.length > 0 && !rows.some((row) => row.sku === sku));
          expect(uncovered.every((each) => each.rows.every((row) => row.price === null))).toBe(true);
          expect(billOf(priced, used).currency).toBe(priced.currency);
        },
      ),
    );
  });
});

describe('savings', () => {
  const level = fc.double({ min: 0, max: 1, noNaN: true });
  const ratio = fc
    .tuple(level, level, level)
    .map((all) => all.toSorted((a, b) => a - b) as [number, number, number])
    .map(([low, estimate, high]): Interval => ({ low, estimate, high }));

  const at = ({ low, high }: Interval, place: number): number => low + place * (high - low);
  const scaled = (of: Interval, by: Interval): Interval => ({
    low: of.low * by.low,
    estimate: of.estimate * by.estimate,
    high: of.high * by.high,
  });

  test('no level and no ratio within what is known saves less or more than is said', () => {
    fc.assert(
      fc.property(
        pricedBook,
        usage,
        ratio,
        ratio,
        level,
        level,
        level,
        (book, baseline, bySeries, byPoints, place, ofSeries, ofPoints) => {
          const [series, points] = [baseline.series as Interval, baseline.pointsPerMinute as Interval];
          const change = { series: bySeries, pointsPerMinute: byPoints };
          const candidate = {
            ...baseline,
            series: scaled(series, bySeries),
            pointsPerMinute: scaled(points, byPoints),
          };
          const { saving } = savingOf(book, { baseline, candidate, change, rest: {} });
          const atPlace = (name: keyof Usage) => {
            const given = baseline[name] ?? 0;
            return typeof given === 'number' ? given : at(given, place);
          };
          const here = Object.fromEntries(
            Object.keys(baseline).map((axis) => [axis, atPlace(axis as keyof Usage)]),
          ) as Usage;
          const there = {
            ...here,
            series: at(series, place) * at(bySeries, ofSeries),
            pointsPerMinute: at(points, place) * at(byPoints, ofPoints),
          };
          // a meter with bounds of its own is taken at the same place of them
          const exact = (used: Usage) =>
            billOf(
              {
                ...book,
                charges: book.charges.map((each) =>
                  each.meter.by === 'quantity' && each.meter.each !== null
                    ? {
                        ...each,
                        meter: {
                          ...each.meter,
                          each: {
                            low: at(each.meter.each, place),
                            estimate: at(each.meter.each, place),
                            high: at(each.meter.each, place),
                          },
                        },
                      }
                    : each,
                ),
              },
              used,
            ).total?.estimate ?? 0;
          const saved = exact(here) - exact(there);
          const slack = 2 * book.charges.length + steps(book.charges) + 1e-9 * Math.abs(exact(here));
          expect(saved).toBeGreaterThanOrEqual((saving?.low ?? 0) - slack);
          expect(saved).toBeLessThanOrEqual((saving?.high ?? 0) + slack);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('without a ratio the ends meet crosswise, and the estimate lies between them', () => {
    fc.assert(
      fc.property(pricedBook, usage, usage, (book, baseline, candidate) => {
        const {
          saving,
          baseline: before,
          candidate: after,
        } = savingOf(book, { baseline, candidate, change: {}, rest: {} });
        if (saving === null || before.total === null || after.total === null) throw new Error('every price was given');
        expect(saving.low).toBeLessThanOrEqual(saving.estimate);
        expect(saving.estimate).toBeLessThanOrEqual(saving.high);
        expect(saving.estimate).toBe(before.total.estimate - after.total.estimate);
      }),
      { numRuns: 50 },
    );
  });

  test('nothing changed, nothing saved: exactly', () => {
    fc.assert(
      fc.property(pricedBook, usage, (book, baseline) => {
        const { saving } = savingOf(book, { baseline, candidate: baseline, change: {}, rest: {} });
        expect(saving).toEqual({ low: 0, estimate: 0, high: 0 });
      }),
      { numRuns: 50 },
    );
  });
});

describe('what is left after paying', () => {
  const cost = (least: number) =>
    fc
      .tuple(fc.integer({ min: least, max: 10_000_000_000 }), fc.nat(1_000_000_000), fc.nat(1_000_000_000))
      .map(([low, a, b]) => ({ low, estimate: low + a, high: low + a + b }));

  test('months add up, and every interval is in order', () => {
    fc.assert(
      fc.property(cost(-10_000_000_000), cost(-1_000_000_000), cost(1), (saving, extra, once) => {
        const net = netSavingOf(saving, USD, {
          compute: { currency: USD, cost: extra },
          experiment: { currency: USD, cost: once },
        });
        expect(net.monthly.estimate).toBe(saving.estimate - extra.estimate);
        for (const { months, net: after } of net.projection) {
          expect(after.estimate).toBe(months * net.monthly.estimate - once.estimate);
          expect(after.low).toBe(months * (saving.low - extra.high) - once.high);
          expect(after.high).toBe(months * (saving.high - extra.low) - once.low);
        }
        for (const each of [net.returnRatio, net.paybackDays]) {
          if (each === null) continue;
          expect(each.low).toBeLessThanOrEqual(each.estimate);
          expect(each.estimate).toBeLessThanOrEqual(each.high);
        }
      }),
    );
  });
});

test('a meter without bounds counts the same at every end', () => {
  const each = charge('series', {
    sku: 'x',
    title: 'x',
    unit: 'x',
    rows: [{ above: 0, price: '1', currency: USD, effectiveFrom: null, source: 'x', confidence: 'listed' }],
  });
  expect(ENDS.map((end) => quantityOf(each, { series: 7 }, end))).toEqual([7, 7, 7]);
});
