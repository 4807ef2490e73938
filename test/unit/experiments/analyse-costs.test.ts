import { describe, expect, test } from 'vitest';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import { AMAZON_MANAGED_PROMETHEUS } from '../../../src/cost/domain/price-books.ts';
import { analyseCosts, type Known } from '../../../src/experiments/application/analyse-costs.ts';
import type { CostAnalysis } from '../../../src/experiments/contract/cost-routes.ts';
import type { Verdict } from '../../../src/experiments/domain/verdict.ts';
import { onSixNodes, pointsEffect, SIX_NODES } from '../../support/measured-nodes.ts';
import { dollars, ownPrices, ownRow, TODAY } from '../cost/builders.ts';

const analyse = (change: Partial<Verdict> = {}, known: Partial<Known> = {}) =>
  analyseCosts(onSixNodes('promoted', change), SIX_NODES, { query: {}, own: [], day: TODAY, store: null, ...known });
const analysed = (...given: Parameters<typeof analyse>): CostAnalysis => {
  const outcome = analyse(...given);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
const signoz = { priceBook: PriceBookId.parse('signoz') };
const NODES = ownPrices('collector-compute', [
  ownRow({ sku: 'cpu', tiers: [{ above: 0, price: '0.036' }] }),
  ownRow({ sku: 'memory', tiers: [{ above: 0, price: '0.006' }] }),
]);

describe('money of the measured nodes', () => {
  test('has a sentence where somebody runs the baseline', () => {
    const { items, noHeadline } = analysed({}, { query: signoz });
    // 36 000 against 5400 points a minute
    expect(items[0]?.saving?.estimate).toBe(dollars((30_600 * 43_800 * 0.1) / 1e6));
    expect(items[0]?.headline).toBe('it saves 134.03 USD a month on SigNoz Cloud metrics (132.45 to 135.60).');
    expect(noHeadline).toBeNull();
  });

  test('has none over a template that nobody runs', () => {
    const { items, noHeadline } = analysed({ hypotheticalBaseline: true }, { query: signoz });
    expect(items[0]?.headline).toBeNull();
    expect(noHeadline).toContain('no saving is claimed');
  });

  test('the experiment itself costs compute, and what both variants wrote where the store has prices', () => {
    const { experiment } = analysed({}, { query: signoz, own: [NODES], store: AMAZON_MANAGED_PROMETHEUS });
    // twelve core seconds, twelve GiB for a hundred seconds, 69 000 samples
    expect(experiment.parts.map(({ unit, cost }) => [unit, cost?.micros])).toEqual([
      ['core-hour', dollars((12 / 3600) * 0.036)],
      ['GiB-hour', dollars((1200 / 3600) * 0.006)],
      ['10 million samples', dollars(0.0069 * 0.9)],
    ]);
    expect(experiment.total).toMatchObject({ currency: 'USD', cost: { estimate: 120 + 2000 + 6210 } });
    expect(experiment.notCounted).toEqual([
      'queries on the measurement store',
      'what this installation of Phoenix costs',
    ]);
  });
});

describe('money of a fleet', () => {
  const fleet = { query: { ...signoz, fleetNodes: 60 } };

  test('is what the verdict says about nodes that were not measured', () => {
    const { items, nodes, nodesMeasured, comparison } = analysed({ ifRolledOut: [pointsEffect(-0.9, -0.8)] }, fleet);
    expect([nodes, nodesMeasured]).toEqual([60, 6]);
    expect(comparison.baseline.hosts).toBe(60);
    expect(items[0]?.saving?.estimate).toBeCloseTo(dollars((306_000 * 43_800 * 0.1) / 1e6), -1);
    // the ratio of the roll-out, not the sharper one of the measured nodes
    const { low, high } = comparison.change.pointsPerMinute ?? {};
    expect([low, high]).toEqual([expect.closeTo(0.1, 9), expect.closeTo(0.2, 9)]);
  });

  test('is not known where the verdict does not know it', () => {
    expect(analyse({ ifRolledOut: null }, fleet)).toMatchObject({
      accepted: false,
      refusal: { code: 'fleet-not-known', message: expect.stringContaining('measure more nodes') },
    });
  });
});
