import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inEffect } from '../../../src/cost/domain/own-prices.ts';
import { PriceBook } from '../../../src/cost/domain/price-book.ts';
import { findPriceBook, PRICE_BOOKS } from '../../../src/cost/domain/price-books.ts';
import { TODAY } from './builders.ts';

const root = join(import.meta.dirname, '../../..');

describe.each(PRICE_BOOKS.map((book) => [book.id, book] as const))('%s', (_, book) => {
  test('is a price book', () => {
    expect(PriceBook.parse(book)).toEqual(book);
  });

  test('has each charge once, with slices that rise from zero', () => {
    const skus = book.charges.map(({ sku }) => sku);
    expect(new Set(skus).size).toBe(skus.length);
    for (const { rows } of book.charges) {
      expect(rows[0]?.above).toBe(0);
      expect(rows.map(({ above }) => above)).toEqual(
        [...new Set(rows.map(({ above }) => above))].toSorted((a, b) => a - b),
      );
    }
  });

  test('says of every price where it is from, and of none that nobody knows that it is listed', () => {
    for (const row of book.charges.flatMap(({ rows }) => rows)) {
      expect(row.source.length).toBeGreaterThan(5);
      expect(row.confidence === 'none').toBe(row.price === null);
      expect(row.currency).toBe('USD');
    }
  });

  test('holds without own prices under its own reference', () => {
    const { reference, currency, charges } = inEffect(book, null, TODAY);
    expect([reference, currency]).toEqual([`${book.id}@${book.version}`, 'USD']);
    expect(charges).toEqual(book.charges);
  });
});

// A figure names the version of its price book: whoever changes a price raises the version, and this list with it.
test('a version says always the same', () => {
  const digests = PRICE_BOOKS.map((book) => `${book.id}@${book.version} ${digestOf(book)}`);
  expect(digests).toMatchInlineSnapshot(`
    [
      "datadog-pro@1 2bf7c5bc023d",
      "datadog-enterprise@1 1b6fe1d37af7",
      "datadog-metric-names@1 72d6407d5f4b",
      "new-relic-original@1 1420151fb02a",
      "new-relic-data-plus@1 1a5cb6717b81",
      "grafana-cloud-pro@1 2dcbb3504d05",
      "amazon-managed-prometheus@1 11f19d53927e",
      "amazon-managed-prometheus-collector@1 2bc09d4b7c71",
      "cloudwatch-classic@1 f79e454753f6",
      "cloudwatch-emf@1 69e10ea143f1",
      "cloudwatch-otlp@1 0c939fd8b6f9",
      "splunk-hosts@1 c2fc5a231b0a",
      "splunk-points@1 20565784049b",
      "honeycomb@1 6e626a6ff409",
      "dynatrace@1 8657a4a0729e",
      "elastic-serverless@1 c42d731dadf5",
      "signoz@1 b0a8ae7a7c93",
      "google-managed-prometheus@1 5e3570ae9898",
      "self-hosted@1 411ab01d22f5",
      "collector-compute@1 5d885e792e37",
    ]
  `);
});

const digestOf = ({ charges }: PriceBook): string =>
  createHash('sha256').update(JSON.stringify(charges)).digest('hex').slice(0, 12);

test('there are list prices of five vendors in depth, and the others wait for a contract', () => {
  const isListed = (book: PriceBook): boolean =>
    book.charges.every(({ optional, rows }) => optional || rows.every(({ price }) => price !== null));
  expect(PRICE_BOOKS.filter(isListed).map(({ vendor }) => vendor)).toEqual([
    'Datadog',
    'Datadog',
    'New Relic',
    'New Relic',
    'Grafana Cloud',
    'Amazon Managed Prometheus',
    'Amazon Managed Prometheus',
    'Amazon CloudWatch',
    'Amazon CloudWatch',
    'Dynatrace',
    'SigNoz',
    'Google Cloud',
  ]);
  expect(PRICE_BOOKS.filter((book) => !isListed(book)).map(({ id }) => id)).toEqual([
    'datadog-metric-names',
    'cloudwatch-otlp',
    'splunk-hosts',
    'splunk-points',
    'honeycomb',
    'elastic-serverless',
    'self-hosted',
    'collector-compute',
  ]);
});

test('a book that there is not is refused with those that there are', () => {
  expect(findPriceBook('datadog')).toMatchObject({
    accepted: false,
    refusal: {
      code: 'price-book-not-found',
      message: expect.stringContaining('there are datadog-pro, datadog-enterprise'),
    },
  });
});

test('no price stands anywhere else', () => {
  const prices = new Set(
    PRICE_BOOKS.flatMap(({ charges }) => charges.flatMap(({ rows }) => rows.map(({ price }) => price))),
  );
  const sources = ['src', 'functions', 'cli', 'dashboard/src', 'lib'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('cost/domain/books/'))
      .map((name) => join(root, folder, name)),
  );
  const found = sources.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/'(\d+\.\d+)'/g)].flatMap(([, text = '']) =>
      prices.has(text) ? [`${file}: ${text}`] : [],
    ),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});
