import { beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { memoryClusterStore } from '../../../src/clusters/adapters/memory-cluster-store.ts';
import { memoryOwnPrices } from '../../../src/cost/adapters/memory-own-prices.ts';
import { costEvents } from '../../../src/cost/contract/events.ts';
import { COST_PROBLEMS } from '../../../src/cost/contract/problems.ts';
import { serveCosts } from '../../../src/experiments/application/serve-costs.ts';
import { EXPERIMENT_PROBLEMS } from '../../../src/experiments/contract/problems.ts';
import type { ExperimentId } from '../../../src/kernel/identity.ts';
import { TenantId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { draftEvent } from '../../../src/platform/declare/event.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { ANNA } from '../../support/builders.ts';
import { httpRequest, testRun } from '../../support/platform.ts';
import { ANNA_PRINCIPAL, makeWorld, type World } from '../../support/world.ts';
import { ownPrices, ownRow } from '../../unit/cost/builders.ts';

// What an experiment is worth in money, over the samples that a whole lifecycle has left.

let world: World;
let prices: ReturnType<typeof memoryOwnPrices>;
let router: Router;
beforeEach(() => {
  world = makeWorld();
  prices = memoryOwnPrices({ clock: world.time, ids: systemIds });
  router = makeRouter({
    service: 'api-experiments',
    problems: { ...EXPERIMENT_PROBLEMS, ...COST_PROBLEMS },
    gatekeeper: {
      identify: async ({ tenant = 'acme' }) =>
        accept({ ...ANNA_PRINCIPAL, tenantId: TenantId.parse(tenant), permissions: permissionsOf('viewer') }),
      lowestRoleFor: () => 'viewer',
    },
    served: serveCosts({
      experiments: world.experiments,
      samples: world.samples,
      clusters: memoryClusterStore({ clock: world.time, ids: systemIds }),
      ownPrices: prices,
      clock: world.time,
    }),
  });
});

const ask = async (id: ExperimentId, query: Record<string, string> = {}, tenant = 'acme') => {
  const request = httpRequest('GET', `/api/v1/experiments/${id}/cost-analysis`, { query, claims: { tenant } });
  const answer = await router(request, testRun());
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};
const decided = async (): Promise<ExperimentId> => {
  const { experimentId } = await world.begin();
  await world.time.advance(400);
  return experimentId;
};
interface Row {
  readonly price_book: string;
  readonly saving: { readonly low: number; readonly estimate: number; readonly high: number };
}
const row = ({ items }: { readonly items: readonly Row[] }, id: string): Row => {
  const found = items.find(({ price_book: book }) => book === id);
  if (found === undefined) throw new Error(`no bill of ${id}`);
  return found;
};

describe('the cost analysis of an experiment', () => {
  test('prices what both variants sent, on every bill', async () => {
    const { status, body } = await ask(await decided());
    expect(status).toBe(200);
    expect(body).toMatchObject({ verdict: 'promote', nodes: 2, nodes_measured: 2, slots: 10, day: '2026-11-21' });
    // two nodes with 500 and 70 series each, a thousand points in ten seconds
    expect(body.comparison.baseline).toMatchObject({ series: 1000, hosts: 2 });
    expect(body.comparison.candidate).toMatchObject({ series: 140 });
    expect(body.comparison.baseline.points_per_minute.estimate).toBeCloseTo(12_000, -2);
    const { low, estimate, high } = body.comparison.change.points_per_minute;
    expect([low < estimate, estimate < high, Math.round(estimate * 100)]).toEqual([true, true, 14]);
    const { saving } = row(body, 'signoz');
    expect(saving.estimate / 1e6).toBeCloseTo((12_000 - 1681) * 0.0438 * 0.1, 0);
    expect(saving.low).toBeLessThan(saving.estimate);
    expect(saving.high).toBeGreaterThan(saving.estimate);
    expect(row(body, 'datadog-pro')).toMatchObject({ saving: { estimate: 40e6 } });
  });

  test('claims no saving over a template that nobody runs, on no bill', async () => {
    const { body } = await ask(await decided());
    expect(body.hypothetical_baseline).toBe(true);
    expect(body.no_headline).toContain('a template that nobody runs here');
    expect(body.items.map(({ headline }: { headline: unknown }) => headline)).toEqual(body.items.map(() => null));
  });

  test('bytes are asked for in the form of the vendor: those on the wire are only shown', async () => {
    const id = await decided();
    const { body } = await ask(id, { price_book: 'new-relic-original' });
    expect(body.wire_bytes_per_point.baseline).toBeCloseTo(40, 6);
    expect(body.items).toMatchObject([
      { saving: null, net: null, baseline: { lines: [{ open: 'say bytes per point as this vendor counts them' }] } },
    ]);
    const said = await ask(id, { price_book: 'new-relic-original', bytes_per_point: '500' });
    // 12 000 points a minute of 500 bytes are 263 GB a month, 100 of them free
    expect(Math.abs(said.body.items[0].baseline.total.estimate - 64.8e6)).toBeLessThanOrEqual(0.8e6);
    expect(said.body.comparison.baseline.bytes_per_point).toBe(500);
  });

  test("subtracts compute and the experiment itself at the tenant's prices of nodes", async () => {
    const nodes = ownPrices('collector-compute', [
      ownRow({ sku: 'cpu', tiers: [{ above: 0, price: '0.04' }] }),
      ownRow({ sku: 'memory', tiers: [{ above: 0, price: '0.005' }] }),
    ]);
    const said = draftEvent(costEvents[0], { priceBook: nodes.bookId, version: 1, changed: [], backToList: [] });
    const id = await decided();
    const without = await ask(id, { price_book: 'signoz' });
    expect(without.body.compute.open).toContain('give your price per core-hour');
    expect(without.body.items[0].net).toMatchObject({
      payback_days: null,
      payback_reason: 'what the experiment costs is not known',
    });
    await prices.commit(nodes, 0, said, ANNA);
    const { body } = await ask(id, { price_book: 'signoz' });
    // 0.01 CPU seconds in ten more, two nodes: 0.002 cores; 5 MB more, two nodes
    const extra = 0.002 * 730 * 0.04 + ((2 * 5e6) / 1024 ** 3) * 730 * 0.005;
    expect(body.compute.cost.estimate / 1e6).toBeCloseTo(extra, 4);
    // thirteen slots with warm-up, 0.41 CPU seconds each, two nodes
    const [cpu] = body.experiment.parts;
    expect(cpu).toMatchObject({ title: 'CPU, Compute of the collectors', unit: 'core-hour' });
    expect(cpu.quantity).toBeCloseTo((13 * 2 * 0.41) / 3600, 9);
    const [{ net, saving }] = body.items;
    expect(net.monthly.estimate).toBe(saving.estimate - body.compute.cost.estimate);
    expect(net.payback_days.estimate).toBeGreaterThan(0);
    expect(net.return_ratio.low).toBeGreaterThan(1);
    expect(body.experiment.not_counted).toContain('queries on the measurement store');
  });

  test('what a fleet would save is not known from two nodes', async () => {
    expect(await ask(await decided(), { fleet_nodes: '100' })).toMatchObject({
      status: 409,
      body: {
        code: 'FLEET_NOT_KNOWN',
        detail: '2 nodes were measured: what 100 would save is not known; measure more nodes',
      },
    });
  });

  test('what else is on the bill uses up what is free', async () => {
    const id = await decided();
    const saved = async (query: Record<string, string>) =>
      (await ask(id, { price_book: 'grafana-cloud-pro', ...query })).body.items[0].saving.estimate;
    // 12 000 points a minute with 10 000 series free: two thousand are paid for, and no more can be saved
    expect(await saved({})).toBeLessThan(13.2e6);
    expect(await saved({ rest_series: '50000', rest_points_per_minute: '50000' })).toBeGreaterThan(60e6);
  });

  test('says so far while it runs, and nothing before five slots are measured', async () => {
    const { experimentId } = await world.begin();
    expect(await ask(experimentId)).toMatchObject({ status: 409, body: { code: 'USAGE_NOT_MEASURED' } });
    let answer = await ask(experimentId);
    while (answer.status !== 200) {
      await world.time.advance(1);
      answer = await ask(experimentId);
    }
    const { body } = answer;
    expect([body.verdict, body.slots]).toEqual([null, 5]);
    // no interval holds at all looks together yet: the ends of both bills meet crosswise
    expect(body.comparison.change).toEqual({});
    expect(body.items[0].saving).not.toBeNull();
    expect(await ask(experimentId, { fleet_nodes: '100' })).toMatchObject({
      status: 409,
      body: { code: 'FLEET_NOT_KNOWN' },
    });
  });

  test('is not there for another tenant, and knows its price books', async () => {
    const id = await decided();
    expect((await ask(id, {}, 'globex')).status).toBe(404);
    expect(await ask(id, { price_book: 'nobody' })).toMatchObject({
      status: 404,
      body: { code: 'PRICE_BOOK_NOT_FOUND' },
    });
    expect(await ask(id, { fleet_nodes: '0' })).toMatchObject({ status: 422 });
  });
});
