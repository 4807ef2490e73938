import { describe, expect, test } from 'vitest';
import { billOf } from '../../../src/cost/domain/bill.ts';
import { netSavingOf } from '../../../src/cost/domain/net-saving.ts';
import { inEffect } from '../../../src/cost/domain/own-prices.ts';
import { PRICE_BOOKS } from '../../../src/cost/domain/price-books.ts';
import { assertEven, savingOf } from '../../../src/cost/domain/saving.ts';
import type { Usage } from '../../../src/cost/domain/usage.ts';
import { Currency } from '../../../src/kernel/money.ts';
import { bookOf, dollars, TODAY, USD } from './builders.ts';

// 100 nodes, 300 processes each, 7 series per process, one point a minute; with T4 40 groups instead of 300 processes.
const BASELINE: Usage = { series: 210_000, pointsPerMinute: 210_000, bytesPerPoint: 500, hosts: 100 };
const MERGED: Usage = { series: 28_000, pointsPerMinute: 28_000, bytesPerPoint: 500, hosts: 100 };

const totalOf = (id: string, usage: Usage): number | null => billOf(bookOf(id), usage).total?.estimate ?? null;

describe('the worked check of the formulas', () => {
  test.each([
    ['amazon-managed-prometheus', 430.53, 106.776],
    ['grafana-cloud-pro', 1319, 136],
    ['datadog-pro', 11_500, 2400],
    ['new-relic-original', 1799.6, 205.2],
    ['signoz', 919.8, 122.64],
  ])('%s: %d and %d dollars', (id, baseline, merged) => {
    expect([totalOf(id, BASELINE), totalOf(id, MERGED)]).toEqual([dollars(baseline), dollars(merged)]);
  });

  test('without its hosts Datadog saves 91 %, with them 79.1 %', () => {
    const { baseline, candidate, reductionRatio } = savingOf(bookOf('datadog-pro'), {
      baseline: BASELINE,
      candidate: MERGED,
      change: {},
      rest: {},
    });
    const series = [baseline, candidate].map(({ lines }) => lines[1]?.cost?.estimate);
    expect(series).toEqual([dollars(10_000), dollars(900)]);
    expect(reductionRatio?.estimate).toBeCloseTo(0.791, 3);
  });
});

describe('tiers begin exactly where they begin', () => {
  const costAt = (id: string, usage: Usage, sku: string): number | null =>
    billOf(bookOf(id), usage).lines.find((line) => line.sku === sku)?.cost?.estimate ?? null;
  const samples = (count: number): Usage => ({ pointsPerMinute: count / 43_800 });

  test.each([
    ['the last free sample', 40_000_000, 0],
    ['10 million more', 50_000_000, 0.9],
    ['the end of the first slice', 2_040_000_000, 180],
    ['10 million into the second', 2_050_000_000, 180.35],
    ['the end of the second slice', 252_040_000_000, 180 + 8750],
    ['10 million into the third', 252_050_000_000, 180 + 8750 + 0.16],
  ])('Amazon Managed Prometheus, %s', (_, count, expected) => {
    expect(costAt('amazon-managed-prometheus', samples(count), 'ingested-samples')).toBe(dollars(expected));
  });

  test.each([
    [10_000, 0],
    [10_001, 0.0065],
    [11_000, 6.5],
  ])('Grafana Cloud, %d series', (series, expected) => {
    expect(costAt('grafana-cloud-pro', { series, pointsPerMinute: series }, 'active-series')).toBe(dollars(expected));
  });

  test('Grafana Cloud counts points where a series has more than are included', () => {
    const usage = { series: 20_000, pointsPerMinute: 120_000 };
    expect(costAt('grafana-cloud-pro', usage, 'active-series')).toBe(dollars(6.5 * 110));
  });

  test.each([
    ['100 GB are free', 100, 0],
    ['a started one is not billed', 613.2, 205.2],
    ['nor nearly a whole one', 613.999, 205.2],
    ['a whole one is', 614, 205.6],
  ])('New Relic: %s', (_, gigabytes, expected) => {
    const usage = { pointsPerMinute: (gigabytes * 1e9) / 43_800 / 500, bytesPerPoint: 500 };
    expect(costAt('new-relic-original', usage, 'data-ingest')).toBe(dollars(expected));
  });

  test('CloudWatch gets cheaper three times', () => {
    const at = (series: number) => costAt('cloudwatch-classic', { series }, 'metrics');
    expect([10_000, 10_001, 250_000, 1_000_000, 1_000_001].map(at)).toEqual(
      [3000, 3000.1, 27_000, 64_500, 64_500.02].map(dollars),
    );
  });

  test('fewer series than are included is nothing, never a credit', () => {
    expect(costAt('datadog-pro', { series: 500, hosts: 100 }, 'custom-series')).toBe(0);
    expect(costAt('datadog-pro', { series: 0, hosts: 0 }, 'custom-series')).toBe(0);
  });
});

