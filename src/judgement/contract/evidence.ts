import * as z from 'zod';
import { MetricCriterion, MetricName } from './criteria.ts';

/** More slots than 14 days of 5 s are refused. */
export const MAXIMUM_SLOTS = 250_000;

/** More slots times nodes, over all metrics, are refused: their numbers would not fit the memory of a laptop. */
export const MAXIMUM_CELLS = 10_000_000;

/**
 * A finite number, or why there is none. The reasons of `measurement` and of this context; never zero for "no data".
 * A share brings its denominator as `weight`, so that the mean of nodes is the share of all their items together.
 */
export const Reading = z.union([
  z.object({ value: z.number(), weight: z.number().min(0).optional() }),
  z.object({ missing: z.string().min(1).max(100) }),
]);
export type Reading = z.infer<typeof Reading>;

/** Pooled series without nodes use this name for their only "node". */
export const POOLED = '*';

/** node → reading */
export const NodeReadings = z.record(z.string(), Reading);
export type NodeReadings = z.infer<typeof NodeReadings>;

/** Both variants of one metric, read at the same instant. */
export const PairedReadings = z.object({ baseline: NodeReadings, candidate: NodeReadings });
export type PairedReadings = z.infer<typeof PairedReadings>;

/**
 * One judged slot. Number 1 is the first slot after warm-up; slots inside a pause that a person asked for are not
 * numbered. A slot that is left out counts as missing.
 */
export const EvidenceSlot = z.object({
  slot: z.int().min(1).max(MAXIMUM_SLOTS),
  metrics: z.record(MetricName, PairedReadings),
});
export type EvidenceSlot = z.infer<typeof EvidenceSlot>;

/** Nodes of one kind, for example one instance type: how many there are, and which of them are measured. */
export const Stratum = z.object({
  name: z.string().min(1).max(300),
  populationNodes: z.int().min(1),
  nodes: z.array(z.string()),
});
export type Stratum = z.infer<typeof Stratum>;

/** What is fixed before the first counted slot. */
export const ExperimentDesign = z.object({
  stepSeconds: z.number().gt(0).max(86_400),
  horizonSlots: z.int().min(1).max(MAXIMUM_SLOTS),
  /** error rate of the whole experiment */
  alpha: z.number().gt(0).max(0.25).default(0.05),
  /** nodes that a roll-out would reach; null when not known */
  populationNodes: z.int().min(1).nullable().default(null),
  /** kinds of those nodes; absent: they are all of one kind, or nobody knows */
  strata: z.array(Stratum).min(2).max(1000).optional(),
  /** nobody runs this baseline today: then no money headline */
  hypotheticalBaseline: z.boolean().default(false),
  /** ask for both bounds when run and history do not match (5.3 of the method); off unless simulated */
  mismatchGuard: z.boolean().default(false),
  /** seed of the displayed bootstrap; null: no bootstrap */
  bootstrapSeed: z.int().min(0).max(0xffff_ffff).nullable().default(null),
  criteria: z.array(MetricCriterion).min(1).max(200),
});
export type ExperimentDesign = z.infer<typeof ExperimentDesign>;

/** Series before the run, same query and step: pairs of two equal variants, or the baseline alone. */
export const HistorySeries = z.object({
  baseline: z.array(z.number().nullable()),
  candidate: z.array(z.number().nullable()).optional(),
});
export type HistorySeries = z.infer<typeof HistorySeries>;

/** What only the caller can know. `unknown` neither helps nor hurts; `failed` forbids a verdict about the candidate. */
export const TrustFact = z.enum(['passed', 'failed', 'unknown']);
export type TrustFact = z.infer<typeof TrustFact>;
export const TrustFacts = z.object({
  bothReady: TrustFact.default('unknown'),
  /** the variants differ in the tested change only */
  sameSettingsOtherwise: TrustFact.default('unknown'),
  clock: TrustFact.default('unknown'),
});
export type TrustFacts = z.infer<typeof TrustFacts>;

/** Ended from outside before a verdict, after so many slots. */
export const Interruption = z.object({
  verdict: z.enum(['cancelled', 'error_infrastructure']),
  afterSlot: z.int().min(0),
});
export type Interruption = z.infer<typeof Interruption>;

/** All that a judgement rests on; the same evidence gives the same judgement, bit for bit. */
export const Evidence = z.object({
  design: ExperimentDesign,
  slots: z.array(EvidenceSlot),
  history: z.record(MetricName, HistorySeries).default({}),
  trust: TrustFacts.prefault({}),
  interruption: Interruption.nullable().default(null),
});
export type Evidence = z.infer<typeof Evidence>;
