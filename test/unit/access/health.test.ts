import { expect, test } from 'vitest';
import { serveService } from '../../../src/access/application/serve-service.ts';
import { makeRouter } from '../../../src/platform/router.ts';
import { withinRun } from '../../../src/platform/run.ts';
import { httpRequest, recordingLog, testRun } from '../../support/platform.ts';

const router = (probes: Record<string, () => Promise<void>>) =>
  makeRouter({
    service: 'api-access',
    served: serveService({
      dependencies: Object.entries(probes).map(([name, probe]) => ({ name, probe })),
      openApi: { openapi: '3.1.0' },
    }),
    problems: {},
    gatekeeper: {
      identify: async () => {
        throw new Error('open routes ask nobody');
      },
      lowestRoleFor: () => '',
    },
  });

const fine = async (): Promise<void> => undefined;
const down = async (): Promise<void> => {
  throw new Error('connect ECONNREFUSED 10.0.0.7');
};

test('health is that of what is needed, at the root and below the base path', async () => {
  const answer = await router({ database: fine })(httpRequest('GET', '/health'), testRun());
  expect([answer.statusCode, JSON.parse(answer.body)]).toEqual([
    200,
    { status: 'healthy', checks: [{ name: 'database', status: 'healthy' }] },
  ]);
});

test('what does not answer is named with 503, and why stays in the log', async () => {
  const log = recordingLog();
  const run = testRun(log);
  const answer = await withinRun(run, () =>
    router({ database: down, queue: fine })(httpRequest('GET', '/api/v1/ready'), run),
  );
  expect(answer.statusCode).toBe(503);
  expect(JSON.parse(answer.body)).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: 'database does not answer',
    details: {
      checks: [
        { name: 'database', status: 'unhealthy' },
        { name: 'queue', status: 'healthy' },
      ],
    },
  });
  expect(answer.body).not.toContain('10.0.0.7');
  expect(log.lines.map(({ event }) => event)).toContain('dependency.unhealthy');
});

test('being alive depends on nothing', async () => {
  expect((await router({ database: down })(httpRequest('GET', '/live'), testRun())).statusCode).toBe(200);
});