describe('what is not known is said', () => {
  test('without bytes in its own form New Relic has no total, and says what it needs', () => {
    const bill = billOf(bookOf('new-relic-original'), { series: 10, pointsPerMinute: 10, hosts: 1 });
    expect(bill.total).toBeNull();
    expect(bill.lines.map(({ open }) => open)).toEqual(['say bytes per point as this vendor counts them']);
  });

  test('without a contract price Splunk has no total, but its hosts are known', () => {
    const bill = billOf(bookOf('splunk-hosts'), BASELINE);
    expect(bill.total).toBeNull();
    expect(bill.lines.map(({ sku, cost, open }) => [sku, cost?.estimate ?? null, open])).toEqual([
      ['hosts', dollars(1500), null],
      ['custom-series', null, 'give your price per series'],
    ]);
  });

  test('what stays within the included amount costs nothing, whatever the price', () => {
    expect(totalOf('splunk-hosts', { series: 900, hosts: 10 })).toBe(dollars(150));
  });

  test('charges that nobody spoke of are named beside the total', () => {
    expect(billOf(bookOf('amazon-managed-prometheus'), BASELINE).notIncluded).toEqual([
      'Storage, 1 to 2 bytes a sample without labels',
      'Samples read by queries',
    ]);
    const { total, lines } = billOf(bookOf('amazon-managed-prometheus'), {
      ...BASELINE,
      retentionDays: 150,
      queriedSamples: 300e9,
    });
    expect(lines.map(({ sku }) => sku)).toEqual(['ingested-samples', 'stored', 'queried-samples']);
    expect(lines[2]?.cost?.estimate).toBe(dollars(10));
    // the bytes of a sample are known within bounds only, so is the bill
    expect(total?.low).toBeLessThan(total?.estimate ?? 0);
    expect(total?.estimate).toBeLessThan(total?.high ?? 0);
  });

  test('an optional charge that has no price does not hide the rest', () => {
    const bill = billOf(bookOf('dynatrace'), { ...BASELINE, retentionDays: 30 });
    expect(bill.total?.estimate).toBe(dollars((9_198_000_000 / 100_000) * 0.15));
    expect(bill.notIncluded).toEqual(['Retained', 'Queried']);
  });

  test('a bill is as certain as its least certain price', () => {
    expect(billOf(bookOf('signoz'), BASELINE).confidence).toBe('listed');
    expect(billOf(bookOf('amazon-managed-prometheus'), BASELINE).confidence).toBe('listed');
    expect(billOf(bookOf('amazon-managed-prometheus'), { pointsPerMinute: 10_000_000 }).confidence).toBe('assumed');
    expect(billOf(bookOf('honeycomb'), BASELINE).confidence).toBe('none');
  });
});

describe('edges of tiers', () => {
  const edges = (id: string, usage: Usage, index = 0) => {
    const { edgeBelow, edgeAbove, nextUnitPrice } = billOf(bookOf(id), usage).lines[index] ?? {};
    return { edgeBelow, edgeAbove, nextUnitPrice };
  };

  test('say how far the next and the last one are, and what lies beyond', () => {
    expect(edges('cloudwatch-classic', { series: 12_500 })).toEqual({
      edgeBelow: { at: 10_000, distance: 2500, price: '0.30' },
      edgeAbove: { at: 250_000, distance: 237_500, price: '0.05' },
      nextUnitPrice: '0.10',
    });
  });

  test('below what is included there is only the way up', () => {
    expect(edges('grafana-cloud-pro', { series: 9000, pointsPerMinute: 9000 }, 1)).toEqual({
      edgeBelow: null,
      edgeAbove: { at: 10, distance: 1, price: '6.50' },
      nextUnitPrice: null,
    });
  });

  test('a price without tiers has none', () => {
    expect(edges('signoz', BASELINE)).toEqual({ edgeBelow: null, edgeAbove: null, nextUnitPrice: '0.10' });
  });
});

describe('the rest of the bill', () => {
  test('uses up what is free: the same stream costs more beside another', () => {
    const alone = totalOf('grafana-cloud-pro', { series: 8000, pointsPerMinute: 8000 });
    const { total } = billOf(
      bookOf('grafana-cloud-pro'),
      { series: 8000, pointsPerMinute: 8000 },
      { series: 50_000, pointsPerMinute: 50_000 },
    );
    expect(alone).toBe(dollars(19));
    expect(total?.estimate).toBe(dollars(19 + 48 * 6.5));
  });
});

