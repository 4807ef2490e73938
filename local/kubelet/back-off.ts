const FIRST_SECONDS = 1;
const CAP_SECONDS = 60;
/** A container that ran this long is considered healthy again. */
const HEALTHY_SECONDS = 120;

/** How many crashes in a row, after one more. */
export const crashesInARow = (before: number, ranSeconds: number): number =>
  ranSeconds >= HEALTHY_SECONDS ? 1 : before + 1;

/**
 * Seconds before the next start: none after the first crash, then doubling. A real kubelet does the same, but begins
 * with ten seconds and ends with five minutes.
 */
export const backOffSeconds = (crashes: number): number =>
  crashes <= 1 ? 0 : Math.min(FIRST_SECONDS * 2 ** (crashes - 2), CAP_SECONDS);
