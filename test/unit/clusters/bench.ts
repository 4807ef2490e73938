import {
  type MemoryCluster,
  memoryClusterConnection,
} from '../../../src/clusters/adapters/memory-cluster-connection.ts';
import { memoryClusterStore } from '../../../src/clusters/adapters/memory-cluster-store.ts';
import { memoryOperationStore } from '../../../src/clusters/adapters/memory-operation-store.ts';
import {
  type ClusterWorkPorts,
  makeCarryOutClusterWork,
} from '../../../src/clusters/application/carry-out-cluster-work.ts';
import { makeDiscoverCollectors } from '../../../src/clusters/application/discover-collectors.ts';
import type { OwnerLedger, SeenNode } from '../../../src/clusters/application/ports.ts';
import { makeReconcileCluster } from '../../../src/clusters/application/reconcile-cluster.ts';
import { makeRegisterCluster } from '../../../src/clusters/application/register-cluster.ts';
import { makeRequestOperation } from '../../../src/clusters/application/request-operation.ts';
import { makeSweepCluster } from '../../../src/clusters/application/sweep-cluster.ts';
import type { ClusterWork } from '../../../src/clusters/contract/routes.ts';
import {
  type Cluster,
  ClusterSettings,
  type PreflightCheck,
  type WantedObjects,
} from '../../../src/clusters/domain/cluster.ts';
import { Epoch, type Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import type { Instant } from '../../../src/kernel/instant.ts';
import { accept, type Outcome } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { judgeIncumbent } from '../../../src/pipelines/domain/incumbent.ts';
import { testClock } from '../../support/platform.ts';

/** Everything of the context in memory: one tenant, one cluster behind every registered one, a queue that is worked off by hand. */
export const makeBench = () => {
  const clock = testClock();
  const ids = systemIds;
  const clusters = memoryClusterStore({ clock, ids });
  const operations = memoryOperationStore({ clock });
  const kubernetes: MemoryCluster = memoryClusterConnection({ namespace: 'phoenix-exp', nodes: [node('node-a')] });
  const connections = { open: async () => ({ accepted: true as const, value: kubernetes }) };
  const queued: ClusterWork[] = [];
  const work = {
    send: async (messages: readonly { readonly message: ClusterWork }[]) => {
      queued.push(...messages.map(({ message }) => message));
    },
  };
  const fates = new Map<string, Awaited<ReturnType<OwnerLedger['fateOf']>>>();
  const ledger: OwnerLedger = { fateOf: async (_, owner) => fates.get(owner) ?? 'unknown' };
  const readinessAsked: ClusterWork[] = [];
  let metricsSource = METRICS_SOURCE_ANSWERS;
  const ports: ClusterWorkPorts = {
    clusters,
    operations,
    connections,
    clock,
    reconcile: makeReconcileCluster({ clusters, connections, clock }),
    sweep: makeSweepCluster({ connections, ledger, clock }),
    discoverCollectors: makeDiscoverCollectors({ clusters, judgeSettings: judgeIncumbent, clock }),
    checkMetricsSource: async () => metricsSource,
    onReadiness: async (message) => {
      readinessAsked.push(message);
    },
    onProcesses: async ({ settings }, { node }) => accept({ of: `${node} on ${settings.name}` }),
  };
  const settingsOfStage = { allowedDirectClusters: '127.0.0.1:6443', allowedMetricSources: '127.0.0.1:9090' };
  return {
    clock,
    clusters,
    operations,
    kubernetes,
    queued,
    fates,
    readinessAsked,
    setMetricsSource: (check: PreflightCheck) => {
      metricsSource = check;
    },
    work,
    register: makeRegisterCluster({ clusters, work, clock, ids, ...settingsOfStage }),
    request: makeRequestOperation({ clusters, operations, work, clock, ids }),
    carryOut: makeCarryOutClusterWork(ports),
  };
};

export const METRICS_SOURCE_ANSWERS: PreflightCheck = {
  name: 'metrics-source',
  passed: true,
  severity: 'blocking',
  message: 'https://metrics.example.com answers queries',
  fix: null,
};

export const ANNA: Principal = {
  userId: UserId.parse('anna'),
  email: 'anna@example.com',
  tenantId: TenantId.parse('acme'),
  roles: ['admin'],
  permissions: new Set(['cluster:manage']),
};

export const node = (name: string): SeenNode => ({
  name,
  uid: `uid-${name}`,
  ready: true,
  labels: {},
  cpuCores: 2,
  memoryBytes: 4e9,
});

export const eksSettings = (change: Partial<ClusterSettings> = {}): ClusterSettings => ({
  ...ClusterSettings.parse({
    name: 'eu-1',
    access: {
      kind: 'eks',
      accountId: '123456789012',
      region: 'eu-west-1',
      clusterName: 'eu-1',
      roleArn: 'arn:aws:iam::123456789012:role/PhoenixClusterAccess',
    },
    metrics: { kind: 'url', url: 'https://metrics.example.com' },
    remoteWriteUrl: 'https://metrics.example.com/api/v1/write',
  }),
  ...change,
});

export const epoch = (number: number): Epoch => Epoch.parse(number);

export const wanted = (owner: string, number: number, expiresAt: Instant | null): WantedObjects => ({
  owner,
  epoch: epoch(number),
  expiresAt,
  objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${owner}-settings` } }],
});

export const accepted = <T>(outcome: Outcome<T>): T => {
  if (outcome.accepted) return outcome.value;
  throw new Error(`refused: ${outcome.refusal.code}: ${outcome.refusal.message}`);
};

export const registered = async (bench: ReturnType<typeof makeBench>): Promise<Cluster> =>
  accepted(await bench.register(ANNA, eksSettings()));
