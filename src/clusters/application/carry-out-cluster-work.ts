import * as z from 'zod';
import { type OperationId, TenantId } from '../../kernel/identity.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { toWire } from '../../platform/wire.ts';
import { ClusterObjectsResult, type ClusterWork } from '../contract/routes.ts';
import { type Cluster, preflightReport } from '../domain/cluster.ts';
import { type CollectorReport, FITNESSES } from '../domain/collector.ts';
import { clusterEvent } from './cluster-events.ts';
import type { makeDiscoverCollectors } from './discover-collectors.ts';
import { keepFinding } from './keep-finding.ts';
import type {
  CheckMetricsSource,
  ClusterConnection,
  ClusterConnections,
  ClusterFailure,
  ClusterStore,
  OperationStore,
} from './ports.ts';
import type { Swept } from './sweep-cluster.ts';

export interface ClusterWorkPorts {
  readonly clusters: ClusterStore;
  readonly operations: OperationStore;
  readonly connections: ClusterConnections;
  readonly clock: Clock;
  readonly reconcile: (cluster: Cluster) => Promise<Outcome<void, ClusterFailure>>;
  readonly sweep: (cluster: Cluster) => Promise<Outcome<readonly Swept[], ClusterFailure>>;
  readonly checkMetricsSource: CheckMetricsSource;
  readonly discoverCollectors: ReturnType<typeof makeDiscoverCollectors>;
  /** readiness belongs to experiments; wired where both meet */
  readonly onReadiness: (message: Extract<ClusterWork, { do: 'readiness' }>) => Promise<void>;
  /** and processes to measurement */
  readonly onProcesses: (
    cluster: Cluster,
    message: Extract<ClusterWork, { do: 'processes' }>,
  ) => Promise<Outcome<Result>>;
}

/** What became of one message, for the log (where `message` is a word of its own). A cluster that fails is told in its health or operation and not asked again. */
export type WorkDone =
  | { readonly work: 'done'; readonly swept?: readonly Swept[] }
  | { readonly work: 'refused'; readonly code: string; readonly reason: string }
  | { readonly work: 'nothing-to-do' };

/** Carries out one message of the queue clusterWork. Safe to repeat. */
export const makeCarryOutClusterWork =
  (ports: ClusterWorkPorts) =>
  async (message: ClusterWork): Promise<WorkDone> => {
    if (message.do === 'readiness') {
      await ports.onReadiness(message);
      return { work: 'done' };
    }
    const tenantId = TenantId.parse(message.tenantId);
    const cluster = await ports.clusters.load(tenantId, message.clusterId);
    switch (message.do) {
      case 'preflight':
        return answerOperation(ports, tenantId, message.operationId, cluster, (known) =>
          askCluster(ports, known, (connection) => preflight(ports, connection, known)),
        );
      case 'objects':
        return answerOperation(ports, tenantId, message.operationId, cluster, (known) =>
          askCluster(ports, known, async (connection) => {
            const objects = await connection.objects();
            return objects.accepted ? accept(asResult(ClusterObjectsResult, { items: [...objects.value] })) : objects;
          }),
        );
      case 'collectors':
        return answerOperation(ports, tenantId, message.operationId, cluster, (known) =>
          askCluster(ports, known, async (connection) => {
            const report = await ports.discoverCollectors(connection, known);
            return report.accepted ? accept(countsOf(report.value)) : report;
          }),
        );
      case 'processes':
        return answerOperation(ports, tenantId, message.operationId, cluster, (known) =>
          ports.onProcesses(known, message),
        );
      case 'reconcile':
        return cluster === null ? { work: 'nothing-to-do' } : told(await ports.reconcile(cluster));
      case 'sweep': {
        if (cluster === null) return { work: 'nothing-to-do' };
        const swept = await ports.sweep(cluster);
        return swept.accepted ? { work: 'done', swept: swept.value } : told(swept);
      }
    }
  };

const told = (outcome: Outcome<unknown>): WorkDone =>
  outcome.accepted
    ? { work: 'done' }
    : { work: 'refused', code: outcome.refusal.code, reason: outcome.refusal.message };

/** The list has them; the operation says how many there are. */
const countsOf = ({ collectors, missing }: CollectorReport) => ({
  ...Object.fromEntries(
    FITNESSES.map((fitness) => [fitness, collectors.filter((each) => each.fitness === fitness).length]),
  ),
  missing: missing.length,
});

type Result = Readonly<Record<string, unknown>>;

/** What a result holds is known to its reader alone, so it is kept as it goes over the wire. */
export const asResult = <S extends z.ZodObject>(schema: S, value: z.input<S>): Result =>
  z.record(z.string(), z.unknown()).parse(toWire(schema, value));

const answerOperation = async (
  { operations, clock }: ClusterWorkPorts,
  tenantId: TenantId,
  operationId: OperationId,
  cluster: Cluster | null,
  ask: (cluster: Cluster) => Promise<Outcome<Result>>,
): Promise<WorkDone> => {
  const operation = await operations.load(tenantId, operationId);
  if (operation === null || operation.finishedAt !== null) return { work: 'nothing-to-do' };
  await operations.update(tenantId, { ...operation, state: 'running' });
  const answer =
    cluster === null ? refuse('resource-not-found', 'the cluster was removed meanwhile') : await ask(cluster);
  await operations.update(tenantId, {
    ...operation,
    finishedAt: clock.now(),
    ...(answer.accepted
      ? { state: 'succeeded', result: { ...answer.value } }
      : { state: 'failed', problem: { code: answer.refusal.code, message: answer.refusal.message } }),
  });
  return told(answer);
};

const askCluster = async (
  { connections }: Pick<ClusterWorkPorts, 'connections'>,
  cluster: Cluster,
  ask: (connection: ClusterConnection) => Promise<Outcome<Result>>,
): Promise<Outcome<Result>> => {
  const connection = await connections.open(cluster);
  return connection.accepted ? ask(connection.value) : connection;
};

/** Asks cluster and metrics source for the checklist and keeps it with the cluster. */
const preflight = async (
  { clusters, clock, checkMetricsSource }: ClusterWorkPorts,
  connection: ClusterConnection,
  cluster: Cluster,
): Promise<Outcome<Result>> => {
  const [onCluster, source] = await Promise.all([connection.preflight(clock.now()), checkMetricsSource(cluster)]);
  if (!onCluster.accepted) return onCluster;
  const report = preflightReport({ ...onCluster.value, checks: [...onCluster.value.checks, source] });
  const failed = report.checks.filter(({ passed }) => !passed).map(({ name }) => name);
  const severity = report.passed ? 'info' : 'warning';
  await keepFinding(clusters, cluster, (current) => ({
    next: { ...current, preflight: report, updatedAt: report.at },
    says: [clusterEvent('cluster.checked', current, { passed: report.passed, failed }, severity)],
  }));
  return accept(report);
};
