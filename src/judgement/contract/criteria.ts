import * as z from 'zod';

export const MetricRole = z.enum(['primary', 'guardrail', 'limit', 'diagnostic', 'trust']);
export type MetricRole = z.infer<typeof MetricRole>;

/** What a user declares: ratios (default) or plain differences in the metric's own unit. */
export const DeclaredScale = z.enum(['log_ratio', 'difference']);
export type DeclaredScale = z.infer<typeof DeclaredScale>;

/** What was computed on; `relative_difference` replaces `log_ratio` once a value is zero. */
export const Scale = z.enum(['log_ratio', 'relative_difference', 'difference']);
export type Scale = z.infer<typeof Scale>;

export const MetricName = z.string().min(1).max(200);
export type MetricName = z.infer<typeof MetricName>;

const metric = {
  name: MetricName,
  /** the metric in a person's words, for sentences; absent: the name without underscores */
  title: z.string().min(1).max(200).optional(),
  better: z.enum(['lower', 'higher']).default('lower'),
  /** how nodes become the pooled series */
  aggregate: z.enum(['sum', 'mean']).default('sum'),
  /** `share`: values between 0 and 1, shown as percentage points on the difference scale; absent: read off the values */
  unit: z.enum(['share', 'number']).optional(),
};
const scale = DeclaredScale.default('log_ratio');
const amount = z.number().min(0).max(1e12);

const belowOneOnRatios = (criterion: { scale: DeclaredScale; minimumSaving?: number; margin?: number }): boolean =>
  criterion.scale === 'difference' || Math.max(criterion.minimumSaving ?? 0, criterion.margin ?? 0) < 1;
const RATIO_BELOW_ONE = 'a share of the baseline, from 0 up to but below 1, for example 0.05';

export const PrimaryCriterion = z
  .strictObject({
    ...metric,
    role: z.literal('primary'),
    scale,
    /** smallest saving that is worth a change: a share of the baseline, or an amount on the difference scale */
    minimumSaving: amount,
  })
  .refine(belowOneOnRatios, { path: ['minimumSaving'], error: RATIO_BELOW_ONE });
export type PrimaryCriterion = z.infer<typeof PrimaryCriterion>;

export const GuardrailCriterion = z
  .strictObject({
    ...metric,
    role: z.literal('guardrail'),
    scale,
    /** how much worse is still acceptable; there is no safe default */
    margin: amount,
    /** proven harm beyond this ends the experiment; half the margin when absent, 0 for coverage and loss */
    abortMargin: amount.optional(),
  })
  .refine(belowOneOnRatios, { path: ['margin'], error: RATIO_BELOW_ONE })
  .refine(({ scale, abortMargin = 0 }) => scale === 'difference' || abortMargin < 1, {
    path: ['abortMargin'],
    error: RATIO_BELOW_ONE,
  });
export type GuardrailCriterion = z.infer<typeof GuardrailCriterion>;

export const LimitCriterion = z
  .strictObject({
    ...metric,
    role: z.literal('limit'),
    /** absolute line for the candidate, on each node, in the metric's unit; crossed above it when lower is better, below it when higher is */
    line: z.number(),
    /** acts when crossed in so many … */
    breaches: z.int().min(1).max(100).default(2),
    /** … of so many slots in a row */
    of: z.int().min(1).max(100).default(3),
  })
  .refine(({ breaches, of }) => breaches <= of, { path: ['breaches'], error: 'at most as many as `of`' });
export type LimitCriterion = z.infer<typeof LimitCriterion>;

export const DiagnosticCriterion = z.strictObject({ ...metric, role: z.literal('diagnostic'), scale });
export type DiagnosticCriterion = z.infer<typeof DiagnosticCriterion>;

/** Equal input: what both variants received may differ by the margin at most. */
export const TrustCriterion = z.strictObject({
  ...metric,
  role: z.literal('trust'),
  scale,
  margin: z.number().gt(0).lt(1).default(0.01),
  /**
   * How often a slot is collected, where collectors read on a schedule. What came in is then counted in full, not
   * sampled, so the totals of both variants are compared as they are. Absent: pushed items, judged like any other metric.
   */
  collectionsPerSlot: z.number().gt(0).max(1e6).optional(),
});
export type TrustCriterion = z.infer<typeof TrustCriterion>;

/** What one metric is asked. Frozen before the start. */
export const MetricCriterion = z.discriminatedUnion('role', [
  PrimaryCriterion,
  GuardrailCriterion,
  LimitCriterion,
  DiagnosticCriterion,
  TrustCriterion,
]);
export type MetricCriterion = z.infer<typeof MetricCriterion>;
