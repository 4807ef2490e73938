/**
 * A series that grows by one value at a time and knows its mean and autocovariances at each length, in O(lags) per
 * value: sums of values, squares and lagged products around a fixed pivot, the first value.
 *
 * Why this is safe: with the pivot one of the values, its squared distance from the mean is at most n times the
 * variance, so cancellation costs at most a factor n of the machine's precision (1e-16).
 */
export interface RunningSeries {
  add(value: number): void;
  count(): number;
  mean(): number;
  /** autocovariance at `lag` with divisor n and the mean of the same n values */
  autocovariance(lag: number): number;
}

export const makeRunningSeries = (capacity: number, maximumLag: number): RunningSeries => {
  const values = new Float64Array(capacity);
  /** prefix[k] = sum of the first k values; all relative to the pivot */
  const prefix = new Float64Array(capacity + 1);
  /** products[l] = sum of x_t x_(t-l) */
  const products = new Float64Array(maximumLag + 1);
  let pivot = 0;
  let n = 0;

  return {
    add(value) {
      if (n === 0) pivot = value;
      const centred = value - pivot;
      values[n] = centred;
      prefix[n + 1] = at(prefix, n) + centred;
      const lags = Math.min(maximumLag, n);
      for (let lag = 0; lag <= lags; lag++) products[lag] = at(products, lag) + centred * at(values, n - lag);
      n += 1;
    },
    count: () => n,
    mean: () => pivot + at(prefix, n) / n,
    autocovariance(lag) {
      const total = at(prefix, n);
      const mean = total / n;
      const head = total - at(prefix, lag);
      const tail = at(prefix, n - lag);
      const covariance = (at(products, lag) - mean * (head + tail) + (n - lag) * mean * mean) / n;
      return lag === 0 ? Math.max(covariance, 0) : covariance;
    },
  };
};

const at = (array: Float64Array, index: number): number => array[index] as number;
