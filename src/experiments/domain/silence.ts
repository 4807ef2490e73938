import type { Cluster } from '../../clusters/domain/cluster.ts';
import { silentClusters } from '../../clusters/domain/health.ts';
import type { CompleteSettings } from './experiment.ts';
import { type CleanupState, isCleanupOwed } from './vocabulary.ts';

/** What people are told while something of an experiment is on a cluster that does not answer; null otherwise. */
export const silenceOf = (
  { targets, cleanup }: Pick<CompleteSettings, 'targets'> & { readonly cleanup: CleanupState },
  clusters: readonly Cluster[],
): string | null => {
  if (!isCleanupOwed(cleanup)) return null;
  const silent = silentClusters(clusters.filter(({ id }) => targets.some(({ clusterId }) => clusterId === id)));
  return silent.length === 0
    ? null
    : `${silent.join('; ')}. Collectors there can neither be changed nor removed until it answers.`;
};
