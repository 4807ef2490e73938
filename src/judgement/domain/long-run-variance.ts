import { makeRunningSeries, type RunningSeries } from './running-series.ts';

/** Bias correction of the autocorrelation, by where the series comes from (Algorithms A, B and D). */
export const KAPPA = { run: 1.5, runOfSeveralGuardrails: 3, longHistory: 1, shortHistory: 3 } as const;

/** A variance of a mean of n correlated values is `value / n`. Units: those of the series, squared. */
export interface LongRunVariance {
  readonly value: number;
  /** lag-one correlation, corrected upwards for short series, from 0 to 0.98 */
  readonly autocorrelation: number;
  /** how many slots carry the information of one independent slot */
  readonly inflation: number;
  readonly effectiveN: number;
}

const FEWEST_VALUES = 5;

/** Lags that Newey-West looks back at length n. */
export const lagsAt = (n: number): number => Math.floor(1.3 * Math.sqrt(n));

/**
 * Algorithm A: the larger of a bias-corrected AR(1) long-run variance and Newey-West. Undefined below five values and
 * for constants.
 *
 * Sources: Newey & West 1987; Kendall 1954 for the bias; why the maximum: removing the mean makes sample
 * autocovariances sum to -variance/2, so Newey-West alone can fall below the plain variance.
 */
export const longRunVariance = (series: RunningSeries, kappa: number): LongRunVariance | undefined => {
  const n = series.count();
  if (n < FEWEST_VALUES) return undefined;
  const variance = series.autocovariance(0);
  if (!(variance > 0 && Number.isFinite(variance))) return undefined;
  const raw = clip(series.autocovariance(1) / variance, -0.99, 0.99);
  const autocorrelation = clip(raw + (kappa * (1 + 3 * raw)) / n, 0, 0.98);
  const inflation = (1 + autocorrelation) / (1 - autocorrelation);
  const firstOrder = (inflation * variance) / Math.max(1 - inflation / n, 0.2);
  return {
    value: Math.max(firstOrder, neweyWest(series)),
    autocorrelation,
    inflation,
    effectiveN: n / inflation,
  };
};

/** Newey-West long-run variance with Bartlett weights over `floor(1.3 √n)` lags. */
export const neweyWest = (series: RunningSeries): number => {
  const n = series.count();
  const bandwidth = lagsAt(n);
  let sum = 0;
  for (let lag = 1; lag <= Math.min(bandwidth, n - 1); lag++) {
    sum += (1 - lag / (bandwidth + 1)) * series.autocovariance(lag);
  }
  return series.autocovariance(0) + 2 * sum;
};

export const seriesOf = (values: readonly number[]): RunningSeries => {
  const series = makeRunningSeries(values.length, lagsAt(values.length));
  for (const value of values) series.add(value);
  return series;
};

const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
