import { dynamodbClusterStore } from '../../src/clusters/adapters/dynamodb-cluster-store.ts';
import { dynamodbOperationStore } from '../../src/clusters/adapters/dynamodb-operation-store.ts';
import { asResult, makeCarryOutClusterWork } from '../../src/clusters/application/carry-out-cluster-work.ts';
import { makeDiscoverCollectors } from '../../src/clusters/application/discover-collectors.ts';
import { makeReconcileCluster } from '../../src/clusters/application/reconcile-cluster.ts';
import { makeScheduleClusterWork } from '../../src/clusters/application/schedule-cluster-work.ts';
import { makeSweepCluster } from '../../src/clusters/application/sweep-cluster.ts';
import { ClusterWork } from '../../src/clusters/contract/routes.ts';
import { stepFunctionsSettler } from '../../src/experiments/adapters/step-functions.ts';
import { makeCheckReadiness } from '../../src/experiments/application/check-readiness.ts';
import { makeOwnerLedger } from '../../src/experiments/application/owner-ledger.ts';
import { ProcessListResult } from '../../src/experiments/contract/process-list-routes.ts';
import { accept } from '../../src/kernel/outcome.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { makeCheckMetricsSource } from '../../src/measurement/application/check-metrics-source.ts';
import { makeListProcesses } from '../../src/measurement/application/list-processes.ts';
import { judgeIncumbent } from '../../src/pipelines/domain/incumbent.ts';
import { sfnClient, sqsClient } from '../../src/platform/clients.ts';
import type { EnvironmentOf } from '../../src/platform/declare/function.ts';
import {
  type LambdaContext,
  type QueueWork,
  queueEntry,
  type SqsEvent,
  scheduleEntry,
} from '../../src/platform/entry.ts';
import { sqsQueue } from '../../src/platform/queue.ts';
import { currentLog } from '../../src/platform/run.ts';
import { experimentsIn, readinessQueueAt, readinessRef, waitsIn } from '../experiment-wiring.ts';
import { tableNamed } from '../front-door.ts';
import { reachingClusters } from '../reaching-clusters.ts';
import { readingMetrics } from '../reading-metrics.ts';
import { manifest } from './manifest.ts';

const wire = (environment: EnvironmentOf<typeof manifest>) => {
  const clusters = dynamodbClusterStore({ table: tableNamed(environment.core), clock: systemClock, ids: systemIds });
  const operations = dynamodbOperationStore({ table: tableNamed(environment.ephemeral) });
  const connections = reachingClusters(environment);
  const { queueUrl } = environment.clusterWork;
  const experiments = experimentsIn(environment.core);
  const checkReadiness = makeCheckReadiness({
    experiments,
    clusters,
    access: connections,
    waits: waitsIn(environment.ephemeral),
    readiness: readinessQueueAt(environment.clusterWork),
    settler: stepFunctionsSettler({ client: sfnClient() }),
    clock: systemClock,
  });
  const sources = readingMetrics(environment);
  const listProcesses = makeListProcesses({ sources });
  const work = sqsQueue({ client: sqsClient(), queueUrl, message: ClusterWork });
  return {
    scheduleWork: makeScheduleClusterWork({ clusters, work }),
    carryOut: makeCarryOutClusterWork({
      clusters,
      operations,
      connections,
      clock: systemClock,
      reconcile: makeReconcileCluster({ clusters, connections, clock: systemClock }),
      sweep: makeSweepCluster({ connections, ledger: makeOwnerLedger({ experiments }), clock: systemClock }),
      discoverCollectors: makeDiscoverCollectors({ clusters, judgeSettings: judgeIncumbent, clock: systemClock }),
      checkMetricsSource: makeCheckMetricsSource({ sources, clock: systemClock }),
      onProcesses: async (cluster, { node, at, ...scope }) => {
        const listed = await listProcesses(cluster, { scope, node, at });
        return listed.accepted ? accept(asResult(ProcessListResult, { list: listed.value })) : listed;
      },
      onReadiness: async (message) => {
        const readiness = await checkReadiness(readinessRef(message), message.attempt);
        currentLog().info('experiment.readiness', { readiness, attempt: message.attempt });
      },
    }),
  };
};

const onMessage = queueEntry(manifest, (environment): QueueWork<typeof ClusterWork> => {
  const { carryOut } = wire(environment);
  return {
    message: ClusterWork,
    ids: (message) => ({
      tenant: message.tenantId,
      ...('clusterId' in message ? { cluster: message.clusterId } : { experiment: message.experimentId }),
    }),
    work: async (message, { log }) => {
      const { work, ...facts } = await carryOut(message);
      log.info(`cluster.${message.do}.${work}`, facts);
    },
  };
});

const onTick = scheduleEntry(manifest, (environment) => {
  const { scheduleWork } = wire(environment);
  return async (scheduledAt, { log }) => log.info('clusters.scheduled', await scheduleWork(scheduledAt));
});

const isBatch = (event: unknown): event is SqsEvent =>
  typeof event === 'object' && event !== null && 'Records' in event;

/** Two triggers, one function: messages of the queue, and the tick that fills it. */
export const handler = async (event: unknown, context: LambdaContext) =>
  isBatch(event) ? onMessage(event, context) : onTick(event, context);
