import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readDocument } from '../../../cli/read-document.ts';
import { describeBills, describeBook, describeComparison } from '../../../cli/render/cost.ts';
import { Comparisons } from '../../../src/cost/contract/routes.ts';
import { billOf } from '../../../src/cost/domain/bill.ts';
import { everyBill } from '../../../src/cost/domain/every-bill.ts';
import { isOwnBook } from '../../../src/cost/domain/own-book.ts';
import { changedRows, OwnPricesChange } from '../../../src/cost/domain/own-prices.ts';
import { findPriceBook, PRICE_BOOKS } from '../../../src/cost/domain/price-books.ts';
import { fromWire } from '../../../src/platform/wire.ts';
import { phoenix } from '../../support/phoenix.ts';
import { bookOf, dollars, ownPrices, ownRow, TODAY, USD } from '../cost/builders.ts';

const root = join(import.meta.dirname, '../../..');
/** No address, no home: nothing can be asked. */
const offline = async (...args: string[]) =>
  (await phoenix(args, { PHOENIX_HOME: join(root, 'no-such-folder') })).stdout;

describe('what people read', () => {
  const usage = { series: 210_000, pointsPerMinute: { low: 200_000, estimate: 210_000, high: 230_000 }, hosts: 100 };

  test('a bill has its interval, its edges, its sources and what is left out', () => {
    const text = describeBills([billOf(bookOf('grafana-cloud-pro'), usage)]);
    expect(text).toContain('Grafana Cloud Pro: 1\u2009319.00 (1\u2009319.00 … 1\u2009449.00) USD a month');
    expect(text).toContain('210 (210 … 230) × 1000 series');
    expect(text).toContain('↓ 200 to nothing');
    expect(text).toContain('Grafana Cloud Pro list price, May 2026');
    expect(text).toContain('without    Kubernetes Monitoring');
  });

  test('every bill is a row, and one that is not known says what it needs instead of a number', () => {
    const text = describeBills(['signoz', 'honeycomb', 'new-relic-original'].map((id) => billOf(bookOf(id), usage)));
    const rows = text.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows[1]?.slice(0, 3)).toEqual(['SigNoz Cloud metrics', '919.80 (876.00 … 1\u2009007.40)', 'USD']);
    expect(rows[2]).toEqual(['Honeycomb metrics', '–', 'USD', 'needed', 'give your price per million points']);
    expect(rows[3]?.at(-1)).toBe('say bytes per point as this vendor counts them');
  });

  test('a comparison on one bill ends with what is left and when it has paid', () => {
    const comparison = {
      baseline: { pointsPerMinute: 210_000 },
      candidate: { pointsPerMinute: 28_000 },
      change: {},
      rest: {},
    };
    const experiment = { currency: USD, cost: { low: dollars(80), estimate: dollars(80), high: dollars(80) } };
    const text = describeComparison(
      everyBill([bookOf('signoz')], comparison, { compute: { open: 'say CPU cores of the collectors' }, experiment }),
    );
    expect(text).toMatch(/left a month +797\.16 USD/);
    expect(text).toMatch(/after 12 months +9\u2009485\.92 USD/);
    expect(text).toMatch(/pays back in +3\.05 days; it takes 10 % of the first month's saving/);
    expect(text).toMatch(/compute of the candidate +not subtracted: say CPU cores of the collectors/);
  });

  test('a price book shows tiers, what is free, and whose price it is', () => {
    const own = ownPrices('cloudwatch-classic', [
      ownRow({
        sku: 'metrics',
        tiers: [
          { above: 0, price: '0.25' },
          { above: 5000, price: '0.08' },
        ],
      }),
    ]);
    const { ownUsage: _, ...book } = bookOf('cloudwatch-classic', own);
    const text = describeBook({ ...book, day: TODAY, own: { ...own, rows: own.rows } });
    expect(text).toContain('cloudwatch-classic@1+own.1');
    expect(text).toMatch(/metrics +0 +0\.25 +metric +2026-01-01 +contract +order form 2026-114/);
    expect(text).toMatch(/ 5\u2009000 +0\.08 +metric/);
    expect(describeBook({ ...bookOf('splunk-hosts'), day: TODAY, own: null })).toMatch(
      /custom-series +100 a host +– +series +not stated +needed +your contract/,
    );
  });
});

test('the program compares on every bill without any API, as the API would answer', async () => {
  const text = await offline(
    'cost',
    'compare',
    '--series',
    '210k/28k',
    '--points',
    '210k/28k',
    '--bytes',
    '500',
    '--hosts',
    '100',
    '-o',
    'json',
  );
  const { items } = Comparisons.parse(fromWire(Comparisons, JSON.parse(text)));
  expect(items.map(({ priceBook }) => priceBook)).toEqual(
    PRICE_BOOKS.filter(({ kind }) => kind === 'vendor').map(({ id }) => id),
  );
  expect(items.find(({ priceBook }) => priceBook === 'datadog-pro')?.saving?.estimate).toBe(dollars(9100));
});

test('a file of prices is laid over the list from its day on', async () => {
  const file = join(root, 'examples/cost/datadog-pro.yaml');
  const on = (day: string) =>
    offline(
      ...['cost', 'estimate', '--book', 'datadog-pro', '--prices', `datadog-pro=${file}`],
      ...['--series', '25k', '--hosts', '100', '--day', day],
    );
  expect(await on('2026-11-27')).toMatch(/custom-series +250 × 100 series +150 +320\.00 .*contract +order form/);
  expect(await on('2026-06-30')).toMatch(/custom-series +250 × 100 series +100 +750\.00 .*list/);
});

test('every example of prices fits into the price book that it is called after', () => {
  const files = readdirSync(join(root, 'examples/cost')).filter((file) => file.endsWith('.yaml') && !isOwnBook(file));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    const change = readDocument(OwnPricesChange, readFileSync(join(root, 'examples/cost', file), 'utf8'), file);
    const book = findPriceBook(file.replace('.yaml', ''));
    if (!book.accepted) throw new Error(book.refusal.message);
    expect(changedRows(book.value, [], change)).toMatchObject({ accepted: true });
  }
});
