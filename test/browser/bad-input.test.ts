import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildDashboard } from '../../dashboard/build.ts';
import { freePorts } from '../../local/processes/ports.ts';
import { makeProgressBoard } from '../../local/web/progress.ts';
import { startWeb, type Web } from '../../local/web/server.ts';
import type { Role } from '../../src/access/domain/permissions.ts';
import type { ClusterFailure } from '../../src/clusters/application/ports.ts';
import { DISCOVERY_RIGHTS } from '../../src/clusters/domain/rights.ts';
import { startBrowser, type TestBrowser, type Visit } from '../support/browser.ts';
import { CLUSTER, settings, TENANT } from '../support/builders.ts';
import { incumbentObjects } from '../support/incumbents.ts';
import { act, signIn } from '../support/pages.ts';
import { type ServedWorld, serveWorld } from '../support/served-world.ts';
import { ANNA_PRINCIPAL, makeWorld, type World } from '../support/world.ts';

// What a person reads on the pages when something is wrong: the dashboard before the real use cases in memory.

const AWAY: ClusterFailure = {
  code: 'cluster-unreachable',
  message: 'the cluster does not answer: connect ECONNREFUSED 127.0.0.1:6443',
  facts: {},
};

let browser: TestBrowser;
let distFolder: string;
let closedAddress: string;
let world: World;
let api: ServedWorld;
let web: Web;
let visit: Visit;

beforeAll(async () => {
  distFolder = (await buildDashboard()).folder;
  browser = await startBrowser();
});
afterAll(() => browser?.stop());
beforeEach(async () => {
  const [port] = await freePorts(1);
  closedAddress = `127.0.0.1:${port}`;
  world = makeWorld({ metricsUrl: `http://${closedAddress}` });
  api = await serveWorld(world, { allowedMetricSources: closedAddress });
  web = await startWeb({ port: 0, apiBaseUrl: () => api.url, distFolder, progress: makeProgressBoard() });
  visit = await browser.visit();
});
afterEach(async () => {
  await visit?.close();
  await web?.stop();
  await api?.stop();
});

const as = async (role: Role, path: string): Promise<Page> => {
  await signIn(visit.page, `${web.url}${path}`, { email: `${role}@phoenix.example`, password: api.password });
  return visit.page;
};

const silence = async (): Promise<void> => {
  world.kubernetes.setFailure(AWAY);
  await world.clusterLooks.ask(TENANT, CLUSTER);
  await world.time.advance(1);
};

