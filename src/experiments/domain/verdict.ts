import * as z from 'zod';
import { TrustCheck } from '../../judgement/contract/judgement.ts';
import { ExperimentVerdict, MetricVerdict } from '../../judgement/contract/vocabulary.ts';
import { Epoch } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import { CriterionMetric, IS_BASELINE_HYPOTHETICAL } from './settings.ts';

export { ExperimentVerdict };

/** One metric as people read it. Null where nothing could be computed; the verdict says why. */
export const Effect = z.object({
  metric: CriterionMetric,
  title: z.string(),
  role: z.enum(['primary', 'guardrail', 'limit', 'diagnostic']),
  verdict: MetricVerdict,
  /** candidate against baseline, as people read it: -0.86 is 86 % less; for shares and counts a difference */
  effect: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  scale: z.enum(['ratio', 'difference']),
  /** the line it is held against, on the same scale */
  margin: z.number().nullable(),
  slots: z.int(),
  slotsMissing: z.int(),
  effectiveSlots: z.number().nullable(),
  baselineMean: z.number().nullable(),
  candidateMean: z.number().nullable(),
  unit: z.string(),
  sentence: z.string(),
});
export type Effect = z.infer<typeof Effect>;

/** One judgement at one slot. */
export const Look = z.object({
  epoch: Epoch,
  slot: z.int(),
  at: Instant,
  /** what is known so far, in plain words */
  sentence: z.string(),
  verdictSoFar: ExperimentVerdict.nullable(),
  effects: z.array(Effect),
  slotsUsed: z.int(),
  slotsMissing: z.int(),
  inputHash: z.string(),
  codeVersion: z.string(),
  /** logarithms are implementation-approximated by the language, so the engine is part of the evidence */
  nodeVersion: z.string(),
});
export type Look = z.infer<typeof Look>;

export const Verdict = z.object({
  verdict: ExperimentVerdict,
  /** the first thing a person reads */
  sentence: z.string(),
  explanation: z.array(z.string()),
  whatWouldHaveChanged: z.string().nullable(),
  strength: z.enum(['screening', 'confirmed']),
  /** true when nobody runs this baseline today; then no money headline */
  hypotheticalBaseline: z.boolean(),
  /** whether it may be trusted at all; empty when nothing was measured */
  trust: z.array(TrustCheck).default([]),
  onMeasuredNodes: z.array(Effect),
  /** null below five nodes: not known, measure more nodes */
  ifRolledOut: z.array(Effect).nullable(),
  /** how far it holds beyond the measured nodes; null when nothing was measured */
  rollOut: z
    .object({
      supportsPromotion: z.boolean(),
      sentence: z.string(),
      measuredNodes: z.int().nullable(),
      /** nodes of the clusters when it was planned */
      fleetNodes: z.int().nullable(),
      /** nodes that were to be measured and have too few values */
      unmeasuredNodes: z.array(z.string()),
    })
    .nullable()
    .default(null),
  decidedAtSlot: z.int().nullable(),
  at: Instant,
});
export type Verdict = z.infer<typeof Verdict>;

type Trusted = Pick<Verdict, 'trust'>;

/** `4 of 5 checks passed` */
export const passedChecks = ({ trust }: Trusted): string =>
  `${trust.filter(({ outcome }) => outcome === 'passed').length} of ${counted(trust.length, 'check')} passed`;

/** What the trust checks came to: how many passed, and the others in their own words. */
export const trustWords = ({ trust }: Trusted): string =>
  [
    `${passedChecks({ trust })}.`,
    ...trust.filter(({ outcome }) => outcome !== 'passed').map(({ sentence }) => sentence),
  ].join(' ');

/** Verdicts after which a new epoch may try again; after an abort one clones instead. */
export const RETRYABLE_VERDICTS: readonly ExperimentVerdict[] = [
  'invalid_setup',
  'invalid_input_mismatch',
  'error_infrastructure',
  'inconclusive_underpowered',
  'inconclusive_conflict',
  'inconclusive_no_data',
  'cancelled',
];

/** A verdict that no measurement led to: cancelled, invalid set-up, our own failure. */
export const verdictWithoutMeasurement = (verdict: ExperimentVerdict, sentence: string, at: Instant): Verdict => ({
  verdict,
  sentence,
  explanation: [],
  whatWouldHaveChanged: null,
  strength: 'screening',
  hypotheticalBaseline: IS_BASELINE_HYPOTHETICAL,
  trust: [],
  onMeasuredNodes: [],
  ifRolledOut: null,
  rollOut: null,
  decidedAtSlot: null,
  at,
});
