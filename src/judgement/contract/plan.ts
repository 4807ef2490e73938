import * as z from 'zod';
import { MetricCriterion, MetricName } from './criteria.ts';
import { HistorySeries, MAXIMUM_SLOTS } from './evidence.ts';

/** "How long must it run?" */
export const PlanRequest = z.object({
  stepSeconds: z.number().gt(0).max(86_400),
  alpha: z.number().gt(0).max(0.25).default(0.05),
  /** chance that a good candidate is recognised: all claims together */
  power: z.number().gt(0.5).lt(1).default(0.9),
  criteria: z.array(MetricCriterion).min(1).max(200),
  history: z.record(MetricName, HistorySeries).default({}),
  /** saving that a person hopes for, per primary; absent: the minimum saving plus 10 points */
  expectedSaving: z.record(MetricName, z.number()).default({}),
  minimumSlots: z.int().min(1).max(MAXIMUM_SLOTS).default(30),
  maximumSlots: z.int().min(1).max(MAXIMUM_SLOTS).default(1440),
  /** where no history exists: variation of a value around its mean, and correlation of neighbouring slots */
  assumedVariation: z.number().gt(0).max(10).default(0.05),
  assumedAutocorrelation: z.number().min(0).max(0.99).default(0.6),
});
export type PlanRequest = z.infer<typeof PlanRequest>;

export const MetricPlan = z.object({
  name: MetricName,
  /** null: no time is enough, `reason` says why */
  slots: z.int().nullable(),
  /** distance to be proven, on the oriented scale */
  delta: z.number().nullable(),
  longRunVariance: z.number().nullable(),
  varianceFrom: z.enum(['history', 'assumption']),
  reason: z.string().nullable(),
});
export type MetricPlan = z.infer<typeof MetricPlan>;

/** The longest of its metrics decides; refused with the reason when the longest allowed run is not enough. */
export const DurationPlan = z.object({
  enough: z.boolean(),
  slots: z.int().nullable(),
  minutes: z.number().nullable(),
  decidedBy: MetricName.nullable(),
  metrics: z.array(MetricPlan),
  sentence: z.string(),
});
export type DurationPlan = z.infer<typeof DurationPlan>;
