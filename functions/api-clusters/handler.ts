import { dynamodbClusterStore } from '../../src/clusters/adapters/dynamodb-cluster-store.ts';
import { dynamodbOperationStore } from '../../src/clusters/adapters/dynamodb-operation-store.ts';
import { serveClusters } from '../../src/clusters/application/serve-clusters.ts';
import { CLUSTER_PROBLEMS } from '../../src/clusters/contract/problems.ts';
import { ClusterWork } from '../../src/clusters/contract/routes.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sqsClient } from '../../src/platform/clients.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { sqsQueue } from '../../src/platform/queue.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { cursorsSignedWith, gatekeeperOn, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, ephemeral, clusterWork, cursorKey, auditTrail, settings }) => {
  const table = tableNamed(core);
  return makeRouter({
    service: manifest.name,
    problems: CLUSTER_PROBLEMS,
    gatekeeper: gatekeeperOn(table),
    idempotency: idempotencyIn(ephemeral),
    cursors: cursorsSignedWith(cursorKey),
    refusedWrites: refusedWritesTo(auditTrail),
    served: serveClusters({
      clusters: dynamodbClusterStore({ table, clock: systemClock, ids: systemIds }),
      operations: dynamodbOperationStore({ table: tableNamed(ephemeral) }),
      work: sqsQueue({ client: sqsClient(), queueUrl: clusterWork.queueUrl, message: ClusterWork }),
      clock: systemClock,
      ids: systemIds,
      allowedDirectClusters: settings.allowedDirectClusters,
      allowedMetricSources: settings.allowedMetricSources,
    }),
  });
});
