import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeClient } from '../../src/client/client.ts';
import type { ExperimentId } from '../../src/kernel/identity.ts';
import { onStage } from '../support/dashboard.ts';
import { PASSWORD } from '../support/fixture-api.ts';

const stage = onStage();
const RUNNING = 'exp-running00001' as ExperimentId;

describe('the audit log', () => {
  beforeAll(async () => {
    const signedIn = await makeClient({ baseUrl: stage().api.url }).login({
      body: { email: 'viewer@phoenix.example', password: PASSWORD },
    });
    const viewer = makeClient({
      baseUrl: stage().api.url,
      token: signedIn.body.accessToken,
      newIdempotencyKey: () => crypto.randomUUID(),
    });
    const params = { experimentId: RUNNING };
    await expect(viewer.deleteExperiment({ params, ifMatch: 1 })).rejects.toMatchObject({ status: 403 });
    await expect(viewer.stopExperiment({ params, ifMatch: '*', body: { reason: 'enough' } })).rejects.toMatchObject({
      status: 403,
    });
  });

  test('shows who was refused what and why, and filters stay in the address', async () => {
    const { page } = await stage().as('admin', '/experiments');
    await page.getByRole('link', { name: 'Audit' }).click();
    const refused = page.getByRole('row').filter({ hasText: 'deleteExperiment' });
    await refused.waitFor();
    expect(await refused.textContent()).toContain('viewer@phoenix.example');
    expect(await refused.textContent()).toContain('FORBIDDEN: this needs experiment:delete');
    await page.getByLabel('Action').fill('stopExperiment');
    await page.getByLabel('Action').press('Enter');
    await refused.waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toBe('?action=stopExperiment');
    await page.getByLabel('Outcome').selectOption('failed');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all entries' }).click();
    await refused.waitFor();
  });

  test('is checked on request, and exported as lines', async () => {
    const { page } = await stage().as('admin', '/audit');
    await page.getByRole('button', { name: 'Check every entry' }).click();
    await page.getByText('2 entries, nothing altered, nothing missing').waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export all entries' }).click();
    const lines = readFileSync(await (await downloading).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ position, action }) => [position, action])).toEqual([
      [1, 'deleteExperiment'],
      [2, 'stopExperiment'],
    ]);
  });

  test('is refused to whoever is no admin', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('experimenter', '/audit');
    await page.getByRole('heading', { name: 'You may not see or do this' }).waitFor();
    expect(await page.locator('.state-refused').textContent()).toContain('audit:read');
  });
});
