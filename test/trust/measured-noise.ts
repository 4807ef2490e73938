import type { Evidence } from '../../src/judgement/contract/evidence.ts';
import { columnsOf } from '../../src/judgement/domain/columns.ts';
import { pool } from '../../src/judgement/domain/pooling.ts';

/** How a metric behaved in experiments with two equal variants. Null where too little was measured, or nothing varied. */
export interface MeasuredNoise {
  readonly metric: string;
  readonly experiments: number;
  /** slots with both variants */
  readonly pairs: number;
  /** slots without both */
  readonly missing: number;
  readonly level: number | null;
  /** standard deviation of the baseline within an experiment, as a share of its mean */
  readonly variation: number | null;
  readonly autocorrelation: number | null;
  /** the same of what is judged: log ratio of the variants, or their difference where a value is zero */
  readonly contrastDeviation: number | null;
  readonly contrastAutocorrelation: number | null;
  readonly contrastScale: 'ratio' | 'difference';
}

type Pair = readonly [baseline: number, candidate: number] | null;

/** Every metric of these experiments, pooled over nodes as it is judged. */
export const measuredNoise = (experiments: readonly Evidence[]): readonly MeasuredNoise[] => {
  const metrics = new Map<string, (readonly Pair[])[]>();
  for (const evidence of experiments) {
    // a metric may be a limit and be compared as well
    const columnsByName = new Map(
      columnsOf(evidence, evidence.design.horizonSlots).map((columns) => [columns.criterion.name, columns]),
    );
    for (const columns of columnsByName.values()) {
      const pairs = Array.from({ length: evidence.design.horizonSlots }, (_, index): Pair => {
        const pair = pool(columns, index);
        return pair.usable ? [pair.baseline, pair.candidate] : null;
      });
      const { name } = columns.criterion;
      metrics.set(name, [...(metrics.get(name) ?? []), pairs]);
    }
  }
  return [...metrics].map(([metric, series]) => noiseOf(metric, series));
};

const noiseOf = (metric: string, series: readonly (readonly Pair[])[]): MeasuredNoise => {
  const all = series.flat();
  const known = all.filter((pair) => pair !== null);
  const isRatio = known.every(([a, b]) => a > 0 && b > 0);
  const baseline = series.map((pairs) => pairs.map((pair) => pair?.[0] ?? null));
  const contrast = series.map((pairs) =>
    pairs.map((pair) => (pair === null ? null : isRatio ? Math.log(pair[1] / pair[0]) : pair[1] - pair[0])),
  );
  const level = known.length === 0 ? null : known.reduce((sum, [a]) => sum + a, 0) / known.length;
  const deviation = deviationWithin(baseline);
  return {
    metric,
    experiments: series.length,
    pairs: known.length,
    missing: all.length - known.length,
    level,
    variation: deviation === null || level === null || level === 0 ? null : deviation / Math.abs(level),
    autocorrelation: lagOneWithin(baseline),
    contrastDeviation: deviationWithin(contrast),
    contrastAutocorrelation: lagOneWithin(contrast),
    contrastScale: isRatio ? 'ratio' : 'difference',
  };
};

type Series = readonly (number | null)[];

/** Standard deviation around the own mean of each series, all series together. */
export const deviationWithin = (all: readonly Series[]): number | null => {
  const centred = all.map(aroundMean);
  const squares = centred.flat().reduce<number>((sum, value) => sum + (value ?? 0) ** 2, 0);
  const freedom = centred.reduce((sum, series) => sum + Math.max(0, countOf(series) - 1), 0);
  return freedom === 0 ? null : Math.sqrt(squares / freedom);
};

/**
 * Correlation of neighbouring slots around the own mean of each series, all series together, not corrected: short
 * series make it come out too low by about (1 + 3 r) / slots. Null when nothing varies.
 */
export const lagOneWithin = (all: readonly Series[]): number | null => {
  const centred = all.map(aroundMean);
  const squares = centred.flat().reduce<number>((sum, value) => sum + (value ?? 0) ** 2, 0);
  const products = centred.reduce(
    (sum, series) => sum + series.reduce<number>((inner, value, at) => inner + (value ?? 0) * (series[at - 1] ?? 0), 0),
    0,
  );
  return squares === 0 ? null : products / squares;
};

const countOf = (series: Series): number => series.filter((value) => value !== null).length;

const aroundMean = (series: Series): Series => {
  const mean = series.reduce<number>((sum, value) => sum + (value ?? 0), 0) / Math.max(1, countOf(series));
  return series.map((value) => (value === null ? null : value - mean));
};
