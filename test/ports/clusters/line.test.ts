import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as api } from '../../../functions/api-clusters/handler.ts';
import { handler as worker } from '../../../functions/reconcile-clusters/handler.ts';
import { dynamodbMemberStore } from '../../../src/access/adapters/dynamodb-members.ts';
import { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { startTestStore, type TestStore } from '../../support/prometheus.ts';
import { NODES, type RealCluster, startRealCluster } from './real-cluster.ts';

// From a request to a Kubernetes API and back: both functions as they deploy, tables, queue and secrets of the emulator,
// a real control plane and a real Prometheus. Messages are carried from the queue to the worker by hand.

const ACME = TenantId.parse('acme');
const ANNA = UserId.parse('anna');
const context = { awsRequestId: 'line', getRemainingTimeInMillis: () => 60_000 };

let cloud: TestCloud;
let cluster: RealCluster;
let store: TestStore;
let sqs: SQSClient;
let queueUrl = '';

beforeAll(async () => {
  [cloud, cluster, store] = await Promise.all([startTestCloud(), startRealCluster(), startTestStore()]);
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: 'cluster-work' }))).QueueUrl ?? '';
  const auditTrail = await sqs.send(new CreateQueueCommand({ QueueName: 'audit-trail' }));
  const auditTrailUrl = auditTrail.QueueUrl ?? '';
  const secrets = new SecretsManagerClient({});
  const put = (name: string, text: string) => secrets.send(new CreateSecretCommand({ Name: name, SecretString: text }));
  await put('line/cursor-key', 'a key for cursors');
  await put('line/cluster-secrets/acme/lab', cluster.access.phoenixToken);
  Object.assign(process.env, {
    CORE_TABLE_NAME: cloud.tableNameOf('core'),
    EPHEMERAL_TABLE_NAME: cloud.tableNameOf('ephemeral'),
    CLUSTER_WORK_QUEUE_URL: queueUrl,
    AUDIT_TRAIL_QUEUE_URL: auditTrailUrl,
    CURSOR_KEY_SECRET_NAME: 'line/cursor-key',
    CLUSTER_SECRETS_NAME_PREFIX: 'line/cluster-secrets/',
    EKS_CLUSTERS_REGION: 'eu-west-1',
    EXPERIMENT_MACHINE_MACHINE_ARN: 'arn:aws:states:eu-west-1:000000000000:stateMachine:line',
    SETTING_STAGE_NAME: 'line',
    SETTING_ALLOWED_DIRECT_CLUSTERS: JSON.stringify([new URL(cluster.access.endpoint).host]),
    SETTING_ALLOWED_METRIC_SOURCES: new URL(store.prometheus.url).host,
    MANAGED_PROMETHEUS_REGION: 'eu-west-1',
  });
  const members = dynamodbMemberStore({ table: cloud.tableOf('core'), clock: systemClock, ids: systemIds });
  const now = systemClock.now();
  await members.createTenant({ id: ACME, name: 'Acme', isActive: true, createdAt: now });
  await members.commit(
    {
      tenantId: ACME,
      userId: ANNA,
      email: 'anna@example.com',
      roles: ['admin'],
      isActive: true,
      sessionsEndedAt: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
    },
    0,
    [],
    { kind: 'system', id: 'schedule' },
  );
});

afterAll(async () => {
  sqs?.destroy();
  await store?.stop();
  await cluster?.stop();
  await cloud?.stop();
});

const request = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
  const answer = await api(
    {
      version: '2.0',
      rawPath: `/api/v1${path}`,
      rawQueryString: '',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isBase64Encoded: false,
      requestContext: {
        requestId: 'line',
        http: { method, path: `/api/v1${path}` },
        authorizer: { jwt: { claims: { sub: ANNA, token_use: 'access', auth_time: '1900000000' } } },
      },
    },
    context,
  );
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body === '' ? null : JSON.parse(answer.body),
  };
};

const key = (name: string) => ({ 'idempotency-key': `line-${name}` });

/** Everything that is in the queue now, through the worker; answers how many messages there were. */
const workOff = async (): Promise<number> => {
  let count = 0;
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (messages.length === 0) return count;
    count += messages.length;
    const Records = messages.map(({ MessageId, Body }) => ({ messageId: MessageId ?? '', body: Body ?? '' }));
    expect(await worker({ Records }, context)).toEqual({ batchItemFailures: [] });
    for (const { ReceiptHandle } of messages) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
};

