import type { HistoryPrior } from './history-prior.ts';
import type { LongRunVariance } from './long-run-variance.ts';
import { PRIOR_WEIGHT, withPrior } from './monitor-rule.ts';
import { studentUpperQuantile, studentUpperTail } from './special-functions.ts';

/** One-sided bounds of a mean, each at alpha, and the p value of any claim about it. Units: those of the series. */
export interface HorizonBounds {
  readonly mean: number;
  readonly lower: number;
  readonly upper: number;
  readonly variance: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** p of the claim "the mean is below c" */
  readonly pBelow: (c: number) => number;
  /** p of the claim "the mean is above c" */
  readonly pAbove: (c: number) => number;
}

/**
 * Algorithm E: final bounds of the mean of n correlated values. With history the variance leans on it and has
 * `max((n + 60) / f - 1, 3)` degrees of freedom; without, `max(n_eff - 1, 2)`. Undefined where numbers overflow.
 */
export const horizonBounds = (
  mean: number,
  n: number,
  own: LongRunVariance,
  prior: HistoryPrior | undefined,
  alpha: number,
): HorizonBounds | undefined => {
  const variance = withPrior(own.value, n, prior);
  const degreesOfFreedom =
    prior === undefined ? Math.max(own.effectiveN - 1, 2) : Math.max((n + PRIOR_WEIGHT) / own.inflation - 1, 3);
  const standardError = Math.sqrt(variance / n);
  if (!(Number.isFinite(mean) && Number.isFinite(standardError) && standardError > 0)) return undefined;
  const reach = studentUpperQuantile(alpha, degreesOfFreedom) * standardError;
  return {
    mean,
    lower: mean - reach,
    upper: mean + reach,
    variance,
    standardError,
    degreesOfFreedom,
    pBelow: (c) => studentUpperTail((c - mean) / standardError, degreesOfFreedom),
    pAbove: (c) => studentUpperTail((mean - c) / standardError, degreesOfFreedom),
  };
};
