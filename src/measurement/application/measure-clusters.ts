import type { Cluster } from '../../clusters/domain/cluster.ts';
import type { Clock } from '../../kernel/ports.ts';
import { type MeasuredSlots, type MeasureSlots, makeMeasureSlots } from './measure-slots.ts';
import type { MetricsSource, MetricsSources, SampleStore } from './ports.ts';

export type MeasureClusters = Omit<MeasureSlots, 'stores'> & {
  readonly clusters: readonly { readonly cluster: Cluster; readonly nodes: readonly string[] }[];
};

/** As `makeMeasureSlots`, with the store that each cluster names. One that may not be opened is one that does not answer. */
export const makeMeasureClusters = ({
  sources,
  ...ports
}: {
  readonly sources: MetricsSources;
  readonly samples: SampleStore;
  readonly clock: Clock;
}): ((request: MeasureClusters) => Promise<MeasuredSlots>) => {
  const measure = makeMeasureSlots(ports);
  return async ({ clusters, ...request }) => {
    const stores = clusters.map(async ({ cluster, nodes }) => ({ nodes, source: await sourceOf(sources, cluster) }));
    return measure({ ...request, stores: await Promise.all(stores) });
  };
};

const sourceOf = async (sources: MetricsSources, cluster: Cluster): Promise<MetricsSource> => {
  const opened = await sources.open(cluster);
  return opened.accepted ? opened.value : { range: async () => opened };
};
