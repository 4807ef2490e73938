import type { HistoryPrior } from './history-prior.ts';
import { KAPPA } from './long-run-variance.ts';
import { PRIOR_WEIGHT, withPrior } from './monitor-rule.ts';
import { normalUpperQuantile, studentUpperQuantile } from './special-functions.ts';

/**
 * Slots of a paired series that prove a distance: `(z_{1-alpha} + z_{power})² L / distance²`, rounded up, with L the
 * long-run variance of one slot (3.13 of the method). Null when there is no distance to prove.
 */
export const slotsForPower = (
  distance: number,
  longRunVariance: number,
  alpha: number,
  power: number,
): number | null => {
  if (!(distance > 0) || !(longRunVariance >= 0)) return null;
  const z = normalUpperQuantile(alpha) + normalUpperQuantile(1 - power);
  const slots = Math.ceil((z * z * longRunVariance) / (distance * distance));
  return Number.isSafeInteger(slots) ? slots : null;
};

/** How many more slots until the claim is proven with 80 % power if the effect stays as estimated. */
export const stillNeededSlots = (
  distance: number,
  longRunVariance: number,
  n: number,
  alpha: number,
): number | null => {
  const slots = slotsForPower(distance, longRunVariance, alpha, 0.8);
  return slots === null ? null : Math.max(0, slots - n);
};

/** What is known about a metric's noise before the start. */
export interface PlannedNoise {
  readonly longRunVariance: number;
  readonly autocorrelation: number;
  readonly prior: HistoryPrior | undefined;
}

/** Below it the judge itself calls the autocorrelation too strong. */
const FEWEST_EFFECTIVE_SLOTS = 8;

/**
 * The formula of `slotsForPower` with what a short run costs besides: the judge corrects its own variance upwards and
 * compares with Student's t, so both are expected here as well (Algorithms A and E at length n). Smallest n that
 * suffices; null when there is nothing to prove or no length is enough.
 */
export const slotsToProve = (distance: number, noise: PlannedNoise, alpha: number, power: number): number | null => {
  const least = slotsForPower(distance, noise.longRunVariance, alpha, power);
  if (least === null) return null;
  const z = normalUpperQuantile(1 - power);
  const isEnough = (n: number): boolean => {
    const { variance, effectiveN, degreesOfFreedom } = expectedAt(n, noise);
    if (effectiveN < FEWEST_EFFECTIVE_SLOTS) return false;
    const reach = studentUpperQuantile(alpha, degreesOfFreedom) + z;
    return n * distance * distance >= reach * reach * variance;
  };
  let high = Math.max(8, least);
  while (!isEnough(high)) high *= 2;
  let low = Math.max(4, Math.floor(high / 2) - 1, least - 1);
  if (low >= high) return high;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/** What the judge will estimate after n slots if the noise is as planned. */
const expectedAt = (n: number, { longRunVariance, autocorrelation: r, prior }: PlannedNoise) => {
  const corrected = Math.min(0.98, r + (KAPPA.run * (1 + 3 * r)) / n);
  const inflation = (1 + corrected) / (1 - corrected);
  const bias = (inflation * (1 - r)) / (1 + r) / Math.max(1 - inflation / n, 0.2);
  return {
    variance: withPrior(longRunVariance * bias, n, prior),
    effectiveN: n / inflation,
    degreesOfFreedom: (prior === undefined ? n : n + PRIOR_WEIGHT) / inflation - 1,
  };
};
