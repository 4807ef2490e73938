import { describe, expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';
import { PASSWORD } from '../support/fixture-api.ts';
import { signIn } from '../support/pages.ts';

const stage = onStage();

describe('loading', () => {
  test('shows the skeleton of the page until the answer is there', async () => {
    const { page } = await stage().as('admin', '/templates');
    let letThrough = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route('**/api/v1/clusters?**', async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Clusters' }).click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    letThrough();
    await page.getByRole('heading', { name: 'local' }).waitFor();
    // parts of the page load after its heading
    await expect.poll(() => page.getByRole('status', { name: 'Loading' }).count(), { timeout: 10_000 }).toBe(0);
  });
});

describe('refused', () => {
  test('a viewer who wants to create is told the permission and the role that has it', async () => {
    const { page } = await stage().as('viewer', '/experiments/new');
    await page.getByRole('heading', { name: 'You may not see or do this' }).waitFor();
    const text = await page.locator('.state-refused').textContent();
    expect(text).toContain('experiment:create');
    expect(text).toContain('the role experimenter has');
  });

  test('somebody without a role is told what is missing, by the API itself', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('nobody', '/experiments');
    await page.getByRole('heading', { name: 'You may not see or do this' }).waitFor();
    expect(await page.locator('.state-refused').textContent()).toContain('experiment:read, which the role viewer has');
  });

  test('a viewer sees the action, cannot use it, and learns who can', async () => {
    const { page } = await stage().as('viewer', '/experiments/exp-running00001');
    const stop = page.getByRole('button', { name: 'Stop', exact: true });
    await stop.waitFor();
    expect(await stop.getAttribute('aria-disabled')).toBe('true');
    expect(await stop.getAttribute('title')).toContain('experiment:stop; the role operator has it');
    // past the wait for an enabled button: a person can press it all the same
    await stop.click({ force: true });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});

describe('broken', () => {
  test('says what failed, what still works and the request id, and works again after a retry', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('admin', '/templates');
    await page.getByRole('heading', { name: 'Templates' }).waitFor();
    stage().api.breakEverything(true);
    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('heading', { name: 'The list of experiments cannot be shown' }).waitFor();
    const text = await page.getByRole('alert').textContent();
    expect(text).toContain('the core table does not answer');
    expect(text).toContain('Running experiments go on');
    expect(text).toMatch(/SERVICE_UNAVAILABLE · request 1-65000000-\d{24}/);
    expect(text).not.toContain('planted');
    stage().api.breakEverything(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'top-k against baseline on local' }).waitFor();
  });

  test('what is known stays while a refresh fails', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('admin', '/experiments/exp-running00001');
    await page.locator('canvas').first().waitFor();
    stage().api.breakEverything(true);
    await page.waitForTimeout(3500);
    stage().api.breakEverything(false);
    expect(await page.locator('.verdict-sentence').textContent()).toContain('fewer points');
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('an experiment that is not there says so and leads back', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('admin', '/experiments/exp-nothere00001');
    await page.getByRole('heading', { name: 'This experiment is not there' }).waitFor();
    await page.getByRole('link', { name: 'Back to the experiments' }).click();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
  });
});

describe('a lost connection', () => {
  test('is a quiet line with the age of what is shown, and goes by itself', async () => {
    stage().expectComplaints();
    const { page } = await stage().as('admin', '/experiments/exp-running00001');
    await page.locator('canvas').first().waitFor();
    await page.context().setOffline(true);
    const line = page.locator('.notices .notice');
    await line.waitFor();
    expect(await line.textContent()).toMatch(/The API has not answered since [\d:]+. What you see is \d+ s old/);
    expect(await page.locator('.verdict-sentence').textContent()).toContain('fewer points');
    await page.context().setOffline(false);
    await line.waitFor({ state: 'detached' });
  });
});

test('a lost critical process is named, and its node comes first', async () => {
  const { page } = await stage().as('viewer', '/experiments/exp-aborted00001?tab=processes');
  await page.getByText('missing in the candidate: postgres').waitFor();
  const first = page.locator('.matrix tbody tr').first();
  expect(await first.textContent()).toMatch(/^node-2.*candidate lost it/);
});

describe('sessions', () => {
  test('a wrong password is told beside the field', async () => {
    stage().expectComplaints();
    const { page } = await stage().open('/sign-in');
    await page.getByLabel('E-mail').fill('admin@phoenix.example');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('do not fit together');
  });

  test('a link into the application leads there after signing in', async () => {
    const { page } = await stage().open('/experiments/exp-promote00001?tab=timeline');
    await signIn(page, page.url(), { email: 'viewer@phoenix.example', password: PASSWORD });
    await page.locator('.timeline li').first().waitFor();
    expect(page.url()).toContain('/experiments/exp-promote00001?tab=timeline');
  });

  test('an address of somebody else is not followed after signing in', async () => {
    const { page } = await stage().open('/sign-in?to=%2F%2Fevil.example');
    await signIn(page, page.url(), { email: 'viewer@phoenix.example', password: PASSWORD });
    expect(new URL(page.url()).origin).toBe(stage().url);
  });

  test('a reload keeps the session, another tab does not share it, and no token lies in local storage', async () => {
    const { page } = await stage().open('/experiments');
    await signIn(page, page.url(), { email: 'admin@phoenix.example', password: PASSWORD });
    await page.reload();
    await page.getByRole('heading', { name: 'Experiments' }).waitFor();
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('token');
    const tab = await page.context().newPage();
    await tab.goto(`${stage().url}/experiments`);
    await tab.getByLabel('E-mail').waitFor();
  });

  test('an ended session leads to the sign-in, which says why, and nothing of before is left', async () => {
    stage().expectComplaints();
    const { page } = await stage().open('/experiments');
    await signIn(page, page.url(), { email: 'admin@phoenix.example', password: PASSWORD });
    await page.getByRole('link', { name: 'top-k against baseline on local' }).waitFor();
    stage().api.endSessions();
    await page.getByLabel('E-mail').waitFor();
    expect(await page.locator('.sign-in .notice').textContent()).toContain('Your session has ended');
    expect(await page.evaluate(() => sessionStorage.getItem('phoenix-refresh-token'))).toBeNull();
    expect(await page.getByText('top-k against baseline on local').count()).toBe(0);
  });
});
