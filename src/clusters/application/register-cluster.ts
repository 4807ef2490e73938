import { actorOf, ClusterId, type Principal } from '../../kernel/identity.ts';
import { type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { mayConnect, mayRead, parseListed } from '../domain/addresses.ts';
import type { Cluster, ClusterSettings } from '../domain/cluster.ts';
import { clusterEvent } from './cluster-events.ts';
import type { ClusterStore, ClusterWorkQueue } from './ports.ts';

export interface RegisterClusterPorts {
  readonly clusters: ClusterStore;
  readonly work: ClusterWorkQueue;
  readonly clock: Clock;
  readonly ids: Ids;
  /** settings of the stage, see `parseListed` */
  readonly allowedDirectClusters: string;
  readonly allowedMetricSources: string;
}

/** Registers a cluster and has a worker look at it at once. Nothing is asked of the cluster here. */
export const makeRegisterCluster =
  ({ clusters, work, clock, ids, allowedDirectClusters, allowedMetricSources }: RegisterClusterPorts) =>
  async (
    caller: Principal,
    settings: ClusterSettings,
  ): Promise<
    Outcome<Cluster, Refusal<'resource-exists' | 'address-not-allowed' | 'validation-failed' | 'precondition-failed'>>
  > => {
    const allowed = checkAddresses(settings, {
      clusters: parseListed(allowedDirectClusters),
      metrics: parseListed(allowedMetricSources),
    });
    if (allowed !== null) return allowed;
    const now = clock.now();
    const cluster: Cluster = {
      id: ClusterId.parse(`clu-${ids.short()}`),
      tenantId: caller.tenantId,
      version: 1,
      settings,
      health: 'unknown',
      healthMessage: null,
      preflight: null,
      nodesSeenAt: null,
      objectCount: null,
      createdAt: now,
      updatedAt: now,
    };
    const events = [clusterEvent('cluster.registered', cluster, { kind: settings.access.kind })];
    const registered = await clusters.commit(cluster, 0, events, actorOf(caller));
    if (registered.accepted) {
      await work.send([{ message: { do: 'reconcile', tenantId: caller.tenantId, clusterId: cluster.id } }]);
    }
    return registered;
  };

/** Whoever can register a cluster must not be able to point our workers at our own network. */
const checkAddresses = (
  { access, metrics }: ClusterSettings,
  listed: { readonly clusters: ReadonlySet<string>; readonly metrics: ReadonlySet<string> },
) => {
  if (access.kind === 'direct' && !mayConnect(access.endpoint, listed.clusters)) {
    return refuse(
      'address-not-allowed',
      `${access.endpoint} is not among the clusters that this stage lists; register EKS clusters by name, or ask the operator of the stage`,
      { endpoint: access.endpoint },
      [{ pointer: '/access/endpoint', code: 'address-not-allowed', message: 'not on the list of the stage' }],
    );
  }
  if (access.kind === 'eks' && !access.roleArn.includes(`::${access.accountId}:role/`)) {
    const message = `the role is in another account than ${access.accountId}`;
    return refuse('validation-failed', message, {}, [{ pointer: '/access/role_arn', code: 'wrong-account', message }]);
  }
  if (metrics.kind === 'url' && !mayRead(metrics.url, listed.metrics)) {
    return refuse(
      'address-not-allowed',
      `${metrics.url} may not be read from here: https to a public name is, everything else must be listed by the stage`,
      { url: metrics.url },
      [{ pointer: '/metrics/url', code: 'address-not-allowed', message: 'not on the list of the stage' }],
    );
  }
  return null;
};
