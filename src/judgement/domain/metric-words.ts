import type { MetricCriterion } from '../contract/criteria.ts';
import { POOLED } from '../contract/evidence.ts';
import type { MetricJudgement } from '../contract/judgement.ts';
import { declaredMargin } from './contrast.ts';
import type { CountedInput } from './equal-input.ts';
import { FEWEST_PAIRS } from './pooling.ts';
import { amountWords, changeWords, fewOf, intervalWords, lowered, sizeOf, titleOf, type Unit } from './words.ts';

/** What the metric is asked, as a question. */
export const questionOf = (criterion: MetricCriterion, unit: Unit): string => {
  const title = lowered(titleOf(criterion));
  switch (criterion.role) {
    case 'primary':
      return `Does the candidate improve ${title} by more than ${marginWords(criterion, unit)}?`;
    case 'guardrail':
      return `Did ${title} get worse by less than ${marginWords(criterion, unit)}?`;
    case 'trust':
      return `Did both variants receive the same ${title}, within ${marginWords(criterion, unit)}?`;
    case 'limit':
      return `Did each node keep ${title} ${criterion.better === 'lower' ? 'at or below' : 'at or above'} ${amountWords(criterion.line)}?`;
    case 'diagnostic':
      return `By how much did ${title} change?`;
  }
};

/** The declared margin or minimum saving: `5 %`, `0.5 percentage points`. */
export const marginWords = (criterion: MetricCriterion, unit: Unit): string => {
  const isRatio = criterion.role !== 'limit' && criterion.scale === 'log_ratio';
  return sizeOf(declaredMargin(criterion) ?? 0, isRatio ? 'ratio' : 'difference', unit);
};

/** Facts of the moment that a sentence may need besides the judgement. */
export interface Moment {
  readonly slots: number;
  /** lower bound of proven harm, as people read it */
  readonly harmBound: number | null;
  /** what came in, where it is counted in full */
  readonly counted?: CountedInput | undefined;
  readonly reachedOn?: string | null;
  readonly unwatchedNodes?: readonly string[];
}

/** One plain sentence: numbers with intervals and margins, no symbols. */
export const metricSentence = (m: MetricJudgement, criterion: MetricCriterion, moment: Moment): string =>
  `${m.title}: ${sentenceBody(m, criterion, moment)}`;

const sentenceBody = (m: MetricJudgement, criterion: MetricCriterion, moment: Moment): string => {
  if (criterion.role === 'limit') return limitWords(m, criterion, moment);
  if (moment.counted !== undefined && m.verdict === 'equivalent') return countedWords(criterion, moment.counted);
  switch (m.verdict) {
    case 'invalid':
      return criterion.role === 'trust'
        ? unequalWords(m, criterion, moment)
        : 'nothing can be said, because the variants did not receive the same input.';
    case 'no_data':
      return m.n < FEWEST_PAIRS
        ? `not enough data, ${m.n} of ${moment.slots} slots are usable and at least ${FEWEST_PAIRS} are needed.`
        : `not enough data, ${m.n} of ${moment.slots} slots are usable.`;
    case 'no_variation':
      return `the same in both variants in each of ${m.n} slots.`;
    default:
      return m.lower === null ? exactWords(m, criterion) : comparedWords(m, criterion, moment);
  }
};

const limitWords = (
  m: MetricJudgement,
  criterion: MetricCriterion & { role: 'limit' },
  { slots, reachedOn, unwatchedNodes = [] }: Moment,
): string => {
  const side = criterion.better === 'lower' ? 'above' : 'below';
  const line = amountWords(criterion.line);
  if (m.verdict === 'no_data') {
    return m.n > 0 && unwatchedNodes.some((node) => node !== POOLED)
      ? `too many values are missing on ${fewOf(unwatchedNodes)}, so the line of ${line} was not watched there.`
      : `no value in ${slots} slots, so the line of ${line} was not watched.`;
  }
  if (m.verdict !== 'worse') return `never ${side} ${line} long enough to act.`;
  const where = reachedOn === undefined || reachedOn === null || reachedOn === '*' ? '' : ` on ${reachedOn}`;
  return `${side} ${line}${where} in ${criterion.breaches} of ${criterion.of} slots.`;
};

/** No estimate of noise: an exact difference. */
const exactWords = (m: MetricJudgement, criterion: MetricCriterion): string =>
  m.change.estimate === null
    ? 'the numbers are too large or too small to compare.'
    : `${changeWords(m.change.estimate, m.change.scale, m.unit, criterion)} in each slot, so noise could not be estimated${allowance(m, criterion)}.`;

