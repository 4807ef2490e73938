import type { Bootstrap } from '../contract/judgement.ts';
import { seriesOf } from './long-run-variance.ts';

/** Uniform numbers in [0, 1). */
export type Uniform = () => number;

/** Seeded generator of uniforms, 32 bits of state (mulberry32, Tommy Ettinger, public domain); for display, not for secrets. */
export const seededUniform = (seed: number): Uniform => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/**
 * Paired circular block bootstrap of the ratio of means (Politis & Romano 1992): whole blocks of slots, the same for both
 * variants, so that shared noise stays shared. Percentile interval at 1 - alpha. Null when the series holds fewer than
 * four blocks or the baseline's mean is zero. A displayed robustness check; it decides nothing.
 */
export const blockBootstrap = (
  baseline: ArrayLike<number>,
  candidate: ArrayLike<number>,
  uniform: Uniform,
  { draws = 2000, alpha = 0.05 } = {},
): Bootstrap | null => {
  const n = Math.min(baseline.length, candidate.length);
  const blockSlots = blockLength(baseline, candidate, n);
  if (4 * blockSlots > n) return null;
  const baselineSums = circularSums(baseline, n);
  const candidateSums = circularSums(candidate, n);
  const blocks = Math.ceil(n / blockSlots);
  const remainder = n - (blocks - 1) * blockSlots;

  const ratios = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let a = 0;
    let b = 0;
    for (let block = 0; block < blocks; block++) {
      const start = Math.floor(uniform() * n);
      const slots = block === blocks - 1 ? remainder : blockSlots;
      a += baselineSums(start, slots);
      b += candidateSums(start, slots);
    }
    ratios[draw] = b / a;
  }
  const ratio = candidateSums(0, n) / baselineSums(0, n);
  if (!Number.isFinite(ratio) || !ratios.every(Number.isFinite)) return null;
  ratios.sort();
  const quantile = (q: number): number => ratios[Math.min(draws - 1, Math.floor(q * draws))] as number;
  return { ratio, lower: quantile(alpha / 2), upper: quantile(1 - alpha / 2), blockSlots, draws };
};

/** `max(⌈1.75 n^(1/3)⌉, ⌈2 (1 + r) / (1 - r)⌉)` with r the lag-one correlation of the difference, negative as zero. */
const blockLength = (baseline: ArrayLike<number>, candidate: ArrayLike<number>, n: number): number => {
  if (n < 2) return 1;
  const series = seriesOf(Array.from({ length: n }, (_, t) => (candidate[t] as number) - (baseline[t] as number)));
  const variance = series.autocovariance(0);
  const r = variance > 0 ? Math.min(Math.max(series.autocovariance(1) / variance, 0), 0.99) : 0;
  return Math.max(Math.ceil(1.75 * Math.cbrt(n)), Math.ceil((2 * (1 + r)) / (1 - r)));
};

/** Sums of `length` values from `start` on, around the end to the beginning, by prefix sums. */
const circularSums = (values: ArrayLike<number>, n: number) => {
  const prefix = new Float64Array(2 * n + 1);
  for (let index = 0; index < 2 * n; index++)
    prefix[index + 1] = (prefix[index] as number) + (values[index % n] as number);
  return (start: number, length: number): number => (prefix[start + length] as number) - (prefix[start] as number);
};
