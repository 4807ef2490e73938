import { sumOf } from './numbers.ts';
import { binomialUpperTail, chiSquareUpperTail, normalUpperQuantile } from './special-functions.ts';

/** Wilson's interval of a proportion, two-sided at 1 - alpha (Wilson 1927). Null without draws. */
export const wilsonInterval = (
  successes: number,
  draws: number,
  alpha = 0.05,
): { readonly lower: number; readonly upper: number } | null => {
  if (!(draws > 0)) return null;
  const z = normalUpperQuantile(alpha / 2);
  const p = successes / draws;
  const spread = 1 + (z * z) / draws;
  const centre = (p + (z * z) / (2 * draws)) / spread;
  const half = (z / spread) * Math.sqrt((p * (1 - p)) / draws + (z * z) / (4 * draws * draws));
  return { lower: Math.max(0, centre - half), upper: Math.min(1, centre + half) };
};

/**
 * Exact conditional binomial for rare errors: the probability of at least the candidate's count, given the total of both
 * variants, when rates are equal (or the candidate's at most `allowedRateRatio` times the baseline's).
 */
export const conditionalBinomial = (
  baselineCount: number,
  candidateCount: number,
  { candidateExposure = 1, baselineExposure = 1, allowedRateRatio = 1 } = {},
): number | null => {
  const valid = [baselineCount, candidateCount].every((count) => Number.isSafeInteger(count) && count >= 0);
  if (!valid || baselineCount + candidateCount === 0) return null;
  const exposed = allowedRateRatio * candidateExposure;
  return binomialUpperTail(candidateCount, baselineCount + candidateCount, exposed / (baselineExposure + exposed));
};

/** Result of a check that both variants got their share of discrete units. */
export type SampleRatio =
  | { readonly status: 'ok'; readonly p: number }
  | { readonly status: 'leak' | 'insufficient'; readonly p: null };

const FEWEST_EXPECTED = 5;

/** Chi-square of counts against weights at one look; a count where the weight is zero is a leak, not a test. */
export const sampleRatioMismatch = (counts: readonly number[], weights: readonly number[]): SampleRatio => {
  if (counts.some((count, arm) => count > 0 && !((weights[arm] ?? 0) > 0))) return { status: 'leak', p: null };
  const total = sumOf(counts);
  const weight = sumOf(weights);
  const cells = counts.flatMap((count, arm) => {
    const expected = (total * (weights[arm] ?? 0)) / weight;
    return expected > 0 ? [{ count, expected }] : [];
  });
  if (cells.length < 2 || cells.some(({ expected }) => expected < FEWEST_EXPECTED)) {
    return { status: 'insufficient', p: null };
  }
  const statistic = sumOf(cells.map(({ count, expected }) => (count - expected) ** 2 / expected));
  return { status: 'ok', p: chiSquareUpperTail(statistic, cells.length - 1) };
};
