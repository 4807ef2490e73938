import type { MetricCriterion, Scale } from '../contract/criteria.ts';
import type { HistorySeries } from '../contract/evidence.ts';
import type { VarianceSource } from '../contract/judgement.ts';
import { whyUnusable } from './columns.ts';
import { declaredScale } from './contrast.ts';
import { KAPPA, longRunVariance, seriesOf } from './long-run-variance.ts';
import { meanOf } from './numbers.ts';

/** What history says about noise: a long-run variance on the contrast's scale, and its autocorrelation. */
export interface HistoryPrior {
  readonly variance: number;
  readonly autocorrelation: number;
  readonly source: Exclude<VarianceSource, 'own'>;
}

const LONG_SECONDS = 12 * 3600;
/** The method was measured in steps of a minute, so a long stretch needs as many steps, too; a calibration needs 30. */
const LONG_STEPS = 720;
const FEWEST_STEPS = 30;

/**
 * Algorithm B: the first that exists of (1) at least 12 h of two equal variants, (2) at least 12 h of the baseline
 * alone, counted twice, (3) a calibration of at least 30 steps of two equal variants, with a stronger bias correction.
 * Undefined without any, or when the stretch does not vary.
 */
export const historyPrior = (
  history: HistorySeries | undefined,
  criterion: MetricCriterion,
  scale: Scale,
  stepSeconds: number,
): HistoryPrior | undefined => {
  if (history === undefined) return undefined;
  const isLong = (steps: number): boolean => steps >= LONG_STEPS && steps * stepSeconds >= LONG_SECONDS;
  const { baseline, pairs } = usable(history, criterion);

  if (isLong(pairs.length)) return prior(contrasts(pairs, scale), KAPPA.longHistory, 1, 'pairs_history');
  if (isLong(baseline.length)) return prior(levels(baseline, scale), KAPPA.longHistory, 2, 'baseline_history');
  if (pairs.length >= FEWEST_STEPS) return prior(contrasts(pairs, scale), KAPPA.shortHistory, 1, 'calibration');
  return undefined;
};

/** Ratios need positive values: a zero in history turns a ratio metric into relative differences before the start. */
export const startingScale = (criterion: MetricCriterion, history: HistorySeries | undefined): Scale => {
  const declared = declaredScale(criterion);
  if (declared !== 'log_ratio' || history === undefined) return declared;
  return [...history.baseline, ...(history.candidate ?? [])].includes(0) ? 'relative_difference' : declared;
};

const usable = ({ baseline, candidate = [] }: HistorySeries, criterion: MetricCriterion) => {
  const isUsable = (value: number | null | undefined): value is number => whyUnusable(value, criterion) === null;
  return {
    baseline: baseline.filter(isUsable),
    pairs: baseline.flatMap((a, index) => {
      const b = candidate[index];
      return isUsable(a) && isUsable(b) ? [[a, b] as const] : [];
    }),
  };
};

const contrasts = (pairs: readonly (readonly [number, number])[], scale: Scale): readonly number[] => {
  if (scale === 'log_ratio') return pairs.map(([a, b]) => Math.log(b) - Math.log(a));
  const unit = scale === 'difference' ? 1 : Math.abs(meanOf(pairs.map(([a]) => a)));
  return pairs.map(([a, b]) => (b - a) / unit);
};

const levels = (baseline: readonly number[], scale: Scale): readonly number[] => {
  if (scale === 'log_ratio') return baseline.map(Math.log);
  const unit = scale === 'difference' ? 1 : Math.abs(meanOf(baseline));
  return baseline.map((a) => a / unit);
};

const prior = (
  values: readonly number[],
  kappa: number,
  times: number,
  source: HistoryPrior['source'],
): HistoryPrior | undefined => {
  if (!values.every(Number.isFinite)) return undefined;
  const variance = longRunVariance(seriesOf(values), kappa);
  return variance && { variance: times * variance.value, autocorrelation: variance.autocorrelation, source };
};
