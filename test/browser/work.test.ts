import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';
import { act, createExperiment, openTab } from '../support/pages.ts';

const stage = onStage();
const RUNNING = '/experiments/exp-running00001';

describe('creating', () => {
  test('checks while somebody types, shows findings at their field, and starts on what is free', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    await page.getByText('every check that needs no cluster passes').waitFor();
    const threshold = page.getByLabel('cpu_threshold_ratio');
    await threshold.fill('7');
    await page.getByText('1 finding to settle first').waitFor();
    expect(await threshold.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.findings').first().textContent()).toContain(
      '/candidate_pipeline/parameters/cpu_threshold_ratio',
    );
    const start = page.getByRole('button', { name: 'Start', exact: true });
    expect(await start.getAttribute('aria-disabled')).toBe('true');
    await threshold.fill('0.02');
    await page.getByRole('button', { name: 'Start on 1 node for 50 min' }).waitFor();
    expect(await page.locator('.create-checks').textContent()).toContain('node-1 is held by exp-running00001');
  });

  test('goes from the list to a started experiment in one page', async () => {
    const { page } = await stage().as('experimenter', '/experiments');
    const id = await createExperiment(page, {
      name: 'made by a person',
      duration: '10m',
      warmup: '1m',
      slot: '10s',
      interval: '5s',
      critical: ['nginx', 'postgres'],
      nodes: ['node-3'],
    });
    await page.getByRole('heading', { name: 'made by a person' }).waitFor();
    await page.locator('.experiment-head').getByText('validating').waitFor();
    expect(id).toMatch(/^exp-/);
    expect(stage().api.answers.slice(-30)).toContain(`POST /experiments/${id}/start 202`);
  });

  test('says beside the duration how long it needs and what that rests on, and takes it', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    const duration = page.getByLabel('Measured time');
    await duration.fill('7m');
    const needed = page.getByRole('status').filter({ hasText: 'to be sure of exported points' });
    await needed.getByText(/^needs about \d+ min to be sure of exported points$/).waitFor();
    expect(await needed.textContent()).toContain('Assumed: values vary by 5 %');
    await needed.getByRole('button', { name: /^Take \d+m$/ }).click();
    const taken = await duration.inputValue();
    expect(taken).toMatch(/^\d+m$/);
    await needed.getByRole('button').waitFor({ state: 'detached' });
    expect(await needed.textContent()).toContain(`about ${taken.replace('m', ' min')}`);
  });

  test('runs as long as it needs where nobody says a duration', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    await page.getByRole('button', { name: 'Start on 1 node for 50 min' }).waitFor();
    expect(await page.getByLabel('Measured time').getAttribute('placeholder')).toBe('45m');
    expect(await page.getByRole('checkbox', { name: 'It may end without an answer' }).count()).toBe(0);
  });

  test('a duration that cannot be enough is refused until a person accepts that', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    const duration = page.getByLabel('Measured time');
    await duration.fill('30m');
    await page.getByText('1 finding to settle first').waitFor();
    expect(await duration.getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('.field-finding').first().textContent()).toContain('30 min are not enough');
    const start = page.getByRole('button', { name: 'Start', exact: true });
    expect(await start.getAttribute('aria-disabled')).toBe('true');
    await page.getByRole('checkbox', { name: 'It may end without an answer' }).check();
    await page.getByRole('button', { name: 'Start on 1 node for 35 min' }).waitFor();
    expect(await duration.getAttribute('aria-invalid')).toBe('false');
  });

  test('a duration that cannot be read is told at its field and sends nothing', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    await page.getByText('every check that needs no cluster passes').waitFor();
    const before = stage().api.answers.length;
    await page.getByLabel('Measured time').fill('an hour');
    await page.locator('.field-notes .field-finding').waitFor();
    await page.waitForTimeout(600);
    expect(
      stage()
        .api.answers.slice(before)
        .filter((answer) => answer.includes('validate')),
    ).toEqual([]);
  });
});

describe('acting', () => {
  test('a stop says what it removes, wants a reason, and shows that it is on its way', async () => {
    const { page } = await stage().as('operator', RUNNING);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop “top-k against baseline on local”?' });
    expect(await dialog.textContent()).toContain('removed from node-1 and node-2');
    expect(await dialog.getByRole('button', { name: 'Stop', exact: true }).getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await act(page, 'Stop', 'the nodes are needed');
    await page.locator('.experiment-head').getByText('rolling back').waitFor();
    expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
    stage().api.measureSlot();
  });

  test('a promotion says what becomes the deployed pipeline', async () => {
    const { page } = await stage().as('experimenter', '/experiments/exp-promote00001');
    await page.getByRole('button', { name: 'Promote', exact: true }).click();
    expect(await page.getByRole('dialog').textContent()).toContain(
      'top-k becomes the deployed pipeline on node-1 and node-2',
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true }).click();
    await page.locator('.experiment-head').getByText('promoting').waitFor();
  });

  test('a start says how many objects go where, and a stale page is told to look again', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('operator', '/experiments/exp-draft0000001');
    await page.route('**/experiments/exp-draft0000001/start', (route) =>
      route.continue({ headers: { ...route.request().headers(), 'if-match': '"99"' } }),
    );
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText('7 objects are deployed').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    expect(await page.getByRole('dialog').getByRole('alert').textContent()).toContain('it is at version 1 now');
  });

  test('deleting leads back to the list, without it', async () => {
    const { page } = await stage().as('admin', '/experiments/exp-aborted00001');
    await act(page, 'Delete');
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    await page.getByRole('link', { name: 'first try' }).waitFor();
    expect(await page.getByRole('link', { name: 'top-k without pinned processes' }).count()).toBe(0);
  });

  test('a preflight is long work: asked for, followed, and its end is shown', async () => {
    const { page } = await stage().as('admin', '/clusters');
    await page.getByRole('button', { name: 'Run preflight' }).click();
    await page.getByRole('button', { name: 'Ask the cluster now' }).click();
    await page.getByText('The worker is asking').waitFor();
    await page.getByText('Done. The checklist shows what it found.').waitFor();
  });

  test('what of ours runs on a cluster is listed with its owner', async () => {
    const { page } = await stage().as('viewer', '/clusters');
    await page.getByRole('button', { name: 'What of ours runs there' }).click();
    await page.getByRole('button', { name: 'Ask the cluster now' }).click();
    await page.getByText('phoenix-running00001-baseline').waitFor();
  });
});

