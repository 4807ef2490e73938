import { asResult } from '../../src/clusters/application/carry-out-cluster-work.ts';
import { clusterRoutes } from '../../src/clusters/contract/routes.ts';
import type { CollectorReport } from '../../src/clusters/domain/collector.ts';
import { ProcessListResult, processListRoutes } from '../../src/experiments/contract/process-list-routes.ts';
import type { OperationId } from '../../src/kernel/identity.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { accept, refuse } from '../../src/kernel/outcome.ts';
import type { ProcessList } from '../../src/pipelines/domain/process-list.ts';
import type { Operation } from '../../src/platform/declare/operation.ts';
import { implement } from '../../src/platform/http/implement.ts';
import type { World } from './fixture-world.ts';
import { reportOn } from './incumbents.ts';
import { T0 } from './platform.ts';

export const nothingThere = (what: string) => refuse('resource-not-found', `there is no ${what}`);

export const servedClusters = (world: World) => {
  const operation = (kind: string, subject: string, result: Operation['result']): Operation => {
    const id = `op-fixture0000${world.operations.size + 1}` as OperationId;
    const made: Operation = {
      id,
      kind,
      subject,
      state: 'pending',
      createdAt: T0,
      finishedAt: null,
      result: null,
      problem: null,
    };
    world.operations.set(id, { ...made, result, asks: 0 });
    return made;
  };
  let report: CollectorReport | null = null;
  const known = (id: string) => world.clusters.find((each) => each.id === id);
  const processes = implement(processListRoutes, {
    listNodeProcesses: async ({ params: { experimentId }, body: { node = 'web-1' } }) => {
      const view = world.experiments.get(experimentId)?.view;
      if (view === undefined) return nothingThere('such experiment');
      if (view.slotsMeasured === 0) return refuse('usage-not-measured', `no slot is measured yet; it is ${view.state}`);
      const result = { list: { ...PROCESS_LIST, node, at: T0 } };
      return accept({ body: operation('experiment.processes', experimentId, asResult(ProcessListResult, result)) });
    },
  });
  const clusters = implement(clusterRoutes, {
    listClusters: async ({ query }) =>
      accept({
        body: {
          items: [...world.clusters],
          metadata: { count: world.clusters.length, limit: query.limit, nextToken: null },
        },
      }),
    registerCluster: async () => refuse('address-not-allowed', 'fixtures have one cluster'),
    getCluster: async ({ params }) => {
      const found = known(params.clusterId);
      return found === undefined ? nothingThere('such cluster') : accept({ body: found, version: found.version });
    },
    changeCluster: async ({ params, body }) => {
      const found = known(params.clusterId);
      if (found === undefined) return nothingThere('such cluster');
      return accept({ body: { ...found, settings: { ...found.settings, ...body } }, version: found.version + 1 });
    },
    removeCluster: async () => refuse('cluster-in-use', 'an experiment runs on it'),
    checkCluster: async ({ params }) => accept({ body: operation('cluster.preflight', params.clusterId, {}) }),
    listClusterNodes: async () => accept({ body: { seenAt: world.nodes[0]?.seenAt ?? null, items: [...world.nodes] } }),
    listClusterObjects: async ({ params }) =>
      accept({
        body: operation('cluster.objects', params.clusterId, {
          items: [
            {
              kind: 'DaemonSet',
              name: 'phoenix-running00001-baseline',
              namespace: 'phoenix-exp',
              uid: 'uid-1',
              owner: 'exp-running00001',
              epoch: 1,
              expires_at: secondsAfter(T0, 3600),
            },
          ],
        }),
      }),
    getClusterOnboarding: async () =>
      accept({
        body: {
          yaml: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: phoenix-exp\n',
          discoveryYaml: 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n',
        },
      }),
    discoverCollectors: async ({ params }) => {
      const cluster = known(params.clusterId);
      if (cluster === undefined) return nothingThere('such cluster');
      report = await reportOn(cluster, ['agent-by-hand', 'helm-agent', 'datadog'], { now: () => T0 });
      return accept({ body: operation('cluster.collectors', params.clusterId, {}) });
    },
    listCollectors: async () => {
      const items = (report?.collectors ?? []).map(({ settings: _, ...summary }) => summary);
      return accept({ body: { seenAt: report?.seenAt ?? null, items, missing: report?.missing ?? [] } });
    },
    getCollector: async ({ params }) => {
      const found = report?.collectors.find(({ id }) => id === params.collectorId);
      return found === undefined ? nothingThere('such collector') : accept({ body: found });
    },
    getOperation: async ({ params }) => {
      const found = world.operations.get(params.operationId);
      if (found === undefined) return nothingThere('such operation');
      const asks = found.asks + 1;
      world.operations.set(found.id, { ...found, asks });
      const state = asks >= 3 ? 'succeeded' : 'running';
      const { asks: _, ...body } = found;
      return accept({
        body: {
          ...body,
          state,
          result: state === 'succeeded' ? found.result : null,
          finishedAt: state === 'succeeded' ? T0 : null,
        },
      });
    },
  });
  return [...clusters, ...processes];
};

const sizes = (first: number): number[] => [first, first];

const processNamed = (name: string, index: number): ProcessList['processes'][number] => ({
  pid: 100 + index,
  parentPid: 1,
  name,
  path: `/usr/bin/${name}`,
  command: `/usr/bin/${name}`,
  owner: 'root',
  user: [index, index + 0.1],
  system: [index, index],
  wait: sizes(0),
  resident: sizes(30e6 * (index + 1)),
  virtual: sizes(90e6),
  read: sizes(4096),
  written: sizes(4096),
  threads: sizes(2),
  files: sizes(12),
});

/** Three processes of a small host. */
const PROCESS_LIST: Omit<ProcessList, 'node' | 'at'> = {
  kind: 'phoenix-process-list',
  version: 1,
  momentSeconds: [0, 60],
  processors: 2,
  memoryBytes: { used: 2e9, free: 1e9, buffered: 1e8, cached: 1e9, slab_reclaimable: 1e8, slab_unreclaimable: 1e8 },
  disks: ['sda'],
  processes: ['nginx', 'postgres', 'sleep'].map(processNamed),
};
