import type { ClusterWork } from '../../clusters/contract/routes.ts';
import type { Queue } from '../../platform/queue.ts';
import type { ClusterLooks, LookQueue, ReadinessQueue } from '../application/ports.ts';
import type { LookRequest } from '../contract/workflow.ts';

/** Looks through the queue measure. */
export const lookQueueOn = (queue: Queue<LookRequest>): LookQueue => ({
  ask: async (requests) => {
    if (requests.length === 0) return;
    await queue.send(requests.map(({ ref, delaySeconds }) => ({ message: { ...ref }, delaySeconds })));
  },
});

/** Questions about readiness through the queue clusterWork. */
export const readinessQueueOn = (queue: Queue<ClusterWork>): ReadinessQueue => ({
  ask: (ref, attempt, delaySeconds) => queue.send([{ message: { do: 'readiness', ...ref, attempt }, delaySeconds }]),
});

/** Looks at clusters through the same queue. */
export const clusterLooksOn = (queue: Queue<ClusterWork>): ClusterLooks => ({
  ask: (tenantId, clusterId) => queue.send([{ message: { do: 'reconcile', tenantId, clusterId } }]),
});
