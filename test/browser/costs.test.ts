import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';
import { openTab } from '../support/pages.ts';

const stage = onStage();

describe('the page of costs', () => {
  test('says what it is for before anything is typed, and an example fills every bill', async () => {
    const { page } = await stage().as('viewer', '/experiments');
    await page.getByRole('link', { name: 'Costs', exact: true }).click();
    await page.getByRole('heading', { name: 'Nothing to price yet' }).waitFor();
    await page.getByRole('link', { name: 'Take a hundred hosts as an example' }).click();
    const datadog = page.getByRole('row', { name: /^Datadog Pro, by series/ }).first();
    await datadog.waitFor();
    expect(await datadog.textContent()).toContain('9100');
    expect(await datadog.textContent()).toContain('−79.1');
    const honeycomb = page.getByRole('row', { name: /^Honeycomb metrics/ }).first();
    expect(await honeycomb.textContent()).toContain('give your price per million points');
  });

  test('a comparison is a link, and a bill opens with its lines and the edges of its tiers', async () => {
    const search = new URLSearchParams({
      baseline: JSON.stringify({ series: '12.5k' }),
      candidate: JSON.stringify({ series: '9k..9.5k..10k' }),
      bill: 'cloudwatch-classic',
    });
    const { page } = await stage().as('viewer', `/costs?${search}`);
    const panel = page.getByRole('region', { name: 'On CloudWatch custom metrics' });
    await panel.waitFor();
    const text = await panel.textContent();
    expect(text).toContain('9500 (9000 … 10\u2009000)');
    expect(text).toContain('↑ 500 more: 0.10');
  });

  test('an amount that cannot be read is told at its field, and the others are priced', async () => {
    const { page } = await stage().as('viewer', '/costs');
    const series = page.getByLabel('Active series').first();
    await series.fill('210k');
    await page
      .getByRole('row', { name: /^CloudWatch custom metrics/ })
      .first()
      .waitFor();
    await series.fill('many');
    await page.getByText('"many" is not an amount').waitFor();
    expect(await series.getAttribute('aria-invalid')).toBe('true');
  });

  test('says what experiments proved, what flows and what was measured, on the bill that is chosen', async () => {
    const { page } = await stage().as('viewer', '/costs');
    const measured = page.getByRole('region', { name: 'What experiments measured', exact: true });
    await measured.getByLabel('on the bill of').selectOption('signoz');
    const row = (table: string, name: RegExp) =>
      measured.getByRole('region', { name: table, exact: true }).getByRole('row', { name });
    await row('Measured, by pipeline', /^baseline 6 1 3.?000 36.?000 158/).waitFor();
    await row('Flows right now', /^top-k on eu-1 6 36.?000 0.216 5.?400 0.0324/).waitFor();
    await measured.getByText('1 experiment, 134 (132 … 136)').first().waitFor();
    expect(new URL(page.url()).searchParams.get('on')).toBe('signoz');
  });

  test('somebody without a role is told what is missing', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('nobody', '/costs');
    await page.getByRole('heading', { name: 'You may not see or do this' }).waitFor();
    expect(await page.locator('.state-refused').textContent()).toContain('cost:read');
  });

  test('a broken API shows no number', async () => {
    stage().expectComplaints();
    stage().api.breakEverything(true);
    const { page } = await stage().as('viewer', '/costs');
    await page.getByRole('heading', { name: 'The list of price books cannot be shown' }).waitFor();
    stage().api.breakEverything(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Price books' }).waitFor();
  });
});

describe('prices of a contract', () => {
  test('are given by an admin, change every bill, and name their version', async () => {
    const { page } = await stage().as('admin', '/costs/honeycomb');
    await page.getByRole('button', { name: 'Give your prices' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your prices of Honeycomb metrics' });
    await dialog.getByLabel('Metric points').fill('zero');
    await dialog.getByLabel('Where it stands').fill('order form 2026-7');
    stage().expectComplaints();
    await dialog.getByRole('button', { name: 'Lay this price over the list' }).click();
    await dialog.getByText('expected a price such as 0.40').first().waitFor();
    await dialog.getByLabel('Metric points').fill('0.05');
    await dialog.getByRole('button', { name: 'Lay this price over the list' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('honeycomb@1+own.1').waitFor();
    expect(await page.locator('.table').textContent()).toContain('order form 2026-7');
    await page.goto(`${stage().url}/experiments/exp-promote00001?tab=cost&bill=honeycomb`);
    await page.getByRole('region', { name: 'On Honeycomb metrics' }).waitFor();
  });

  test('a viewer is told who can give them', async () => {
    const { page } = await stage().as('viewer', '/costs/signoz');
    const button = page.getByRole('button', { name: 'Give your prices' });
    await button.waitFor();
    expect(await button.getAttribute('title')).toBe('needs the permission cost:manage; the role admin has it');
  });

  test('a book that there is not is said to be missing', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('viewer', '/costs/nobody');
    await page.getByRole('heading', { name: 'This price book is not there' }).waitFor();
  });
});

describe('the tab Cost of an experiment', () => {
  test('shows every bill, and claims nothing over a template that nobody runs', async () => {
    const { page } = await stage().as('viewer', '/experiments/exp-running00001');
    await openTab(page, 'Cost');
    await page.getByText('no saving is claimed').waitFor();
    await page.getByRole('button', { name: 'Grafana Cloud Pro' }).click();
    const panel = page.getByRole('region', { name: 'On Grafana Cloud Pro' });
    await panel.waitFor();
    expect(await panel.textContent()).toContain('not subtracted: give your price per core-hour');
    expect(await panel.textContent()).toContain('If this baseline were what you run today:');
    expect(await panel.locator('.prose').count()).toBe(0);
    expect(page.url()).toContain('bill=grafana-cloud-pro');
  });

  test('for a baseline that somebody runs a bill has its sentence', async () => {
    const { page } = await stage().as('viewer', '/experiments/exp-promote00001?tab=cost&bill=signoz');
    const panel = page.getByRole('region', { name: 'On SigNoz Cloud metrics' });
    await panel.waitFor();
    expect(await panel.locator('.prose').textContent()).toMatch(
      /^it saves 946\.08 USD a month on SigNoz Cloud metrics \(/,
    );
  });

  test('asks for the bytes of a vendor, and says what a fleet would need', async () => {
    const { page } = await stage().as('viewer', '/experiments/exp-running00001?tab=cost');
    const newRelic = page.getByRole('row', { name: /^New Relic Original/ });
    await newRelic.getByText('say bytes per point as this vendor counts them').waitFor();
    await page.getByLabel('Bytes per point').fill('500');
    await newRelic.getByText('list').waitFor();
    stage().expectComplaints();
    await page.getByLabel('Nodes of the whole fleet').fill('100');
    await page.getByText('what 100 would save is not known; measure more nodes').waitFor();
  });

  test('before enough was measured it says from when on there is something', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('viewer', '/experiments/exp-draft0000001?tab=cost');
    await page.getByRole('heading', { name: 'Nothing to price yet' }).waitFor();
    expect(await page.locator('.state-empty').textContent()).toContain('From five measured slots on');
  });
});
