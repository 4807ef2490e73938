import type { MetricCriterion, Scale } from '../contract/criteria.ts';
import type { Change } from '../contract/judgement.ts';
import { finite } from './numbers.ts';

/**
 * Effects are computed on an oriented scale where positive is worse: log units for ratios, the baseline's mean as unit
 * for relative differences, the metric's unit for differences.
 */

/** +1 when lower is better, -1 when higher is. */
export const direction = (criterion: MetricCriterion): 1 | -1 => (criterion.better === 'lower' ? 1 : -1);

/** Scale of the criterion before anything was seen. */
export const declaredScale = (criterion: MetricCriterion): Scale =>
  criterion.role === 'limit' ? 'difference' : criterion.scale;

/** A tolerated worsening m on the oriented scale: `ln(1 + m)` where lower is better, `-ln(1 - m)` where higher is. */
export const orientedMargin = (margin: number, scale: Scale, better: 'lower' | 'higher'): number => {
  if (scale !== 'log_ratio') return margin;
  return better === 'lower' ? Math.log1p(margin) : -Math.log1p(-margin);
};

/** A saving s on the oriented scale, positive: `-ln(1 - s)` where lower is better, `ln(1 + s)` where higher is. */
export const orientedSaving = (saving: number, scale: Scale, better: 'lower' | 'higher'): number => {
  if (scale !== 'log_ratio') return saving;
  return better === 'lower' ? -Math.log1p(-saving) : Math.log1p(saving);
};

/** Abort margin as declared; half the margin when absent. */
export const abortMarginOf = (criterion: MetricCriterion & { role: 'guardrail' }): number =>
  criterion.abortMargin ?? criterion.margin / 2;

/** Margin of a guardrail or of equal input, minimum saving of a primary, as declared; others have none. */
export const declaredMargin = (criterion: MetricCriterion): number | null => {
  switch (criterion.role) {
    case 'primary':
      return criterion.minimumSaving;
    case 'guardrail':
    case 'trust':
      return criterion.margin;
    case 'limit':
    case 'diagnostic':
      return null;
  }
};

/** The line that the role compares with, on the oriented scale and positive; on a baseline of zero a ratio allows nothing. */
export const lineOf = (criterion: MetricCriterion, scale: Scale, ratioUndefined = false): number | null => {
  if (ratioUndefined) return declaredMargin(criterion) === null ? null : 0;
  switch (criterion.role) {
    case 'primary':
      return orientedSaving(criterion.minimumSaving, scale, criterion.better);
    case 'guardrail':
      return orientedMargin(criterion.margin, scale, criterion.better);
    case 'trust':
      return orientedMargin(criterion.margin, scale, 'lower');
    case 'limit':
    case 'diagnostic':
      return null;
  }
};

/** Oriented numbers as people read them: candidate against baseline, a ratio minus one or a difference. */
export const changeOf = (
  oriented: { readonly effect: number | null; readonly lower: number | null; readonly upper: number | null },
  scale: Scale,
  sign: 1 | -1,
): Change => {
  const read = (value: number | null): number | null =>
    value === null ? null : finite(scale === 'log_ratio' ? Math.expm1(sign * value) : sign * value);
  const [lower, upper] = sign === 1 ? [oriented.lower, oriented.upper] : [oriented.upper, oriented.lower];
  return {
    scale: scale === 'difference' ? 'difference' : 'ratio',
    estimate: read(oriented.effect),
    lower: read(lower),
    upper: read(upper),
  };
};
