import * as z from 'zod';
import { MetricName, MetricRole, Scale } from './criteria.ts';
import { ExperimentVerdict, MetricFlag, MetricStatus, MetricVerdict, StopVerdict, Strength } from './vocabulary.ts';

const number = z.number().nullable();
const count = z.int().min(0);

/** Slots without a usable value, per variant and reason. */
export const Dropped = z.object({
  baseline: z.record(z.string(), count),
  candidate: z.record(z.string(), count),
});
export type Dropped = z.infer<typeof Dropped>;

/**
 * One metric at one look. `effect` and all bounds are on the oriented scale: positive is worse (log units for ratios,
 * the metric's unit for differences).
 */
export const MetricLook = z.object({
  name: MetricName,
  role: MetricRole,
  status: MetricStatus,
  scale: Scale,
  /** usable pairs so far */
  n: count,
  /** slots so far without a usable pair, and how many of them in a row up to now */
  slotsMissing: count,
  blindSlots: count,
  dropped: Dropped,
  effect: number,
  /** interval that holds at all looks together, two-sided at alpha */
  sequenceLower: number,
  sequenceUpper: number,
  /** one-sided bound of the harm monitor at alpha by the number of guardrails; guardrails only */
  harmBound: number,
  /** harm is proven when the bound lies above; guardrails only */
  abortLine: number,
  crosses: z.boolean(),
  crossingsInARow: count,
  longRunVariance: number,
  effectiveN: number,
  flags: z.array(MetricFlag),
});
export type MetricLook = z.infer<typeof MetricLook>;

/** An absolute line at one look; the nodes whose candidate value lies beyond it now. */
export const LimitLook = z.object({
  name: MetricName,
  breachingNodes: z.array(z.string()),
  /** the node that reached `breaches` of `of`, if one did */
  reachedOn: z.string().nullable(),
});
export type LimitLook = z.infer<typeof LimitLook>;

/** Why an experiment ends before its horizon. */
export const Stop = z.object({
  verdict: StopVerdict,
  /** the metric that acted; null when ended from outside */
  metric: MetricName.nullable(),
  node: z.string().nullable(),
});
export type Stop = z.infer<typeof Stop>;

/** One judgement at one slot: depends on data up to that slot only. */
export const Look = z.object({
  slot: z.int().min(1),
  metrics: z.array(MetricLook),
  limits: z.array(LimitLook),
  stop: Stop.nullable(),
});
export type Look = z.infer<typeof Look>;

/** As people read it: candidate against baseline. `ratio`: -0.18 is 18 % less; `difference`: in the metric's unit. */
export const Change = z.object({
  scale: z.enum(['ratio', 'difference']),
  estimate: number,
  lower: number,
  upper: number,
});
export type Change = z.infer<typeof Change>;

/** What would happen on nodes that were not measured. Numbers are null when not known, and `reason` says why. */
export const FleetEffect = z.object({
  effect: number,
  lower: number,
  upper: number,
  change: Change,
  /** nodes with at least five usable pairs, and what they are worth as equal nodes */
  nodes: count,
  effectiveNodes: number,
  worstNode: z.string().nullable(),
  worstEffect: number,
  nodesClearlyWorse: z.array(z.string()),
  nodesWithoutEffect: z.array(z.string()),
  /** kinds of nodes that the interval says nothing about: fewer than three of them were measured */
  strataLeftOut: z.array(z.string()).optional(),
  reason: z.string().nullable(),
});
export type FleetEffect = z.infer<typeof FleetEffect>;

export const VarianceSource = z.enum(['pairs_history', 'baseline_history', 'calibration', 'own']);
export type VarianceSource = z.infer<typeof VarianceSource>;

/** Displayed robustness check: percentile interval of the ratio of means from whole blocks of slots. */
export const Bootstrap = z.object({
  ratio: z.number(),
  lower: z.number(),
  upper: z.number(),
  blockSlots: z.int().min(1),
  draws: z.int().min(1),
});
export type Bootstrap = z.infer<typeof Bootstrap>;

