/**
 * Confidence sequences: bounds that hold at all looks together (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas, Annals of
 * Statistics 2024, arXiv 2103.06476). All widths are in standard deviations of one value; `horizon` is the planned
 * number of looks, which only tunes where the sequence is tightest, and is fixed for the whole run.
 */

/** Squared mixture scale that is tightest at the horizon. `level` is alpha two-sided, 2 alpha one-sided. */
const mixtureScale = (level: number, horizon: number): number =>
  (-2 * Math.log(level) + Math.log(1 - 2 * Math.log(level))) / horizon;

/** Half width of the one-sided sequence after n values. */
export const oneSidedWidth = (n: number, alpha: number, horizon: number): number => {
  const scale = mixtureScale(2 * alpha, horizon);
  const q = n * scale + 1;
  return Math.sqrt(((2 * q) / (n * n * scale)) * Math.log(1 + Math.sqrt(q) / (2 * alpha)));
};

/** Half width of the two-sided sequence after n values. */
export const twoSidedWidth = (n: number, alpha: number, horizon: number): number => {
  const scale = mixtureScale(alpha, horizon);
  const q = n * scale + 1;
  return Math.sqrt(((2 * q) / (n * n * scale)) * Math.log(Math.sqrt(q) / alpha));
};