describe('watching', () => {
  test('a new slot changes values in place, the sentence with them, and the page does not jump', async () => {
    const { page } = await stage().as('viewer', RUNNING);
    const evidence = page.locator('.facts').getByText(/of 60 slots/);
    await evidence.waitFor();
    await page.locator('canvas').first().waitFor();
    const before = await evidence.textContent();
    const top = (await page.locator('.tabs').boundingBox())?.y;
    stage().api.measureSlot();
    await page.waitForFunction(
      (was) =>
        document.querySelector('.facts .num')?.parentElement !== null &&
        !document.body.textContent?.includes(was ?? ''),
      before,
    );
    expect((await page.locator('.tabs').boundingBox())?.y).toBe(top);
    await page.getByText(/look at slot 4[78]/).waitFor();
  });

  test('what did not change costs an answer without a body', async () => {
    const { page } = await stage().as('viewer', '/experiments');
    await page.getByRole('link', { name: 'first try' }).waitFor();
    await page.waitForTimeout(5600);
    expect(stage().api.answers.slice(-12)).toContain('GET /experiments 304');
  });

  test('metric, tab and settings live in the address', async () => {
    const { page } = await stage().as('viewer', `${RUNNING}?metric=active_series&view=table`);
    await page.getByRole('region', { name: 'Slots as a table' }).waitFor();
    expect(await page.locator('.chart-panel select').first().inputValue()).toBe('active_series');
    await page.getByRole('button', { name: 'Collector CPU' }).click();
    await page.waitForURL(/metric=collector_cpu_seconds/);
    await openTab(page, 'Deployment');
    await page.getByText('baseline', { exact: true }).last().click();
    await page.waitForURL(/tab=deployment.*settings=baseline|settings=baseline.*tab=deployment/);
    await page.reload();
    await page.getByRole('region', { name: 'Settings of the baseline' }).waitFor();
  });

  test('dragging over the chart zooms, and the range is in the address', async () => {
    const { page } = await stage().as('viewer', RUNNING);
    const plot = page.locator('.u-over').first();
    await plot.waitFor();
    const area = await plot.boundingBox();
    if (area === null) throw new Error('the chart has no place on the page');
    await page.mouse.move(area.x + area.width * 0.4, area.y + 50);
    await page.mouse.down();
    await page.mouse.move(area.x + area.width * 0.7, area.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.getByRole('button', { name: 'Show all slots' }).click();
    await page.waitForURL((address) => !address.search.includes('from'));
  });

  test('missing slots say why, in the table as in the chart', async () => {
    const { page } = await stage().as('viewer', `${RUNNING}?view=table`);
    const gap = page
      .getByRole('region', { name: 'Slots as a table' })
      .getByText('candidate: metrics source unreachable');
    await gap.first().waitFor();
    expect(await gap.count()).toBe(2);
  });

  test('processes that both see are told apart from those that are not on a node', async () => {
    const { page } = await stage().as('viewer', '/experiments/exp-promote00001?tab=processes');
    await page.getByText('nothing that the baseline sees is missing in the candidate').waitFor();
    expect(await page.getByRole('row', { name: /node-2/ }).textContent()).toContain('not on this node');
  });

  test('the evidence is a file in the words of the API', async () => {
    const { page } = await stage().as('viewer', `${RUNNING}?tab=evidence`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the evidence' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('exp-running00001-epoch-1.json');
    const bundle: Record<string, unknown> = JSON.parse(readFileSync(await download.path(), 'utf8'));
    expect(bundle).toMatchObject({ format: 'phoenix-evidence/1', code_version: 'fixture-0000000' });
  });

  test('a template previews what the collector gets, and an unreadable value is told at its field', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('viewer', '/templates/top-k');
    const preview = page.getByRole('region', { name: 'Settings of the collector as YAML' });
    await preview.waitFor();
    await page.getByLabel('pinned_processes').fill('sshd');
    await page.waitForFunction(() => document.querySelector('.code-text')?.textContent?.includes('sshd'));
    await page.getByLabel('cpu_threshold_ratio').fill('7');
    await page.locator('.field-notes .field-finding').waitFor();
    expect(await preview.textContent()).toContain('sshd');
  });
});
