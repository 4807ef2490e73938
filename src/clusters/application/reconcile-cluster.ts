import type { Actor } from '../../kernel/identity.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Cluster } from '../domain/cluster.ts';
import { clusterEvent } from './cluster-events.ts';
import type { ClusterConnections, ClusterFailure, ClusterStore, SeenNode } from './ports.ts';

export interface ReconcilePorts {
  readonly clusters: ClusterStore;
  readonly connections: ClusterConnections;
  readonly clock: Clock;
}

export const SCHEDULE: Actor = { kind: 'system', id: 'schedule' };

/** Looks at a cluster: which nodes, how many objects of ours, and whether it answers at all. */
export const makeReconcileCluster =
  ({ clusters, connections, clock }: ReconcilePorts) =>
  async (cluster: Cluster): Promise<Outcome<void, ClusterFailure>> => {
    const looked = await look(connections, cluster);
    const now = clock.now();
    if (looked.accepted) await clusters.recordInventory(cluster, looked.value, now);
    const failure = looked.accepted ? null : looked.refusal;
    const health = failure === null ? 'reachable' : 'unreachable';
    if (cluster.health !== health || cluster.healthMessage !== (failure?.message ?? null)) {
      const next: Cluster = { ...cluster, health, healthMessage: failure?.message ?? null, updatedAt: now };
      const says =
        failure === null
          ? clusterEvent('cluster.reachable', cluster, {})
          : clusterEvent('cluster.unreachable', cluster, { code: failure.code, message: failure.message }, 'error');
      // somebody was faster: then the next look, in five minutes, tells it
      await clusters.commit(next, cluster.version, cluster.health === health ? [] : [says], SCHEDULE);
    }
    return looked.accepted ? accept(undefined) : looked;
  };

const look = async (
  connections: ClusterConnections,
  cluster: Cluster,
): Promise<Outcome<{ readonly nodes: readonly SeenNode[]; readonly objectCount: number }, ClusterFailure>> => {
  const connection = await connections.open(cluster);
  if (!connection.accepted) return connection;
  const nodes = await connection.value.nodes();
  if (!nodes.accepted) return nodes;
  const objects = await connection.value.objects();
  return objects.accepted ? accept({ nodes: nodes.value, objectCount: objects.value.length }) : objects;
};
