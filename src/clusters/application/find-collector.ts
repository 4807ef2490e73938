import type { ClusterId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { FoundCollector } from '../domain/collector.ts';
import type { ClusterStore } from './ports.ts';

type Found = Pick<FoundCollector, 'image' | 'imageDigest' | 'version' | 'settings'> & {
  readonly clusterId: ClusterId;
  readonly collector: string;
  readonly seenAt: Instant;
};

/** A collector as the last look found it; null: it was not there. */
export const makeFindCollector =
  ({ clusters }: { readonly clusters: Pick<ClusterStore, 'collectors'> }) =>
  async (tenantId: TenantId, clusterId: ClusterId, collector: string): Promise<Found | null> => {
    const report = await clusters.collectors(tenantId, clusterId);
    const found = report?.collectors.find(({ id }) => id === collector);
    if (report === null || found === undefined) return null;
    const { image, imageDigest, version, settings } = found;
    return { clusterId, collector, image, imageDigest, version, settings, seenAt: report.seenAt };
  };
