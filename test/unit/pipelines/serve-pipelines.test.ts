import { beforeEach, describe, expect, test } from 'vitest';
import type { Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { servePipelines } from '../../../src/pipelines/application/serve-pipelines.ts';
import { PIPELINE_PROBLEMS } from '../../../src/pipelines/contract/problems.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { httpRequest, testRun } from '../../support/platform.ts';

const VIEWER: Principal = {
  userId: 'u-1' as UserId,
  email: 'viewer@example.com',
  tenantId: 'acme' as TenantId,
  roles: ['viewer'],
  permissions: new Set(['pipeline:read', 'pipeline:validate']),
};

let router: Router;
beforeEach(() => {
  router = makeRouter({
    service: 'api-pipelines',
    problems: PIPELINE_PROBLEMS,
    gatekeeper: { identify: async () => accept(VIEWER), lowestRoleFor: () => 'viewer' },
    served: servePipelines({ sha256 }),
  });
});

const ask = async (method: string, path: string, body?: unknown) => {
  const request = httpRequest(method, path, { claims: { sub: 'u-1' }, ...(body === undefined ? {} : { body }) });
  const answer = await router(request, testRun());
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};

describe('templates and rendering behind the API', () => {
  test('the list has every template with its parameters', async () => {
    const { status, body } = await ask('GET', '/api/v1/templates');
    expect(status).toBe(200);
    expect(body.items.map(({ name, lever }: { name: string; lever: string }) => [name, lever])).toEqual([
      ['baseline', 'none'],
      ['top-k', 'fewer processes'],
    ]);
  });

  test('one template by its name, and a sentence for a name that nobody has', async () => {
    expect(await ask('GET', '/api/v1/templates/top-k')).toMatchObject({ status: 200, body: { version: '1.0.0' } });
    expect(await ask('GET', '/api/v1/templates/top-q')).toMatchObject({
      status: 404,
      body: { code: 'PIPELINE_TEMPLATE_NOT_FOUND', detail: 'there is no template "top-q"; there are baseline, top-k' },
    });
  });

  test('names of parameters stay as people write them', async () => {
    const { status, body } = await ask('POST', '/api/v1/pipelines/render', {
      template: 'top-k',
      parameters: { cpu_threshold_ratio: 0.05, pinned_processes: ['java'] },
      critical_processes: ['nginx'],
      collection_interval_seconds: 10,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      parameters: { cpu_threshold_ratio: 0.05, minimum_age_seconds: 30 },
      collection_interval_seconds: 10,
      sha256: sha256(body.yaml),
    });
    expect(body.yaml).toContain('^(java|nginx)$');
    expect(body.yaml).not.toContain('sigv4auth');
  });

  test('for a managed store the settings sign', async () => {
    const { body } = await ask('POST', '/api/v1/pipelines/render', {
      template: 'baseline',
      remote_write_auth: 'sigv4',
    });
    expect(body.yaml).toContain('authenticator: sigv4auth');
  });

  test('every wrong parameter has its own line', async () => {
    const { status, body } = await ask('POST', '/api/v1/pipelines/render', {
      template: 'top-k',
      parameters: { cpu_threshold_ratio: 7, pinned_processes: ['a b'] },
    });
    expect([status, body.code]).toEqual([422, 'PIPELINE_PARAMETER_INVALID']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/parameters/cpu_threshold_ratio',
      '/parameters/pinned_processes',
    ]);
  });

  test('a critical process with a strange name is refused, never rendered', async () => {
    const { status, body } = await ask('POST', '/api/v1/pipelines/render', {
      template: 'top-k',
      critical_processes: ['nginx', 'x")|("'],
    });
    expect([status, body.errors[0].pointer]).toEqual([422, '/critical_processes/1']);
  });
});
