import type { MetricCriterion } from '../contract/criteria.ts';
import type { MetricColumns, NodeColumns } from './columns.ts';
import { sampleRatioMismatch } from './counts.ts';

/** What both variants collected over all usable slots: a census of the run, so it has no noise, only a grain. */
export interface CountedInput {
  /** candidate against baseline: -0.01 is 1 % less */
  readonly difference: number;
  /** the margin, and what reading at slot ends may add */
  readonly allowed: number;
}

/** Everything that a stretch of slots without a gap shows may be off by one collection, in each variant. */
const COLLECTIONS_OFF = 2;

/** How far the totals are apart, and how far they may be; undefined for input that is not collected on a schedule. */
export const countedInput = (
  criterion: MetricCriterion,
  totals: {
    readonly baseline: number;
    readonly candidate: number;
    readonly n: number;
    /** unbroken rows of usable slots; each has two ends */
    readonly stretches: number;
  },
): CountedInput | undefined => {
  if (criterion.role !== 'trust' || criterion.collectionsPerSlot === undefined || totals.n === 0) return undefined;
  const { baseline, candidate, n, stretches } = totals;
  return {
    difference: baseline === candidate ? 0 : candidate / baseline - 1,
    allowed: criterion.margin + (COLLECTIONS_OFF * stretches) / (n * criterion.collectionsPerSlot),
  };
};

export const isWithin = ({ difference, allowed }: CountedInput): boolean => Math.abs(difference) <= allowed;

/** Below this it is no accident that a variant was seen on fewer nodes (Fabijan et al. 2019). */
const ALLOCATION_ALPHA = 0.001;

export interface SeenNodes {
  readonly baseline: number;
  readonly candidate: number;
  readonly differs: boolean;
}

/**
 * On how many nodes each variant was seen, and whether that can be an accident (chi-square, 3.10 of the method). Both
 * run on the same nodes. A variant that was seen nowhere has no data, which is another finding.
 */
export const seenNodes = ({ nodes }: MetricColumns, slots: number): SeenNodes => {
  const seen = (variant: 'baseline' | 'candidate'): number =>
    nodes.filter((node) => hasAnyValue(node, variant, slots)).length;
  const [baseline, candidate] = [seen('baseline'), seen('candidate')];
  const { p } = sampleRatioMismatch([baseline, candidate], [1, 1]);
  return { baseline, candidate, differs: baseline > 0 && candidate > 0 && p !== null && p < ALLOCATION_ALPHA };
};

const hasAnyValue = (node: NodeColumns, variant: 'baseline' | 'candidate', slots: number): boolean =>
  node[variant].values.subarray(0, slots).some((value) => !Number.isNaN(value));
