import { normalUpperQuantile, studentUpperQuantile } from '../../../src/judgement/domain/special-functions.ts';

/** Algorithms A to E written a second time, plainly, from whole arrays and without any running sum. */

const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;

export const naiveLongRunVariance = (x: readonly number[], kappa: number) => {
  const n = x.length;
  const centre = mean(x);
  const g = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += ((x[t] as number) - centre) * ((x[t - lag] as number) - centre);
    return sum / n;
  };
  if (n < 5 || g(0) === 0) return undefined;
  const bandwidth = Math.floor(1.3 * Math.sqrt(n));
  let neweyWest = g(0);
  for (let lag = 1; lag <= Math.min(bandwidth, n - 1); lag++) neweyWest += 2 * (1 - lag / (bandwidth + 1)) * g(lag);
  const r = Math.min(0.99, Math.max(-0.99, g(1) / g(0)));
  const corrected = Math.min(0.98, Math.max(0, r + (kappa * (1 + 3 * r)) / n));
  const f = (1 + corrected) / (1 - corrected);
  const first = (f * g(0)) / Math.max(1 - f / n, 0.2);
  return { value: Math.max(first, neweyWest), autocorrelation: corrected, inflation: f, effectiveN: n / f, neweyWest };
};

export const naiveWidth = (n: number, alpha: number, horizon: number): number => {
  const log = -2 * Math.log(2 * alpha);
  const r2 = (log + Math.log(1 + log)) / horizon;
  const q2 = n * r2 + 1;
  return Math.sqrt(((2 * q2) / (n ** 2 * r2)) * Math.log(1 + Math.sqrt(q2) / (2 * alpha)));
};

/** Harm bounds after each value, and the first look that aborts. `x` is oriented: positive is worse. */
export const naiveMonitor = (
  x: readonly number[],
  {
    alpha,
    guardrails,
    horizon,
    line,
    prior,
  }: { alpha: number; guardrails: number; horizon: number; line: number; prior?: number },
) => {
  const share = alpha / guardrails;
  let inARow = 0;
  let abortedAt: number | null = null;
  const bounds = x.map((_, index) => {
    const n = index + 1;
    const seen = x.slice(0, n);
    const kappa = prior === undefined && guardrails > 1 ? 3 : 1.5;
    const own = naiveLongRunVariance(seen, kappa);
    let bound: number | null = null;
    if (own !== undefined && prior !== undefined && n >= 5) {
      bound = mean(seen) - Math.sqrt((60 * prior + n * own.value) / (60 + n)) * naiveWidth(n, share, horizon);
    } else if (own !== undefined && prior === undefined && n >= 15 && own.effectiveN >= (guardrails > 1 ? 9 : 8)) {
      const inflate = studentUpperQuantile(share / 20, own.effectiveN - 1) / normalUpperQuantile(share / 20);
      bound = mean(seen) - Math.sqrt(own.value) * naiveWidth(n, share, horizon) * inflate;
    }
    inARow = bound !== null && bound > line ? inARow + 1 : 0;
    const needed = prior !== undefined ? 2 : guardrails > 1 ? 5 : 3;
    if (inARow >= needed) abortedAt ??= n;
    return bound;
  });
  return { bounds, abortedAt };
};

export const naiveHorizon = (x: readonly number[], alpha: number, prior?: number) => {
  const own = naiveLongRunVariance(x, 1.5);
  if (own === undefined) return undefined;
  const n = x.length;
  const variance = prior === undefined ? own.value : (60 * prior + n * own.value) / (60 + n);
  const df = prior === undefined ? Math.max(own.effectiveN - 1, 2) : Math.max((n + 60) / own.inflation - 1, 3);
  const reach = studentUpperQuantile(alpha, df) * Math.sqrt(variance / n);
  return { lower: mean(x) - reach, upper: mean(x) + reach };
};
