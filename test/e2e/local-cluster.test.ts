import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, startEnvironment } from '../../local/environment.ts';
import type { Cluster } from '../../local/parts/control-plane.ts';
import {
  apply,
  type KubernetesApi,
  type KubernetesApiError,
  makeKubernetesApi,
} from '../../local/parts/kubernetes-api.ts';
import { pidsMarkedWith, readLife } from '../../local/processes/life.ts';
import { waitFor } from '../../local/processes/wait.ts';
import { kubernetesConnection } from '../../src/clusters/adapters/kubernetes-connection.ts';
import { realPatience } from '../../src/clusters/adapters/kubernetes-patience.ts';
import { Epoch } from '../../src/kernel/identity.ts';
import { accept } from '../../src/kernel/outcome.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { renderPipeline } from '../../src/pipelines/domain/render.ts';
import { settingsCheck } from '../../src/pipelines/domain/settings-check.ts';
import { PipelineChoice } from '../../src/pipelines/domain/template.ts';
import { collectorDaemonSet, collectorSettings, NAMESPACE, settingsMap } from './local-collector.ts';

// A real control plane with two nodes, and real collectors on them that send to a real Prometheus.

const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-local-cluster-'));
let environment: Environment;
let cluster: Cluster;
let admin: KubernetesApi;
let phoenix: KubernetesApi;

beforeAll(async () => {
  environment = await startEnvironment(
    { stateFolder, nodeCount: 2, parts: ['prometheus', 'collector', 'cluster', 'nodes'], scrapeIntervalSeconds: 2 },
    () => {},
  );
  cluster = await environment.ready.cluster;
  await Promise.all([environment.ready.nodes, environment.ready.prometheus]);
  admin = makeKubernetesApi({ ...cluster, token: cluster.adminToken });
  phoenix = makeKubernetesApi({ ...cluster, token: cluster.phoenixToken });
});

afterAll(async () => {
  const life = readLife(stateFolder);
  admin?.close();
  phoenix?.close();
  await environment?.stop();
  expect(life === undefined ? [] : pidsMarkedWith(life.id)).toEqual([]);
  rmSync(stateFolder, { recursive: true, force: true });
});

describe('two collectors as a DaemonSet', () => {
  const owner = 'exp-good';

  test('become ready on both nodes', async () => {
    await deploy(owner, collectorSettings());
    const ready = await waitFor({ what: 'a ready collector on each node', deadlineSeconds: 30 }, async () => {
      const { status } = await daemonSet(owner);
      return status?.numberReady === 2 ? status : undefined;
    });
    expect(ready.desiredNumberScheduled).toBe(2);
  });

  test('send their measurements, stamped with the node that they run on', async () => {
    const nodes = await waitFor({ what: 'process series of both nodes', deadlineSeconds: 30 }, async () => {
      const series = await query(`count by (k8s_node_name) (process_memory_usage_bytes{phx_experiment="${owner}"})`);
      return series.length === 2 ? series.map(({ metric }) => metric['k8s_node_name']).sort() : undefined;
    });
    expect(nodes).toEqual(['phoenix-1', 'phoenix-2']);
  });

  test('are scraped for their own metrics', async () => {
    const series = await waitFor({ what: 'the uptime of both collectors', deadlineSeconds: 30 }, async () => {
      const found = await query(`otelcol_process_uptime{phx_experiment="${owner}"}`);
      return found.length === 2 ? found : undefined;
    });
    expect(new Set(series.map(({ metric }) => metric['k8s_namespace_name']))).toEqual(new Set([NAMESPACE]));
  });

  test('see themselves under the name of their container, and other processes of this machine', async () => {
    const names = await waitFor({ what: 'names of processes', deadlineSeconds: 30 }, async () => {
      const series = await query(`count by (process_executable_name) (process_threads{phx_experiment="${owner}"})`);
      return series.length > 1 ? series.map(({ metric }) => metric['process_executable_name']) : undefined;
    });
    expect(names).toContain('collector');
    expect(names).toContain('kubelite');
  });

  test('leave nothing behind when their owner is deleted', async () => {
    const pids = await collectorPids();
    expect(pids).toHaveLength(2);
    await remove(owner);
    await nothingLeft();
    expect(await collectorPids()).toEqual([]);
  });
});

