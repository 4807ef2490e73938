import { normalUpperQuantile } from './special-functions.ts';

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
