import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRITICAL_PROCESSES } from '../../local/demo/load.ts';
import { ExperimentId } from '../../src/kernel/identity.ts';
import { startBrowser, type TestBrowser, type Visit, WIDE } from '../support/browser.ts';
import { clientOf, line } from '../support/line.ts';
import {
  createExperiment,
  metricRow,
  openTab,
  signIn,
  takeScreenshot,
  takeScreenshots,
  watchUntilVerdict,
} from '../support/pages.ts';

// The real line in a real browser: what a person sees is what the collectors exported. The pictures in docs/screenshots
// are made here: PHOENIX_SCREENSHOTS=docs/screenshots npm test line. Otherwise they are taken and thrown away.
const SCREENSHOTS = process.env['PHOENIX_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'phoenix-screenshots-'));

let browser: TestBrowser;
let visit: Visit;
let experimentId: string | undefined;

/** The experiment of the first test; those after it are about nothing without one, and say so at once. */
const created = (): ExperimentId => {
  if (experimentId === undefined) throw new Error('no experiment was created: see the first test');
  return ExperimentId.parse(experimentId);
};

const person = (role: string) => {
  const found = line().people.find((each) => each.role === role);
  if (found === undefined) throw new Error(`nobody has the role ${role}`);
  return found;
};

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  browser = await startBrowser();
  visit = await browser.visit(WIDE);
  await signIn(visit.page, `${line().webUrl}/experiments`, person('experimenter'));
});
afterAll(async () => {
  await browser?.stop();
});

test('a person creates an experiment on the registered cluster and sees it start', async () => {
  const { page } = visit;
  // a node of its own: the other files of the suite run at the same time
  const node = line().nodes[7] ?? '';
  experimentId = await createExperiment(page, {
    name: 'top-k against everything, on this machine',
    duration: '60s',
    mayEndInconclusive: true,
    warmup: '15s',
    slot: '5s',
    interval: '1s',
    critical: [...CRITICAL_PROCESSES],
    // other files of the suite register clusters, too
    clusterId: line().clusterId,
    nodes: [node],
  });
  await page.getByRole('heading', { name: 'top-k against everything, on this machine' }).waitFor();
  await page.locator('.experiment-head').getByText('running', { exact: false }).waitFor({ timeout: 180_000 });
  await takeScreenshot(page, SCREENSHOTS, 'running');
});

test('the verdict that the page shows is the verdict of the API, number by number', async () => {
  const { page } = visit;
  const id = created();
  const sentence = await watchUntilVerdict(page, 240);
  const { body } = await (await clientOf('viewer')).getVerdict({ params: { experimentId: id } });
  expect(sentence).toBe(body.sentence);
  const primary = body.onMeasuredNodes.find(({ role }) => role === 'primary');
  const shown = await metricRow(page, 'exported_points').textContent();
  expect(shown).toContain(String(Math.abs(Number(((primary?.effect ?? 0) * 100).toPrecision(3)))));
});

test('the chart has the slots that were measured', async () => {
  const { page } = visit;
  const id = created();
  await page.getByRole('button', { name: 'As table' }).click();
  const rows = page.getByRole('region', { name: 'Slots as a table' }).locator('tbody tr');
  await rows.first().waitFor();
  const { body } = await (await clientOf('viewer')).getExperimentMetrics({
    params: { experimentId: id },
    query: { metric: 'exported_points' },
  });
  await rows.nth(body.slots.length - 1).waitFor({ timeout: 10_000 });
  expect(await rows.count()).toBe(body.slots.length);
  await page.getByRole('button', { name: 'As chart' }).click();
});

test('a person who may only look sees the same and is offered nothing that is not theirs', async () => {
  const id = created();
  const viewer = await browser.visit(WIDE);
  await signIn(viewer.page, `${line().webUrl}/experiments/${id}`, person('viewer'));
  await watchUntilVerdict(viewer.page, 20);
  for (const button of await viewer.page.locator('.actions button').all()) {
    expect(await button.getAttribute('aria-disabled')).toBe('true');
  }
  await viewer.close();
});

test('pictures of every page, in light and dark', async () => {
  const { page } = visit;
  const id = created();
  await openTab(page, 'Overview');
  await takeScreenshots(page, line().webUrl, id, SCREENSHOTS);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${line().webUrl}/experiments/${id}`);
  await page.locator('canvas').first().waitFor();
  await takeScreenshot(page, SCREENSHOTS, 'experiment-dark');
  expect(visit.complaints).toEqual([]);
});
