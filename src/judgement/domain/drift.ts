import { horizonBounds } from './horizon-bounds.ts';
import { KAPPA, longRunVariance, seriesOf } from './long-run-variance.ts';
import { studentUpperQuantile } from './special-functions.ts';

const FEWEST_IN_A_HALF = 20;

/**
 * Whether the second half of a run tells another effect than the first: difference of the halves' means against their
 * own long-run variances, two-sided at a tenth of alpha. A step in the middle of a run makes the whole series look
 * correlated, which widens every sequence; each half alone stays quiet. For display and for naming a conflict.
 */
export const halvesDisagree = (contrasts: readonly number[], alpha: number): boolean => {
  const middle = Math.floor(contrasts.length / 2);
  if (middle < FEWEST_IN_A_HALF) return false;
  const bounds = [contrasts.slice(0, middle), contrasts.slice(middle)].map((half) => {
    const series = seriesOf(half);
    const own = longRunVariance(series, KAPPA.run);
    return own && horizonBounds(series.mean(), half.length, own, undefined, alpha);
  });
  const [early, late] = bounds;
  if (early === undefined || late === undefined) return false;
  const standardError = Math.hypot(early.standardError, late.standardError);
  const degreesOfFreedom = Math.min(early.degreesOfFreedom, late.degreesOfFreedom);
  return Math.abs(late.mean - early.mean) > studentUpperQuantile(alpha / 20, degreesOfFreedom) * standardError;
};
