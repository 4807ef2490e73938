import { beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { COST_PROBLEMS } from '../../../src/cost/contract/problems.ts';
import type { OwnPrices } from '../../../src/cost/domain/own-prices.ts';
import { isListed } from '../../../src/experiments/adapters/experiment-store-answers.ts';
import type { ListFilter, Stored } from '../../../src/experiments/application/ports.ts';
import { serveSpending } from '../../../src/experiments/application/serve-spending.ts';
import { ExperimentId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import type { Sample } from '../../../src/measurement/domain/sample.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { T0 } from '../../support/builders.ts';
import { onSixNodes, SIX_NODES } from '../../support/measured-nodes.ts';
import { httpRequest, testRun } from '../../support/platform.ts';
import { ANNA_PRINCIPAL } from '../../support/world.ts';
import { dollars, ownPrices, ownRow } from '../cost/builders.ts';

/** Thirty days after the promotion are a month but ten hours. */
const NOW = minutesAfter(T0, 30 * 24 * 60);
const DAYS_OF_MONTH = 730 / 24;

let stored: Stored[];
let samplesById: Map<string, readonly Sample[]>;
let own: OwnPrices[];
let router: Router;
beforeEach(() => {
  stored = [];
  samplesById = new Map();
  own = [];
  router = makeRouter({
    service: 'api-cost',
    problems: COST_PROBLEMS,
    gatekeeper: {
      identify: async () => accept({ ...ANNA_PRINCIPAL, permissions: permissionsOf('viewer') }),
      lowestRoleFor: () => 'viewer',
    },
    served: serveSpending({
      experiments: {
        list: async (_tenant, filter: ListFilter, { limit }) => {
          const found = stored.filter(({ experiment }) => isListed(experiment, filter));
          return { items: found.slice(0, limit), nextKey: found.length > limit ? 'more' : null };
        },
      },
      samples: {
        list: async (_tenant, id, _epoch, { fromSlot = 0, toSlot = Number.POSITIVE_INFINITY } = {}) =>
          (samplesById.get(id) ?? []).filter(({ slot }) => slot >= fromSlot && slot <= toSlot),
      },
      ownPrices: { list: async () => own },
      clock: { now: () => NOW },
    }),
  });
});

let count = 0;
const add = (
  { experiment, progress }: Stored,
  {
    samples = SIX_NODES,
    labels = {},
    name = 'top-k',
  }: { samples?: readonly Sample[]; labels?: Record<string, string>; name?: string } = {},
): string => {
  count += 1;
  const id = ExperimentId.parse(`exp-${String(count).padStart(12, '0')}`);
  stored = [
    { experiment: { ...experiment, id, settings: { ...experiment.settings, name, labels } }, progress },
    ...stored,
  ];
  samplesById.set(id, samples);
  return id;
};

const ask = async (path: string, query: Record<string, string> = {}) => {
  const request = httpRequest('GET', `/api/v1/cost/${path}`, { query: { price_book: 'signoz', ...query }, claims: {} });
  const answer = await router(request, testRun());
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};

/** 0.10 a million samples. */
const monthly = (pointsPerMinute: number): number => dollars((pointsPerMinute * 43_800 * 0.1) / 1e6);

describe('analytics', () => {
  test('say by pipeline, node and team what was sent, and what a month of it costs', async () => {
    add(onSixNodes('running'), { labels: { team: 'shop' } });
    const { body } = await ask('analytics');
    // a thousand points in ten seconds are 6000 a minute
    const sent = (points: number, series: number) => ({
      points_per_minute: points,
      series,
      monthly: { estimate: monthly(points) },
      open: null,
    });
    expect(body).toMatchObject({
      experiments: 1,
      left_out: false,
      missing: null,
      reference: 'signoz@1',
      currency: 'USD',
    });
    expect(body.pipelines).toMatchObject([
      { name: 'baseline', nodes: 6, experiments: 1, sent: sent(36_000, 3000) },
      { name: 'top-k', nodes: 6, experiments: 1, sent: sent(5400, 420) },
    ]);
    expect(body.teams).toMatchObject([{ name: 'shop', baseline: sent(36_000, 3000), candidate: sent(5400, 420) }]);
    expect(body.nodes).toHaveLength(6);
    expect(body.nodes[0]).toMatchObject({ nodes: 1, baseline: sent(6000, 500), candidate: sent(900, 70) });
  });

  test('count a node once, as the newest experiment found it, and a person where no label names a team', async () => {
    add(onSixNodes('promoted'), { samples: halved(SIX_NODES) });
    add(onSixNodes('running'));
    const { body } = await ask('analytics', { period: '90d' });
    expect(body.teams).toMatchObject([
      { name: 'anna@example.com', nodes: 6, experiments: 2, baseline: { points_per_minute: 36_000 } },
    ]);
  });

  test('leave out what was measured before the period, and say so when nothing is left', async () => {
    add(onSixNodes('promoted'));
    expect((await ask('analytics', { period: '7d' })).body).toMatchObject({
      experiments: 0,
      nodes: [],
      missing: 'nothing was measured in 7d: start an experiment, or ask further back',
    });
    expect((await ask('analytics', { period: '91d' })).status).toBe(422);
  });

  test('take no node of which one variant is not known: half a comparison is none', async () => {
    add(onSixNodes('running'), { samples: SIX_NODES.map((sample) => ({ ...sample, candidate: {} })) });
    expect((await ask('analytics')).body).toMatchObject({ experiments: 1, nodes: [], pipelines: [] });
  });

  test('have no money where the bill asks for more than was measured, and the sentence instead', async () => {
    add(onSixNodes('running'));
    const { body } = await ask('analytics', { price_book: 'new-relic-original' });
    expect(body.pipelines[0].sent).toMatchObject({
      monthly: null,
      open: 'say bytes per point as this vendor counts them',
    });
    const said = await ask('analytics', { price_book: 'new-relic-original', bytes_per_point: '500' });
    expect(said.body.pipelines[0].sent.monthly.estimate).toBeGreaterThan(0);
  });

  test('are of thirty experiments, and say when there are more', async () => {
    for (let index = 0; index < 31; index += 1) add(onSixNodes('running'));
    expect((await ask('analytics')).body).toMatchObject({ experiments: 30, left_out: true });
  });
});

describe('the flow', () => {
  test('is the newest slot of what runs, and what an hour of it costs', async () => {
    const id = add(onSixNodes('running'));
    add(onSixNodes('promoted'));
    const { body } = await ask('flow');
    expect(body.items).toMatchObject([
      {
        experiment_id: id,
        nodes: 6,
        slot_ends_at: minutesAfter(T0, 9),
        baseline: {
          sent: { points_per_minute: 36_000 },
          hourly_micros: Math.round(monthly(36_000) / 730),
          missing: null,
        },
        candidate: { sent: { points_per_minute: 5400 } },
      },
    ]);
  });

  test('has no number where a node has none, but the reason', async () => {
    const newest = SIX_NODES.map((sample) => ({
      ...sample,
      candidate: {
        ...sample.candidate,
        exported_points: { ...sample.candidate['exported_points'], 'node-3': { missing: 'counter_reset' as const } },
      },
    }));
    add(onSixNodes('running'), { samples: newest });
    expect((await ask('flow')).body.items[0]).toMatchObject({
      baseline: { missing: null },
      candidate: { sent: null, hourly_micros: null, missing: 'counter reset' },
    });
  });

  test('says what there would have to be while nothing runs, or nothing is measured yet', async () => {
    expect((await ask('flow')).body).toMatchObject({
      items: [],
      missing: expect.stringContaining('no experiment is running'),
    });
    const { experiment, progress } = onSixNodes('running');
    add({ experiment, progress: { ...progress, slotsMeasured: 0 } });
    expect((await ask('flow')).body.items[0]).toMatchObject({
      slot_ends_at: null,
      baseline: { sent: null, missing: 'no slot is measured yet' },
    });
  });
});

describe('savings', () => {
  test('are those that were proven, promoted apart from offered, each with its interval', async () => {
    const promoted = add(onSixNodes('promoted'));
    const offered = add(onSixNodes('awaiting_approval'));
    add(onSixNodes('ended'));
    const { body } = await ask('savings');
    expect(body.items.map(({ experiment_id, state }: Record<string, string>) => [experiment_id, state])).toEqual([
      [offered, 'awaiting_approval'],
      [promoted, 'promoted'],
    ]);
    const saved = { estimate: monthly(30_600) };
    expect(body.items[1]).toMatchObject({ monthly: saved, open: null, nodes: 6, slots: 10, promoted_at: T0 });
    expect(body.items[1].monthly.low).toBeLessThan(monthly(30_600));
    expect(body).toMatchObject({
      promoted: { experiments: 1, not_known: 0, monthly: saved },
      offered: { experiments: 1, not_known: 0, monthly: saved },
      hypothetical: { experiments: 0, monthly: null },
      missing: null,
    });
    expect(body.since_promotion).toMatchObject({
      method: 'projected',
      cost: { estimate: Math.round((monthly(30_600) * 30) / DAYS_OF_MONTH) },
    });
  });

  test('over a baseline that nobody runs are no saving of anybody', async () => {
    add(onSixNodes('promoted', { hypotheticalBaseline: true }));
    expect((await ask('savings')).body).toMatchObject({
      promoted: { experiments: 0, monthly: null },
      hypothetical: { experiments: 1, monthly: { estimate: monthly(30_600) } },
      since_promotion: { cost: null },
    });
  });

  test('are after compute where its price is known', async () => {
    own = [
      ownPrices('collector-compute', [
        ownRow({ sku: 'cpu', tiers: [{ above: 0, price: '0.036' }] }),
        ownRow({ sku: 'memory', tiers: [{ above: 0, price: '0.006' }] }),
      ]),
    ];
    add(onSixNodes('promoted'));
    // both variants took the same
    expect((await ask('savings')).body.promoted.monthly.estimate).toBe(monthly(30_600));
  });

  test('that cannot be priced are counted as not known, with the reason', async () => {
    add(onSixNodes('promoted'), { samples: SIX_NODES.slice(0, 4) });
    add(onSixNodes('promoted'));
    const { body } = await ask('savings', { price_book: 'honeycomb' });
    expect(body.promoted).toEqual({ experiments: 2, not_known: 2, monthly: null });
    expect(body.items.map(({ open }: { open: string }) => open)).toEqual([
      expect.stringContaining('give your price'),
      'usage is known from 5 measured slots of both variants on; it is promoted',
    ]);
  });

  test('say what there would have to be while there are none', async () => {
    expect((await ask('savings')).body).toMatchObject({ items: [], missing: 'no experiment has proven a saving yet' });
  });
});

test.each(['analytics', 'flow', 'savings'])('%s are on one bill, and it has to be one that there is', async (path) => {
  expect(await ask(path, { price_book: 'nobody' })).toMatchObject({
    status: 404,
    body: { code: 'PRICE_BOOK_NOT_FOUND' },
  });
  const unpriced = await router(httpRequest('GET', `/api/v1/cost/${path}`, { query: {}, claims: {} }), testRun());
  expect(unpriced.statusCode).toBe(422);
});

const halved = (samples: readonly Sample[]): readonly Sample[] => {
  const half = (readings: Sample['baseline']): Sample['baseline'] =>
    Object.fromEntries(
      Object.entries(readings).map(([metric, nodes]) => [
        metric,
        Object.fromEntries(
          Object.entries(nodes).map(([node, reading]) => [
            node,
            'value' in reading ? { value: reading.value / 2 } : reading,
          ]),
        ),
      ]),
    );
  return samples.map((sample) => ({ ...sample, baseline: half(sample.baseline), candidate: half(sample.candidate) }));
};