describe('a collector with settings that it refuses', () => {
  const owner = 'exp-bad';

  test('goes into CrashLoopBackOff and says why', async () => {
    await deploy(owner, collectorSettings({ filterCondition: 'metric.name = !! nil' }));
    const status = await waitFor({ what: 'a crash loop', deadlineSeconds: 30 }, async () => {
      const pods = await podsOf(owner);
      const [state] = pods[0]?.status?.containerStatuses ?? [];
      return state?.state.waiting?.reason === 'CrashLoopBackOff' ? state : undefined;
    });
    expect(status.state).not.toHaveProperty('running');
    expect(status.restartCount).toBeGreaterThanOrEqual(1);
    expect(status.lastState.terminated?.exitCode).toBe(1);
    expect(status.lastState.terminated?.message).toContain('condition has invalid syntax');
  });

  test('leaves nothing behind either', async () => {
    await remove(owner);
    await nothingLeft();
  });
});

describe('the very collector, asked in a job before it is deployed', () => {
  const EPOCH = Epoch.parse(1);

  const ask = async (owner: string, change: (yaml: string) => string) => {
    const choice = PipelineChoice.parse({ template: 'top-k' });
    const frame = { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [] } as const;
    const rendered = renderPipeline(choice, frame, sha256);
    if (!rendered.accepted) throw new Error(rendered.refusal.message);
    const { job, objects } = settingsCheck({
      owner,
      epoch: EPOCH,
      variant: 'candidate',
      rendered: { ...rendered.value, yaml: change(rendered.value.yaml) },
      nodeNames: ['phoenix-1', 'phoenix-2'],
      image: 'otel/opentelemetry-collector-contrib:0.159.0',
      clusterName: 'local',
      remoteWriteUrl: environment.addresses.remoteWrite,
    });
    const { endpoint, caPem, phoenixToken } = cluster;
    const connection = kubernetesConnection(
      { endpoint, caPem, token: async () => accept(phoenixToken), forgetToken: () => {} },
      { namespace: NAMESPACE, patience: realPatience(systemClock, systemIds) },
    );
    try {
      const ended = await connection.runJob({ owner, epoch: EPOCH, expiresAt: null, objects }, job);
      await connection.remove(owner, EPOCH);
      return ended;
    } finally {
      await connection.close();
    }
  };

  afterEach(nothingLeft);

  test('takes what a template renders', async () => {
    expect(await ask('exp-taken', (yaml) => yaml)).toEqual({ accepted: true, value: { is: 'done' } });
  });

  test('says itself what it does not take', async () => {
    const ended = await ask('exp-not-taken', (yaml) =>
      yaml.replace('processors:', 'processors:\n  filter/x: {nam: 1}'),
    );
    expect(ended).toMatchObject({
      accepted: true,
      value: { is: 'refused', message: expect.stringMatching(/filter\/x.*\n?.*invalid keys: nam/s) },
    });
  });
});

