import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureConformancePython } from '../../local/toolchain/python.ts';
import { ALL_ROUTES } from '../../src/client/contracts.ts';
import { accessToken, admit } from '../support/gateway.ts';
import { type Listening, listen } from '../support/listen.ts';
import { T0 } from '../support/platform.ts';
import { toolCache, toolContext } from '../support/tools.ts';
import { makeWholeApi } from '../support/whole-api.ts';

// A stranger that knows nothing but the committed description asks every route over HTTP, rightly and wrongly. Behind
// the address are the product's router and use cases over memory.

const NOW_SECONDS = Date.parse(T0) / 1000;
const root = join(import.meta.dirname, '../..');

let api: Listening;
let python: string;
beforeAll(async () => {
  const whole = makeWholeApi();
  await whole.enrol('acme', 'admin', { roles: ['admin'] });
  const open = new Set(
    ALL_ROUTES.filter(({ permission }) => permission === 'open').map(({ path }) => `/api/v1${path}`),
  );
  api = await listen(
    async (request, run) =>
      request.claims === null && !open.has(request.path) ? UNAUTHORIZED : whole.router(request, run),
    (authorization) => {
      const admission = admit(authorization, NOW_SECONDS);
      return admission.admitted ? admission.claims : null;
    },
  );
  python = await ensureConformancePython(toolCache(), toolContext());
});
afterAll(() => api?.stop());

/** As an HTTP API of the gateway says it: no problem of ours. */
const UNAUTHORIZED = {
  statusCode: 401,
  headers: { 'content-type': 'application/json' },
  body: '{"message":"Unauthorized"}',
};

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'allow_header_conformance',
];

test('Schemathesis finds no server error and no answer that the description does not allow', async () => {
  const { isGood, said } = await new Promise<{ isGood: boolean; said: string }>((resolve) => {
    execFile(
      python,
      [
        ...['-m', 'schemathesis.cli', 'run', join(root, 'docs/openapi.generated.json'), '--url', `${api.url}/api/v1`],
        ...['--header', `Authorization: Bearer ${accessToken('admin', NOW_SECONDS)}`],
        ...['--checks', CHECKS.join(',')],
        // so many examples of each route, the same ones each time: a limit of time would make a fast machine see more
        ...['--phases', 'examples,fuzzing', '--max-examples', '2', '--seed', '7'],
        ...['--continue-on-failure', '--no-shrink', '--no-color', '--warnings', 'off'],
        // the first request that ends all sessions would end the test
        ...['--exclude-operation-id', 'logout'],
      ],
      { cwd: toolContext().logFolder, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ isGood: error === null, said: `${stdout}${stderr}`.slice(-6000) }),
    );
  });
  expect(isGood, said).toBe(true);
  expect(said).toContain('No issues found');
  // it went through every route but the one
  expect(said).toContain(`Tested: ${ALL_ROUTES.length - 1}\n`);
});
