import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';
import { fixturePipelineId } from '../support/fixture-pipelines.ts';
import { openTab } from '../support/pages.ts';

const stage = onStage();
const WEB_HOSTS = `/pipelines/${fixturePipelineId('web hosts')}`;
const BROKEN = `/pipelines/${fixturePipelineId('database hosts')}`;

const MANIFEST = `kind: ConfigMap
metadata: {name: otel-agent}
data:
  relay: |
    # ours
    receivers:
      host_metrics: {scrapers: {memory: {}, process: {}}}
    exporters:
      otlp_http:
        endpoint: https://otlp.example.com
        headers: {api-key: abcdef0123456789}
    service:
      pipelines:
        metrics: {receivers: [host_metrics], exporters: [otlp_http, nothing]}
`;

const editor = (page: Page) => page.getByRole('textbox', { name: 'Settings of the collector' });
const findings = (page: Page) => page.getByRole('region', { name: 'Findings' });

describe('from what runs today to an experiment', () => {
  test('paste a manifest, replace the secret, mend what is found, publish, try', async () => {
    const { page } = await stage().as('experimenter', '/pipelines');
    await page.getByRole('link', { name: 'New pipeline' }).click();
    await page.getByLabel('Name', { exact: true }).fill('what runs today');
    await editor(page).fill(MANIFEST);
    await page.getByRole('button', { name: 'Take the settings out, put references in place of secrets' }).click();
    expect(await editor(page).inputValue()).toMatch(/^# ours\nreceivers:/);
    expect(await editor(page).inputValue()).toContain('api-key: "$' + '{env:OTLP_HTTP_API_KEY}"');
    await findings(page).getByText('pipeline metrics uses exporter "nothing", which is not defined').waitFor();
    await page.getByRole('button', { name: 'Save as draft' }).click();

    await page.getByRole('heading', { name: 'what runs today' }).waitFor();
    const publish = page.getByRole('button', { name: 'Publish revision 1' });
    expect(await publish.getAttribute('aria-disabled')).toBe('true');
    expect(await publish.getAttribute('title')).toContain('revision 1 has 1 error');
    await editor(page).fill((await editor(page).inputValue()).replace(', nothing', ''));
    await findings(page)
      .getByText('nothing found')
      .or(findings(page).getByText(/^\d+ warnings?$/))
      .waitFor();
    await page.getByPlaceholder('why, for those who come later').fill('mended');
    await page.getByRole('button', { name: 'Save as revision 2' }).click();
    await page.getByRole('button', { name: 'Publish revision 2' }).click();
    const dialog = page.getByRole('dialog', { name: 'Publish “what runs today”?' });
    expect(await dialog.textContent()).toContain('Nothing that runs is changed');
    await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });

    await page.getByRole('link', { name: 'Try as experiment' }).click();
    const candidate = page.getByLabel('Template or pipeline of the candidate');
    await candidate.waitFor();
    await expect.poll(() => candidate.locator('option:checked').textContent()).toBe('what runs today, revision 2');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    await page.getByText('every check that needs no cluster passes').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).getAttribute('placeholder')).toBe(
      'what runs today 2 against baseline on local',
    );
  });

  test('a pipeline that was never published is told at its field', async () => {
    const { page } = await stage().as(
      'experimenter',
      `/experiments/new?candidate=${fixturePipelineId('database hosts')}%401`,
    );
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx');
    await page.getByText('revision 1 of database hosts was never published; publish it first').first().waitFor();
  });
});

