import { attributesKey, type Metric, type Point } from './metrics.ts';

const AGGREGATIONS = ['sum', 'mean', 'min', 'max', 'median', 'count'] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

export const isAggregation = (text: string | undefined): text is Aggregation =>
  AGGREGATIONS.some((each) => each === text);

/**
 * Points of equal attributes and time as one; of what is told as a difference, the begin has to be equal, too. Whole
 * numbers stay whole.
 */
export const aggregatePoints = (metric: Metric, aggregation: Aggregation): Point[] => {
  const isDelta = metric.temporality === 'delta';
  const groups = Map.groupBy(
    metric.points,
    ({ attributes, timeMs, startMs }) => `${attributesKey(attributes)} ${timeMs} ${isDelta ? startMs : ''}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const startMs = Math.min(...group.map((point) => point.startMs));
    return [{ ...first, startMs, value: together(group, aggregation) }];
  });
};

const together = (group: readonly Point[], aggregation: Aggregation): Point['value'] => {
  const values = group.map(({ value }) => value);
  return values.every((value) => typeof value === 'bigint')
    ? ofWhole(values, aggregation)
    : ofDecimal(values.map(Number), aggregation);
};

const ofWhole = (values: readonly bigint[], aggregation: Aggregation): bigint => {
  const total = values.reduce((sum, value) => sum + value, 0n);
  switch (aggregation) {
    case 'sum':
      return total;
    case 'mean':
      return total / BigInt(values.length);
    case 'min':
      return inOrder(values)[0] ?? 0n;
    case 'max':
      return inOrder(values).at(-1) ?? 0n;
    case 'count':
      // one point alone keeps its value, as in the collector
      return values.length === 1 ? total : BigInt(values.length);
    case 'median': {
      const [low = 0n, high = 0n] = middleOf(inOrder(values));
      return (low + high) / 2n;
    }
  }
};

const inOrder = (values: readonly bigint[]): readonly bigint[] =>
  values.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));

const ofDecimal = (values: readonly number[], aggregation: Aggregation): number => {
  const total = values.reduce((sum, value) => sum + value, 0);
  switch (aggregation) {
    case 'sum':
      return total;
    case 'mean':
      return total / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    case 'count':
      return values.length === 1 ? total : values.length;
    case 'median': {
      const [low = 0, high = 0] = middleOf(values.toSorted((one, other) => one - other));
      return (low + high) / 2;
    }
  }
};

const middleOf = <T>(sorted: readonly T[]): readonly T[] => {
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted.slice(middle, middle + 1).flatMap((one) => [one, one])
    : sorted.slice(middle - 1, middle + 1);
};
