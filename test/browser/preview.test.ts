import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';
import { fixturePipelineId } from '../support/fixture-pipelines.ts';
import { WEB } from '../support/hosts/hosts.ts';
import { recordingOf } from '../support/hosts/simulated-host.ts';

const stage = onStage();

const file = (name: string, content: unknown) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
});

describe('a preview beside a new experiment', () => {
  test('a recording shows series, points, money and who is lost, and follows the form', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx, postgres');
    await page.getByLabel('Open a recording').setInputFiles(file('host.json', recordingOf(WEB, [0, 10, 20])));
    const preview = page.getByRole('region', { name: 'Preview' });
    const series = preview.getByRole('row', { name: /^Series / }).first();
    await series.waitFor();
    expect(await series.textContent()).toContain('−');
    await preview.getByText('Still visible: nginx, postgres.').waitFor();
    await preview.getByRole('row', { name: /^Grafana Cloud Pro/ }).waitFor();

    const before = await series.getByRole('cell').last().textContent();
    await page.getByLabel('memory_threshold_bytes').fill('1048576');
    await series.filter({ hasNotText: before ?? '' }).waitFor();
  });

  test('a revision that somebody owns is looked at with its own settings', async () => {
    const { page } = await stage().as(
      'experimenter',
      `/experiments/new?candidate=${fixturePipelineId('web hosts')}%402`,
    );
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx, postgres');
    await page.getByLabel('Open a recording').setInputFiles(file('host.json', recordingOf(WEB, [0, 10, 20])));
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview
      .getByRole('row', { name: /^Series / })
      .first()
      .waitFor();
  });

  test('instead of a recording it takes what the baseline of a running experiment sends', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    await page.getByRole('textbox', { name: 'Critical processes', exact: true }).fill('nginx, postgres');
    const preview = page.getByRole('region', { name: 'Preview' });
    const source = preview.getByLabel('Or take the processes of a running experiment');
    await source.waitFor();
    expect(await source.locator('option').allTextContents()).toEqual(['top-k against baseline on local']);
    await preview.getByRole('button', { name: 'Read what its baseline sends' }).click();
    await preview.getByText('On web-1 in top-k against baseline on local: 2 moments of a host.').waitFor();
    await preview
      .getByRole('row', { name: /^Series / })
      .first()
      .waitFor();
    await preview.getByText('Still visible: nginx, postgres.').waitFor();
    await preview.getByRole('button', { name: 'Another host' }).click();
    await source.waitFor();
  });

  test('a file that is no recording is told, and what was open stays away', async () => {
    const { page } = await stage().as('experimenter', '/experiments/new');
    const open = page.getByLabel('Open a recording');
    await open.setInputFiles(file('notes.json', '{"kind":"notes"}'));
    await page.getByText('notes.json cannot be used: it is no recording').waitFor();
    await open.setInputFiles(file('notes.txt', 'hello'));
    await page.getByText('notes.txt cannot be used: it is no JSON').waitFor();
  });

  test('beside the editor it is of what is written, and names the line where it ends', async () => {
    const { page } = await stage().as('experimenter', '/pipelines/new');
    const editor = page.getByRole('textbox', { name: 'Settings of the collector' });
    const written = await editor.inputValue();
    await page.getByLabel('Open a recording').setInputFiles(file('host.json', recordingOf(WEB, [0, 10])));
    const preview = page.getByRole('region', { name: 'Preview' });
    await preview.getByRole('row', { name: /^Points a minute/ }).waitFor();
    await editor.fill(
      written
        .replace('batch: {}', 'batch: {}\n  attributes: {actions: [{key: state, action: hash}]}')
        .replace('batch]', 'batch, attributes]'),
    );
    await preview.getByText(/^Cannot be predicted in the candidate, line \d+:/).waitFor();
  });
});
