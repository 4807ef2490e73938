import { Cluster, ClusterNode } from '../../src/clusters/domain/cluster.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { systemIds } from '../../src/kernel/system.ts';
import { memoryPipelineStore } from '../../src/pipelines/adapters/memory-pipeline-store.ts';
import type { Operation } from '../../src/platform/declare/operation.ts';
import { CLUSTER, type FixtureExperiment, fixtureExperiment, NODES } from './fixture-experiments.ts';
import { T0 } from './platform.ts';

/** The things of one tenant: they change by commands and by `measureSlot`, and by nothing else. */
export const makeWorld = (clock: Clock & { advance(seconds: number): void }, isEmpty: boolean) => {
  const experiments = new Map<string, FixtureExperiment>();
  const operations = new Map<string, Operation & { asks: number }>();
  const put = (experiment: FixtureExperiment): void => void experiments.set(experiment.view.id, experiment);
  const running = (measured: number): FixtureExperiment =>
    fixtureExperiment({
      id: 'exp-running00001',
      name: 'top-k against baseline on local',
      state: 'running',
      createdAt: secondsAfter(T0, -560),
      measured,
      gaps: [22, 23],
      allowedCommands: ['stop'],
    });
  if (!isEmpty) {
    put(running(41));
    put(
      fixtureExperiment({
        id: 'exp-draft0000001',
        name: 'top-k with a higher threshold',
        state: 'draft',
        createdAt: secondsAfter(T0, -1200),
        measured: 0,
        allowedCommands: ['start', 'stop', 'delete'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-promote00001',
        name: 'top-k on both web nodes',
        state: 'awaiting_approval',
        createdAt: secondsAfter(T0, -5400),
        measured: 60,
        verdict: 'promote',
        allowedCommands: ['stop', 'promote'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-aborted00001',
        name: 'top-k without pinned processes',
        state: 'rolled_back',
        createdAt: secondsAfter(T0, -9000),
        measured: 17,
        verdict: 'abort_limit',
        allowedCommands: ['delete'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-cancelled001',
        name: 'first try',
        state: 'ended',
        createdAt: secondsAfter(T0, -90_000),
        measured: 0,
        verdict: 'cancelled',
        epoch: 2,
        allowedCommands: ['retry', 'delete'],
      }),
    );
  }
  let measured = 41;
  return {
    clock,
    experiments,
    pipelines: memoryPipelineStore({ clock, ids: systemIds }),
    operations,
    clusters: isEmpty ? [] : [CLUSTER_FIXTURE],
    nodes: isEmpty ? [] : NODE_FIXTURES,
    put,
    measureSlot: () => {
      measured += 1;
      put(running(measured));
    },
  };
};
export type World = ReturnType<typeof makeWorld>;

export const CLUSTER_FIXTURE = Cluster.parse({
  id: CLUSTER,
  tenantId: 'demo',
  version: 3,
  settings: {
    name: 'local',
    access: {
      kind: 'direct',
      endpoint: 'https://127.0.0.1:6443',
      caPem: '-----BEGIN CERTIFICATE-----\nfixture\n-----END CERTIFICATE-----',
      tokenSecret: 'phoenix/fixture/local',
    },
    namespace: 'phoenix-exp',
    metrics: { kind: 'url', url: 'http://127.0.0.1:9090' },
    remoteWriteUrl: 'http://127.0.0.1:9090/api/v1/write',
  },
  health: 'reachable',
  healthMessage: null,
  preflight: {
    at: secondsAfter(T0, -1800),
    passed: false,
    kubernetesVersion: 'v1.36.3',
    checks: [
      { name: 'version', passed: true, severity: 'blocking', message: 'v1.36.3 is supported', fix: null },
      { name: 'namespace', passed: true, severity: 'blocking', message: 'phoenix-exp exists', fix: null },
      {
        name: 'rights we need',
        passed: false,
        severity: 'blocking',
        message: 'may not patch daemonsets in phoenix-exp',
        fix: 'kubectl apply -f phoenix-onboarding.yaml',
      },
      {
        name: 'rights we must not have',
        passed: false,
        severity: 'warning',
        message: 'may read secrets in kube-system',
        fix: 'kubectl delete clusterrolebinding phoenix-wide',
      },
      {
        name: 'metrics-source',
        passed: true,
        severity: 'blocking',
        message: 'http://127.0.0.1:9090 answers queries',
        fix: null,
      },
    ],
  },
  objectCount: 7,
  nodesSeenAt: secondsAfter(T0, -30),
  createdAt: secondsAfter(T0, -100_000),
  updatedAt: secondsAfter(T0, -1800),
});

const NODE_FIXTURES = NODES.map((name) =>
  ClusterNode.parse({
    name,
    uid: `uid-${name}`,
    ready: true,
    labels: { 'kubernetes.io/hostname': name },
    cpuCores: 2,
    memoryBytes: 8 * 1024 ** 3,
    seenAt: secondsAfter(T0, -30),
    reservedBy: 'exp-running00001',
  }),
).concat(
  ClusterNode.parse({
    name: 'node-3',
    uid: 'uid-node-3',
    ready: true,
    labels: {},
    cpuCores: 4,
    memoryBytes: 16 * 1024 ** 3,
    seenAt: secondsAfter(T0, -30),
    reservedBy: null,
  }),
);
