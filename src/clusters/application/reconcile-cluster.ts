import type { Instant } from '../../kernel/instant.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Cluster } from '../domain/cluster.ts';
import { clusterEvent } from './cluster-events.ts';
import { type Finding, keepFinding } from './keep-finding.ts';
import type { ClusterConnections, ClusterFailure, ClusterStore, SeenNode } from './ports.ts';

export interface ReconcilePorts {
  readonly clusters: ClusterStore;
  readonly connections: ClusterConnections;
  readonly clock: Clock;
}

/** Looks at a cluster: which nodes, how many objects of ours, and whether it answers at all. */
export const makeReconcileCluster =
  ({ clusters, connections, clock }: ReconcilePorts) =>
  async (cluster: Cluster): Promise<Outcome<void, ClusterFailure>> => {
    const looked = await look(connections, cluster);
    const now = clock.now();
    if (looked.accepted) await clusters.recordInventory(cluster, looked.value, now);
    const failure = looked.accepted ? null : looked.refusal;
    await keepFinding(clusters, cluster, (current) => healthOf(current, failure, now));
    return looked.accepted ? accept(undefined) : looked;
  };

/** A change of health is told once. */
const healthOf = (cluster: Cluster, failure: ClusterFailure | null, now: Instant): Finding | null => {
  const health = failure === null ? 'reachable' : 'unreachable';
  const healthMessage = failure?.message ?? null;
  if (cluster.health === health && cluster.healthMessage === healthMessage) return null;
  const says =
    failure === null
      ? clusterEvent('cluster.reachable', cluster, {})
      : clusterEvent('cluster.unreachable', cluster, { code: failure.code, message: failure.message }, 'error');
  return { next: { ...cluster, health, healthMessage, updatedAt: now }, says: cluster.health === health ? [] : [says] };
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
