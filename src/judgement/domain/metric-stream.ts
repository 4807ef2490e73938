import type { MetricCriterion, Scale } from '../contract/criteria.ts';
import type { ExperimentDesign, HistorySeries } from '../contract/evidence.ts';
import type { Dropped, MetricLook } from '../contract/judgement.ts';
import type { MetricFlag, MetricStatus } from '../contract/vocabulary.ts';
import { abortMarginOf, declaredScale, direction, lineOf, orientedMargin } from './contrast.ts';
import { type CountedInput, countedInput, isWithin } from './equal-input.ts';
import { type HistoryPrior, historyPrior, startingScale } from './history-prior.ts';
import { KAPPA, type LongRunVariance, lagsAt, longRunVariance } from './long-run-variance.ts';
import {
  type MonitorRule,
  makeSmallSampleWidening,
  maySpeak,
  ONE_WITHOUT_HISTORY,
  ruleFor,
  withPrior,
} from './monitor-rule.ts';
import { finite } from './numbers.ts';
import { ownEntry } from './own-entry.ts';
import { FEWEST_PAIRS, type PooledPair } from './pooling.ts';
import { makeRunningSeries, type RunningSeries } from './running-series.ts';
import { oneSidedWidth, twoSidedWidth } from './sequences.ts';

/** What the final decision needs to know about a metric's pooled series. */
export interface StreamSummary {
  readonly n: number;
  readonly slotsMissing: number;
  readonly longestGap: number;
  /** what came in, where it is counted in full */
  readonly counted: CountedInput | undefined;
  readonly dropped: Dropped;
  readonly status: MetricStatus;
  readonly scale: Scale;
  readonly flags: readonly MetricFlag[];
  readonly baselineMean: number;
  readonly candidateMean: number;
  readonly effect: number;
  readonly own: LongRunVariance | undefined;
  /** the contrast is the same in each slot: exact, without an estimate of noise */
  readonly isConstant: boolean;
  readonly prior: HistoryPrior | undefined;
  readonly isShare: boolean;
  /** oriented, one per kept pair */
  readonly contrasts: readonly number[];
  readonly pairs: { readonly baseline: Float64Array; readonly candidate: Float64Array };
  /** harm proven, or input proven unequal */
  readonly reached: boolean;
}

/** One metric's pooled series on its way through the slots. */
export interface MetricStream {
  readonly observe: (pair: PooledPair) => MetricLook;
  readonly hasReached: () => boolean;
  readonly summary: () => StreamSummary;
}

interface SequenceBounds {
  readonly lower: number;
  readonly upper: number;
  readonly harm: number | undefined;
}

/** History and run are compared from here on. */
const MISMATCH_FROM = 20;
const MISMATCH_AUTOCORRELATION = 0.2;
const MISMATCH_VARIANCE = 2.5;

/**
 * Follows one metric slot by slot: contrast, long-run variance, sequences and harm monitor (Algorithms A, C and D).
 * A look uses what came up to its slot, and a slot without a usable pair is no look: it changes the drop counters only.
 */