describe('what a pod may not do here', () => {
  afterEach(removeAll);

  test('mount a path of the node that is not allowed', async () => {
    const name = 'exp-curious';
    await deploy(name, collectorSettings(), { hostPath: '/etc' });
    const waiting = await waitFor({ what: 'a refused pod', deadlineSeconds: 20 }, async () => {
      const [pod] = await podsOf(name);
      const state = pod?.status?.containerStatuses?.[0]?.state.waiting;
      // at first a pod is only being created
      return state?.reason === 'ContainerCreating' ? undefined : state;
    });
    expect(waiting.reason).toBe('CreateContainerConfigError');
    expect(waiting.message).toContain('hostPath /etc is not allowed on this node');
  });

  test.each([
    ['a file of the node', '/etc/hostname', 'no such file or directory'],
    ['a file of the node through the root of another process', '/hostfs/proc/1/root/etc/hostname', 'permission denied'],
    ['the variables of another process', '/hostfs/proc/1/environ', 'permission denied'],
  ])('read %s', async (_what, settingsPath, refusal) => {
    const [node] = await environment.ready.nodes;
    if (node?.isolation !== 'own-root') return;
    const name = 'exp-spy';
    await deploy(name, collectorSettings(), { job: true, settingsPath });
    const terminated = await waitFor({ what: 'the end of the spying pod', deadlineSeconds: 20 }, async () => {
      const [pod] = await podsOf(name);
      return pod?.status?.containerStatuses?.[0]?.state.terminated ?? undefined;
    });
    expect(terminated.message).toContain(refusal);
  });

  test('run an image that nobody knows', async () => {
    const name = 'exp-unknown';
    await deploy(name, collectorSettings(), { image: 'example.org/unknown:1' });
    const waiting = await waitFor({ what: 'a pod without image', deadlineSeconds: 20 }, async () => {
      const [pod] = await podsOf(name);
      const state = pod?.status?.containerStatuses?.[0]?.state.waiting;
      return state?.reason === 'ErrImagePull' ? state : undefined;
    });
    expect(waiting.message).toContain('example.org/unknown:1');
  });
});

describe('a Job that validates settings', () => {
  afterEach(removeAll);

  const jobs = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;

  test.each([
    ['good settings', collectorSettings(), 'Complete', undefined],
    ['bad settings', collectorSettings({ filterCondition: '!!' }), 'Failed', 'condition has invalid syntax'],
  ])('%s', async (_title, settings, outcome, message) => {
    const name = `validate-${outcome.toLowerCase()}`;
    await deploy(name, settings, { job: true });
    const condition = await waitFor({ what: `the Job to be ${outcome}`, deadlineSeconds: 30 }, async () => {
      const job = await phoenix.request<Job>('GET', `${jobs}/${name}`);
      return job.status.conditions?.find(({ type, status }) => type === outcome && status === 'True');
    });
    expect(condition.type).toBe(outcome);
    const [pod] = await podsOf(name);
    const terminated = pod?.status?.containerStatuses?.[0]?.state.terminated;
    if (message === undefined) expect(terminated?.exitCode).toBe(0);
    else expect(terminated?.message).toContain(message);
  });
});

describe('the rights of user phoenix', () => {
  test('end at secrets and at other namespaces', async () => {
    await expect(phoenix.request('GET', `/api/v1/namespaces/${NAMESPACE}/secrets`)).rejects.toMatchObject({
      status: 403,
    });
    await expect(phoenix.request('GET', '/api/v1/namespaces/default/configmaps')).rejects.toMatchObject({
      status: 403,
    });
    await expect(phoenix.request('GET', '/api/v1/namespaces/default')).rejects.toMatchObject({ status: 403 });
    await expect(phoenix.request('DELETE', '/api/v1/nodes/phoenix-1')).rejects.toMatchObject({ status: 403 });
  });

  test('reach our own labels of a node and no others', async () => {
    const patchLabels = (labels: object) =>
      phoenix.request('PATCH', '/api/v1/nodes/phoenix-1', {
        type: 'application/merge-patch+json',
        content: { metadata: { labels } },
      });
    await patchLabels({ 'phoenix.dev/exp-x': 'both' });
    // a new admission policy takes a moment to be enforced
    const refusal = await waitFor({ what: 'the label policy to refuse', deadlineSeconds: 20 }, () =>
      patchLabels({ 'kubernetes.io/hostname': 'other' }).then(
        () => undefined,
        (error: KubernetesApiError) => error,
      ),
    );
    expect(refusal.status).toBe(422);
    expect(refusal.message).toContain('phoenix may change only node labels that begin with phoenix.dev/');
    await patchLabels({ 'phoenix.dev/exp-x': null });
  });
});

