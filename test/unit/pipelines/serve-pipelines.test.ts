import { beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf, type Role } from '../../../src/access/domain/permissions.ts';
import { COST_PROBLEMS } from '../../../src/cost/contract/problems.ts';
import {
  ClusterId,
  type PipelineId,
  type Principal,
  type TenantId,
  type UserId,
} from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import {
  type MemoryPipelineStore,
  memoryPipelineStore,
} from '../../../src/pipelines/adapters/memory-pipeline-store.ts';
import type { FindIncumbent } from '../../../src/pipelines/application/ports.ts';
import { servePipelines } from '../../../src/pipelines/application/serve-pipelines.ts';
import { PIPELINE_PROBLEMS } from '../../../src/pipelines/contract/problems.ts';
import { pipelineRoutes } from '../../../src/pipelines/contract/routes.ts';
import { MAXIMUM_PIPELINES, MAXIMUM_REVISIONS } from '../../../src/pipelines/domain/pipeline.ts';
import type { IncumbentSource } from '../../../src/pipelines/domain/revision.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { wireCode } from '../../../src/platform/declare/problem.ts';
import { makeCursors } from '../../../src/platform/http/cursor.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { QUIET } from '../../support/hosts/hosts.ts';
import { recordingOf } from '../../support/hosts/simulated-host.ts';
import { httpRequest, recordingRefusals, T0, testClock, testRun } from '../../support/platform.ts';
import { makeCountingIds } from '../../support/virtual-time.ts';

const principal = (role: Role, tenant: string): Principal => ({
  userId: 'u-1' as UserId,
  email: 'anna@example.com',
  tenantId: tenant as TenantId,
  roles: [role],
  permissions: permissionsOf(role),
});

const PROBLEMS = { ...PIPELINE_PROBLEMS, ...COST_PROBLEMS };

let router: Router;
let store: MemoryPipelineStore;
beforeEach(() => {
  const clock = testClock();
  store = memoryPipelineStore({ clock, ids: makeCountingIds() });
  router = makeRouter({
    service: 'api-pipelines',
    problems: PROBLEMS,
    gatekeeper: {
      identify: async (claims) => accept(principal(claims['role'] as Role, String(claims['tenant']))),
      lowestRoleFor: () => 'viewer',
    },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key', clock }),
    refusedWrites: recordingRefusals(),
    served: servePipelines({ pipelines: store, clock, sha256, collectorImage: 'collector:test', findIncumbent }),
  });
});

const INCUMBENT: IncumbentSource = {
  clusterId: ClusterId.parse('clu-00000000000a'),
  collector: 'daemonset.observability.otel-agent.collector',
  image: 'otel/opentelemetry-collector-contrib:0.142.0',
  imageDigest: `sha256:${'0'.repeat(64)}`,
  version: '0.142.0',
  seenAt: T0,
};
/** One agent, which reads the node and is pushed to, and one that nobody could read. */
const findIncumbent: FindIncumbent = async (_, clusterId, collector) => {
  if (clusterId !== INCUMBENT.clusterId) return null;
  if (collector === 'daemonset.a.secret.c') return { ...INCUMBENT, collector, settings: null };
  if (collector === 'daemonset.a.gateway.c') return { ...INCUMBENT, collector, settings: GATEWAY };
  if (collector === 'daemonset.a.leaking.c') return { ...INCUMBENT, collector, settings: LEAKING };
  return collector === INCUMBENT.collector ? { ...INCUMBENT, settings: AGENT } : null;
};
const adopting = (name: string, collector = INCUMBENT.collector) => ({
  name,
  cluster_id: INCUMBENT.clusterId,
  collector_id: collector,
});
const AGENT = `receivers:
  otlp: {protocols: {grpc: {}}}
  hostmetrics: {scrapers: {cpu: {}, process: {resource_attributes: {process.command_line: {enabled: false}}}}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [otlp, hostmetrics], exporters: [otlp_http]}}}
`;
const LEAKING = `receivers: {hostmetrics: {scrapers: {cpu: {}}}}
processors: {resource: {attributes: [{key: who, value: "Bearer abcdefgh12345678", action: upsert}]}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [hostmetrics], processors: [resource], exporters: [otlp_http]}}}
`;
const GATEWAY = `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}}
`;

