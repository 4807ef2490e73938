import { type MetricColumns, NO_SAMPLE, type NodeColumns, reasonAt } from './columns.ts';

/** One slot of the pooled series: both numbers, or per variant the reason why its number is unusable. */
export type PooledPair =
  | { readonly usable: true; readonly baseline: number; readonly candidate: number }
  | { readonly usable: false; readonly baseline: string | null; readonly candidate: string | null };

/** Fewer usable pairs than this tell nothing (3.1 of the method). */
export const FEWEST_PAIRS = 5;

/** A slot needs this share of the expected nodes, in tenths. */
const NEEDED_TENTHS = 9;

/** Nine tenths of the nodes speak for all of them: a node more or less that is away for a while is no reason to stop. */
export const isEnoughOf = (complete: number, expected: number): boolean => complete * 10 >= expected * NEEDED_TENTHS;

/**
 * Pools the nodes of one slot. A node counts only with both of its values, so that a value missing in one variant never
 * makes the other look larger; with fewer than 90 % of the expected nodes the slot is missing.
 */
export const pool = ({ criterion, nodes }: MetricColumns, index: number): PooledPair => {
  let expected = 0;
  let complete = 0;
  const baseline = { total: 0, weight: 0 };
  const candidate = { total: 0, weight: 0 };
  for (const node of nodes) {
    if (node.since > index + 1) continue;
    expected += 1;
    const a = node.baseline.values[index] as number;
    const b = node.candidate.values[index] as number;
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    complete += 1;
    add(baseline, a, criterion.aggregate === 'sum' ? 1 : (node.baseline.weights.get(index) ?? 1));
    add(candidate, b, criterion.aggregate === 'sum' ? 1 : (node.candidate.weights.get(index) ?? 1));
  }
  if (expected === 0) return { usable: false, baseline: NO_SAMPLE, candidate: NO_SAMPLE };
  if (!isEnoughOf(complete, expected)) {
    const seen = nodes.filter(({ since }) => since <= index + 1);
    return {
      usable: false,
      baseline: reasonOf(seen, 'baseline', index),
      candidate: reasonOf(seen, 'candidate', index),
    };
  }
  if (criterion.aggregate === 'sum') return { usable: true, baseline: baseline.total, candidate: candidate.total };
  if (baseline.weight === 0 || candidate.weight === 0) {
    return { usable: false, baseline: nothingIn(baseline), candidate: nothingIn(candidate) };
  }
  return {
    usable: true,
    baseline: baseline.total / baseline.weight,
    candidate: candidate.total / candidate.weight,
  };
};

interface Pool {
  total: number;
  weight: number;
}

const add = (pooled: Pool, value: number, weight: number): void => {
  pooled.total += weight * value;
  pooled.weight += weight;
};

/** A share of nothing is no share. */
const nothingIn = ({ weight }: Pool): string | null => (weight === 0 ? 'nothing_to_share' : null);

/** The reason that all incomplete nodes of a variant share; null when the variant itself is complete. */
const reasonOf = (nodes: readonly NodeColumns[], variant: 'baseline' | 'candidate', index: number): string | null => {
  const missing = nodes.filter((node) => Number.isNaN(node[variant].values[index]));
  const reasons = new Set(missing.map((node) => reasonAt(node[variant], index)));
  const [first] = reasons;
  return first === undefined ? null : reasons.size === 1 ? first : 'several_reasons';
};