/** One metric when the experiment is decided. Oriented numbers: positive is worse. */
export const MetricJudgement = z.object({
  name: MetricName,
  title: z.string(),
  role: MetricRole,
  better: z.enum(['lower', 'higher']),
  verdict: MetricVerdict,
  status: MetricStatus,
  flags: z.array(MetricFlag),
  question: z.string(),
  sentence: z.string(),
  scale: Scale,
  unit: z.enum(['share', 'number']),
  n: count,
  slotsMissing: count,
  dropped: Dropped,
  baselineMean: number,
  candidateMean: number,
  effect: number,
  /** one-sided bounds at alpha each (together a 90 % interval at alpha 5 %) */
  lower: number,
  upper: number,
  /** margin M of a guardrail, minimum saving S of a primary, ±M of equal input, on the oriented scale */
  margin: number,
  abortLine: number,
  /** of the claim that the role asks for: saving above the minimum, not worse than the margin, equal within it; a difference for diagnostics */
  p: number,
  /** Holm for primaries, Benjamini-Hochberg for diagnostics, else as `p` */
  adjustedP: number,
  change: Change,
  /** the same numbers as people read them, holding at all looks together */
  sequence: Change,
  /** margin or minimum saving as declared */
  declaredMargin: number,
  longRunVariance: number,
  varianceSource: VarianceSource.nullable(),
  autocorrelation: number,
  effectiveN: number,
  degreesOfFreedom: number,
  /** until the claim would be proven with 80 % power if the effect is as now estimated; null: not by time alone */
  minutesStillNeeded: number,
  /** exact probability of so many counts in the candidate when rates are equal; rare whole counts only */
  rareEventsP: number,
  bootstrap: Bootstrap.nullable(),
  whatWouldHaveChanged: z.string().nullable(),
  fleet: FleetEffect.nullable(),
});
export type MetricJudgement = z.infer<typeof MetricJudgement>;

export const TrustCheck = z.object({
  name: z.enum(['equal_input', 'completeness', 'both_ready', 'same_settings_otherwise', 'clock']),
  outcome: z.enum(['passed', 'failed', 'unknown']),
  sentence: z.string(),
});
export type TrustCheck = z.infer<typeof TrustCheck>;

/** What a roll-out to nodes that were not measured rests on. */
export const IfRolledOut = z.object({
  /** false below five nodes: measure more nodes */
  known: z.boolean(),
  /** bounds over nodes support a promotion too */
  supportsPromotion: z.boolean(),
  sentence: z.string(),
  /** how many nodes were measured, of how many that a roll-out would reach; absent when nobody counted them */
  reach: z.object({ measuredNodes: count, populationNodes: count }).optional(),
});
export type IfRolledOut = z.infer<typeof IfRolledOut>;

/** The decision: made once. */
export const Verdict = z.object({
  verdict: ExperimentVerdict,
  decidedAtSlot: z.int().min(0),
  /** metric and node that ended it early */
  abortedBy: z.object({ metric: MetricName, node: z.string().nullable() }).nullable(),
  strength: Strength,
  hypotheticalBaseline: z.boolean(),
  /** the first thing that a person reads */
  sentence: z.string(),
  explanation: z.array(z.string()),
  whatWouldHaveChanged: z.string().nullable(),
  minutesStillNeeded: number,
  trust: z.array(TrustCheck),
  onMeasuredNodes: z.array(MetricJudgement),
  ifRolledOut: IfRolledOut,
});
export type Verdict = z.infer<typeof Verdict>;

/** All looks in order, and the verdict: null while the experiment goes on. */
export const Judgement = z.object({ looks: z.array(Look), verdict: Verdict.nullable() });
export type Judgement = z.infer<typeof Judgement>;