const registration = (name: string, tokenSecret = 'lab', endpoint = cluster.access.endpoint) => ({
  name,
  access: { kind: 'direct', endpoint, ca_pem: cluster.access.caPem, token_secret: tokenSecret },
  namespace: cluster.access.namespace,
  metrics: { kind: 'url', url: store.prometheus.url },
  remote_write_url: `${store.prometheus.url}/api/v1/write`,
});

test('a cluster is registered, looked at, checked, and forgotten', async () => {
  const registered = await request('POST', '/clusters', registration('lab'), key('register'));
  expect(registered).toMatchObject({ status: 201, body: { health: 'unknown', nodes_seen_at: null } });
  const { id } = registered.body;
  expect(await workOff()).toBe(1);

  const looked = await request('GET', `/clusters/${id}`);
  expect(looked).toMatchObject({ status: 200, body: { health: 'reachable', object_count: 0 } });
  const nodes = await request('GET', `/clusters/${id}/nodes`);
  expect(nodes.body.items.map(({ name }: { name: string }) => name)).toEqual([...NODES]);

  const asked = await request('POST', `/clusters/${id}/preflight`, undefined, key('check'));
  expect(asked).toMatchObject({ status: 202, body: { state: 'pending' } });
  await workOff();
  const operation = await request('GET', `/operations/${asked.body.id}`);
  expect(operation).toMatchObject({ body: { state: 'succeeded', result: { passed: true } } });
  expect((await request('GET', `/clusters/${id}`)).body.preflight).toMatchObject({
    passed: true,
    kubernetes_version: cluster.access.kubernetesVersion.replace(/^v?/, 'v'),
    checks: expect.arrayContaining([
      expect.objectContaining({ name: 'metrics-source', message: `${store.prometheus.url} answers queries` }),
    ]),
  });

  const objects = await request('POST', `/clusters/${id}/objects`, undefined, key('objects'));
  await workOff();
  expect((await request('GET', `/operations/${objects.body.id}`)).body.result).toEqual({ items: [] });

  const { yaml } = (await request('GET', `/clusters/${id}/onboarding`)).body;
  expect(yaml).toContain('kind: ValidatingAdmissionPolicy');

  const { headers } = await request('GET', `/clusters/${id}`);
  const removed = await request('DELETE', `/clusters/${id}`, undefined, { 'if-match': headers['etag'] ?? '' });
  expect(removed.status).toBe(204);
  expect((await request('GET', `/clusters/${id}`)).status).toBe(404);
});

test('a tick looks at every cluster', async () => {
  const registered = await request('POST', '/clusters', registration('ticked'), key('ticked'));
  await workOff();
  await worker({}, context);
  expect(await workOff()).toBeGreaterThanOrEqual(1);
  expect((await request('GET', `/clusters/${registered.body.id}`)).body.health).toBe('reachable');
});

test('a cluster that the stage does not list is refused with the place in the body', async () => {
  const elsewhere = registration('elsewhere', 'lab', 'https://127.0.0.1:1');
  const refused = await request('POST', '/clusters', elsewhere, key('elsewhere'));
  expect(refused).toMatchObject({
    status: 422,
    body: { code: 'ADDRESS_NOT_ALLOWED', errors: [{ pointer: '/access/endpoint' }] },
  });
});

test('a token that is nowhere makes the cluster unreachable and says what to do', async () => {
  const registered = await request('POST', '/clusters', registration('no-token', 'nowhere'), key('no-token'));
  await workOff();
  expect((await request('GET', `/clusters/${registered.body.id}`)).body).toMatchObject({
    health: 'unreachable',
    health_message: expect.stringContaining('line/cluster-secrets/acme/nowhere'),
  });
});

test('a metrics source that has died fails the preflight of a cluster that is well', async () => {
  const registered = await request('POST', '/clusters', registration('blind'), key('blind'));
  await store.children.stopAll();
  const asked = await request('POST', `/clusters/${registered.body.id}/preflight`, undefined, key('check-blind'));
  await workOff();
  const { result } = (await request('GET', `/operations/${asked.body.id}`)).body;
  expect(result.passed).toBe(false);
  expect(result.checks.filter(({ passed }: { passed: boolean }) => !passed)).toEqual([
    {
      name: 'metrics-source',
      passed: false,
      severity: 'blocking',
      message: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ does not answer \(connect ECONNREFUSED/),
      fix: expect.stringContaining('start the Prometheus there and check again'),
    },
  ]);
});
