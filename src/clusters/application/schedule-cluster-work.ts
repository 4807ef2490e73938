import { epochMsOf, type Instant } from '../../kernel/instant.ts';
import { RECONCILE_EVERY_MINUTES } from '../contract/schedule.ts';
import type { ClusterStore, ClusterWorkQueue } from './ports.ts';

/** Sends every cluster to be looked at; the first tick of each hour sends it to be swept too. */
export const makeScheduleClusterWork =
  ({ clusters, work }: { readonly clusters: ClusterStore; readonly work: ClusterWorkQueue }) =>
  async (scheduledAt: Instant): Promise<{ readonly clusters: number; readonly sweeps: boolean }> => {
    const all = await clusters.listAll();
    const sweeps = new Date(epochMsOf(scheduledAt)).getUTCMinutes() < RECONCILE_EVERY_MINUTES;
    const kinds = sweeps ? (['reconcile', 'sweep'] as const) : (['reconcile'] as const);
    await work.send(
      all.flatMap(({ tenantId, id: clusterId }) =>
        kinds.map((kind) => ({ message: { do: kind, tenantId, clusterId } })),
      ),
    );
    return { clusters: all.length, sweeps };
  };
