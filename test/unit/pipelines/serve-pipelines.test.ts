import { beforeEach, describe, expect, test } from 'vitest';
import { COST_PROBLEMS } from '../../../src/cost/contract/problems.ts';
import type { Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { sha256 } from '../../../src/pipelines/adapters/sha256.ts';
import { servePipelines } from '../../../src/pipelines/application/serve-pipelines.ts';
import { PIPELINE_PROBLEMS } from '../../../src/pipelines/contract/problems.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { QUIET } from '../../support/hosts/hosts.ts';
import { recordingOf } from '../../support/hosts/simulated-host.ts';
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
    problems: { ...PIPELINE_PROBLEMS, ...COST_PROBLEMS },
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
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(TEMPLATES.map(({ name }) => name));
    expect(body.items[1]).toMatchObject({
      name: 'top-k',
      lever: 'fewer processes',
      use: 'experiment',
      reads_less: false,
    });
    expect(body.items[1].parameters[0]).toMatchObject({ name: 'cpu_threshold_ratio', valid_values: null });
  });

  test('one template by its name, and a sentence for a name that nobody has', async () => {
    expect(await ask('GET', '/api/v1/templates/top-k')).toMatchObject({ status: 200, body: { version: '1.0.0' } });
    expect(await ask('GET', '/api/v1/templates/top-q')).toMatchObject({
      status: 404,
      body: {
        code: 'PIPELINE_TEMPLATE_NOT_FOUND',
        detail: expect.stringMatching(/^there is no template "top-q"; there are baseline, top-k, /),
      },
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

describe('previews behind the API', () => {
  const recording = recordingOf(QUIET, [0, 10]);
  const wire = (given: typeof recording) => ({
    kind: given.kind,
    version: given.version,
    recorded_at: given.recordedAt,
    ticks_per_second: given.ticksPerSecond,
    page_bytes: given.pageBytes,
    owners: given.owners,
    moments: given.moments.map(({ atSeconds, ...moment }) => ({ at_seconds: atSeconds, ...moment })),
  });
  const asked = (change: Readonly<Record<string, unknown>> = {}) =>
    ask('POST', '/api/v1/pipelines/preview', {
      recording: wire(recording),
      baseline: { template: 'baseline' },
      candidate: { template: 'top-k', parameters: { minimum_age_seconds: 0 } },
      critical_processes: ['sshd', 'nginx'],
      hosts: 10,
      price_book: 'grafana-cloud-pro',
      ...change,
    });

  test('two templates are compared as in an experiment: over the same metrics', async () => {
    const { status, body } = await asked();
    expect(status).toBe(200);
    expect(body.baseline.figures.series).toBe(151);
    expect(body.candidate.figures).toMatchObject({
      series: 31,
      points_per_minute: { estimate: 31 },
      critical: { kept: ['sshd'], not_running: ['nginx'] },
    });
    expect(body.bills).toMatchObject([{ price_book: 'grafana-cloud-pro', currency: 'USD' }]);
  });

  test('settings of one’s own stand beside a template', async () => {
    const { body: rendered } = await ask('POST', '/api/v1/pipelines/render', { template: 'minimal' });
    const { status, body } = await asked({ candidate: { yaml: rendered.yaml } });
    expect([status, body.candidate.limits]).toEqual([200, []]);
  });

  test.each([
    [{ candidate: { yaml: 'receivers: {}' } }, 'PIPELINE_NOT_PREVIEWABLE'],
    [{ candidate: { template: 'same-input-shadow' } }, 'PIPELINE_NOT_COMPARABLE'],
    [{ price_book: 'nobody' }, 'PRICE_BOOK_NOT_FOUND'],
    [{ recording: { ...wire(recording), moments: [] } }, 'VALIDATION_FAILED'],
    [{ terms: { series: 3 } }, 'VALIDATION_FAILED'],
  ])('%j is refused', async (change, code) => {
    expect((await asked(change)).body.code).toBe(code);
  });

  test('a recording that would take too long is refused with its size', async () => {
    const many = (count: number) =>
      asked({
        recording: {
          ...wire(recording),
          moments: [{ at_seconds: 0, files: Object.fromEntries(several(count)), links: {}, counts: {} }],
        },
      });
    const several = (count: number) => Array.from({ length: count }, (_, index) => [`proc/${index + 1}/statm`, '1 1']);
    expect((await many(6001)).body).toMatchObject({
      code: 'RECORDING_TOO_LARGE',
      detail: expect.stringContaining('6001 processes in 1 moments, at most 6000'),
    });
    expect((await many(6000)).status).toBe(200);
  });
});
