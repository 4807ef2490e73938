import { actorOf, type ClusterId, type Principal } from '../../kernel/identity.ts';
import { type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { clusterEvent } from './cluster-events.ts';
import type { ClusterStore } from './ports.ts';

/** Forgets a cluster; refused while experiments hold nodes of it or objects of ours were last seen on it. */
export const makeRemoveCluster =
  ({ clusters }: { readonly clusters: ClusterStore }) =>
  async (
    caller: Principal,
    id: ClusterId,
    expectedVersion: number,
  ): Promise<Outcome<void, Refusal<'resource-not-found' | 'precondition-failed' | 'cluster-in-use'>>> => {
    const cluster = await clusters.load(caller.tenantId, id);
    if (cluster === null) return refuse('resource-not-found', `there is no cluster ${id}`, { clusterId: id });
    if (cluster.version !== expectedVersion) {
      const { version } = cluster;
      return refuse('precondition-failed', `${id} is at version ${version}, you mean ${expectedVersion}`, { version });
    }
    const nodes = await clusters.nodes(caller.tenantId, id);
    const holders = [...new Set(nodes.flatMap(({ reservedBy }) => reservedBy ?? []))];
    if (holders.length > 0) {
      return refuse('cluster-in-use', `nodes of ${id} are held by ${holders.join(', ')}; stop them first`, { holders });
    }
    if ((cluster.objectCount ?? 0) > 0) {
      return refuse(
        'cluster-in-use',
        `${cluster.objectCount} objects of ours were seen on ${id} at ${cluster.nodesSeenAt}; they must be removed first`,
        { objectCount: cluster.objectCount, seenAt: cluster.nodesSeenAt },
      );
    }
    return clusters.remove(cluster, [clusterEvent('cluster.removed', cluster, {})], actorOf(caller));
  };
