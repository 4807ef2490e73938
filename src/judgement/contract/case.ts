import * as z from 'zod';
import { TrustCheck } from './judgement.ts';
import { ExperimentVerdict, MetricVerdict } from './vocabulary.ts';

/** A slot's value; null is a missing slot. What is not a finite number counts as missing, too. */
const Series = z.array(z.unknown());

/** A metric of a case, in wire form: pooled series, or series per node. */
export const CaseMetric = z.object({
  name: z.string().min(1).max(200),
  role: z.string().default('diagnostic'),
  title: z.string().optional(),
  better: z.unknown().optional(),
  scale: z.unknown().optional(),
  unit: z.unknown().optional(),
  aggregate: z.unknown().optional(),
  minimum_saving: z.unknown().optional(),
  margin: z.unknown().optional(),
  abort_margin: z.unknown().optional(),
  line: z.unknown().optional(),
  breaches: z.unknown().optional(),
  of: z.unknown().optional(),
  collections_per_slot: z.unknown().optional(),
  baseline: Series.optional(),
  candidate: Series.optional(),
  nodes: z.record(z.string(), z.object({ baseline: Series.optional(), candidate: Series.optional() })).optional(),
});
export type CaseMetric = z.infer<typeof CaseMetric>;

/** One line of `phoenix judge`, in wire form. */
export const JudgeCase = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  step_seconds: z.unknown().optional(),
  /** absent: the longest series */
  horizon_slots: z.unknown().optional(),
  alpha: z.unknown().optional(),
  population_nodes: z.unknown().optional(),
  hypothetical_baseline: z.unknown().optional(),
  mismatch_guard: z.unknown().optional(),
  bootstrap_seed: z.unknown().optional(),
  metrics: z.array(CaseMetric).min(1).max(200),
  history: z.record(z.string(), z.object({ baseline: Series.optional(), candidate: Series.optional() })).default({}),
});
export type JudgeCase = z.infer<typeof JudgeCase>;

const number = z.number().nullable();

/** One line of answer, in wire form. `effect`, `lower` and `upper` are signed so that positive is worse. */
export const CaseAnswer = z.object({
  id: z.string().nullable(),
  verdict: ExperimentVerdict,
  decided_at_slot: z.int().nullable(),
  aborted_by: z.string().nullable(),
  sentence: z.string(),
  strength: z.enum(['screening', 'confirmed']).nullable(),
  what_would_have_changed: z.string().nullable(),
  /** whether the verdict may be trusted at all; empty when the case was refused */
  trust: z.array(TrustCheck),
  minutes_still_needed: number,
  metrics: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      verdict: MetricVerdict,
      status: z.string(),
      flags: z.array(z.string()),
      scale: z.string(),
      effect: number,
      lower: number,
      upper: number,
      n: z.int(),
      n_eff: number,
      long_run_variance: number,
      p: number,
      adjusted_p: number,
      /** exact test of rare counts; null where counts are not rare or not whole */
      rare_events_p: number,
      /** robustness check; null without `bootstrap_seed`, or with too few slots for whole stretches of them */
      bootstrap: z.object({ ratio: z.number(), lower: z.number(), upper: z.number() }).nullable(),
      dropped: z.object({ baseline: z.record(z.string(), z.int()), candidate: z.record(z.string(), z.int()) }),
      sentence: z.string(),
      fleet: z
        .object({ effect: number, lower: number, upper: number, nodes: z.int(), worst_node: z.string().nullable() })
        .nullable(),
    }),
  ),
  /** what was wrong with the case; empty when it could be judged */
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })),
});
export type CaseAnswer = z.infer<typeof CaseAnswer>;