describe('the editor', () => {
  test('leads from a finding to its place, by mouse and by key', async () => {
    const { page } = await stage().as('experimenter', BROKEN);
    await findings(page).getByRole('button').first().click();
    const selected = () =>
      editor(page).evaluate((element) => {
        const { value, selectionStart } = element as HTMLTextAreaElement;
        return value.slice(0, selectionStart).split('\n').length;
      });
    const [first] = ((await findings(page).locator('.num').first().textContent()) ?? '').split(':');
    expect(await selected()).toBe(Number(first));
    await editor(page).press('ControlOrMeta+Home');
    await editor(page).press('F8');
    expect(await selected()).toBe(Number(first));
    await page
      .getByRole('region', { name: 'Graph of the pipelines' })
      .getByRole('button', { name: /filter\/threads/ })
      .click();
    expect(await selected()).toBe(16);
  });

  test('keeps the indentation, and what was written while another part is looked at', async () => {
    const { page } = await stage().as('experimenter', BROKEN);
    await editor(page).press('ControlOrMeta+End');
    await editor(page).pressSequentially('extensions:');
    await editor(page).press('Enter');
    await editor(page).pressSequentially('health_check: {}');
    await openTab(page, 'Revisions');
    await openTab(page, 'Settings');
    expect(await editor(page).inputValue()).toMatch(/\nextensions:\n {2}health_check: \{\}$/);
  });

  test('asks before what was written is lost', async () => {
    const { page } = await stage().as('experimenter', BROKEN);
    await editor(page).fill('receivers: {}');
    let asked = '';
    page.once('dialog', (dialog) => {
      asked = dialog.message();
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: 'Clusters' }).click();
    await expect.poll(() => asked).toContain('Leave without saving?');
    expect(new URL(page.url()).pathname).toBe(BROKEN);
  });

  test('of somebody who may only read is for reading, and says who may write', async () => {
    const { page } = await stage().as('viewer', BROKEN);
    await editor(page).waitFor();
    expect(await editor(page).getAttribute('readonly')).not.toBeNull();
    const save = page.getByRole('button', { name: 'Save as revision 2' });
    expect(await save.getAttribute('title')).toContain('pipeline:write; the role experimenter has it');
    await page.goto(`${stage().url}/pipelines/new`);
    await page.getByRole('heading', { name: 'You may not see or do this' }).waitFor();
  });
});

describe('revisions', () => {
  test('are told apart by what they do, and measured against each other', async () => {
    const { page } = await stage().as('experimenter', WEB_HOSTS);
    await openTab(page, 'Revisions');
    await page.getByRole('row', { name: /^2 / }).getByRole('link', { name: 'What changed' }).click();
    const differences = page.getByRole('region', { name: 'Differences' });
    await differences.waitFor();
    expect(await differences.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('receiver host_metrics: collection_interval is "30s", was "60s"'),
      expect.stringContaining('runs its processors in another order'),
    ]);
    await page.getByRole('link', { name: 'Measure the difference' }).click();
    const baseline = page.getByLabel('Template or pipeline of the baseline');
    await baseline.waitFor();
    await expect.poll(() => baseline.locator('option:checked').textContent()).toBe('web hosts, revision 1');
  });

  test('are exported as files for a repository', async () => {
    const { page } = await stage().as('viewer', `${WEB_HOSTS}?tab=export`);
    await page.getByText('Kustomize', { exact: true }).click();
    await page.getByRole('heading', { name: 'kustomization.yaml' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download collector.yaml' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('collector.yaml');
  });

  test('a deprecated pipeline says why, and can be published again', async () => {
    const { page } = await stage().as('experimenter', '/pipelines?status=deprecated');
    await page.getByRole('link', { name: 'busy ones', exact: true }).click();
    await page.getByText('deprecated: web hosts does the same now').waitFor();
    await page.getByRole('button', { name: 'Publish revision 1' }).waitFor();
  });
});

test('what is said about a pipeline is changed on its page, and what the API refuses stands at its field', async () => {
  stage().expectComplaints();
  const { page } = await stage().as('experimenter', BROKEN);
  await page.getByRole('button', { name: 'Change details' }).click();
  const dialog = page.getByRole('dialog', { name: 'Details of “database hosts”' });
  const save = dialog.getByRole('button', { name: 'Save details' });
  await dialog.getByLabel('Name', { exact: true }).fill('web hosts');
  await save.click();
  await dialog.getByRole('alert').getByText('web hosts').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('databases');
  await dialog.getByLabel('Owner', { exact: true }).fill('team data');
  await dialog.getByLabel('Team', { exact: true }).fill('Data Team');
  await dialog.getByLabel('Labels', { exact: true }).fill('tier=db\ncritical');
  await save.click();
  await dialog.getByText('expected a team such as platform').first().waitFor();
  expect(await dialog.getByLabel('Team', { exact: true }).getAttribute('aria-invalid')).toBe('true');
  await dialog.getByLabel('Team', { exact: true }).fill('data');
  await save.click();
  await page.getByRole('heading', { name: 'databases' }).waitFor();
  await page.getByText('owned by team data, team data').waitFor();
  expect(await page.locator('.experiment-line').textContent()).toContain('tier=dbcritical');

  const viewer = await stage().as('viewer', BROKEN);
  const change = viewer.page.getByRole('button', { name: 'Change details' });
  await change.waitFor();
  expect(await change.getAttribute('title')).toContain('pipeline:write; the role experimenter has it');
});