// --- what the sentences above are made of

interface Owned {
  readonly image?: string;
  readonly hostPath?: string;
  readonly job?: boolean;
  readonly settingsPath?: string;
}

/** An owner, and what it owns: as Phoenix does it, by server-side apply with strict validation, as user phoenix. */
const deploy = async (
  name: string,
  settings: string,
  { image, hostPath, settingsPath, job = false }: Owned = {},
): Promise<void> => {
  const maps = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
  const owner = await apply<{ readonly metadata: { readonly uid: string } }>(
    phoenix,
    `${maps}/${name}`,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE } },
    'phoenix',
  );
  owners.add(name);
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: owner.metadata.uid }];
  await apply(phoenix, `${maps}/cfg-${name}`, settingsMap(name, settings, ownerReferences), 'phoenix');
  const { path, object } = collectorDaemonSet({
    name,
    ownerReferences,
    remoteWriteUrl: environment.addresses.remoteWrite,
    ...(image === undefined ? {} : { image }),
    ...(hostPath === undefined ? {} : { hostPath }),
    ...(settingsPath === undefined ? {} : { settingsPath }),
    job,
  });
  await apply(phoenix, path, object, 'phoenix');
};

interface DaemonSet {
  readonly status?: { readonly desiredNumberScheduled: number; readonly numberReady: number };
}
interface Job {
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface PodOnTheWire {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly restartCount: number;
      readonly state: {
        readonly waiting?: { readonly reason: string; readonly message?: string };
        readonly terminated?: { readonly exitCode: number; readonly message?: string };
      };
      readonly lastState: { readonly terminated?: { readonly exitCode: number; readonly message?: string } };
    }[];
  };
}

const daemonSet = (name: string): Promise<DaemonSet> =>
  phoenix.request('GET', `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets/${name}`);

const podsOf = async (name: string): Promise<readonly PodOnTheWire[]> => {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=phoenix.dev%2Fexperiment%3D${name}`;
  return (await phoenix.request<{ readonly items: readonly PodOnTheWire[] }>('GET', path)).items;
};

/** Owners that a test has deployed and not removed yet: also those of a test that failed, or the next ones would, too. */
const owners = new Set<string>();

const remove = async (owner: string): Promise<void> => {
  await phoenix.request('DELETE', `/api/v1/namespaces/${NAMESPACE}/configmaps/${owner}`);
  owners.delete(owner);
};

async function removeAll(): Promise<void> {
  for (const owner of owners) await remove(owner);
  await nothingLeft();
}

const nothingLeft = (): Promise<true> =>
  waitFor({ what: 'all objects of ours to be gone', deadlineSeconds: 30 }, async () => {
    const paths = [
      `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets`,
      `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`,
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      `/api/v1/namespaces/${NAMESPACE}/configmaps`,
    ];
    const lists = await Promise.all(
      paths.map((path) => admin.request<{ readonly items: readonly PodOnTheWire[] }>('GET', path)),
    );
    const left = lists.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
    const ours = left.filter((name) => name !== 'kube-root-ca.crt');
    if (ours.length > 0) throw new Error(`still there: ${ours.join(', ')}`);
    return true as const;
  });

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

const query = async (expression: string): Promise<readonly Series[]> => {
  const url = `${environment.addresses.prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) });
  return ((await answer.json()) as { readonly data: { readonly result: readonly Series[] } }).data.result;
};

/** Processes of this life that are called like the container. */
const collectorPids = async (): Promise<readonly number[]> => {
  const { readFile } = await import('node:fs/promises');
  const marked = pidsMarkedWith(readLife(stateFolder)?.id ?? '');
  const names = await Promise.all(
    marked.map(async (pid) => [pid, (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim()] as const),
  );
  return names.filter(([, name]) => name === 'collector').map(([pid]) => pid);
};