const comparedWords = (m: MetricJudgement, criterion: MetricCriterion, { harmBound }: Moment): string => {
  if (criterion.role === 'trust') {
    return m.verdict === 'equivalent'
      ? `the same for both variants within ${marginWords(criterion, m.unit)} ${intervalWords(m.change, m.unit, criterion)}.`
      : `equality within ${marginWords(criterion, m.unit)} could not be shown ${intervalWords(m.change, m.unit, criterion)}.`;
  }
  if (criterion.role === 'diagnostic') return `${estimateWords(m, criterion)}, only shown.`;
  if (criterion.role === 'primary') return `${estimateWords(m, criterion)}${allowance(m, criterion)}.`;
  if (m.verdict === 'worse' && harmBound !== null && m.abortLine !== null && isHarm(m)) {
    return `${estimateWords(m, criterion)}${allowance(m, criterion)}.`;
  }
  return m.verdict === 'worse_within_margin'
    ? `${estimateWords(m, criterion)}, worse than before and within the ${marginWords(criterion, m.unit)} that you allow.`
    : `${worstCaseWords(m, criterion)}${allowance(m, criterion)}.`;
};

const isHarm = (m: MetricJudgement): boolean => m.lower !== null && m.lower > 0;

const estimateWords = (m: MetricJudgement, criterion: MetricCriterion): string => {
  const estimate =
    m.change.estimate === null ? 'unknown' : changeWords(m.change.estimate, m.change.scale, m.unit, criterion);
  return `${thanBefore(estimate)} ${intervalWords(m.change, m.unit, criterion)}`.trim();
};

const thanBefore = (change: string): string => (change === 'the same' ? 'the same as before' : `${change} than before`);

/** Equal input that was counted in full: the totals say it, no interval is needed. */
const countedWords = (criterion: MetricCriterion, { difference, allowed }: CountedInput): string => {
  const found = changeWords(difference, 'ratio', 'number', criterion);
  const margin = marginWords(criterion, 'number');
  if (difference === 0) return 'the same for both variants in all.';
  return Math.abs(difference) <= (declaredMargin(criterion) ?? 0)
    ? `${found} for the candidate in all, within ${margin}.`
    : `${found} for the candidate in all, allowed are ${margin} and, as each variant may be read a collection earlier or later, ${sizeOf(allowed, 'ratio', 'number')} together.`;
};

const unequalWords = (m: MetricJudgement, criterion: MetricCriterion, { counted }: Moment): string => {
  if (counted !== undefined) return countedWords(criterion, counted);
  const allowed = `allowed are ${marginWords(criterion, m.unit)}`;
  return m.change.estimate === null
    ? `not the same for both variants, ${allowed}.`
    : `${changeWords(m.change.estimate, m.change.scale, m.unit, criterion)} ${intervalWords(m.change, m.unit, criterion)}, ${allowed}.`;
};

/** The bound on the harmful side: "at most 7 % later than before". */
const worstCaseWords = (m: MetricJudgement, criterion: MetricCriterion): string => {
  const worst = criterion.better === 'lower' ? m.change.upper : m.change.lower;
  if (worst === null || m.upper === null) return 'unknown';
  if (m.upper < 0) return `better than before, by at least ${sizeOf(worst, m.change.scale, m.unit)}`;
  const worstWords = thanBefore(changeWords(worst, m.change.scale, m.unit, criterion));
  if (m.verdict === 'worse') return `worse, ${estimateWords(m, criterion)}`;
  return m.verdict === 'unclear' ? `could be as much as ${worstWords}` : `at most ${worstWords}`;
};

const allowance = (m: MetricJudgement, criterion: MetricCriterion): string => {
  switch (criterion.role) {
    case 'primary':
      return `, at least ${marginWords(criterion, m.unit)} was asked for`;
    case 'guardrail':
      return `, you allow ${marginWords(criterion, m.unit)}${m.status === 'ratio_undefined' ? ' of the baseline, which had none' : ''}`;
    case 'trust':
      return `, allowed are ${marginWords(criterion, m.unit)}`;
    case 'limit':
    case 'diagnostic':
      return '';
  }
};

/** What result of this metric would have changed its verdict. */
export const whatWouldHaveChangedMetric = (m: MetricJudgement, criterion: MetricCriterion): string | null => {
  if (m.upper === null || m.margin === null || m.effect === null) return null;
  const asked = marginWords(criterion, m.unit);
  switch (criterion.role) {
    case 'primary':
      return m.verdict === 'better'
        ? `a saving whose interval reaches below ${asked}`
        : `a saving whose whole interval lies above ${asked}`;
    case 'guardrail':
      return m.upper < m.margin
        ? `an interval that reaches beyond ${asked} worse`
        : `an interval that ends before ${asked} worse`;
    case 'trust':
      return m.verdict === 'equivalent' ? `an interval that reaches beyond ${asked}` : `an interval within ${asked}`;
    case 'limit':
    case 'diagnostic':
      return null;
  }
};
