import type { MetricCriterion } from '../contract/criteria.ts';
import type { ExperimentDesign } from '../contract/evidence.ts';
import type { FleetEffect, MetricJudgement, MetricLook } from '../contract/judgement.ts';
import type { MetricFlag } from '../contract/vocabulary.ts';
import { blockBootstrap, seededUniform } from './bootstrap.ts';
import type { MetricColumns, NodeColumns } from './columns.ts';
import { changeOf, declaredMargin, declaredScale, direction, lineOf } from './contrast.ts';
import { conditionalBinomial } from './counts.ts';
import { halvesDisagree } from './drift.ts';
import { fleetEffect } from './fleet.ts';
import { horizonBounds } from './horizon-bounds.ts';
import { type MetricFacts, metricVerdict } from './metric-decision.ts';
import type { MetricStream, StreamSummary } from './metric-stream.ts';
import { metricSentence, questionOf, whatWouldHaveChangedMetric } from './metric-words.ts';
import { finite, sumOf } from './numbers.ts';
import { FEWEST_PAIRS, isEnoughOf } from './pooling.ts';
import { stillNeededSlots } from './power.ts';
import { titleOf } from './words.ts';

/** One metric decided, with the facts that the experiment's verdict asks for. */
export interface DecidedMetric {
  readonly criterion: MetricCriterion;
  readonly facts: MetricFacts | undefined;
  /** of a limit: nodes on which the line was not watched, because too many values are missing */
  readonly unwatchedNodes: readonly string[];
  readonly judgement: MetricJudgement;
}

export interface DecisionSetting {
  readonly design: ExperimentDesign;
  /** slots that the decision is about: the horizon, or fewer after a stop */
  readonly slots: number;
  /** at the horizon at least 90 % of the slots are needed, and no gap of more than five */
  readonly isHorizon: boolean;
  readonly inputDiffers: boolean;
}

const LONGEST_GAP = 5;

/** Over the budget: more than a tenth of the slots missing, or a gap of more than five. */
export const isOverMissingBudget = (
  { n, longestGap }: Pick<StreamSummary, 'n' | 'longestGap'>,
  slots: number,
): boolean => (slots - n) * 10 > slots || longestGap > LONGEST_GAP;

/** Saving above the minimum; with two primaries after Holm. An exact number has no p. */
export const isSavingProven = ({ judgement }: DecidedMetric, alpha: number): boolean =>
  judgement.verdict === 'better' && (judgement.adjustedP === null || judgement.adjustedP <= alpha);

