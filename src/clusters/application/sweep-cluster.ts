import type { Epoch } from '../../kernel/identity.ts';
import { type Instant, isAfter } from '../../kernel/instant.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Cluster, ObservedObject } from '../domain/cluster.ts';
import type { ClusterConnections, ClusterFailure, OwnerLedger } from './ports.ts';

export interface SweepPorts {
  readonly connections: ClusterConnections;
  readonly ledger: OwnerLedger;
  readonly clock: Clock;
}

export interface Swept {
  readonly owner: string;
  readonly epoch: Epoch;
  readonly because: 'expired' | 'ended' | 'unknown';
  readonly remaining: number;
}

/** Removes what outlived its purpose: expired, or of an owner that has ended or that nobody knows. */
export const makeSweepCluster =
  ({ connections, ledger, clock }: SweepPorts) =>
  async (cluster: Cluster): Promise<Outcome<readonly Swept[], ClusterFailure>> => {
    const connection = await connections.open(cluster);
    if (!connection.accepted) return connection;
    const objects = await connection.value.objects();
    if (!objects.accepted) return objects;
    const swept: Swept[] = [];
    for (const { owner, epoch, expiresAt } of livesIn(objects.value)) {
      const because = isExpired(expiresAt, clock.now())
        ? 'expired'
        : await ledger.fateOf(cluster.tenantId, owner, epoch);
      if (because === 'wanted') continue;
      const removed = await connection.value.remove(owner, epoch);
      if (!removed.accepted) return removed;
      swept.push({ owner, epoch, because, remaining: removed.value.remaining });
    }
    return accept(swept);
  };

const isExpired = (expiresAt: Instant | null, now: Instant): boolean => expiresAt !== null && isAfter(now, expiresAt);

interface Life {
  readonly owner: string;
  readonly epoch: Epoch;
  readonly expiresAt: Instant | null;
}

/** Owner and epoch pairs, older epochs first; removing by epoch takes everything up to it. */
const livesIn = (objects: readonly ObservedObject[]): readonly Life[] =>
  [
    ...new Map(
      objects.flatMap(({ owner, epoch, expiresAt }) =>
        owner === null || epoch === null ? [] : [[`${owner}#${epoch}`, { owner, epoch, expiresAt }] as const],
      ),
    ).values(),
  ].toSorted((a, b) => a.epoch - b.epoch);
