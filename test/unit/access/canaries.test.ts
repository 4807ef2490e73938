import { beforeAll, expect, test } from 'vitest';
import { makeCheckKey } from '../../../src/access/application/check-key.ts';
import { ALL_ROUTES } from '../../../src/client/contracts.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import type { RouteDefinition } from '../../../src/platform/declare/route.ts';
import { withinRun } from '../../../src/platform/run.ts';
import { httpRequest, recordingLog, T0, testRun } from '../../support/platform.ts';
import { makeWholeApi, type WholeApi } from '../../support/whole-api.ts';

// Secrets are planted where people and programs put them; then everything that is kept or said is searched.

const CANARY = 'c4n4ry-5ecret-9f3a71';
const routes: readonly RouteDefinition[] = ALL_ROUTES;
const claims = { sub: 'anna', token_use: 'access', auth_time: String(Date.parse(T0) / 1000) };

let api: WholeApi;
const log = recordingLog();
const answers: string[] = [];

const ask = async (route: RouteDefinition, body: unknown): Promise<string> => {
  const run = testRun(log);
  const answer = await withinRun(run, () =>
    api.router(
      httpRequest(route.method, `/api/v1${route.path.replaceAll(/\{\w+\}/g, 'x')}`, {
        headers: {
          authorization: `Bearer ${CANARY}`,
          'x-api-key': CANARY,
          cookie: `session=${CANARY}`,
          'if-match': '"1"',
          'idempotency-key': `canary-${answers.length}`,
        },
        claims: route.permission === 'open' ? null : claims,
        ...(body === undefined ? {} : { body }),
      }),
      run,
    ),
  );
  answers.push(answer.body);
  return answer.body;
};

/** What is kept: log lines with their errors, events, the refusals that the audit log hears of, members and keys. */
const kept = async (): Promise<string> =>
  JSON.stringify([
    log.lines.map((line) => [line, String(line.error)]),
    api.events(),
    api.refusals.told,
    await api.members.list('acme' as never),
    await api.keys.list('acme' as never),
  ]);

beforeAll(async () => {
  api = makeWholeApi();
  await api.enrol('acme', 'anna', { roles: ['admin'] });
});

test('nothing of a credential is in a log, an event, a refusal or an answer, whatever route it is sent to', async () => {
  for (const route of routes) {
    for (const body of route.body === undefined
      ? [undefined]
      : [
          `{"password": ${CANARY}`,
          `{"${CANARY.slice(0, 6)}": 1, "x": "${CANARY}"`,
          { email: 'anna@phoenix.example', password: CANARY },
          { refresh_token: CANARY },
        ]) {
      await ask(route, body);
    }
  }
  expect(answers.length).toBeGreaterThan(routes.length);
  const everything = `${await kept()} ${JSON.stringify(answers)}`;
  expect(everything).not.toContain(CANARY);
});

test('the text of a key is in the answer that shows it and nowhere else, also after it was used wrongly', async () => {
  const create = routes.find(({ name }) => name === 'createKey');
  if (create === undefined) throw new Error('keys are created by a route');
  const shown = JSON.parse(await ask(create, { name: 'nightly', scopes: ['experiment:read'] }));
  const secret: string = shown.text.split('_').slice(2, -1).join('_');
  const check = makeCheckKey({ ...api, sha256 });
  expect(await check(shown.text)).toBe(shown.key.id);
  await check(`${shown.text}x`);
  expect(secret.length).toBe(43);
  expect(await kept()).not.toContain(secret);
});
