import * as z from 'zod';
import { ExperimentId } from '../../kernel/identity.ts';
import { CriterionMetric } from '../domain/settings.ts';

const seconds = z.int().nullable();

/** What one claim needs to be recognised. */
export const ClaimPlan = z.object({
  metric: CriterionMetric,
  title: z.string(),
  role: z.enum(['primary', 'guardrail']),
  /** null: no time is enough, `remark` says why */
  neededSlots: z.int().nullable(),
  neededSeconds: seconds,
  /** `nothing`: no noise is known and none can be assumed, so the shortest duration is taken; `remark` says why */
  basedOn: z.enum(['history', 'assumption', 'nothing']),
  remark: z.string().nullable(),
});
export type ClaimPlan = z.infer<typeof ClaimPlan>;

/** How long an experiment must run, what that rests on, and what it costs by itself. */
export const NeededTime = z.object({
  /** the asked duration recognises a good candidate with the wanted power */
  enough: z.boolean(),
  askedSlots: z.int(),
  askedSeconds: z.int(),
  /** measured time; null: no allowed duration is enough */
  neededSlots: z.int().nullable(),
  neededSeconds: seconds,
  /** chance that a good candidate is recognised, all claims together */
  power: z.number(),
  /** for people: the answer with its reason */
  sentence: z.string(),
  /** short enough to stand beside a duration */
  hint: z.string(),
  basis: z.object({
    kind: z.enum(['history', 'assumption']),
    /** the earlier experiment that was measured */
    experimentId: ExperimentId.nullable(),
    slots: z.int().nullable(),
    sentence: z.string(),
  }),
  claims: z.array(ClaimPlan),
  /** of the experiment itself as it is asked for, warm-up included */
  cost: z.object({ nodes: z.int(), seconds: z.int(), nodeSeconds: z.int(), collectors: z.int() }),
});
export type NeededTime = z.infer<typeof NeededTime>;