describe('the same change on every bill', () => {
  test('a slower interval saves nothing by series and its share by points', () => {
    const slower = { ...BASELINE, pointsPerMinute: 70_000 };
    const ratioAt = (id: string) =>
      savingOf(bookOf(id), { baseline: BASELINE, candidate: slower, change: {}, rest: {} }).reductionRatio?.estimate;
    expect(ratioAt('datadog-pro')).toBe(0);
    expect(ratioAt('cloudwatch-classic')).toBe(0);
    expect(ratioAt('signoz')).toBeCloseTo(2 / 3, 6);
  });

  test('shorter labels save only where bytes are billed', () => {
    const pruned = { ...BASELINE, bytesPerPoint: 250 };
    const saves = PRICE_BOOKS.map((book) => inEffect(book, null, TODAY)).flatMap((book) => {
      const { saving } = savingOf(book, { baseline: BASELINE, candidate: pruned, change: {}, rest: {} });
      return saving !== null && saving.estimate > 0 ? [book.id] : [];
    });
    expect(saves).toEqual(['new-relic-original', 'new-relic-data-plus', 'cloudwatch-emf']);
  });
});

describe('the interval of a saving', () => {
  const amp = bookOf('amazon-managed-prometheus');
  const millionSamples = (count: number): number => (count * 1_000_000) / 43_800;
  const level = { low: millionSamples(1900), estimate: millionSamples(3000), high: millionSamples(5000) };
  const half = { low: level.low / 2, estimate: level.estimate / 2, high: level.high / 2 };

  test('turns at the edges of tiers, not at the ends of the level', () => {
    const { saving } = savingOf(amp, {
      baseline: { pointsPerMinute: level },
      candidate: { pointsPerMinute: half },
      change: { pointsPerMinute: { low: 0.5, estimate: 0.5, high: 0.5 } },
      rest: {},
    });
    // at 1900 million samples 85.50, at 5000 million 87.50; in between least at 4080 and most at 2040
    expect(saving?.low).toBeCloseTo(dollars(71.4), -1);
    expect(saving?.high).toBeCloseTo(dollars(91.8), -1);
  });

  test('is far wider when nobody measured both side by side', () => {
    const { saving } = savingOf(amp, {
      baseline: { pointsPerMinute: level },
      candidate: { pointsPerMinute: half },
      change: {},
      rest: {},
    });
    expect(saving?.low).toBeLessThan(0);
    expect(saving?.high).toBeGreaterThan(dollars(180));
  });

  test('is a point where everything is exact', () => {
    const { saving } = savingOf(amp, { baseline: BASELINE, candidate: MERGED, change: {}, rest: {} });
    expect(saving).toEqual({ low: dollars(323.754), estimate: dollars(323.754), high: dollars(323.754) });
  });

  test('a comparison says the same of both variants', () => {
    const outcome = assertEven({ baseline: BASELINE, candidate: { series: 1 }, change: {}, rest: {} });
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: {
        code: 'usage-uneven',
        message: 'nothing is said about points per minute of the candidate; a comparison needs the same of both',
        errors: [{ pointer: '/candidate' }, { pointer: '/candidate' }, { pointer: '/candidate' }],
      },
    });
    expect(assertEven({ baseline: BASELINE, candidate: MERGED, change: {}, rest: {} }).accepted).toBe(true);
  });
});

describe('what is left after paying', () => {
  const usd = (low: number, estimate = low, high = estimate) => ({
    currency: USD,
    cost: { low: dollars(low), estimate: dollars(estimate), high: dollars(high) },
  });
  const saving = usd(900, 1000, 1100).cost;

  test('compute and the experiment are subtracted; payback and return follow', () => {
    const net = netSavingOf(saving, USD, { compute: usd(0, 50, 100), experiment: usd(95) });
    expect(net.monthly).toEqual(usd(800, 950, 1100).cost);
    expect(net.projection.map(({ months, net: after }) => [months, after.estimate])).toEqual([
      [1, dollars(855)],
      [3, dollars(2755)],
      [6, dollars(5605)],
      [12, dollars(11_305)],
    ]);
    expect(net.returnRatio?.estimate).toBeCloseTo(119, 9);
    expect(net.paybackDays?.estimate).toBeCloseTo(3.0417, 3);
    expect(net.experimentShare).toBeCloseTo(0.1, 9);
  });

  test.each([
    ['nothing is saved', usd(-20, -10, 0).cost, usd(5), 'it saves nothing on this bill'],
    ['a saving is not proven', usd(-1, 10, 20).cost, usd(5), 'that it saves anything on this bill is not proven'],
    ['the price of nodes is not known', saving, { open: 'x' }, 'what the experiment costs is not known'],
  ])('no payback is told when %s', (_, saved, experiment, reason) => {
    const net = netSavingOf(saved, USD, { compute: usd(0), experiment });
    expect([net.paybackDays, net.paybackReason]).toEqual([null, reason]);
  });

  test('what is priced in another currency is not subtracted, and that is said', () => {
    const euros = { ...usd(50), currency: Currency.parse('EUR') };
    const net = netSavingOf(saving, USD, { compute: euros, experiment: euros });
    expect(net.monthly).toEqual(saving);
    expect([net.compute, net.experiment, net.returnRatio]).toEqual([
      { open: 'its price is in EUR, the bill in USD' },
      { open: 'its price is in EUR, the bill in USD' },
      null,
    ]);
  });
});
