import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Isolation, KubeletSettings } from '../kubelet/settings.ts';
import type { Children } from '../processes/child.ts';
import { childEnvironment, isRoot } from '../processes/machine.ts';
import { waitForOrElse } from '../processes/wait.ts';
import { COLLECTOR_VERSION } from '../toolchain/build.ts';
import type { ClusterWithNodes } from './control-plane.ts';
import { isStatus, makeKubernetesApi } from './kubernetes-api.ts';

export interface NodeProcess {
  /** Name of the Node object: `phoenix-1`, `phoenix-2`… */
  readonly name: string;
  readonly logFile: string;
  /** `own-root`: pods see their mounts only. `shared-root`: this machine does not permit mount namespaces. */
  readonly isolation: 'own-root' | 'shared-root';
}

export interface NodesOptions {
  readonly cluster: ClusterWithNodes;
  readonly collectorProgram: string;
  readonly stateFolder: string;
  readonly targetsFolder: string;
  readonly networkNumber: number;
  /** Further programs by image, beside the collector's. */
  readonly images?: Readonly<Record<string, { readonly program: string }>>;
  readonly isolation?: Isolation;
  readonly abort?: AbortSignal;
}

export const nodeNamesOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `phoenix-${index + 1}`);

/** What a pod may mount of the node: the kernel's view of processes and devices, and nothing that holds secrets. */
export const ALLOWED_HOST_PATHS = ['/proc', '/sys'] as const;

/** The collector's images, as far as they have the components that are compiled in here. */
export const collectorImages = (program: string): Readonly<Record<string, { readonly program: string }>> => ({
  'otel/opentelemetry-collector-contrib': { program },
  'open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib': { program },
  [`phoenix/collector:${COLLECTOR_VERSION}`]: { program },
});

/** Starts one process per node. Resolves when the cluster may schedule on all of them. */
export const startNodes = async (children: Children, options: NodesOptions): Promise<readonly NodeProcess[]> => {
  const isolation = options.isolation ?? findIsolation();
  const names = Object.keys(options.cluster.nodeTokens);
  const nodes = await Promise.all(names.map((name, index) => startNode(children, options, name, index + 1, isolation)));
  return nodes;
};

/** The best way to run containers that this machine permits. */
export const findIsolation = (): Isolation => {
  const permits = (...flags: readonly string[]): boolean =>
    process.platform === 'linux' &&
    spawnSync('unshare', [
      ...flags,
      '--propagation',
      'private',
      'sh',
      '-c',
      'mount -t tmpfs none /tmp && setpriv --version',
    ]).status === 0;
  if (isRoot() && permits('-m')) return 'mount-namespace';
  return permits('-Urm') ? 'user-namespace' : 'shared-root';
};

const startNode = async (
  children: Children,
  { cluster, collectorProgram, stateFolder, targetsFolder, networkNumber, images, abort }: NodesOptions,
  name: string,
  nodeNumber: number,
  isolation: Isolation,
): Promise<NodeProcess> => {
  const folder = join(stateFolder, 'nodes', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const settings: KubeletSettings = {
    nodeName: name,
    networkNumber,
    nodeNumber,
    endpoint: cluster.endpoint,
    caPem: cluster.caPem,
    token: cluster.nodeTokens[name] ?? '',
    kubernetesVersion: cluster.kubernetesVersion,
    images: { ...collectorImages(collectorProgram), ...images },
    isolation,
    allowedHostPaths: [...ALLOWED_HOST_PATHS],
    folder,
    targetsFile: join(targetsFolder, `${name}.json`),
    leaseSeconds: 40,
  };
  const settingsFile = join(folder, 'settings.json');
  writeFileSync(settingsFile, JSON.stringify(settings), { mode: 0o600 });
  const child = children.start({
    name: `node ${name}`,
    command: process.execPath,
    args: [join(import.meta.dirname, 'kubelet-main.ts'), settingsFile],
    env: childEnvironment(),
    logFile: join(stateFolder, 'logs', `node-${name}.log`),
    graceSeconds: 6,
  });
  const api = makeKubernetesApi({ ...cluster, token: cluster.adminToken });
  await waitForOrElse(
    { what: `node ${name} to take pods`, deadlineSeconds: 60, ...(abort === undefined ? {} : { abort }) },
    child.died,
    async () => ((await takesPods(api, name)) ? true : undefined),
  );
  api.close();
  return { name, logFile: child.logFile, isolation: isolation === 'shared-root' ? 'shared-root' : 'own-root' };
};

interface NodeObject {
  readonly spec: { readonly taints?: readonly unknown[] };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

// ready, and the cluster has taken its "not ready" taint away
const takesPods = async (api: ReturnType<typeof makeKubernetesApi>, name: string): Promise<boolean> => {
  try {
    const { spec, status } = await api.request<NodeObject>('GET', `/api/v1/nodes/${name}`);
    const isReady =
      status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
    return isReady && (spec.taints ?? []).length === 0;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw error;
  }
};