describe('the form', () => {
  test('names a template that is not there, and offers those that are', async () => {
    const page = await as('experimenter', '/experiments/new?candidate=top-kay');
    await page.getByText('there is no template top-kay; choose a template').first().waitFor();
    const start = page.getByRole('button', { name: 'Start', exact: true });
    expect(await start.getAttribute('aria-disabled')).toBe('true');
    const offered = page.getByLabel('Template or pipeline of the candidate').locator('option');
    await offered.filter({ hasText: '(top-k ' }).waitFor({ state: 'attached' });
  });

  test('asks for a margin at its field, and sends nothing without one', async () => {
    const page = await as('experimenter', '/experiments/new');
    const margin = page.getByLabel(/^Margin of .* in percent$/).first();
    await margin.fill('');
    await page.locator('.findings').getByText('/success_criteria/1/margin_ratio').waitFor();
    expect(await margin.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.findings').textContent()).toContain('a number is missing here');
    expect(api.answers.filter((answer) => answer.startsWith('POST /experiments'))).toEqual([]);
  });
});

describe('a start', () => {
  const draft = async (): Promise<string> => {
    const asked = { settings: settings({ name: 'second' }), caller: ANNA_PRINCIPAL, idempotencyKey: 'second' };
    return world.required(await world.create(asked)).experiment.id;
  };

  test('on nodes that are held is refused in its dialog with the holder, and the draft stays', async () => {
    const { experimentId } = await world.begin();
    const page = await as('experimenter', `/experiments/${await draft()}`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
    const refusal = page.getByRole('dialog').getByRole('alert');
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain(`2 of 2 nodes are held by ${experimentId}: node-1, node-2`);
    await page.keyboard.press('Escape');
    await page.locator('.experiment-head').getByText('draft').waitFor();
  });

  test('on a cluster that does not answer is refused with what came back', async () => {
    await silence();
    const page = await as('experimenter', `/experiments/${await draft()}`);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
    const refusal = page.getByRole('dialog').getByRole('alert');
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain(`eu-1: ${AWAY.message}; when that is settled`);
  });
});

test('a cluster that dies under an experiment is told on its page, until it is back and nothing is left', async () => {
  const ref = await world.begin();
  while ((await world.now(ref)).state !== 'running') await world.time.advance(5);
  await silence();
  const page = await as('operator', `/experiments/${ref.experimentId}`);
  const notice = page.getByRole('status').filter({ hasText: AWAY.message });
  await notice.waitFor();
  expect(await notice.textContent()).toContain('Collectors there can neither be changed nor removed until it answers.');
  await act(page, 'Stop', 'the cluster is gone');
  await world.time.advance(5);
  await page.locator('.experiment-head').getByText('rolling back').waitFor();
  world.kubernetes.setFailure(null);
  await world.time.advance(120);
  await page.locator('.experiment-head').getByText('rolled back').waitFor();
  await notice.waitFor({ state: 'detached' });
  expect(await world.objects()).toEqual([]);
});

describe('the clusters', () => {
  test('say why one does not answer, and a preflight of it ends with the reason', async () => {
    world.kubernetes.setFailure(AWAY);
    const page = await as('admin', '/clusters');
    await page.getByText('does not answer', { exact: true }).waitFor();
    expect(await page.locator('article').textContent()).toContain(AWAY.message);
    await page.getByRole('button', { name: 'Run preflight' }).click();
    await page.getByRole('button', { name: 'Ask the cluster now' }).click();
    await page.getByRole('dialog').getByRole('alert').getByText(AWAY.message).waitFor();
  });

  test('show the collectors that others run there, what each can be, and why not more', async () => {
    world.kubernetes.setOthers(['agent-by-hand', 'helm-agent'].flatMap(incumbentObjects), [
      DISCOVERY_RIGHTS.statefulsets,
    ]);
    const page = await as('admin', '/clusters');
    await page.getByText('Nobody has looked yet.').waitFor();
    await page.getByRole('button', { name: 'Look for collectors' }).click();
    await page.getByRole('button', { name: 'Ask the cluster now' }).click();
    await page.getByText('Done. The list of collectors shows what it found.').waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: 'Close' }).click();
    const line = (name: string) => page.getByRole('row').filter({ hasText: name });
    await line('otel-agent').getByText('tested', { exact: true }).waitFor();
    expect(await line('otel-opentelemetry-collector-agent').textContent()).toContain(
      'otlp is left out: data is pushed',
    );
    await page.getByText('may not list statefulsets.apps').waitFor();
  });

  test('say where pipelines may send, and whoever may changes it; a host that cannot be read is told at the field', async () => {
    const page = await as('admin', '/clusters');
    await page.getByText('the measurement store alone').waitFor();
    await page.getByRole('button', { name: 'Change where pipelines on eu-1 may send' }).click();
    const hosts = page.getByLabel('Allowed hosts');
    await hosts.fill('otlp.example.com:4317\nhttps://other.example.com');
    const allow = page.getByRole('button', { name: 'Allow these and no others' });
    await allow.click();
    await page.getByText('expected a host in small letters, with a port or without').first().waitFor();
    expect(await hosts.getAttribute('aria-invalid')).toBe('true');
    await hosts.fill('otlp.example.com:4317');
    await allow.click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('the measurement store, otlp.example.com:4317').waitFor();
  });

  test('show a dead metrics source as a line of the checklist, with what settles it', async () => {
    const page = await as('admin', '/clusters');
    await page.getByRole('button', { name: 'Run preflight' }).click();
    await page.getByRole('button', { name: 'Ask the cluster now' }).click();
    await page.getByText('Done. The checklist shows what it found.').waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: 'Close' }).click();
    const line = page.locator('.checklist li').filter({ hasText: 'metrics-source' });
    await line.waitFor();
    expect(await line.textContent()).toContain(`http://${closedAddress} does not answer (connect ECONNREFUSED`);
    expect(await line.textContent()).toContain('start the Prometheus there');
  });
});