interface Asking {
  readonly ifMatch?: number;
  readonly key?: string;
  readonly role?: Role;
  readonly tenant?: string;
}
let keys = 0;
const ask = async (method: string, path: string, body?: unknown, asking: Asking = {}) => {
  keys += 1;
  const { ifMatch, key = `key-${keys}-0000`, role = 'admin', tenant = 'acme' } = asking;
  const [address = '', query = ''] = path.split('?');
  const request = httpRequest(method, address, {
    claims: { sub: 'u-1', role, tenant },
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: { 'idempotency-key': key, ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }) },
    ...(body === undefined ? {} : { body }),
  });
  const answer = await router(request, testRun());
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? null : JSON.parse(answer.body),
  };
};

describe('a collector that runs becomes a pipeline', () => {
  test('with what of it can run beside it, whose it is, and what was left out', async () => {
    const { status, body } = await ask('POST', `${PIPELINES}/adopt`, adopting('what runs'));
    expect(status).toBe(201);
    expect(body.revision.origin).toEqual({
      kind: 'settings',
      incumbent: {
        cluster_id: INCUMBENT.clusterId,
        collector: INCUMBENT.collector,
        image: INCUMBENT.image,
        image_digest: INCUMBENT.imageDigest,
        version: '0.142.0',
        seen_at: T0,
      },
    });
    expect(body.revision.yaml).toMatch(/^# what ran as daemonset\.observability\.otel-agent\.collector at 20/);
    expect(body.revision.yaml).not.toContain('otlp:');
    expect(body.notes.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      expect.stringContaining('otlp is left out: data is pushed'),
      expect.stringContaining('otlp_http is replaced'),
    ]);
    expect(body.latest.errors).toBe(0);
  });

  test.each([
    ['nobody has seen', 'daemonset.a.b.c'],
    ['has settings that nobody may read', 'daemonset.a.secret.c'],
  ])('one that %s is none', async (_, collector) => {
    expect(await ask('POST', `${PIPELINES}/adopt`, adopting('what runs', collector))).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('phoenix cluster discover') },
    });
  });
});

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

const OWN = `receivers: {host_metrics: {collection_interval: 60s, scrapers: {cpu: {}, process: {}}}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [host_metrics], exporters: [otlp_http]}}}
`;
const BROKEN = OWN.replace('exporters: [otlp_http]', 'exporters: [otlp_http, nothing]');
const BROKEN_AT = expect.objectContaining({
  rule: 'reference-undefined',
  severity: 'error',
  pointer: '/service/pipelines/metrics/exporters/1',
  line: 3,
});
const own = (yaml: string) => ({ kind: 'settings', yaml });
const PIPELINES = '/api/v1/pipelines';

const create = async (name: string, yaml = OWN, asking: Asking = {}) =>
  ask('POST', PIPELINES, { name, origin: own(yaml), note: 'first' }, asking);

