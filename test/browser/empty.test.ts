import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';

const stage = onStage({ isEmpty: true });

describe('an empty tenant', () => {
  test('learns what an experiment is and gets one action', async () => {
    const { page } = await stage().as('experimenter', '/experiments');
    await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
    expect(await page.locator('.state-empty').textContent()).toContain('side by side on the same nodes');
    await page.getByRole('link', { name: 'Compare two pipelines' }).click();
    await page.getByText('No cluster is registered.').waitFor();
  });

  test('a viewer of it is told which permission creating needs', async () => {
    const { page } = await stage().as('viewer', '/experiments');
    await page.getByText('experiment:create').waitFor();
    expect(await page.getByRole('link', { name: 'Compare two pipelines' }).count()).toBe(0);
  });

  test('clusters say how to register one', async () => {
    const { page } = await stage().as('admin', '/clusters');
    await page.getByText('phoenix cluster add -f cluster.yaml').waitFor();
  });

  test('pipelines say what one is, and the catalog is there all the same', async () => {
    const { page } = await stage().as('experimenter', '/pipelines');
    await page.getByRole('heading', { name: 'No pipeline yet' }).waitFor();
    await page.getByRole('link', { name: 'Everything: Make a pipeline of it' }).click();
    await page.getByRole('combobox', { name: 'Template' }).waitFor();
  });

  test('costs say what there would have to be for money over all experiments', async () => {
    const { page } = await stage().as('viewer', '/costs');
    await page.getByText('no experiment has proven a saving yet').waitFor();
    await page.getByText('no experiment is running: what flows is known while one measures').waitFor();
    await page.getByText('nothing was measured in 30d').waitFor();
  });

  test('filters that match nothing offer the way back', async () => {
    const { page } = await stage().as('admin', '/experiments?state=running');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all experiments' }).click();
    await page.getByRole('heading', { name: 'No experiment yet' }).waitFor();
    expect(page.url()).toBe(`${stage().url}/experiments`);
  });
});
