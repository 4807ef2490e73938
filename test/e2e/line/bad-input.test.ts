import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { firstExperiment } from '../../../local/first-experiment.ts';
import type { Role } from '../../../src/access/domain/permissions.ts';
import { makeClient } from '../../../src/client/client.ts';
import { ApiProblem } from '../../../src/client/problem.ts';
import type { Cluster, ClusterSettings } from '../../../src/clusters/domain/cluster.ts';
import type { ExperimentView } from '../../../src/experiments/contract/views.ts';
import type { ClusterId } from '../../../src/kernel/identity.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { runPhoenix } from '../../support/cli.ts';
import {
  clientOf,
  closedPort,
  clusterId,
  eventually,
  line,
  objectsOnCluster,
  reaches,
  tokenOf,
} from '../../support/line.ts';
import type { Ran } from '../../support/program.ts';
import { layWire } from '../../support/wire.ts';

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

const folder = mkdtempSync(join(tmpdir(), 'phoenix-cli-'));

const phoenix = async (role: Role, args: readonly string[]): Promise<Ran> =>
  runPhoenix(args, {
    PHOENIX_HOME: folder,
    PHOENIX_STATE: folder,
    PHOENIX_API_URL: line().webUrl,
    PHOENIX_TOKEN: await tokenOf(role),
  });

/** The local cluster under another name, reached or measured otherwise. */
const register = async (
  name: string,
  access: { readonly endpoint?: string; readonly tokenSecret?: string },
  change: Partial<ClusterSettings> = {},
): Promise<Cluster> => {
  const admin = await clientOf('admin');
  const { settings } = (await admin.getCluster({ params: { clusterId: clusterId() } })).body;
  if (settings.access.kind !== 'direct') throw new Error('the local cluster is a direct one');
  const body = { ...settings, name, access: { ...settings.access, ...access }, ...change };
  return (await admin.registerCluster({ body })).body;
};

const untilUnreachable = async (id: ClusterId): Promise<Cluster> => {
  const admin = await clientOf('admin');
  return eventually(
    'the worker to say that the cluster does not answer',
    90,
    async () => (await admin.getCluster({ params: { clusterId: id } })).body,
    ({ health }) => health === 'unreachable',
  );
};

const refusesToStartOn = async (id: ClusterId, name: string, because: string): Promise<void> => {
  const admin = await clientOf('admin');
  const { body } = await admin.createExperiment({ body: firstExperiment(id, { name }) });
  const problem = await refusalOf(admin.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version }));
  expect(problem).toMatchObject({ status: 503, code: 'CLUSTER_UNREACHABLE' });
  expect(problem.message).toContain(because);
  expect((await admin.getExperiment({ params: { experimentId: body.id } })).body.state).toBe('draft');
  expect(await objectsOnCluster(body.id)).toEqual([]);
};

/** An experiment on a node that no other file of the suite uses. */
const startOn = async (id: ClusterId, name: string, durationSeconds: number): Promise<ExperimentView> => {
  const admin = await clientOf('admin');
  await eventually(
    `the nodes of ${id}`,
    60,
    async () => (await admin.listClusterNodes({ params: { clusterId: id } })).body.items,
    (nodes) => nodes.length > 0,
  );
  const targets = [{ clusterId: id, nodeNames: [line().nodes[6] ?? ''] }];
  const settings = firstExperiment(id, { name, targets, durationSeconds, warmupSeconds: 5 });
  const { body } = await admin.createExperiment({ body: settings });
  return (await admin.startExperiment({ params: { experimentId: body.id }, ifMatch: body.version })).body;
};

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
  const dead = await register('dead-cluster', { tokenSecret: 'phoenix/local/cluster-secrets/nobody' });
  const seen = await untilUnreachable(dead.id);
  expect(seen.healthMessage).toMatch(/secret|credential|token/i);
  await refusesToStartOn(dead.id, 'on a cluster without a token', seen.healthMessage ?? '');
}, 120_000);