describe('pipelines behind the API', () => {
  test('a draft is saved with its findings, and found again', async () => {
    const { status, body, headers } = await create('web hosts', BROKEN);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'web hosts',
      owner: 'anna@example.com',
      status: 'draft',
      latest: { number: 1, errors: 1, note: 'first' },
      revision: { yaml: BROKEN, errors: 1, findings: expect.arrayContaining([BROKEN_AT]) },
      allowed_commands: ['change-details', 'revise', 'publish', 'deprecate', 'delete'],
    });
    expect(headers['location']).toBe(`${PIPELINES}/${body.id}`);
    const read = await ask('GET', `${PIPELINES}/${body.id}`);
    expect(read).toMatchObject({ status: 200, body: { id: body.id, version: 1 } });
    expect(read.headers['etag']).toMatch(/^"1\./);
  });

  test('the same key again is the same pipeline; another name for it is refused', async () => {
    const first = await create('web hosts', OWN, { key: 'key-of-mine' });
    const again = await create('web hosts', OWN, { key: 'key-of-mine' });
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect((await create('others', OWN, { key: 'key-of-mine' })).body.code).toBe('IDEMPOTENCY_CONFLICT');
    expect((await ask('GET', PIPELINES)).body.items).toHaveLength(1);
  });

  test('a name is taken once', async () => {
    await create('web hosts');
    expect(await create('web hosts')).toMatchObject({
      status: 409,
      body: { code: 'PIPELINE_NAME_TAKEN', errors: [{ pointer: '/name' }] },
    });
  });

  test('saving makes a revision, publishing chooses one, and each of both is told on the bus', async () => {
    const { id } = (await create('web hosts', BROKEN)).body;
    const refused = await ask('POST', `${PIPELINES}/${id}/publish`, {}, { ifMatch: 1 });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'PIPELINE_INVALID_CONFIG', errors: [{ code: 'reference-undefined' }] },
    });
    const saved = await ask('PUT', `${PIPELINES}/${id}`, { origin: own(OWN), note: 'mended' }, { ifMatch: 1 });
    expect(saved).toMatchObject({ status: 200, body: { version: 2, revision: { number: 2, errors: 0 } } });
    const published = await ask('POST', `${PIPELINES}/${id}/publish`, { revision: 2 }, { ifMatch: 2 });
    expect(published).toMatchObject({
      status: 200,
      body: { status: 'published', published: { revision: 2 }, latest: { number: 2 } },
    });
    expect(store.said.map(({ type, seq, data }) => [type, seq, data['revision']])).toEqual([
      ['pipeline.created', 1, 1],
      ['pipeline.revised', 2, 2],
      ['pipeline.status_changed', 3, 2],
    ]);
  });

  test('the same settings again make no revision and no event', async () => {
    const { id } = (await create('web hosts')).body;
    const saved = await ask('PUT', `${PIPELINES}/${id}`, { origin: own(OWN) }, { ifMatch: 1 });
    expect(saved).toMatchObject({ status: 200, body: { version: 1, revision: { number: 1 } } });
    expect(store.said).toHaveLength(1);
  });

  test('a stale picture changes nothing, and a missing version is asked for', async () => {
    const { id } = (await create('web hosts')).body;
    await ask('PATCH', `${PIPELINES}/${id}`, { team: 'platform' }, { ifMatch: 1 });
    expect(await ask('PATCH', `${PIPELINES}/${id}`, { team: 'web' }, { ifMatch: 1 })).toMatchObject({
      status: 412,
      body: { code: 'PRECONDITION_FAILED', details: { expected: 1, current: 2 } },
    });
    expect((await ask('PATCH', `${PIPELINES}/${id}`, { team: 'web' })).status).toBe(428);
    expect((await ask('GET', `${PIPELINES}/${id}`)).body.team).toBe('platform');
  });

  test('revisions are listed newest first, page by page, without their text', async () => {
    const { id } = (await create('web hosts')).body;
    for (const [index, interval] of [30, 20, 15].entries()) {
      const yaml = OWN.replace('60s', `${interval}s`);
      await ask('PUT', `${PIPELINES}/${id}`, { origin: own(yaml) }, { ifMatch: index + 1 });
    }
    const first = await ask('GET', `${PIPELINES}/${id}/revisions?limit=3`);
    expect(first.body.items.map(({ number }: { number: number }) => number)).toEqual([4, 3, 2]);
    expect(first.body.items[0]).not.toHaveProperty('yaml');
    const next = await ask('GET', `${PIPELINES}/${id}/revisions?limit=3&next_token=${first.body.metadata.next_token}`);
    expect(next.body).toMatchObject({ items: [{ number: 1 }], metadata: { next_token: null } });
    expect((await ask('GET', `${PIPELINES}?next_token=${first.body.metadata.next_token}`)).status).toBe(400);
  });

  test('two revisions are compared by what they do', async () => {
    const { id } = (await create('web hosts')).body;
    const yaml = OWN.replace('60s', '30s').replaceAll('otlp_http', 'otlphttp');
    await ask('PUT', `${PIPELINES}/${id}`, { origin: own(yaml) }, { ifMatch: 1 });
    expect(await ask('GET', `${PIPELINES}/${id}/diff?from=1&to=2`)).toMatchObject({
      status: 200,
      body: {
        origin: [],
        settings: [
          {
            kind: 'changed',
            pointer: '/receivers/host_metrics/collection_interval',
            before: '60s',
            after: '30s',
          },
        ],
      },
    });
    expect(await ask('GET', `${PIPELINES}/${id}/diff?from=1&to=9`)).toMatchObject({
      status: 404,
      body: { code: 'PIPELINE_REVISION_NOT_FOUND', message: 'web hosts has no revision 9; its newest is 2' },
    });
  });

  test('two revisions of a template are compared by their parameters as well', async () => {
    const origin = (cpu: number) => ({ kind: 'template', template: 'top-k', parameters: { cpu_threshold_ratio: cpu } });
    const { id } = (await ask('POST', PIPELINES, { name: 'busy ones', origin: origin(0.01) })).body;
    await ask('PUT', `${PIPELINES}/${id}`, { origin: origin(0.02) }, { ifMatch: 1 });
    const { body } = await ask('GET', `${PIPELINES}/${id}/diff?from=1&to=2`);
    expect(body.origin).toMatchObject([{ sentence: 'parameter cpu_threshold_ratio is 0.02, was 0.01' }]);
    expect(body.settings).toHaveLength(2);
  });

  test('what exists already is imported, its secrets as references, and the draft says so', async () => {
    const text = `kind: ConfigMap\nmetadata: {name: otel}\ndata:\n  relay: |\n    # ours\n${OWN.replace(
      'https://otlp.example.com',
      'https://otlp.example.com, headers: {api-key: abcdef0123456789}',
    ).replaceAll(/^(?=.)/gm, '    ')}`;
    const { status, body } = await ask('POST', `${PIPELINES}/import`, { name: 'what runs', text });
    expect(status).toBe(201);
    expect(body.revision.yaml).toContain('# ours\n');
    expect(body.revision.yaml).toContain(`headers: {api-key: "\${env:OTLP_HTTP_API_KEY}"}`);
    expect(body.notes.map(({ sentence }: { sentence: string }) => sentence)).toEqual([
      'taken from data.relay of the ConfigMap otel',
      expect.stringContaining('a secret stood here'),
    ]);
    expect(JSON.stringify(body)).not.toContain('abcdef0123456789');
    expect(await ask('POST', `${PIPELINES}/import`, { name: 'nothing', text: 'hello' })).toMatchObject({
      status: 422,
      body: { code: 'PIPELINE_IMPORT_UNREADABLE', errors: [{ pointer: '/text' }] },
    });
  });

  test('an export is of the published revision unless another is named', async () => {
    const { id } = (await create('web hosts')).body;
    await ask('POST', `${PIPELINES}/${id}/publish`, {}, { ifMatch: 1 });
    await ask('PUT', `${PIPELINES}/${id}`, { origin: own(OWN.replace('60s', '30s')) }, { ifMatch: 2 });
    const exported = (query: string) => ask('GET', `${PIPELINES}/${id}/export?${query}`);
    expect((await exported('namespace=monitoring')).body).toMatchObject({
      revision: 1,
      files: [{ path: 'web-hosts.yaml', content: expect.stringContaining('namespace: monitoring') }],
    });
    expect((await exported('format=kustomize&revision=2')).body).toMatchObject({ revision: 2 });
    expect((await exported('namespace=Not%20One')).status).toBe(422);
  });

  test('validating stores nothing and says everything', async () => {
    expect((await ask('POST', `${PIPELINES}/validate`, { yaml: BROKEN }, { role: 'viewer' })).body).toMatchObject({
      is_valid: false,
      findings: expect.arrayContaining([BROKEN_AT]),
    });
    expect((await ask('GET', PIPELINES)).body.items).toEqual([]);
  });

  test('deprecating wants a reason and leads out of the filter; deleting leads out of everything', async () => {
    const { id } = (await create('web hosts')).body;
    expect((await ask('POST', `${PIPELINES}/${id}/deprecate`, { reason: '' }, { ifMatch: 1 })).status).toBe(422);
    await ask('POST', `${PIPELINES}/${id}/deprecate`, { reason: 'replaced' }, { ifMatch: 1 });
    expect((await ask('GET', `${PIPELINES}?status=draft`)).body.items).toEqual([]);
    expect((await ask('GET', `${PIPELINES}?status=deprecated`)).body.items).toMatchObject([
      { deprecation: { reason: 'replaced' } },
    ]);
    expect((await ask('DELETE', `${PIPELINES}/${id}`, undefined, { ifMatch: 2 })).status).toBe(204);
    expect((await ask('GET', `${PIPELINES}/${id}`)).status).toBe(404);
    expect((await ask('GET', `${PIPELINES}/${id}/revisions/1`)).status).toBe(404);
    expect((await create('web hosts')).status).toBe(201);
  });

  test('another tenant sees, names and changes nothing of it', async () => {
    const { id } = (await create('web hosts')).body;
    const other = { tenant: 'globex', ifMatch: 1 };
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/revisions/1', undefined],
      ['GET', '/export', undefined],
      ['PATCH', '', { team: 'theirs' }],
      ['POST', '/publish', {}],
      ['DELETE', '', undefined],
    ] as const) {
      expect([method, path, (await ask(method, `${PIPELINES}/${id}${path}`, body, other)).status]).toEqual([
        method,
        path,
        404,
      ]);
    }
    expect((await ask('GET', PIPELINES, undefined, other)).body.items).toEqual([]);
    expect((await create('web hosts', OWN, { tenant: 'globex' })).status).toBe(201);
  });

  test(`the ${MAXIMUM_PIPELINES}th pipeline is created, the next one is refused until one is deleted`, async () => {
    for (let nth = 1; nth < MAXIMUM_PIPELINES; nth += 1) await create(`pipeline ${nth}`);
    const last = await create('the last one', OWN, { key: 'key-of-the-last' });
    expect(last.status).toBe(201);
    expect(await create('one more')).toMatchObject({
      status: 409,
      body: { code: 'PIPELINE_QUOTA_EXCEEDED', details: { maximum: MAXIMUM_PIPELINES } },
    });
    await ask('DELETE', `${PIPELINES}/${last.body.id}`, undefined, { ifMatch: 1 });
    expect((await create('one more')).status).toBe(201);
  });

  test('a body with what nobody knows, or a text that is too long, is refused at its field', async () => {
    expect((await ask('POST', PIPELINES, { name: 'web', origin: own(OWN), surprise: 1 })).body.errors).toMatchObject([
      { pointer: '/surprise', code: 'unknown-field' },
    ]);
    const long = await ask('POST', PIPELINES, { name: 'web', origin: own('x'.repeat(262_145)) });
    expect(long).toMatchObject({ status: 422, body: { errors: [{ pointer: '/origin/yaml' }] } });
  });
});

