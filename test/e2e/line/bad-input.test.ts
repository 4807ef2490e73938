import { expect, test } from 'vitest';
import { firstExperiment } from '../../../local/first-experiment.ts';
import { makeClient } from '../../../src/client/client.ts';
import { ApiProblem } from '../../../src/client/problem.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { clientOf, clusterId, eventually, line, objectsOnCluster, reaches, tokenOf } from '../../support/line.ts';

const refusalOf = (work: Promise<unknown>): Promise<ApiProblem> =>
  work.then(
    () => {
      throw new Error('it was accepted');
    },
    (problem: unknown) => {
      if (problem instanceof ApiProblem) return problem;
      throw problem;
    },
  );

const post = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${line().apiUrl}/api/v1/experiments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf('experimenter')}`,
      'idempotency-key': crypto.randomUUID(),
      ...headers,
    },
    body,
  });

test('an unknown template is named, with those that exist', async () => {
  const client = await clientOf('experimenter');
  const problem = await refusalOf(
    client.createExperiment({
      body: firstExperiment(clusterId(), {
        name: 'unknown template',
        candidatePipeline: { template: TemplateName.parse('top-kay'), parameters: {} },
      }),
    }),
  );
  expect(problem.status).toBeGreaterThanOrEqual(404);
  expect(`${problem.message} ${problem.errors.map(({ message }) => message).join(' ')}`).toMatch(/top-kay.*top-k/s);
});

test('a guardrail without a margin is refused at its field', async () => {
  const response = await post(
    JSON.stringify({
      name: 'margin missing',
      baseline_pipeline: { template: 'baseline' },
      candidate_pipeline: { template: 'top-k' },
      targets: [{ cluster_id: clusterId() }],
      success_criteria: [
        { role: 'primary', metric: 'exported_points', minimum_saving_ratio: 0.05 },
        { role: 'guardrail', metric: 'critical_coverage' },
      ],
    }),
  );
  expect(response.status).toBe(422);
  const problem = await response.json();
  expect(problem).toMatchObject({ code: 'VALIDATION_FAILED' });
  expect(problem.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain(
    '/success_criteria/1/margin_ratio',
  );
});

test('unreadable JSON is 400 and says so', async () => {
  const response = await post('{"name": ');
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'MALFORMED_REQUEST' });
});

test('a field that nobody knows is refused, so that nothing is silently ignored', async () => {
  const response = await post(JSON.stringify({ name: 'smuggled', tenant_id: 'other', state: 'promoted' }));
  expect(response.status).toBe(422);
  expect((await response.json()).errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
    expect.arrayContaining(['/tenant_id', '/state']),
  );
});

test('no token, an altered one and one of the wrong kind are 401', async () => {
  const token = await tokenOf('viewer');
  const altered = `${token.slice(0, -6)}${token.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}`;
  const ask = async (authorization?: string) =>
    (
      await fetch(`${line().apiUrl}/api/v1/experiments`, {
        headers: authorization === undefined ? {} : { authorization },
      })
    ).status;
  expect(await ask()).toBe(401);
  expect(await ask(`Bearer ${altered}`)).toBe(401);
  expect(await ask('Bearer none')).toBe(401);
});

test('a viewer who wants to create is told which role may', async () => {
  const viewer = await clientOf('viewer');
  const problem = await refusalOf(
    viewer.createExperiment({ body: firstExperiment(clusterId(), { name: 'by a viewer' }) }),
  );
  expect(problem).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(problem.message).toMatch(/experimenter/);
});

test('a stale version is refused with the current one', async () => {
  const client = await clientOf('experimenter');
  const { body } = await client.createExperiment({ body: firstExperiment(clusterId(), { name: 'stale version' }) });
  const problem = await refusalOf(
    client.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version + 7 }),
  );
  expect(problem).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' });
});

test('the same key does the work once', async () => {
  const client = await clientOf('experimenter');
  const key = crypto.randomUUID();
  const settings = firstExperiment(clusterId(), { name: 'only once' });
  const [first, second] = [
    await client.createExperiment({ body: settings, idempotencyKey: key }),
    await client.createExperiment({ body: settings, idempotencyKey: key }),
  ];
  expect(second.body.id).toBe(first.body.id);
  const other = await refusalOf(
    client.createExperiment({ body: { ...settings, name: 'something else' }, idempotencyKey: key }),
  );
  expect(other).toMatchObject({ status: 409, code: 'IDEMPOTENCY_CONFLICT' });
});

test('a cluster at an address that the stage does not list is refused', async () => {
  const admin = await clientOf('admin');
  const problem = await refusalOf(
    admin.registerCluster({
      body: {
        name: 'elsewhere',
        access: { kind: 'direct', endpoint: 'https://169.254.169.254:443', caPem: line().caPem, tokenSecret: 'x' },
        namespace: 'phoenix-exp',
        metrics: { kind: 'url', url: line().prometheusUrl },
        remoteWriteUrl: line().remoteWriteUrl,
      },
    }),
  );
  expect(problem).toMatchObject({ status: 422, code: 'ADDRESS_NOT_ALLOWED' });
});

test('a cluster whose secret is missing is told as unreachable; an experiment on it is refused and leaves nothing behind', async () => {
  const admin = await clientOf('admin');
  const dead = (
    await admin.registerCluster({
      body: {
        name: 'dead-cluster',
        access: {
          kind: 'direct',
          endpoint: line().kubernetesUrl,
          caPem: line().caPem,
          tokenSecret: 'phoenix/local/cluster-secrets/nobody',
        },
        namespace: 'phoenix-exp',
        metrics: { kind: 'url', url: line().prometheusUrl },
        remoteWriteUrl: line().remoteWriteUrl,
      },
    })
  ).body;
  const { body } = await admin.createExperiment({ body: firstExperiment(dead.id, { name: 'on a dead cluster' }) });
  const problem = await refusalOf(admin.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version }));
  expect(problem).toMatchObject({ status: 422, code: 'DEPLOYMENT_NODES_NOT_FOUND' });
  const seen = await eventually(
    'the worker to say that the cluster does not answer',
    60,
    async () => (await admin.getCluster({ params: { clusterId: dead.id } })).body,
    ({ health }) => health === 'unreachable',
  );
  expect(seen.healthMessage).toMatch(/secret|credential|token/i);
  expect(await objectsOnCluster(body.id)).toEqual([]);
}, 120_000);

test('a metrics source that does not answer gives missing slots with their reason, and never a verdict about the candidate', async () => {
  const admin = await clientOf('admin');
  const { body: working } = await admin.getCluster({ params: { clusterId: clusterId() } });
  if (working.settings.access.kind !== 'direct') throw new Error('the local cluster is a direct one');
  const blind = (
    await admin.registerCluster({
      body: {
        ...working.settings,
        name: 'blind-cluster',
        // nothing of Prometheus' query API lives below this path
        metrics: { kind: 'url', url: `${line().prometheusUrl}/nothing-here` },
      },
    })
  ).body;
  await eventually(
    'the inventory of the blind cluster',
    60,
    async () => (await admin.listClusterNodes({ params: { clusterId: blind.id } })).body.items,
    (nodes) => nodes.length > 0,
  );
  const node = line().nodes[6] ?? '';
  const { body } = await admin.createExperiment({
    body: firstExperiment(blind.id, {
      name: 'blind',
      targets: [{ clusterId: blind.id, nodeNames: [node] }],
      durationSeconds: 36,
      warmupSeconds: 5,
    }),
  });
  await admin.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version });
  const ended = await reaches(admin, body.id, ['ended', 'rolled_back'], 240);
  // the store failed, not the candidate: an error is never a pass and never harm
  expect(ended.verdict?.verdict, ended.verdict?.sentence).toBe('error_infrastructure');
  for (const { effect, lower, upper, candidateMean } of ended.verdict?.onMeasuredNodes ?? []) {
    expect([effect, lower, upper, candidateMean]).toEqual([null, null, null, null]);
  }
  expect(`${ended.verdict?.sentence} ${ended.reason}`).toMatch(/prometheus|metrics|measure|slot/i);
  await eventually(
    'nothing to be left',
    60,
    () => objectsOnCluster(body.id),
    (objects) => objects.length === 0,
  );
  const series = (
    await admin.getExperimentMetrics({ params: { experimentId: body.id }, query: { metric: 'exported_points' } })
  ).body;
  expect(series.slots.length).toBeGreaterThan(0);
  for (const { pooled } of series.variants) {
    expect(pooled.every((reading) => 'missing' in reading)).toBe(true);
  }
}, 400_000);

test('a client without a token is refused before anything is read', async () => {
  const problem = await refusalOf(makeClient({ baseUrl: line().apiUrl }).listExperiments({}));
  expect(problem).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
});
