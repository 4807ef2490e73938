import type { MetricCriterion } from '../contract/criteria.ts';
import type { MetricVerdict } from '../contract/vocabulary.ts';
import { isWithin } from './equal-input.ts';
import type { HorizonBounds } from './horizon-bounds.ts';
import type { StreamSummary } from './metric-stream.ts';

/** What a metric's verdict rests on; `line` is the positive margin or minimum saving on the oriented scale. */
export interface MetricFacts {
  readonly role: Exclude<MetricCriterion['role'], 'limit'>;
  /** collected on a schedule, by collectors that are read in each slot */
  readonly isScheduled: boolean;
  readonly line: number | null;
  readonly summary: StreamSummary;
  readonly bounds: HorizonBounds | undefined;
  /** over the budget for missing slots, or too few pairs */
  readonly lacksData: boolean;
  /** the variants did not receive the same input */
  readonly inputDiffers: boolean;
}

/** Section 5.5 of the method: the first row that matches. Positive effects are worse. */
export const metricVerdict = (facts: MetricFacts): MetricVerdict => {
  const { role, summary, bounds } = facts;
  if (facts.inputDiffers) return 'invalid';
  if (role === 'guardrail' && summary.reached) return 'worse';
  if (facts.lacksData) return 'no_data';
  if (summary.counted !== undefined) return isWithin(summary.counted) ? 'equivalent' : 'invalid';
  if (summary.status === 'no_variation') return 'no_variation';
  if (summary.isConstant) return exactVerdict(facts);
  if (bounds === undefined) return 'unclear';
  if (role === 'trust') return equalInputVerdict(bounds, facts.line ?? 0);

  const line = facts.line ?? Number.POSITIVE_INFINITY;
  const { lower, upper } = bounds;
  if (lower > 0) return role !== 'diagnostic' && upper < line ? 'worse_within_margin' : 'worse';
  if (upper < (role === 'primary' ? -line : 0)) return 'better';
  if (role === 'diagnostic') return 'unclear';
  if (lower > -line && upper < line) return 'equivalent';
  return upper < line ? 'not_worse' : 'unclear';
};

/** The contrast is the same in each slot: an exact number without noise, judged against the margin only. */
const exactVerdict = ({ role, line, summary }: MetricFacts): MetricVerdict => {
  const margin = line ?? 0;
  if (!Number.isFinite(summary.effect)) return 'unclear';
  if (role === 'trust') return Math.abs(summary.effect) <= margin ? 'equivalent' : 'invalid';
  if (summary.effect > margin) return 'worse';
  return role === 'primary' && summary.effect < -margin ? 'better' : 'not_worse';
};

const equalInputVerdict = ({ lower, upper }: HorizonBounds, margin: number): MetricVerdict => {
  if (lower > -margin && upper < margin) return 'equivalent';
  return lower > margin || upper < -margin ? 'invalid' : 'unclear';
};

const NOT_WORSE: ReadonlySet<MetricVerdict> = new Set([
  'better',
  'not_worse',
  'equivalent',
  'worse_within_margin',
  'no_variation',
]);

/** Proven not worse than its margin. */
export const isFine = (verdict: MetricVerdict): boolean => NOT_WORSE.has(verdict);

/** A saving as large as the minimum is excluded. */
export const hasNoSaving = ({ line, summary, bounds }: MetricFacts): boolean => {
  const minimum = line ?? 0;
  if (bounds !== undefined) return bounds.lower > -minimum;
  return summary.isConstant && summary.effect > -minimum;
};