const RECORDING = recordingOf(QUIET, [0, 10]);
const wireRecording = (given: typeof RECORDING) => ({
  kind: given.kind,
  version: given.version,
  recorded_at: given.recordedAt,
  ticks_per_second: given.ticksPerSecond,
  page_bytes: given.pageBytes,
  owners: given.owners,
  moments: given.moments.map(({ atSeconds, ...moment }) => ({ at_seconds: atSeconds, ...moment })),
});
const manyProcesses = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`proc/${index + 1}/statm`, '1 1']));
const previewed = (change: Readonly<Record<string, unknown>> = {}) =>
  ask('POST', '/api/v1/pipelines/preview', {
    recording: wireRecording(RECORDING),
    baseline: { template: 'baseline' },
    candidate: { template: 'top-k', parameters: { minimum_age_seconds: 0 } },
    critical_processes: ['sshd', 'nginx'],
    hosts: 10,
    price_book: 'grafana-cloud-pro',
    ...change,
  });

describe('every refusal that a route declares', () => {
  const secret = OWN.replace('.com}', '.com, headers: {api-key: abcdef0123456789}}');
  const template = (name: string, parameters: object = {}) => ({ kind: 'template', template: name, parameters });
  const OVER_THE_FRAME = { processors: { memory_limiter: { limit_percentage: 99 } } };
  const PLACE = {
    name: 'hosts',
    cluster_name: 'prod',
    remote_write_url: 'https://store.example.com/api/v1/write',
    image: 'registry.example.com/collector@sha256:0',
  };
  const generated = (wish: object) => () => ask('POST', '/api/v1/generator/generate', { place: PLACE, ...wish });
  const WRONG = {
    'pipeline-template-not-found': template('top-q'),
    'pipeline-parameter-invalid': template('top-k', { cpu_threshold_ratio: 7 }),
    'pipeline-override-invalid': { ...template('top-k'), overrides: OVER_THE_FRAME },
    'pipeline-secret-in-plain-text': own(secret),
  } as const;
  const made = async (yaml = OWN): Promise<string> => `${PIPELINES}/${(await create('web hosts', yaml)).body.id}`;
  const full = async () => {
    for (let nth = 0; nth < MAXIMUM_PIPELINES; nth += 1) await create(`pipeline ${nth}`);
  };
  const composing = (route: string, send: (origin: unknown) => ReturnType<typeof ask>) =>
    Object.entries(WRONG).map(([code, origin]) => [`${route} ${code}`, () => send(origin)] as const);

  const ways: readonly (readonly [string, () => ReturnType<typeof ask>])[] = [
    ['getTemplate pipeline-template-not-found', () => ask('GET', '/api/v1/templates/top-q')],
    ['renderPipeline pipeline-template-not-found', () => ask('POST', `${PIPELINES}/render`, { template: 'top-q' })],
    [
      'renderPipeline pipeline-parameter-invalid',
      () => ask('POST', `${PIPELINES}/render`, { template: 'top-k', parameters: { cpu_threshold_ratio: 7 } }),
    ],
    [
      'renderPipeline pipeline-override-invalid',
      () => ask('POST', `${PIPELINES}/render`, { template: 'top-k', overrides: OVER_THE_FRAME }),
    ],
    ['generatePipeline pipeline-template-not-found', generated({ template: 'top-q' })],
    [
      'generatePipeline pipeline-parameter-invalid',
      generated({ template: 'top-k', parameters: { cpu_threshold_ratio: 7 } }),
    ],
    ['generatePipeline pipeline-override-invalid', generated({ template: 'top-k', overrides: OVER_THE_FRAME })],
    ['generatePipeline pipeline-not-deployable', generated({ template: 'log-noise' })],
    ...composing('createPipeline', (origin) => ask('POST', PIPELINES, { name: 'web hosts', origin })),
    ...composing('revisePipeline', async (origin) => ask('PUT', await made(), { origin }, { ifMatch: 1 })),
    [
      'createPipeline pipeline-name-taken',
      async () => {
        await made();
        return create('web hosts');
      },
    ],
    [
      'createPipeline pipeline-quota-exceeded',
      async () => {
        await full();
        return create('one more');
      },
    ],
    [
      'adoptCollector pipeline-import-unreadable',
      () => ask('POST', `${PIPELINES}/adopt`, adopting('web', 'daemonset.a.gateway.c')),
    ],
    [
      // a look for collectors takes secrets out before it keeps anything; this one did not
      'adoptCollector pipeline-secret-in-plain-text',
      () => ask('POST', `${PIPELINES}/adopt`, adopting('web', 'daemonset.a.leaking.c')),
    ],
    [
      'adoptCollector pipeline-name-taken',
      async () => {
        await made();
        return ask('POST', `${PIPELINES}/adopt`, adopting('web hosts'));
      },
    ],
    [
      'adoptCollector pipeline-quota-exceeded',
      async () => {
        await full();
        return ask('POST', `${PIPELINES}/adopt`, adopting('one more'));
      },
    ],
    ['importPipeline pipeline-import-unreadable', () => ask('POST', `${PIPELINES}/import`, { name: 'web', text: 'x' })],
    [
      // who repeats parts of a text by aliases hides from an import what stands in them
      'importPipeline pipeline-secret-in-plain-text',
      () =>
        ask('POST', `${PIPELINES}/import`, { name: 'web', text: `a: &a 1\nb: *a\napi-key: abcdef0123456789\n${OWN}` }),
    ],
    [
      'importPipeline pipeline-name-taken',
      async () => {
        await made();
        return ask('POST', `${PIPELINES}/import`, { name: 'web hosts', text: OWN });
      },
    ],
    [
      'importPipeline pipeline-quota-exceeded',
      async () => {
        await full();
        return ask('POST', `${PIPELINES}/import`, { name: 'one more', text: OWN });
      },
    ],
    [
      'revisePipeline pipeline-quota-exceeded',
      async () => {
        const path = await made();
        const [before] = (await store.list('acme' as TenantId, {}, { limit: 1 })).items;
        const first = await store.revision({ tenantId: 'acme' as TenantId, pipelineId: before?.id as PipelineId }, 1);
        if (before === undefined || first === null) throw new Error('it was created a moment ago');
        const latest = { ...before.latest, number: MAXIMUM_REVISIONS };
        await store.commit({
          before,
          after: { ...before, version: 2, latest },
          announcements: [],
          actor: before.createdBy,
          revision: { ...first, number: MAXIMUM_REVISIONS },
          publishes: null,
          isDeletion: false,
        });
        return ask('PUT', path, { origin: own(OWN.replace('60s', '30s')) }, { ifMatch: 2 });
      },
    ],
    [
      'revisePipeline state-conflict',
      async () => {
        const path = await made();
        await ask('POST', `${path}/deprecate`, { reason: 'replaced' }, { ifMatch: 1 });
        return ask('PUT', path, { origin: own(OWN.replace('60s', '30s')) }, { ifMatch: 2 });
      },
    ],
    [
      'changePipeline pipeline-name-taken',
      async () => {
        await create('others');
        return ask('PATCH', await made(), { name: 'others' }, { ifMatch: 1 });
      },
    ],
    [
      'deletePipeline state-conflict',
      async () => {
        const path = await made();
        await ask('POST', `${path}/publish`, {}, { ifMatch: 1 });
        return ask('DELETE', path, undefined, { ifMatch: 2 });
      },
    ],
    [
      'publishPipeline pipeline-invalid-config',
      async () => ask('POST', `${await made(BROKEN)}/publish`, {}, { ifMatch: 1 }),
    ],
    [
      'publishPipeline pipeline-revision-not-found',
      async () => ask('POST', `${await made()}/publish`, { revision: 2 }, { ifMatch: 1 }),
    ],
    ['getRevision pipeline-revision-not-found', async () => ask('GET', `${await made()}/revisions/2`)],
    ['diffRevisions pipeline-revision-not-found', async () => ask('GET', `${await made()}/diff?from=1&to=2`)],
    ['diffRevisions pipeline-invalid-config', async () => ask('GET', `${await made('a: [')}/diff?from=1&to=1`)],
    ['exportPipeline pipeline-revision-not-found', async () => ask('GET', `${await made()}/export?revision=2`)],
    ['exportPipeline pipeline-invalid-config', async () => ask('GET', `${await made(BROKEN)}/export`)],
    ['previewPipelines pipeline-template-not-found', () => previewed({ candidate: { template: 'top-q' } })],
    [
      'previewPipelines pipeline-parameter-invalid',
      () => previewed({ candidate: { template: 'top-k', parameters: { cpu_threshold_ratio: 7 } } }),
    ],
    [
      'previewPipelines pipeline-override-invalid',
      () => previewed({ candidate: { template: 'top-k', overrides: { processors: { memory_limiter: {} } } } }),
    ],
    ['previewPipelines pipeline-not-comparable', () => previewed({ candidate: { template: 'same-input-shadow' } })],
    ['previewPipelines pipeline-not-previewable', () => previewed({ candidate: { yaml: 'receivers: {}' } })],
    [
      'previewPipelines recording-too-large',
      () =>
        previewed({
          recording: {
            ...wireRecording(RECORDING),
            moments: [{ at_seconds: 0, files: manyProcesses(6001), links: {}, counts: {} }],
          },
        }),
    ],
    ['previewPipelines price-book-not-found', () => previewed({ price_book: 'nobody' })],
  ];

  test('has a way that leads to it', () => {
    const declared = pipelineRoutes.flatMap(({ name, refusals }) => refusals.map((code) => `${name} ${code}`));
    expect(ways.map(([name]) => name).toSorted()).toEqual(declared.toSorted());
  });

  test.each(ways)('%s', async (name, lead) => {
    const code = name.split(' ')[1] as keyof typeof PROBLEMS;
    const { status, body } = await lead();
    expect(body).toMatchObject({ code: wireCode(code), message: expect.stringMatching(/\w+ \w+ \w+/) });
    expect(status).toBe(PROBLEMS[code].status);
    expect(JSON.stringify(body)).not.toContain('abcdef0123456789');
  });
});

describe('previews behind the API', () => {
  test('two templates are compared as in an experiment: over the same metrics', async () => {
    const { status, body } = await previewed();
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
    const { status, body } = await previewed({ candidate: { yaml: rendered.yaml } });
    expect([status, body.candidate.limits]).toEqual([200, []]);
  });

  test.each([[{ recording: { ...wireRecording(RECORDING), moments: [] } }], [{ terms: { series: 3 } }]])(
    '%j is not valid',
    async (change) => {
      expect((await previewed(change)).body.code).toBe('VALIDATION_FAILED');
    },
  );

  test('a recording of as many processes as may be is looked at', async () => {
    const moments = [{ at_seconds: 0, files: manyProcesses(6000), links: {}, counts: {} }];
    expect((await previewed({ recording: { ...wireRecording(RECORDING), moments } })).status).toBe(200);
  });
});
