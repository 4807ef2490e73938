import type { Actor } from '../../kernel/identity.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Cluster } from '../domain/cluster.ts';
import type { ClusterStore } from './ports.ts';

/** What a worker found out about a cluster, and what is to be told of it. */
export interface Finding {
  readonly next: Cluster;
  readonly says: readonly EventDraft[];
}

const SCHEDULE: Actor = { kind: 'system', id: 'schedule' };
const TRIES = 3;

/** Keeps what was found with the cluster; where somebody was faster, it is put on what they left. Null: nothing is new. */
export const keepFinding = async (
  clusters: ClusterStore,
  cluster: Cluster,
  find: (current: Cluster) => Finding | null,
): Promise<void> => {
  let current: Cluster | null = cluster;
  for (let tries = 1; current !== null && tries <= TRIES; tries++) {
    const finding = find(current);
    if (finding === null) return;
    const committed = await clusters.commit(finding.next, current.version, finding.says, SCHEDULE);
    if (committed.accepted) return;
    current = await clusters.load(cluster.tenantId, cluster.id);
  }
};
