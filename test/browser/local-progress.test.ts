import { expect, test } from 'vitest';
import { onStage } from '../support/dashboard.ts';

const stage = onStage({ hasApi: false });

test('before there is an API the page shows how far the local environment is, and follows it', async () => {
  stage().expectComplaints();
  const { progress } = stage();
  progress.set('emulator', {
    label: 'AWS emulator',
    state: 'ready',
    detail: 'http://127.0.0.1:4599',
    elapsedSeconds: 8,
  });
  progress.set('collector', {
    label: 'collector',
    state: 'working',
    detail: 'compiling',
    elapsedSeconds: 72,
    expectedSeconds: 153,
  });
  const { page } = await stage().open('/');
  const parts = page.getByRole('region', { name: 'Local environment' });
  await parts.waitFor();
  expect(await parts.textContent()).toContain('1 min of about 3 min');
  expect(await page.getByLabel('E-mail').count()).toBe(0);
  progress.set('collector', { label: 'collector', state: 'failed', detail: 'no space left on the disk' });
  await page.getByText('no space left on the disk').waitFor();
});