test('a cluster at a port where nothing listens is told as unreachable; a start and a check say what came back', async () => {
  const shut = await register('shut-cluster', { endpoint: `https://127.0.0.1:${closedPort(0)}` });
  const refused = `the cluster does not answer: connect ECONNREFUSED 127.0.0.1:${closedPort(0)}`;
  expect((await untilUnreachable(shut.id)).healthMessage).toBe(refused);
  await refusesToStartOn(shut.id, 'on a shut cluster', `shut-cluster: ${refused}; when that is settled`);
  const checked = await phoenix('admin', ['cluster', 'check', 'shut-cluster']);
  expect(checked.stderr).toContain(`✘ shut-cluster: ${refused}\n  settle this, then ask again`);
  expect([checked.exitCode, checked.stdout]).toEqual([6, '']);
}, 120_000);

test.concurrent('a cluster that dies under an experiment is told by name; stopped meanwhile it ends when the cluster is back, and nothing is left', async () => {
  const admin = await clientOf('admin');
  const wire = layWire(closedPort(1), new URL(line().kubernetesUrl));
  await wire.join();
  const dying = await register('dying-cluster', { endpoint: `https://127.0.0.1:${closedPort(1)}` });
  const begun = await startOn(dying.id, 'under which the cluster dies', 60);
  await reaches(admin, begun.id, ['running'], 120);
  expect(await objectsOnCluster(begun.id)).not.toEqual([]);

  await wire.cut();
  await admin.stopExperiment({ params: { experimentId: begun.id }, ifMatch: '*', body: { reason: 'it is gone' } });
  await reaches(admin, begun.id, ['rolling_back'], 60);
  const { healthMessage } = await untilUnreachable(dying.id);
  const shown = await phoenix('viewer', ['experiment', 'show', begun.id]);
  expect(shown.stdout).toContain(
    `\n! dying-cluster: ${healthMessage}. Collectors there can neither be changed nor removed until it answers.`,
  );

  await wire.join();
  const watched = await phoenix('viewer', ['experiment', 'watch', begun.id]);
  expect(watched.stdout).toContain('A person stopped it: it is gone.');
  expect(watched.exitCode).toBe(15);
  expect(await objectsOnCluster(begun.id)).toEqual([]);
  expect((await phoenix('admin', ['cluster', 'check', 'dying-cluster'])).exitCode).toBe(0);
  await wire.cut();
}, 400_000);

test.concurrent('a metrics source at a port where nothing listens fails the preflight, gives missing slots with their reason, and never a verdict about the candidate', async () => {
  const admin = await clientOf('admin');
  const url = `http://127.0.0.1:${closedPort(2)}`;
  const blind = await register('blind-cluster', {}, { metrics: { kind: 'url', url } });
  const begun = await startOn(blind.id, 'blind', 36);
  const checked = await phoenix('admin', ['cluster', 'check', 'blind-cluster']);
  expect(checked.stdout).toContain(`✘ ${url} does not answer (connect ECONNREFUSED 127.0.0.1:${closedPort(2)})`);
  expect(checked.exitCode).toBe(2);

  const watched = await phoenix('viewer', ['experiment', 'watch', begun.id]);
  const ended = (await admin.getExperiment({ params: { experimentId: begun.id } })).body;
  // the store failed, not the candidate: an error is never a pass and never harm
  expect(ended.verdict?.verdict, ended.verdict?.sentence).toBe('error_infrastructure');
  expect(watched.exitCode).toBe(14);
  expect(watched.stdout).toContain(ended.verdict?.sentence);
  for (const { effect, lower, upper, candidateMean } of ended.verdict?.onMeasuredNodes ?? []) {
    expect([effect, lower, upper, candidateMean]).toEqual([null, null, null, null]);
  }
  expect(`${ended.verdict?.sentence} ${ended.reason}`).toMatch(/prometheus|metrics|measure|slot/i);
  expect(await objectsOnCluster(begun.id)).toEqual([]);
  const series = (
    await admin.getExperimentMetrics({ params: { experimentId: begun.id }, query: { metric: 'exported_points' } })
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
