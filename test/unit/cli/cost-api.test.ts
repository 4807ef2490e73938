import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeClient } from '../../../src/client/client.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from '../../support/fixture-api.ts';
import { phoenix } from '../../support/phoenix.ts';

// The commands that need the API, against the product's own routes of cost.

const root = join(import.meta.dirname, '../../..');
const EXAMPLES = join(root, 'examples/cost');

let api: FixtureApi;
beforeAll(async () => {
  api = await startFixtureApi();
});
afterAll(() => api?.stop());

const phoenixAs = async (role: string, ...args: string[]) => {
  const { body } = await makeClient({ baseUrl: api.url }).login({
    body: { email: `${role}@phoenix.example`, password: PASSWORD },
  });
  return phoenix(['cost', ...args], { PHOENIX_API_URL: api.url, PHOENIX_TOKEN: body.accessToken });
};

describe('prices of a contract', () => {
  test('are set from a file, used by whoever asks with --own, shown by version, and given back', async () => {
    const set = await phoenixAs('admin', 'prices', 'set', 'datadog-pro', '-f', join(EXAMPLES, 'datadog-pro.yaml'));
    expect(set.stderr).toContain('✔ your prices of Datadog Pro, by series are version 1');
    const asked = ['estimate', '--book', 'datadog-pro', '--series', '25k', '--hosts', '100', '--day', '2026-11-27'];
    expect((await phoenixAs('viewer', ...asked, '--own')).stdout).toMatch(/custom-series .* 320\.00 .*contract/);
    expect((await phoenixAs('viewer', ...asked)).stdout).toMatch(/custom-series .* 750\.00 .*list/);
    const back = await phoenixAs('admin', 'prices', 'reset', 'datadog-pro', '--sku', 'custom-series');
    expect(back.stderr).toContain('version 2');
    expect((await phoenixAs('viewer', 'prices', 'show', 'datadog-pro')).stdout).not.toContain('contract');
    const before = await phoenixAs('viewer', 'prices', 'show', 'datadog-pro', '--version-number', '1');
    expect(before.stdout).toContain('order form 2026-114 (example)');
    expect((await phoenixAs('viewer', 'books', '--own')).stdout).toMatch(/datadog-pro +1\+own\.2/);
  });

  test('are refused to whoever may not, and at the line that does not fit', async () => {
    const refused = await phoenixAs(
      'viewer',
      'prices',
      'set',
      'signoz',
      '-f',
      join(EXAMPLES, 'new-relic-original.yaml'),
    );
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('needs cost:manage') });
    const wrong = await phoenixAs('admin', 'prices', 'set', 'signoz', '-f', join(EXAMPLES, 'datadog-pro.yaml'));
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/rows/0/sku: signoz has no charge "custom-series"'),
    });
  });
});

test("a price book of one's own is written from a file, billed with --own, and revised", async () => {
  const file = join(EXAMPLES, 'own-platform-team.yaml');
  const id = 'own-platform-team';
  const created = await phoenixAs('admin', 'price-book', 'create', '-f', file);
  expect(created.stderr).toContain('✔ What the platform team charges is on every bill that is asked for with --own');
  const asked = ['estimate', '--book', id, '--series', '110k', '--day', '2026-11-27'];
  // a hundred thousand series at 1.80, and 250
  expect((await phoenixAs('viewer', ...asked, '--own')).stdout).toContain('430.00 EUR a month');
  expect(await phoenixAs('viewer', ...asked)).toMatchObject({ code: 2, stderr: expect.stringContaining('--own') });
  const definition = parse(readFileSync(file, 'utf8'));
  const { id: _, rows: __, ...book } = definition;
  const revised = join(mkdtempSync(join(tmpdir(), 'own-book-')), 'book.yaml');
  writeFileSync(revised, stringify({ ...book, title: 'What the team charges' }));
  expect((await phoenixAs('admin', 'price-book', 'revise', id, '-f', revised)).stderr).toContain(
    '✔ What the team charges is version 2',
  );
  expect((await phoenixAs('viewer', 'book', id, '--own')).stdout).toMatch(/charging rules of 2026/);
  writeFileSync(revised, stringify({ ...definition, charges: [] }));
  expect(await phoenixAs('admin', 'price-book', 'create', '-f', revised)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('/charges'),
  });
});

describe('an experiment', () => {
  test('is compared on every bill, without a claim over a template', async () => {
    const { stdout } = await phoenixAs('viewer', 'compare', '--experiment', 'exp-running00001');
    expect(stdout).toMatch(/^The baseline is a template that nobody runs here/);
    expect(stdout).toMatch(/SigNoz Cloud metrics +1\u2009103\.76 \(1\u2009090\.51 … 1\u2009117\.01\)/);
    expect(stdout).toContain('not counted');
  });

  test('has its sentence where somebody runs the baseline, and its lines for both variants', async () => {
    const { stdout } = await phoenixAs('viewer', 'compare', '--experiment', 'exp-promote00001', '--book', 'signoz');
    expect(stdout).toMatch(/^it saves 946\.08 USD a month on SigNoz Cloud metrics/);
    const bills = await phoenixAs(
      'viewer',
      'estimate',
      '--experiment',
      'exp-promote00001',
      '--book',
      'new-relic-original',
      '--bytes',
      '500',
    );
    expect(bills.stdout).toMatch(/baseline:\nNew Relic Original: [\s\S]*candidate:\nNew Relic Original: /);
  });

  test('says what is missing, and does not take amounts beside it', async () => {
    const draft = await phoenixAs('viewer', 'compare', '--experiment', 'exp-draft0000001');
    expect(draft).toMatchObject({ code: 5, stderr: expect.stringContaining('USAGE_NOT_MEASURED') });
    const both = await phoenixAs('viewer', 'compare', '--experiment', 'exp-running00001', '--series', '3');
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('say the same thing') });
    const fleet = await phoenixAs('viewer', 'compare', '--experiment', 'exp-running00001', '--fleet-nodes', '100');
    expect(fleet).toMatchObject({ code: 5, stderr: expect.stringContaining('measure more nodes') });
  });
});

test('a comparison with own prices comes from the API, in its own shape', async () => {
  const { stdout } = await phoenixAs(
    'viewer',
    'compare',
    '--own',
    '--series',
    '210k/28k',
    '--hosts',
    '100',
    '-o',
    'json',
  );
  const { items, compute } = JSON.parse(stdout);
  expect(items[0]).toMatchObject({ price_book: 'datadog-pro', saving: { estimate: 9_100_000_000 } });
  expect(compute.open).toContain('say CPU cores');
});

describe('over all experiments', () => {
  test('there is what was measured, what flows and what was proven, each on one bill', async () => {
    const analytics = await phoenixAs('viewer', 'analytics', '--book', 'signoz');
    expect(analytics.stdout).toMatch(/^From 3 experiments, on signoz@1, in USD a month:/);
    expect(analytics.stdout).toMatch(/baseline +6 +1 +3\u2009000 +36\u2009000 +157\.68/);
    const flow = await phoenixAs('viewer', 'flow', '--book', 'signoz');
    expect(flow.stdout).toMatch(/top-k on eu-1 +6 +36\u2009000 +0\.216 +5\u2009400 +0\.0324 /);
    const savings = await phoenixAs('viewer', 'savings', '--book', 'signoz');
    expect(savings.stdout).toMatch(/promoted +1 experiment, 134\.03 \(132\.45 … 135\.60\) a month/);
    expect(savings.stdout).toContain('projected: no invoice was read');
  });
});
