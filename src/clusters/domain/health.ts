import type { Cluster } from './cluster.ts';

/** A line for each cluster that did not answer when it was last looked at: its name, and what came back. */
export const silentClusters = (clusters: readonly Cluster[]): readonly string[] =>
  clusters.flatMap(({ settings, health, healthMessage }) =>
    health === 'unreachable' ? [`${settings.name}: ${healthMessage ?? 'it does not answer'}`] : [],
  );
