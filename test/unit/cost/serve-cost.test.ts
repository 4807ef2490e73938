import { beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { memoryOwnPrices } from '../../../src/cost/adapters/memory-own-prices.ts';
import { serveCost } from '../../../src/cost/application/serve-cost.ts';
import { COST_PROBLEMS } from '../../../src/cost/contract/problems.ts';
import { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { httpRequest, recordingRefusals, testClock, testRun } from '../../support/platform.ts';
import { dollars } from './builders.ts';

const clock = testClock();
let store: ReturnType<typeof memoryOwnPrices>;
let router: Router;
beforeEach(() => {
  store = memoryOwnPrices({ clock, ids: systemIds });
  router = makeRouter({
    service: 'api-cost',
    problems: COST_PROBLEMS,
    gatekeeper: {
      identify: async ({ tenant }) =>
        accept({
          userId: UserId.parse('anna'),
          email: 'anna@example.com',
          tenantId: TenantId.parse(tenant),
          roles: ['admin'],
          permissions: permissionsOf('admin'),
        }),
      lowestRoleFor: () => 'admin',
    },
    refusedWrites: recordingRefusals(),
    idempotency: memoryIdempotencyStore({ clock }),
    served: serveCost({ ownPrices: store, clock }),
  });
});

const ask = async (
  method: string,
  path: string,
  { body, ifMatch, key, tenant = 'acme' }: { body?: unknown; ifMatch?: string; key?: string; tenant?: string } = {},
) => {
  const [route = '', query = ''] = path.split('?');
  const answer = await router(
    httpRequest(method, `/api/v1/cost${route}`, {
      query: Object.fromEntries(new URLSearchParams(query)),
      claims: { tenant },
      ...(body === undefined ? {} : { body }),
      headers: {
        ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
    }),
    testRun(),
  );
  const { etag, location } = answer.headers;
  return { status: answer.statusCode, etag, location, body: JSON.parse(answer.body) };
};

const USAGE = { series: 210_000, points_per_minute: 210_000, bytes_per_point: 500, hosts: 100 };
const MERGED = { ...USAGE, series: 28_000, points_per_minute: 28_000 };
const ROW = {
  sku: 'custom-series',
  effective_from: '2026-07-01',
  currency: 'USD',
  source: 'order form 2026-114',
  tiers: [{ above: 0, price: '2.50' }],
};
const setPrices = (body: unknown, ifMatch = '"0"', tenant = 'acme') =>
  ask('POST', '/price-books/datadog-pro/rows', { body, ifMatch, tenant });

describe('price books', () => {
  test('are listed with their versions and prices as people read them', async () => {
    const { status, body } = await ask('GET', '/price-books');
    expect(status).toBe(200);
    const found = body.items.find(({ id }: { id: string }) => id === 'amazon-managed-prometheus');
    expect(found).toMatchObject({
      reference: 'amazon-managed-prometheus@1',
      own: null,
      own_version: 0,
      currency: 'USD',
    });
    expect(found.charges[0]).toMatchObject({ unit: '10 million samples', included: 40_000_000 });
    expect(found.charges[0].rows.map(({ above, price }: { above: number; price: string }) => [above, price])).toEqual([
      [0, '0.90'],
      [2_000_000_000, '0.35'],
      [252_000_000_000, '0.16'],
    ]);
  });

  test('one by its id, and a sentence for an id that nobody has', async () => {
    expect(await ask('GET', '/price-books/signoz')).toMatchObject({ status: 200, body: { vendor: 'SigNoz' } });
    expect(await ask('GET', '/price-books/nobody')).toMatchObject({
      status: 404,
      body: { code: 'PRICE_BOOK_NOT_FOUND' },
    });
    expect(await ask('GET', '/price-books/No')).toMatchObject({ status: 404 });
  });
});

describe('prices of a contract', () => {
  test('are laid over the list, version by version, and each version stays readable', async () => {
    expect((await ask('GET', '/price-books/datadog-pro')).etag).toMatch(/^"0\./);
    const first = await setPrices({ rows: [ROW], usage: { hosts: 120 } });
    expect(first).toMatchObject({
      status: 200,
      etag: '"1"',
      body: {
        reference: 'datadog-pro@1+own.1',
        own: { rows: [ROW], usage: { hosts: 120 }, updated_by: { email: 'anna@example.com' } },
      },
    });
    await setPrices({ rows: [{ ...ROW, tiers: [{ above: 0, price: '2.00' }] }] }, '"1"');
    const priceAt = async (query = '') =>
      (await ask('GET', `/price-books/datadog-pro${query}`)).body.charges[1].rows[0].price;
    expect([await priceAt(), await priceAt('?own_version=1'), await priceAt('?own_version=0')]).toEqual([
      '2.00',
      '2.50',
      '5.00',
    ]);
    expect(await priceAt('?day=2026-06-30')).toBe('5.00');
    expect(await ask('GET', '/price-books/datadog-pro?own_version=3')).toMatchObject({
      status: 404,
      body: { detail: 'your prices of datadog-pro have no version 3' },
    });
    // usage that was not spoken of stays
    expect((await ask('GET', '/price-books/datadog-pro')).body.own.usage).toEqual({ hosts: 120 });
  });

  test('a change says on which version it rests', async () => {
    expect((await ask('POST', '/price-books/datadog-pro/rows', { body: { rows: [ROW] } })).status).toBe(428);
    await setPrices({ rows: [ROW] });
    expect(await setPrices({ rows: [ROW] })).toMatchObject({
      status: 412,
      body: { detail: 'your prices of datadog-pro changed meanwhile, they are at version 1' },
    });
  });

  test('what does not fit into the book is refused at its line, and nothing is kept', async () => {
    const refused = await setPrices({ rows: [ROW, { ...ROW, sku: 'gb-ingested' }] });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'PRICE_NOT_VALID', errors: [{ pointer: '/rows/1/sku', code: 'unknown-sku' }] },
    });
    expect(await setPrices({ rows: [{ ...ROW, tiers: [{ price: '-1' }] }] })).toMatchObject({
      status: 422,
      body: { code: 'VALIDATION_FAILED', errors: [{ pointer: '/rows/0/tiers/0/price' }] },
    });
    expect((await setPrices({ rows: [{ ...ROW, effective_from: '2026-02-30' }] })).status).toBe(422);
    expect(store.events()).toEqual([]);
  });

  test('are said on the bus by their charges, without the prices', async () => {
    await setPrices({ rows: [ROW] });
    expect(store.events()).toMatchObject([
      {
        type: 'price_book.changed',
        source: 'cost',
        subject: 'datadog-pro',
        seq: 1,
        data: { price_book: 'datadog-pro', version: 1, changed: ['custom-series'], back_to_list: [] },
      },
    ]);
  });

  test("are nobody else's", async () => {
    await setPrices({ rows: [ROW] });
    const other = await ask('GET', '/price-books/datadog-pro', { tenant: 'globex' });
    expect(other.body).toMatchObject({ own: null, reference: 'datadog-pro@1' });
    const { body } = await ask('POST', '/estimate', {
      body: { price_book: 'datadog-pro', usage: USAGE },
      tenant: 'globex',
    });
    expect(body.items[0].reference).toBe('datadog-pro@1');
  });
});

describe("a price book of one's own", () => {
  const TEAM = {
    id: 'own-platform-team',
    vendor: 'platform team',
    title: 'What the platform team charges',
    billed_on: 'active series, and a sum a month for the store.',
    currency: 'EUR',
    charges: [
      { sku: 'series', title: 'Active series', counts: 'series', unit: '1,000 series', per: 1000, included: 10_000 },
      { sku: 'store', title: 'The store', counts: 'month', unit: 'month' },
    ],
  };
  const EURO = { ...ROW, currency: 'EUR' };
  const ROWS = [
    { ...EURO, sku: 'series', tiers: [{ above: 0, price: '1.80' }] },
    { ...EURO, sku: 'store', tiers: [{ above: 0, price: '250' }] },
  ];
  const { id: ID, ...DEFINITION } = TEAM;
  let keys = 0;
  const create = (body: unknown, tenant = 'acme') => {
    keys += 1;
    return ask('POST', '/price-books', { body, key: `key-${keys}-of-this-test`, tenant });
  };
  const revise = (body: unknown, ifMatch = '"1"') => ask('PUT', `/price-books/${ID}`, { body, ifMatch });

  test('stands beside the lists, and on every bill of its tenant alone', async () => {
    expect(await create({ ...TEAM, rows: ROWS })).toMatchObject({
      status: 201,
      etag: '"1"',
      location: `/api/v1/cost/price-books/${ID}`,
      body: {
        id: ID,
        reference: `${ID}@1`,
        kind: 'vendor',
        currency: 'EUR',
        own: { book: { vendor: 'platform team' } },
      },
    });
    const billOf = async (tenant: string) => {
      const { body } = await ask('POST', '/estimate', { body: { usage: USAGE }, tenant });
      return body.items.find(({ price_book }: { price_book: string }) => price_book === ID);
    };
    // (210,000 - 10,000) / 1,000 at 1.80, and 250
    expect(await billOf('acme')).toMatchObject({
      currency: 'EUR',
      total: { estimate: dollars(610) },
      confidence: 'contract',
    });
    expect(await billOf('globex')).toBeUndefined();
    expect(await ask('GET', `/price-books/${ID}`, { tenant: 'globex' })).toMatchObject({ status: 404 });
    const listed = (await ask('GET', '/price-books')).body.items.map(({ id }: { id: string }) => id);
    expect([listed[0], listed.at(-1)]).toEqual(['datadog-pro', ID]);
  });

  test('has no price until somebody gives one, and its prices are versions as those over a list', async () => {
    await create(TEAM);
    const asked = { body: { price_book: ID, usage: USAGE } };
    expect((await ask('POST', '/estimate', asked)).body.items[0].lines[0].open).toBe(
      'give your price per 1,000 series',
    );
    const priced = await ask('POST', `/price-books/${ID}/rows`, { body: { rows: ROWS }, ifMatch: '"1"' });
    expect(priced).toMatchObject({ status: 200, etag: '"2"', body: { reference: `${ID}@2` } });
    expect((await ask('POST', '/estimate', asked)).body.items[0].total.estimate).toBe(dollars(610));
    const before = await ask('GET', `/price-books/${ID}?own_version=1`);
    expect(before.body).toMatchObject({ reference: `${ID}@1`, own: { rows: [] } });
  });

  test('is revised: prices of the charges that it keeps stay, those of others go', async () => {
    await create({ ...TEAM, rows: ROWS });
    const [series] = DEFINITION.charges;
    const revised = await revise({ ...DEFINITION, charges: [{ ...series, included: 0 }] });
    expect(revised).toMatchObject({
      status: 200,
      etag: '"2"',
      body: { reference: `${ID}@2`, own: { rows: [ROWS[0]] } },
    });
    expect(revised.body.charges).toMatchObject([{ sku: 'series', included: 0 }]);
    expect(await revise(DEFINITION)).toMatchObject({ status: 412 });
    expect(store.events().map(({ type, data }) => [type, data['version']])).toEqual([
      ['price_book.created', 1],
      ['price_book.revised', 2],
    ]);
  });

  test('a retired one is on a bill only where it is asked for', async () => {
    await create({ ...TEAM, rows: ROWS });
    await revise({ ...DEFINITION, retired: true });
    const every = (await ask('POST', '/estimate', { body: { usage: USAGE } })).body.items;
    expect(every.map(({ price_book }: { price_book: string }) => price_book)).not.toContain(ID);
    const asked = await ask('POST', '/estimate', { body: { price_book: ID, usage: USAGE } });
    expect(asked.body.items[0].total.estimate).toBe(dollars(610));
  });

  test.each([
    ['an id without its prefix', { id: 'platform-team' }, '/id', 'custom'],
    ['the id of a list', { id: 'datadog-pro' }, '/id', 'custom'],
    ['what nobody counts', { charges: [{ ...TEAM.charges[0], counts: 'cpus' }] }, '/charges/0/counts', 'invalid-value'],
    ['a charge twice', { charges: [TEAM.charges[1], TEAM.charges[1]] }, '/charges/1/sku', 'charge-twice'],
    [
      'a month that includes something',
      { charges: [{ ...TEAM.charges[1], included: 3 }] },
      '/charges/0/included',
      'month-includes-nothing',
    ],
    ['optional charges alone', { charges: [{ ...TEAM.charges[0], optional: true }] }, '/charges', 'only-optional'],
    ['a price of a charge that it lacks', { rows: [{ ...EURO, sku: 'hosts' }] }, '/rows/0/sku', 'unknown-sku'],
    ['a price in another currency', { rows: [{ ...ROWS[0], currency: 'USD' }] }, '/rows', 'currency-foreign'],
  ])('%s is refused at its line', async (_, change, pointer, code) => {
    const { status, body } = await create({ ...TEAM, ...change });
    expect([status, body.errors[0].pointer, body.errors[0].code]).toEqual([422, pointer, code]);
    // what a schema cannot say is said by the book
    expect(body.code).toBe(['custom', 'invalid-value'].includes(code) ? 'VALIDATION_FAILED' : 'PRICE_BOOK_NOT_VALID');
    expect(store.events()).toEqual([]);
  });

  test('one that is there already is refused, unless it says the same', async () => {
    await create({ ...TEAM, rows: ROWS });
    expect(await create({ ...TEAM, rows: ROWS })).toMatchObject({ status: 201, etag: '"1"' });
    expect(await create(TEAM)).toMatchObject({ status: 409, body: { code: 'PRICE_BOOK_EXISTS' } });
    expect(store.events()).toHaveLength(1);
  });

  test('twenty are enough, and prices over lists do not count', async () => {
    await setPrices({ rows: [ROW] });
    for (let index = 1; index <= 20; index += 1)
      expect((await create({ ...TEAM, id: `own-team-${index}` })).status).toBe(201);
    expect(await create(TEAM)).toMatchObject({ status: 409, body: { code: 'TOO_MANY_PRICE_BOOKS' } });
  });

  test("a list is nobody's to revise, and a book that is not there neither", async () => {
    expect(await ask('PUT', '/price-books/signoz', { body: DEFINITION, ifMatch: '"0"' })).toMatchObject({
      status: 409,
      body: { code: 'PRICE_BOOK_NOT_YOURS' },
    });
    expect(await revise(DEFINITION)).toMatchObject({ status: 404, body: { code: 'PRICE_BOOK_NOT_FOUND' } });
  });
});

describe('an estimate', () => {
  test('is of one bill, with own prices where there are any', async () => {
    await setPrices({ rows: [ROW] });
    const { body } = await ask('POST', '/estimate', { body: { price_book: 'datadog-pro', usage: USAGE } });
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({
      reference: 'datadog-pro@1+own.1',
      method: 'estimated',
      currency: 'USD',
      total: { low: dollars(6500), estimate: dollars(6500), high: dollars(6500) },
      hourly: Math.round(dollars(6500) / 730),
    });
  });

  test('is of every vendor when none is named, and carries intervals through', async () => {
    const usage = { ...USAGE, series: { low: 200_000, estimate: 210_000, high: 220_000 } };
    const { body } = await ask('POST', '/estimate', { body: { usage } });
    expect(body.items.map(({ price_book }: { price_book: string }) => price_book)).not.toContain('collector-compute');
    const datadog = body.items.find(({ price_book }: { price_book: string }) => price_book === 'datadog-pro');
    expect(datadog.total).toEqual({ low: dollars(11_000), estimate: dollars(11_500), high: dollars(12_000) });
  });

  test.each([
    ['an interval that falls', { series: { low: 2, estimate: 1, high: 3 } }, '/usage/series'],
    ['an axis that nobody has', { metrics: 3 }, '/usage/metrics'],
    ['less than nothing', { hosts: -1 }, '/usage/hosts'],
    ['more than there is', { series: 1e12 }, '/usage/series'],
  ])('refuses %s', async (_, usage, pointer) => {
    const { status, body } = await ask('POST', '/estimate', { body: { usage } });
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });
});

describe('a comparison', () => {
  test('is the same evidence on every bill', async () => {
    const { body } = await ask('POST', '/compare', { body: { baseline: USAGE, candidate: MERGED } });
    const savings = Object.fromEntries(
      body.items.map(({ price_book, saving }: { price_book: string; saving: { estimate: number } | null }) => [
        price_book,
        saving?.estimate ?? null,
      ]),
    );
    expect(savings).toMatchObject({
      'datadog-pro': dollars(9100),
      'new-relic-original': dollars(1594.4),
      'grafana-cloud-pro': dollars(1183),
      'amazon-managed-prometheus': dollars(323.754),
      signoz: dollars(797.16),
      honeycomb: null,
    });
    expect(body.compute).toEqual({ open: expect.stringContaining('say CPU cores of the collectors') });
  });

  test("subtracts compute at the tenant's price of nodes, and what the experiment costs", async () => {
    await ask('POST', '/price-books/collector-compute/rows', {
      ifMatch: '"0"',
      body: {
        rows: [
          { ...ROW, sku: 'cpu', tiers: [{ price: '0.04' }] },
          { ...ROW, sku: 'memory', tiers: [{ price: '0.005' }] },
        ],
      },
    });
    const { body } = await ask('POST', '/compare', {
      body: {
        price_book: 'signoz',
        baseline: { ...USAGE, cores: 1, memory_bytes: 10 * 1024 ** 3 },
        candidate: { ...MERGED, cores: 2, memory_bytes: 10 * 1024 ** 3 },
        experiment_cost: { micros: dollars(100), currency: 'USD' },
      },
    });
    const oneCore = 0.04 * 730;
    expect(body.compute.cost.estimate).toBe(dollars(oneCore));
    const [{ net }] = body.items;
    expect(net.monthly.estimate).toBe(dollars(797.16 - oneCore));
    expect(net.projection[3]).toMatchObject({ months: 12, method: 'projected' });
    expect(net.payback_days.estimate).toBeCloseTo((100 / (797.16 - oneCore)) * (730 / 24), 6);
  });

  test('needs the same of both variants', async () => {
    const { status, body } = await ask('POST', '/compare', { body: { baseline: USAGE, candidate: { series: 1 } } });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'USAGE_UNEVEN', '/candidate']);
  });
});
