/** A number that can be stored: NaN and infinities become null, minus zero becomes zero. */
export const finite = (value: number | undefined | null): number | null =>
  value !== undefined && value !== null && Number.isFinite(value) ? value + 0 : null;

/** The larger of numbers, in constant stack space (arrays may hold a quarter of a million). */
export const largest = (values: Iterable<number>): number => {
  let result = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > result) result = value;
  return result;
};

export const sumOf = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

export const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;
