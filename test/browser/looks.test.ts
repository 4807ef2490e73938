import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { PHONE, WIDE } from '../support/browser.ts';
import { poorContrasts } from '../support/contrast.ts';
import { onStage } from '../support/dashboard.ts';
import { fixturePipelineId } from '../support/fixture-pipelines.ts';
import { expectNoSidewaysScroll } from '../support/pages.ts';

const stage = onStage();

/** Every page with what tells that it is all there. */
const PAGES = {
  '/experiments': '.list-table tbody tr',
  '/experiments/exp-running00001': 'canvas',
  '/experiments/exp-promote00001': '.verdict-why',
  '/experiments/exp-aborted00001?tab=processes': '.matrix',
  '/experiments/exp-running00001?tab=deployment': '.diff',
  '/experiments/exp-running00001?tab=timeline': '.timeline li',
  '/experiments/exp-running00001?tab=evidence': '.scroll-table',
  '/experiments/exp-running00001?tab=cost&bill=grafana-cloud-pro': '.projection',
  '/experiments/new': '.checks .word-mark',
  '/pipelines': '.catalog-cards .card',
  '/pipelines/new': '.graph-node',
  [`/pipelines/${fixturePipelineId('database hosts')}`]: '.editor-findings li',
  [`/pipelines/${fixturePipelineId('web hosts')}?tab=revisions`]: '.scroll-table',
  [`/pipelines/${fixturePipelineId('web hosts')}?tab=compare&from=1&to=2`]: '.change',
  [`/pipelines/${fixturePipelineId('web hosts')}?tab=export`]: '.code-text',
  '/templates/top-k': '.code-text',
  '/costs': '.state-empty',
  '/costs?baseline=%7B%22series%22%3A%22210k%22%7D&bill=cloudwatch-classic': '.panel',
  '/costs/amazon-managed-prometheus': '.table tbody tr',
  '/clusters': '.checklist',
  '/audit': '.state-empty',
} as const;

/** One person walks through all of them; the look of the window changes on each. */
test('every page reads well in light and dark, fits every window, and names all that can be reached', async () => {
  const { page } = await stage().as('admin', '/experiments');
  for (const [path, ready] of Object.entries(PAGES)) {
    await page.goto(`${stage().url}${path}`);
    await page.locator(ready).first().waitFor();
    expect(await namelessControls(page), path).toEqual([]);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await poorContrasts(page), `${path} in ${scheme}`).toEqual([]);
    }
    for (const { width, height } of [PHONE, { width: 1024, height: 768 }, { width: 2560, height: 1440 }]) {
      await page.setViewportSize({ width, height });
      await expectNoSidewaysScroll(page, `${path} at ${width}`);
    }
    await page.setViewportSize(WIDE);
  }
});

test('the check of contrast sees a text that is too pale, on the ground it really has', async () => {
  const { page } = await stage().open('/sign-in');
  await page.getByLabel('E-mail').waitFor();
  await page.evaluate(() => {
    const pale = document.createElement('p');
    pale.textContent = 'too pale';
    pale.style.color = '#999';
    document.body.append(pale);
  });
  expect(await poorContrasts(page)).toEqual([{ text: 'too pale', ratio: expect.closeTo(2.68, 0.1), needed: 4.5 }]);
});

/** What can be used or looked at without anything that tells its name. */
const namelessControls = (page: Page): Promise<readonly string[]> =>
  page.locator('button, a, input, select, textarea, [role="img"]').evaluateAll((all) =>
    all
      .filter((each) => each.checkVisibility())
      .filter((each) => {
        const labels =
          each instanceof HTMLInputElement || each instanceof HTMLSelectElement ? [...(each.labels ?? [])] : [];
        const words = [each.getAttribute('aria-label'), each.textContent, ...labels.map((label) => label.textContent)];
        return words.every((word) => (word ?? '').trim() === '');
      })
      .map((each) => each.outerHTML.slice(0, 120)),
  );

describe('the keyboard', () => {
  test('reaches pages, search and help, and stays quiet while somebody types', async () => {
    const { page } = await stage().as('admin', '/experiments');
    await page.getByRole('link', { name: 'first try' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.waitForURL(/\/pipelines/);
    await page.keyboard.press('g');
    await page.keyboard.press('t');
    await page.waitForURL(/\/templates/);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForURL(/\/clusters/);
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.waitForURL(/\/experiments/);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('gc first');
    await page.waitForURL(/q=gc/);
    expect(page.url()).toContain('/experiments?q=');
  });

  test('walks from the skip link through the rail to a row and opens it', async () => {
    const { page } = await stage().as('admin', '/experiments');
    await page.getByRole('link', { name: 'first try' }).waitFor();
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the page');
    const seen: string[] = [];
    for (let step = 0; step < 20 && !seen.includes('first try'); step += 1) {
      await page.keyboard.press('Tab');
      seen.push(await focused());
    }
    expect(seen).toEqual(
      expect.arrayContaining(['Experiments', 'Pipelines', 'Costs', 'Clusters', 'New experiment', 'first try']),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'first try' }).waitFor();
  });

  test('leaves a visible ring around what it has reached', async () => {
    const { page } = await stage().as('admin', '/experiments');
    await page.getByRole('link', { name: 'Pipelines' }).focus();
    await page.keyboard.press('Tab');
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineWidth);
    expect(Number.parseFloat(outline)).toBeGreaterThanOrEqual(2);
  });

  test('a dialog keeps the focus and gives it back', async () => {
    const { page } = await stage().as('operator', '/experiments/exp-running00001');
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await stop.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('Tab');
    expect(
      await page.evaluate(
        () => document.activeElement === document.body || document.activeElement?.closest('dialog') !== null,
      ),
    ).toBe(true);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Stop');
  });
});

test('a chosen theme stays after a reload and wins over that of the system', async () => {
  const { page } = await stage().as('admin', '/experiments', { scheme: 'light' });
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: /^Theme: auto/ }).click();
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  expect(await ground()).toBe(dark);
});
