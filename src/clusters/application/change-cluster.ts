import { actorOf, type ClusterId, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Cluster, ClusterChange } from '../domain/cluster.ts';
import { clusterEvent } from './cluster-events.ts';
import type { ClusterStore } from './ports.ts';

/**
 * Says anew where pipelines on a cluster may send data. It holds for what is created or started from now on: what runs
 * was planned before and is left as it is.
 */
export const makeChangeCluster =
  ({ clusters, clock }: { readonly clusters: ClusterStore; readonly clock: Clock }) =>
  async (
    caller: Principal,
    id: ClusterId,
    expectedVersion: number,
    { allowedDestinations }: ClusterChange,
  ): Promise<Outcome<Cluster, Refusal<'resource-not-found' | 'precondition-failed' | 'resource-exists'>>> => {
    const cluster = await clusters.load(caller.tenantId, id);
    if (cluster === null) return refuse('resource-not-found', `there is no cluster ${id}`, { clusterId: id });
    const { version, settings } = cluster;
    if (version !== expectedVersion) {
      return refuse('precondition-failed', `${id} is at version ${version}, you mean ${expectedVersion}`, { version });
    }
    const wanted = [...new Set(allowedDestinations)];
    if (wanted.join(' ') === settings.allowedDestinations.join(' ')) return accept(cluster);
    const next: Cluster = {
      ...cluster,
      version: version + 1,
      settings: { ...settings, allowedDestinations: wanted },
      updatedAt: clock.now(),
    };
    const changed = clusterEvent('cluster.changed', next, {
      allowed: wanted.filter((each) => !settings.allowedDestinations.includes(each)),
      forbidden: settings.allowedDestinations.filter((each) => !wanted.includes(each)),
    });
    return clusters.commit(next, expectedVersion, [changed], actorOf(caller));
  };