/** The judgement about one metric that is compared between variants (any role but a limit). */
export const judgeMetric = (
  metric: MetricColumns,
  stream: MetricStream,
  last: MetricLook | undefined,
  setting: DecisionSetting,
): DecidedMetric => {
  const { criterion } = metric;
  if (criterion.role === 'limit') throw new Error(`limit ${criterion.name} is watched, not compared`);
  const { design, slots } = setting;
  const summary = stream.summary();
  const { scale } = summary;
  const sign = direction(criterion);
  const line = lineOf(criterion, scale, summary.status === 'ratio_undefined');
  const bounds = summary.own && horizonBounds(summary.effect, summary.n, summary.own, summary.prior, design.alpha);
  const lacksData = summary.n < FEWEST_PAIRS || (setting.isHorizon && isOverMissingBudget(summary, slots));
  const facts: MetricFacts = {
    role: criterion.role,
    isScheduled: criterion.role === 'trust' && criterion.collectionsPerSlot !== undefined,
    line,
    summary,
    bounds,
    lacksData,
    inputDiffers: setting.inputDiffers,
  };
  const fleet = fleetEffect(metric, slots, design);
  const p = finite(claimP(facts));
  const oriented = {
    effect: summary.n === 0 ? null : finite(summary.effect),
    lower: finite(bounds?.lower),
    upper: finite(bounds?.upper),
  };

  const plain: MetricJudgement = {
    name: criterion.name,
    title: titleOf(criterion),
    role: criterion.role,
    better: criterion.better,
    verdict: metricVerdict(facts),
    status: summary.status,
    flags: flagsOf(facts, fleet, design.alpha),
    question: questionOf(criterion, unitOf(criterion, summary)),
    sentence: '',
    scale,
    unit: unitOf(criterion, summary),
    n: summary.n,
    slotsMissing: slots - summary.n,
    dropped: summary.dropped,
    baselineMean: finite(summary.baselineMean),
    candidateMean: finite(summary.candidateMean),
    ...oriented,
    margin: finite(line),
    abortLine: finite(last?.abortLine),
    p,
    adjustedP: p,
    change: changeOf(oriented, scale, sign),
    sequence: changeOf(
      { effect: oriented.effect, lower: last?.sequenceLower ?? null, upper: last?.sequenceUpper ?? null },
      scale,
      sign,
    ),
    declaredMargin: declaredMargin(criterion),
    longRunVariance: finite(bounds?.variance),
    varianceSource: bounds === undefined ? null : (summary.prior?.source ?? 'own'),
    autocorrelation: finite(summary.own?.autocorrelation),
    effectiveN: finite(summary.own?.effectiveN),
    degreesOfFreedom: finite(bounds?.degreesOfFreedom),
    minutesStillNeeded: minutesStillNeeded(facts, design),
    rareEventsP: rareEventsP(criterion, summary),
    bootstrap:
      design.bootstrapSeed === null
        ? null
        : blockBootstrap(summary.pairs.baseline, summary.pairs.candidate, seededUniform(design.bootstrapSeed)),
    whatWouldHaveChanged: null,
    fleet,
  };
  const judgement = {
    ...plain,
    sentence: metricSentence(plain, criterion, {
      slots,
      harmBound: harmChange(last, summary, sign),
      counted: summary.counted,
    }),
    whatWouldHaveChanged: whatWouldHaveChangedMetric(plain, criterion),
  };
  return { criterion, facts, unwatchedNodes: [], judgement };
};

/** A limit in the same form, without an effect. It holds on each node, so it has to be watched on each. */
export const judgeLimit = (
  metric: MetricColumns,
  reachedOn: string | null,
  setting: DecisionSetting,
): DecidedMetric => {
  const { criterion } = metric;
  const { slots } = setting;
  const n = measuredSlots(metric, slots);
  const unwatchedNodes = metric.nodes.filter((node) => !isWatched(node, setting)).map(({ node }) => node);
  const isKept = n > 0 && isEnoughOf(metric.nodes.length - unwatchedNodes.length, metric.nodes.length);
  const nothing = { scale: 'difference', estimate: null, lower: null, upper: null } as const;
  const plain: MetricJudgement = {
    name: criterion.name,
    title: titleOf(criterion),
    role: criterion.role,
    better: criterion.better,
    verdict: reachedOn !== null ? 'worse' : isKept ? 'not_worse' : 'no_data',
    status: n === 0 ? 'no_data' : 'ok',
    flags: [],
    question: questionOf(criterion, criterion.unit ?? 'number'),
    sentence: '',
    scale: 'difference',
    unit: criterion.unit ?? 'number',
    n,
    slotsMissing: slots - n,
    dropped: { baseline: {}, candidate: {} },
    baselineMean: null,
    candidateMean: null,
    effect: null,
    lower: null,
    upper: null,
    margin: null,
    abortLine: criterion.role === 'limit' ? criterion.line : null,
    p: null,
    adjustedP: null,
    change: nothing,
    sequence: nothing,
    declaredMargin: null,
    longRunVariance: null,
    varianceSource: null,
    autocorrelation: null,
    effectiveN: null,
    degreesOfFreedom: null,
    minutesStillNeeded: null,
    rareEventsP: null,
    bootstrap: null,
    whatWouldHaveChanged: null,
    fleet: null,
  };
  const sentence = metricSentence(plain, criterion, { slots, harmBound: null, reachedOn, unwatchedNodes });
  return { criterion, facts: undefined, unwatchedNodes, judgement: { ...plain, sentence } };
};

const hasValue = ({ candidate }: NodeColumns, index: number): boolean => !Number.isNaN(candidate.values[index]);

/** Slots in which any node has a value. */
const measuredSlots = ({ nodes }: MetricColumns, slots: number): number => {
  let measured = 0;
  for (let index = 0; index < slots; index++) if (nodes.some((node) => hasValue(node, index))) measured += 1;
  return measured;
};

