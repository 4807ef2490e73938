import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { METRIC_TITLES } from '../../dashboard/src/format/words.ts';

// What a person does on the pages, in their words: every step goes by role and label, as a reader of screens would.

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Signs in and arrives at the page that was asked for. */
export const signIn = async (page: Page, url: string, { email, password }: Credentials): Promise<void> => {
  await page.goto(url);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor();
};

export interface ExperimentWish {
  readonly name: string;
  readonly duration: string;
  /** the measured time is shorter than the planner finds necessary */
  readonly mayEndInconclusive?: true;
  readonly warmup: string;
  readonly slot: string;
  readonly interval: string;
  readonly critical: readonly string[];
  /** id; absent where only one is registered, which the form has chosen then */
  readonly clusterId?: string;
  /** absent: every ready node */
  readonly nodes?: readonly string[];
  /** share of the candidate’s CPU threshold and the like, as typed */
  readonly candidateParameters?: Readonly<Record<string, string>>;
}

/** Fills the form, waits for the checks and starts; answers with the id of what runs now. */
export const createExperiment = async (page: Page, wish: ExperimentWish): Promise<string> => {
  await page.getByRole('link', { name: 'New experiment' }).click();
  await page.getByRole('heading', { name: 'New experiment' }).waitFor();
  const fields: readonly (readonly [string, string])[] = [
    ['Name', wish.name],
    ['Measured time', wish.duration],
    ['Warm-up', wish.warmup],
    ['Slot', wish.slot],
    ['Collection interval', wish.interval],
    ['Critical processes', wish.critical.join(', ')],
    ...Object.entries(wish.candidateParameters ?? {}),
  ];
  for (const [label, value] of fields) await page.getByLabel(label, { exact: true }).fill(value);
  if (wish.clusterId !== undefined) await page.getByLabel('Cluster', { exact: true }).selectOption(wish.clusterId);
  if (wish.mayEndInconclusive === true) {
    await page.getByRole('checkbox', { name: 'It may end without an answer' }).check({ timeout: 20_000 });
  }
  for (const node of wish.nodes ?? []) await page.getByRole('checkbox', { name: node }).check();
  const start = page.getByRole('button', { name: /^Start on \d+ nodes? for/ });
  await start.waitFor({ timeout: 20_000 });
  await start.click();
  await page.waitForURL(/\/experiments\/exp-[0-9a-z]{12}$/, { timeout: 20_000 });
  return new URL(page.url()).pathname.split('/').at(-1) ?? '';
};

/** Stays on the page of an experiment until its verdict is there, and answers with the sentence. */
export const watchUntilVerdict = async (page: Page, deadlineSeconds: number): Promise<string> => {
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await verdict.waitFor({ timeout: deadlineSeconds * 1000 });
  return (await verdict.locator('.verdict-sentence').textContent()) ?? '';
};

/** Asks for an action and agrees to what it says will happen; a reason where one is asked for. */
export const act = async (page: Page, verb: string, reason?: string): Promise<void> => {
  await page.getByRole('button', { name: verb, exact: true }).click();
  const dialog = page.getByRole('dialog');
  if (reason !== undefined) await dialog.getByLabel('Reason, for the timeline').fill(reason);
  await dialog.getByRole('button', { name: verb, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
};

export const openTab = async (page: Page, name: string): Promise<void> => {
  const tab = page
    .getByRole('navigation', { name: /^Parts of the (experiment|pipeline)$/ })
    .getByRole('link', { name });
  await tab.click();
  await page.waitForFunction((words) => document.querySelector('.tab-chosen')?.textContent === words, name);
};

/** One picture per wish, of the whole page and without a pointer over it. */
export const takeScreenshot = async (page: Page, folder: string, name: string): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  await page.mouse.move(0, 0);
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
};

/** Everything that an experiment shows, one picture per part, then the other pages. */
export const takeScreenshots = async (page: Page, url: string, experimentId: string, folder: string): Promise<void> => {
  const parts: readonly (readonly [name: string, path: string, ready: (page: Page) => Locator])[] = [
    ['experiment', `/experiments/${experimentId}`, (at) => at.locator('canvas').first()],
    ['processes', `/experiments/${experimentId}?tab=processes`, (at) => at.locator('table, .state').first()],
    ['cost', `/experiments/${experimentId}?tab=cost`, (at) => at.locator('.bills-table, .state').first()],
    [
      'deployment',
      `/experiments/${experimentId}?tab=deployment`,
      (at) => at.getByRole('heading', { name: 'Nodes and variants' }),
    ],
    ['timeline', `/experiments/${experimentId}?tab=timeline`, (at) => at.locator('.timeline li').first()],
    ['evidence', `/experiments/${experimentId}?tab=evidence`, (at) => at.getByRole('heading', { name: 'Looks' })],
    ['experiments', '/experiments', (at) => at.locator('.list-table tbody tr').first()],
    ['create', '/experiments/new', (at) => at.getByRole('heading', { name: 'What would come of it' })],
    ['pipelines', '/pipelines', (at) => at.locator('.catalog-cards .card').first()],
    ['templates', '/templates', (at) => at.locator('.code-text').first()],
    ['costs', '/costs', (at) => at.getByRole('heading', { name: 'Price books' })],
    ['clusters', '/clusters', (at) => at.locator('article').first()],
  ];
  for (const [name, path, ready] of parts) {
    await page.goto(`${url}${path}`);
    await ready(page).waitFor();
    await takeScreenshot(page, folder, name);
  }
};

/** A row of the table of metrics: what it says about the candidate. */
export const metricRow = (page: Page, metric: keyof typeof METRIC_TITLES): Locator =>
  page
    .locator('.metrics-table tbody tr')
    .filter({ has: page.getByRole('button', { name: new RegExp(`^${METRIC_TITLES[metric]}$`, 'i') }) });

/** No part of the page is wider than the window. */
export const expectNoSidewaysScroll = async (page: Page, where: string): Promise<void> => {
  const [wide, inner] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(wide, where).toBeLessThanOrEqual(inner ?? 0);
};
