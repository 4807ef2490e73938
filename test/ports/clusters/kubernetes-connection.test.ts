import { createHash } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../../local/processes/ports.ts';
import type { ClusterCredentials } from '../../../src/clusters/adapters/cluster-credentials.ts';
import {
  type KubernetesConnection,
  kubernetesConnection,
} from '../../../src/clusters/adapters/kubernetes-connection.ts';
import { realPatience } from '../../../src/clusters/adapters/kubernetes-patience.ts';
import type { VariantReadiness } from '../../../src/clusters/domain/cluster.ts';
import { OWNER } from '../../../src/clusters/domain/marks.ts';
import { recogniseCollectors } from '../../../src/clusters/domain/recognise-collectors.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { collectorObjects } from '../../../src/pipelines/domain/collector-objects.ts';
import { NO_NEEDS, type RenderedPipeline, TemplateName } from '../../../src/pipelines/domain/template.ts';
import { incumbentObjects } from '../../support/incumbents.ts';
import {
  accepted,
  type ClusterBench,
  collectorOf,
  describeClusterConnection,
  epoch,
  settingsOf,
  T0,
} from './cluster-connection-suite.ts';
import { describeOnboarding } from './onboarding-suite.ts';
import { NODES, type RealCluster, startRealCluster } from './real-cluster.ts';

const patience = realPatience(systemClock, systemIds);

const credentialsOf = (
  { access }: RealCluster,
  tokens: readonly string[],
  endpoint = access.endpoint,
): ClusterCredentials & { readonly asked: () => number } => {
  let forgotten = 0;
  return {
    endpoint,
    caPem: access.caPem,
    token: async () => accept(tokens[Math.min(forgotten, tokens.length - 1)] ?? ''),
    forgetToken: () => {
      forgotten += 1;
    },
    asked: () => forgotten,
  };
};

let cluster: RealCluster;
let connection: KubernetesConnection;
let bench: ClusterBench;

const open = (namespace: string, tokens: readonly string[]): KubernetesConnection =>
  kubernetesConnection(credentialsOf(cluster, tokens), { namespace, patience });

beforeAll(async () => {
  cluster = await startRealCluster();
  const { namespace, phoenixToken } = cluster.access;
  connection = open(namespace, [phoenixToken]);
  bench = {
    connection,
    namespace,
    putForeign: async (object) => {
      await cluster.admin.request('POST', `/api/v1/namespaces/${namespace}/configmaps`, {
        type: 'application/json',
        content: object,
      });
    },
    hasForeign: async (objects) => {
      for (const object of objects) await cluster.putForeign(object);
    },
    ends: (job, exitCode, message) =>
      cluster.reportJobPod(job, {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: [
          {
            name: 'check',
            image: 'example.test/collector:1',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message } },
          },
        ],
      }),
    becomes: (variant, node, state) => cluster.reportPod(variant, node, podStatusFor(state)),
  };
});

afterAll(async () => {
  await connection?.close();
  await cluster?.stop();
});