/** A node keeps within the budget for missing slots, counted from where it appears; a stop is short, not incomplete. */
const isWatched = (node: NodeColumns, { slots, isHorizon }: DecisionSetting): boolean => {
  let n = 0;
  let gap = 0;
  let longestGap = 0;
  for (let index = node.since - 1; index < slots; index++) {
    if (hasValue(node, index)) {
      n += 1;
      gap = 0;
    } else {
      gap += 1;
      longestGap = Math.max(longestGap, gap);
    }
  }
  return n > 0 && !(isHorizon && isOverMissingBudget({ n, longestGap }, slots - node.since + 1));
};

/** Declared, or read off the values: what is compared by difference and lies between 0 and 1 is a share. */
const unitOf = (criterion: MetricCriterion, { isShare }: StreamSummary): 'share' | 'number' =>
  criterion.unit ?? (declaredScale(criterion) === 'difference' && isShare ? 'share' : 'number');

/** p of the claim that the role asks for. */
const claimP = ({ role, line, bounds }: MetricFacts): number | undefined => {
  if (bounds === undefined) return undefined;
  switch (role) {
    case 'primary':
      return bounds.pBelow(-(line ?? 0));
    case 'guardrail':
      return bounds.pBelow(line ?? 0);
    case 'trust':
      return Math.max(bounds.pBelow(line ?? 0), bounds.pAbove(-(line ?? 0)));
    case 'diagnostic':
      return Math.min(1, 2 * Math.min(bounds.pBelow(0), bounds.pAbove(0)));
  }
};

const AUTOCORRELATION_LIMIT = 8;

const flagsOf = ({ summary, bounds, line }: MetricFacts, fleet: FleetEffect | null, alpha: number): MetricFlag[] => {
  const raised: readonly (readonly [MetricFlag, boolean])[] = [
    ['autocorrelation_too_strong', summary.own !== undefined && summary.own.effectiveN < AUTOCORRELATION_LIMIT],
    ['no_noise_estimate', summary.isConstant && summary.effect !== 0],
    ['drift', !summary.flags.includes('drift') && halvesDisagree(summary.contrasts, alpha)],
    ['uneven_nodes', (fleet?.nodesClearlyWorse.length ?? 0) > 0 && bounds !== undefined && bounds.upper < (line ?? 0)],
  ];
  return [...summary.flags, ...raised.flatMap(([flag, isRaised]) => (isRaised ? [flag] : []))];
};

/** With the effect as now estimated, to 80 % power; null when more time alone would not do. */
const minutesStillNeeded = ({ role, line, bounds, summary }: MetricFacts, design: ExperimentDesign): number | null => {
  if (bounds === undefined || line === null) return null;
  const distance =
    role === 'primary' ? -line - bounds.mean : line - (role === 'trust' ? Math.abs(bounds.mean) : bounds.mean);
  const slots = stillNeededSlots(distance, bounds.variance, summary.n, design.alpha);
  return slots === null ? null : Math.ceil((slots * design.stepSeconds) / 60);
};

/**
 * Whole counts that are zero in at least half of the baseline's slots: the exact test (3.12 of the method), shown beside
 * the difference. It decides nothing, because events that come in bunches make it too sure.
 */
const rareEventsP = (criterion: MetricCriterion, { pairs, n }: StreamSummary): number | null => {
  const zeros = sumOf(pairs.baseline.map((value) => (value === 0 ? 1 : 0)));
  const isRare = criterion.better === 'lower' && criterion.aggregate === 'sum' && n > 0 && 2 * zeros >= n;
  const isCounted = [pairs.baseline, pairs.candidate].every((values) =>
    values.every((value) => Number.isInteger(value)),
  );
  return isRare && isCounted ? finite(conditionalBinomial(sumOf(pairs.baseline), sumOf(pairs.candidate))) : null;
};

/** Lower bound of proven harm as people read it. */
const harmChange = (last: MetricLook | undefined, summary: StreamSummary, sign: 1 | -1): number | null =>
  last?.harmBound === undefined || last.harmBound === null
    ? null
    : changeOf({ effect: last.harmBound, lower: null, upper: null }, summary.scale, sign).estimate;
