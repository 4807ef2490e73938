import type { LimitCriterion } from '../contract/criteria.ts';
import type { LimitLook } from '../contract/judgement.ts';
import type { MetricColumns, NodeColumns } from './columns.ts';

/** An absolute line of the candidate, held on each node; a missing value is no breach. */
export interface LimitWatch {
  readonly observe: (index: number) => LimitLook;
  readonly reachedOn: () => string | null;
}

export const makeLimitWatch = (criterion: LimitCriterion, { nodes }: MetricColumns): LimitWatch => {
  let reachedOn: string | null = null;

  const isBreach = ({ candidate }: NodeColumns, index: number): boolean => {
    const value = candidate.values[index];
    if (value === undefined || Number.isNaN(value)) return false;
    return criterion.better === 'lower' ? value > criterion.line : value < criterion.line;
  };

  const hasReached = (node: NodeColumns, index: number): boolean => {
    let breaches = 0;
    for (let k = Math.max(0, index - criterion.of + 1); k <= index; k++) if (isBreach(node, k)) breaches += 1;
    return breaches >= criterion.breaches;
  };

  return {
    observe(index) {
      const breaching = nodes.filter((node) => isBreach(node, index));
      reachedOn ??= breaching.find((node) => hasReached(node, index))?.node ?? null;
      return { name: criterion.name, breachingNodes: breaching.map(({ node }) => node), reachedOn };
    },
    reachedOn: () => reachedOn,
  };
};