/** What a kubelet reports of a pod in this state. */
const podStatusFor = ({ status, restarts, message }: Omit<VariantReadiness['nodes'][number], 'node'>): object => {
  const isReady = status === 'ready';
  const container = (state: object, lastState: object = {}) => ({
    phase: 'Running',
    conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
    containerStatuses: [
      {
        name: 'collector',
        image: 'example.test/collector:1',
        imageID: '',
        ready: isReady,
        restartCount: restarts,
        state,
        lastState,
      },
    ],
  });
  if (status !== 'failing') return container({ running: { startedAt: '2026-11-21T09:40:00Z' } });
  return container(
    { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container' } },
    { terminated: { exitCode: 1, reason: 'Error', message } },
  );
};

describe('the connection keeps the promises of its port on a real API server', () => {
  describeClusterConnection(() => bench);
});

describeOnboarding(
  () => cluster,
  (namespace, token) => open(namespace, [token]),
);

describe('what only a real API server can judge', () => {
  const one = (owner: string, object: object) => ({
    owner,
    epoch: epoch(1),
    expiresAt: null,
    objects: [{ ...collectorOf(owner, owner, ['node-a']), ...object }],
  });

  test('a misspelt field is refused with the name of the field, at once', async () => {
    const { spec } = collectorOf('exp-typo', 'v', ['node-a']);
    const startedAt = performance.now();
    const refused = await connection.apply(one('exp-typo', { spec: { ...Object(spec), tmplate: {} } }));
    expect(refused).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-rejected-object', message: expect.stringContaining('tmplate') },
    });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await connection.remove('exp-typo', epoch(1));
  });

  test('settings that were made immutable cannot be changed in place', async () => {
    const settings = { ...settingsOf('exp-fixed', 'v', 'a'), immutable: true };
    const wanted = { owner: 'exp-fixed', epoch: epoch(1), expiresAt: null, objects: [settings] };
    accepted(await connection.apply(wanted));
    const changed = { ...wanted, objects: [{ ...settingsOf('exp-fixed', 'v', 'b'), immutable: true }] };
    expect(await connection.apply(changed)).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-rejected-object', message: expect.stringContaining('immutable') },
    });
  });

  test('every kind that we deploy can be written with our rights', async () => {
    const named = (kind: string, apiVersion: string, rest: object) => ({
      apiVersion,
      kind,
      metadata: { name: 'exp-kinds-v' },
      ...rest,
    });
    const selector = { matchLabels: { app: 'v' } };
    const template = {
      metadata: { labels: { app: 'v' } },
      spec: { containers: [{ name: 'c', image: 'example.test/c:1' }] },
    };
    const objects = [
      named('ConfigMap', 'v1', { data: {} }),
      named('ServiceAccount', 'v1', { automountServiceAccountToken: false }),
      named('Service', 'v1', { spec: { clusterIP: 'None', selector: { app: 'v' }, ports: [{ port: 8888 }] } }),
      named('DaemonSet', 'apps/v1', { spec: { selector, template } }),
      named('Deployment', 'apps/v1', { spec: { replicas: 0, selector, template } }),
      named('NetworkPolicy', 'networking.k8s.io/v1', { spec: { podSelector: selector, policyTypes: ['Ingress'] } }),
      named('PodDisruptionBudget', 'policy/v1', { spec: { selector, maxUnavailable: 1 } }),
      named('Job', 'batch/v1', {
        spec: { suspend: true, template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
      }),
    ];
    const wanted = { owner: 'exp-kinds', epoch: epoch(1), expiresAt: null, objects };
    expect(accepted(await connection.apply(wanted, { dryRun: true }))).toEqual({ applied: 9 });
    expect(accepted(await connection.apply(wanted))).toEqual({ applied: 9 });
    expect(accepted(await connection.objects('exp-kinds'))).toHaveLength(9);
  });

  test('both variants of an experiment live on one node and leave nothing behind', async () => {
    const rendered = (content: string): RenderedPipeline => ({
      template: TemplateName.parse('baseline'),
      version: '1.0.0',
      pipeline: null,
      parameters: {},
      yaml: content,
      sha256: createHash('sha256').update(content).digest('hex'),
      explanation: [],
      collectionIntervalSeconds: 10,
      slowestIntervalSeconds: 10,
      needs: NO_NEEDS,
    });
    const owner = 'exp-000000000pod';
    const wish = (variant: 'baseline' | 'candidate') => ({
      owner,
      epoch: epoch(1),
      variant,
      rendered: rendered(variant),
      nodeNames: [...NODES],
      image: 'example.test/collector:1',
      clusterName: 'ports',
      remoteWriteUrl: 'https://metrics.example.com/api/v1/write',
    });
    for (const variant of ['baseline', 'candidate'] as const) {
      const objects = collectorObjects(wish(variant));
      accepted(await connection.apply({ owner, epoch: epoch(1), expiresAt: null, objects }));
    }
    for (const variant of ['baseline', 'candidate']) {
      for (const node of NODES) {
        await cluster.reportPod(variant, node, podStatusFor({ status: 'ready', restarts: 0, message: null }));
      }
    }
    const ready = accepted(await connection.readiness(owner, epoch(1)));
    expect(ready.map(({ variant, desired, ready: count }) => [variant, desired, count])).toEqual([
      ['baseline', 2, 2],
      ['candidate', 2, 2],
    ]);
    // a DaemonSet counts until its pods have ended, which is for the kubelet to say
    expect(accepted(await connection.remove(owner, epoch(1))).remaining).toBeGreaterThanOrEqual(2);
    await cluster.endPods();
    await expect
      .poll(async () => accepted(await connection.remove(owner, epoch(1))).remaining, { timeout: 60_000 })
      .toBe(0);
    const left = await cluster.admin.request<{ readonly items: readonly unknown[] }>(
      'GET',
      `/api/v1/namespaces/${cluster.access.namespace}/pods?labelSelector=${encodeURIComponent(`${OWNER}=${owner}`)}`,
    );
    expect(left.items).toEqual([]);
  });

  test('a namespace that is not there is named as what is missing', async () => {
    const elsewhere = open('phoenix-nowhere', [cluster.access.adminToken]);
    const refused = await elsewhere.apply({ owner: 'exp-ns0', epoch: epoch(1), expiresAt: null, objects: [] });
    expect(refused).toMatchObject({ accepted: false, refusal: { code: 'cluster-namespace-missing' } });
    await elsewhere.close();
  });

  test('another namespace is forbidden to us, and the message is that of the server', async () => {
    const elsewhere = open('kube-system', [cluster.access.phoenixToken]);
    expect(await elsewhere.objects()).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-forbidden', message: expect.stringContaining('phoenix') },
    });
    await elsewhere.close();
  });

  test('a refused token is asked for again, once', async () => {
    const { namespace, phoenixToken } = cluster.access;
    const stale = open(namespace, ['not-a-token', phoenixToken]);
    expect((await stale.nodes()).accepted).toBe(true);
    await stale.close();
    const never = open(namespace, ['not-a-token', 'neither']);
    expect(await never.nodes()).toMatchObject({ accepted: false, refusal: { code: 'cluster-unauthorized' } });
    await never.close();
  });

  test('an address where nobody listens is unreachable after five tries', async () => {
    const [port] = await freePorts(1);
    let pauses = 0;
    const impatient = { ...patience, sleep: async () => void pauses++ };
    const nobody = kubernetesConnection(credentialsOf(cluster, ['t'], `https://127.0.0.1:${port}`), {
      namespace: 'phoenix-exp',
      patience: impatient,
    });
    expect(await nobody.nodes()).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-unreachable', message: expect.stringContaining('ECONNREFUSED') },
    });
    expect(pauses).toBe(4);
    await nobody.close();
  });

  test('a server that another authority vouches for is not talked to', async () => {
    const { endpoint, phoenixToken, namespace } = cluster.access;
    const untrusting = { ...credentialsOf(cluster, [phoenixToken], endpoint), caPem: rootCertificates[0] ?? '' };
    const stranger = kubernetesConnection(untrusting, { namespace, patience: { ...patience, sleep: async () => {} } });
    expect(await stranger.nodes()).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-unreachable', message: expect.stringContaining('certificate') },
    });
    await stranger.close();
  });

  test('two epochs that write at the same time end with the newer one, whole', async () => {
    const wanted = (number: number) => ({
      owner: 'exp-race',
      epoch: epoch(number),
      expiresAt: null,
      objects: Array.from({ length: 6 }, (_, i) => settingsOf(`exp-race-${i}`, 'v', `epoch: ${number}`)),
    });
    for (let round = 1; round <= 5; round++) {
      const [older, newer] = [round * 2 - 1, round * 2];
      const outcomes = await Promise.all([connection.apply(wanted(older)), connection.apply(wanted(newer))]);
      expect(outcomes[1]).toMatchObject({ accepted: true });
      const epochs = new Set(accepted(await connection.objects('exp-race')).map(({ epoch: is }) => is));
      expect([...epochs]).toEqual([newer]);
    }
  });

  test('the objects of the operator are found once its kind is known, and looking changes nothing of anybody', async () => {
    expect(accepted(await connection.workloads()).objects.map(({ kind }) => kind)).not.toContain(
      'OpenTelemetryCollector',
    );
    await cluster.installOperatorKind();
    const theirs = incumbentObjects('operator-daemonset');
    for (const object of theirs) await cluster.putForeign(object);
    // the status of a DaemonSet changes by itself
    const versions = () =>
      Promise.all(theirs.filter(({ kind }) => kind !== 'DaemonSet').map((each) => cluster.foreignVersion(each)));
    const before = await versions();
    const { objects } = accepted(await connection.workloads());
    const found = recogniseCollectors(objects).find(({ seen }) => seen.workload.namespace === 'telemetry');
    expect(found).toMatchObject({
      seen: { managedBy: { kind: 'operator', name: 'node-agent' }, product: 'opentelemetry' },
      places: [{ kind: 'config_map', name: 'node-agent-collector-4d5e6f70', key: 'collector.yaml' }],
      ofOperator: { kind: 'text', text: expect.stringContaining('host_metrics') },
    });
    expect(before).toHaveLength(2);
    expect(await versions()).toEqual(before);
  });

  test('preflight names every right that is missing and every right too much', async () => {
    const { namespace, adminToken, phoenixToken } = cluster.access;
    const administrator = open(namespace, [adminToken]);
    const tooMuch = accepted(await administrator.preflight(T0));
    expect(tooMuch.passed).toBe(true);
    expect(tooMuch.checks.filter(({ passed }) => !passed).map(({ name }) => name)).toContain(
      'must-not-use-secrets-cluster',
    );
    await administrator.close();

    const stranger = open('kube-system', [phoenixToken]);
    const tooLittle = accepted(await stranger.preflight(T0));
    expect(tooLittle.passed).toBe(false);
    const missing = tooLittle.checks.filter(({ passed }) => !passed);
    expect(missing.map(({ name }) => name)).toEqual(expect.arrayContaining(['namespace', 'may-use-daemonsets.apps']));
    expect(missing.every(({ fix }) => fix !== null)).toBe(true);
    await stranger.close();

    const ours = accepted(await connection.preflight(T0));
    expect(ours.checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(ours.checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['namespace', 'pod-security', 'nodes']));
  });
});
