import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeClient } from '../../../src/client/client.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from '../../support/fixture-api.ts';
import { phoenix } from '../../support/phoenix.ts';

let api: FixtureApi;
beforeAll(async () => {
  api = await startFixtureApi();
});
afterAll(() => api?.stop());

const phoenixAs = async (role: string, ...args: string[]) => {
  const { body } = await makeClient({ baseUrl: api.url }).login({
    body: { email: `${role}@phoenix.example`, password: PASSWORD },
  });
  return phoenix(['key', ...args], { PHOENIX_API_URL: api.url, PHOENIX_TOKEN: body.accessToken });
};

test('a key is made, used by a program, rotated and revoked; its text is all that is on standard output', async () => {
  const made = await phoenixAs('admin', 'create', 'nightly', '--scope', 'experiment:read,cluster:read');
  expect(made.stdout).toMatch(/^phx_[0-9a-z]{12}_[\w-]{43}_[0-9a-f]{8}\n$/);
  expect(made.stderr).toContain('this text is shown once');
  const id = /key-[0-9a-z]{12}/.exec(made.stderr)?.[0] ?? '';

  const byKey = { PHOENIX_API_URL: api.url, PHOENIX_KEY: made.stdout.trim() };
  expect((await phoenix(['experiment', 'list', '-o', 'json'], byKey)).code).toBe(0);
  expect(await phoenix(['key', 'list'], byKey)).toMatchObject({ code: 3 });

  const listed = await phoenixAs('admin', 'list');
  expect(listed.stdout).toMatch(new RegExp(`^${id} +nightly +active`, 'm'));
  const rotated = await phoenixAs('admin', 'rotate', id, '--overlap-hours', '0');
  expect(rotated.stdout).toMatch(/^phx_/);
  expect(await phoenix(['experiment', 'list'], byKey)).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('PHOENIX_KEY does not open this'),
  });
  expect((await phoenixAs('admin', 'revoke', id)).stderr).toContain('within a minute it opens nothing');
  expect((await phoenixAs('admin', 'list')).stdout).toMatch(/nightly +revoked/);
});

test('a scope that nobody can give, a wrong id and a viewer are refused in words', async () => {
  const wrong = await phoenixAs('admin', 'create', 'x', '--scope', 'key:manage');
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('/scopes/0')]);
  expect((await phoenixAs('admin', 'revoke', 'nightly')).stderr).toContain('no id of a key');
  expect((await phoenixAs('viewer', 'list')).code).toBe(3);
});