export const makeMetricStream = (
  criterion: MetricCriterion,
  design: ExperimentDesign,
  history: HistorySeries | undefined,
  capacity: number,
): MetricStream => {
  const sign = direction(criterion);
  const guardrails = design.criteria.filter(({ role }) => role === 'guardrail').length;
  const alphaHarm = design.alpha / Math.max(guardrails, 1);
  const horizon = design.horizonSlots;
  const widenSequence = makeSmallSampleWidening(design.alpha / 2);
  const widenHarm = makeSmallSampleWidening(alphaHarm);
  const priors = new Map<Scale, HistoryPrior | undefined>();
  const priorOn = (on: Scale): HistoryPrior | undefined => {
    if (!priors.has(on)) priors.set(on, historyPrior(history, criterion, on, design.stepSeconds));
    return priors.get(on);
  };

  const baseline = new Float64Array(capacity);
  const candidate = new Float64Array(capacity);
  let scale = startingScale(criterion, history);
  let prior = priorOn(scale);
  let series: RunningSeries = makeRunningSeries(capacity, lagsAt(capacity));
  let n = 0;
  let baselineSum = 0;
  let candidateSum = 0;
  let slotsMissing = 0;
  let blindSlots = 0;
  let longestGap = 0;
  let stretches = 0;
  let dropped: Dropped = { baseline: {}, candidate: {} };
  let isShare = true;
  let crossingsInARow = 0;
  let reached = false;
  let highestLower = Number.NEGATIVE_INFINITY;
  let lowestUpper = Number.POSITIVE_INFINITY;
  let flags: readonly MetricFlag[] = scale === declaredScale(criterion) ? [] : ['scale_changed'];
  let last: MetricLook | undefined;

  const raise = (flag: MetricFlag): void => {
    if (!flags.includes(flag)) flags = [...flags, flag];
  };

  const contrast = (a: number, b: number): number => sign * (scale === 'log_ratio' ? Math.log(b) - Math.log(a) : b - a);

  /** From here on differences: everything so far is computed again on the new scale. */
  const leaveRatios = (): void => {
    scale = 'relative_difference';
    prior = priorOn(scale);
    raise('scale_changed');
    series = makeRunningSeries(capacity, lagsAt(capacity));
    for (let index = 0; index < n; index++) series.add(contrast(baseline[index] as number, candidate[index] as number));
    crossingsInARow = 0;
    highestLower = Number.NEGATIVE_INFINITY;
    lowestUpper = Number.POSITIVE_INFINITY;
  };

  const isRatioUndefined = (): boolean => scale === 'relative_difference' && baselineSum === 0;

  /** Relative differences are kept in the metric's unit and divided by the baseline's mean up to now. */
  const unit = (): number => (scale === 'relative_difference' && baselineSum !== 0 ? Math.abs(baselineSum / n) : 1);

  const priorNow = (): HistoryPrior | undefined => (isRatioUndefined() ? priorOn('difference') : prior);

  const ownVariance = (kappa: number): LongRunVariance | undefined => {
    const raw = longRunVariance(series, kappa);
    return raw && { ...raw, value: raw.value / unit() ** 2 };
  };

  const status = (): MetricStatus => {
    if (n === 0) return 'no_data';
    if (n < FEWEST_PAIRS) return 'insufficient';
    if (series.autocovariance(0) === 0 && series.mean() === 0) return 'no_variation';
    if (isRatioUndefined()) return 'ratio_undefined';
    return series.autocovariance(0) === 0 ? 'degenerate_variance' : 'ok';
  };

  /** Bounds of one rule at this look, undefined while it may not speak. */
  const boundsBy = (
    rule: MonitorRule,
    own: LongRunVariance | undefined,
    known: HistoryPrior | undefined,
  ): SequenceBounds | undefined => {
    if (!maySpeak(rule, own, n)) return undefined;
    const effect = series.mean() / unit();
    const deviation = Math.sqrt(withPrior(own.value, n, known));
    const widening = (widen: (effectiveN: number) => number) => (known === undefined ? widen(own.effectiveN) : 1);
    const around = deviation * twoSidedWidth(n, design.alpha, horizon) * widening(widenSequence);
    return {
      lower: effect - around,
      upper: effect + around,
      harm:
        criterion.role === 'guardrail'
          ? effect - deviation * oneSidedWidth(n, alphaHarm, horizon) * widening(widenHarm)
          : undefined,
    };
  };

  const inputSoFar = (): CountedInput | undefined =>
    countedInput(criterion, { baseline: baselineSum, candidate: candidateSum, n, stretches });

  /** Harm beyond the abort line, or an input that lies wholly outside its margin. */
  const isCrossing = (bounds: SequenceBounds, abortLine: number | null, line: number | null): boolean => {
    if (criterion.role === 'trust') {
      const known = inputSoFar();
      const isOutside = line !== null && (bounds.lower > line || bounds.upper < -line);
      return isOutside && (known === undefined || !isWithin(known));
    }
    if (abortLine === null || bounds.harm === undefined) return false;
    return bounds.harm > abortLine && (!isGuarded() || guardCrosses(abortLine));
  };

  const look = (): MetricLook => {
    const known = priorNow();
    const rule = ruleFor(known, guardrails);
    const own = ownVariance(rule.kappa);
    const bounds = boundsBy(rule, own, known);
    const abortLine = abortLineOf(criterion, scale, isRatioUndefined());
    const line = lineOf(criterion, scale, isRatioUndefined());

    if (known !== undefined && own !== undefined && n >= MISMATCH_FROM) {
      const rougher = own.autocorrelation > known.autocorrelation + MISMATCH_AUTOCORRELATION;
      if (rougher || own.value > MISMATCH_VARIANCE * known.variance) raise('history_mismatch');
    }
    if (bounds !== undefined) {
      highestLower = Math.max(highestLower, bounds.lower);
      lowestUpper = Math.min(lowestUpper, bounds.upper);
      if (highestLower > lowestUpper) raise('drift');
    }

    const crosses = bounds !== undefined && isCrossing(bounds, abortLine, line);
    crossingsInARow = crosses ? crossingsInARow + 1 : 0;
    if (crossingsInARow >= rule.crossingsInARow) reached = true;

    return {
      name: criterion.name,
      role: criterion.role,
      status: status(),
      scale: isRatioUndefined() ? 'difference' : scale,
      n,
      slotsMissing,
      blindSlots,
      dropped,
      effect: n === 0 ? null : finite(series.mean() / unit()),
      sequenceLower: finite(bounds?.lower),
      sequenceUpper: finite(bounds?.upper),
      harmBound: finite(bounds?.harm),
      abortLine: finite(abortLine),
      crosses,
      crossingsInARow,
      longRunVariance: own === undefined ? null : finite(withPrior(own.value, n, known)),
      effectiveN: finite(own?.effectiveN),
      flags: [...flags],
    };
  };

  /** 5.3: history and run do not match, so the bound without history has to cross as well. */
  const isGuarded = (): boolean => design.mismatchGuard && flags.includes('history_mismatch');
  const guardCrosses = (abortLine: number): boolean => {
    const alone = boundsBy(ONE_WITHOUT_HISTORY, ownVariance(ONE_WITHOUT_HISTORY.kappa), undefined);
    return alone?.harm !== undefined && alone.harm > abortLine;
  };

  const drop = (pair: PooledPair & { usable: false }): void => {
    slotsMissing += 1;
    blindSlots += 1;
    longestGap = Math.max(longestGap, blindSlots);
    dropped = {
      baseline: counted(dropped.baseline, pair.baseline),
      candidate: counted(dropped.candidate, pair.candidate),
    };
  };

  return {
    observe(pair) {
      if (pair.usable) {
        const { baseline: a, candidate: b } = pair;
        baseline[n] = a;
        candidate[n] = b;
        if (scale === 'log_ratio' && (a <= 0 || b <= 0)) leaveRatios();
        series.add(contrast(a, b));
        if (n === 0 || blindSlots > 0) stretches += 1;
        n += 1;
        baselineSum += a;
        candidateSum += b;
        isShare &&= a >= 0 && a <= 1 && b >= 0 && b <= 1;
        blindSlots = 0;
        last = look();
      } else {
        drop(pair);
        last = last === undefined ? look() : { ...last, slotsMissing, blindSlots, dropped };
      }
      return last;
    },
    hasReached: () => reached,
    summary: () => ({
      n,
      slotsMissing,
      longestGap,
      counted: inputSoFar(),
      dropped,
      status: status(),
      scale: isRatioUndefined() ? 'difference' : scale,
      flags,
      baselineMean: baselineSum / n,
      candidateMean: candidateSum / n,
      effect: series.mean() / unit(),
      own: ownVariance(KAPPA.run),
      isConstant: n >= FEWEST_PAIRS && series.autocovariance(0) === 0,
      prior: priorNow(),
      isShare: n > 0 && isShare,
      contrasts: Array.from({ length: n }, (_, t) => contrast(baseline[t] as number, candidate[t] as number)),
      pairs: { baseline: baseline.subarray(0, n), candidate: candidate.subarray(0, n) },
      reached,
    }),
  };
};

/** H on the oriented scale; only guardrails end an experiment. */
const abortLineOf = (criterion: MetricCriterion, scale: Scale, ratioUndefined: boolean): number | null => {
  if (criterion.role !== 'guardrail') return null;
  return ratioUndefined ? 0 : orientedMargin(abortMarginOf(criterion), scale, criterion.better);
};

const counted = (counts: Readonly<Record<string, number>>, reason: string | null): Record<string, number> =>
  reason === null ? counts : { ...counts, [reason]: (ownEntry(counts, reason) ?? 0) + 1 };
