import * as z from 'zod';
import { ClusterId } from '../../kernel/identity.ts';
import { Labels } from '../../kernel/labels.ts';
import { PipelineChoice, PipelineReference } from '../../pipelines/domain/template.ts';

/** Metrics that a criterion may name: what is measured, and what is derived from it. */
export const CriterionMetric = z.enum([
  'active_series',
  'exported_points',
  'exported_bytes',
  'collector_cpu_seconds',
  'collector_memory_bytes',
  'failed_points',
  /** share of the baseline's critical processes that the candidate also shows, per node */
  'critical_coverage',
  /** share of scraped points that were lost on the way out */
  'lost_points_ratio',
  /** how many critical processes the baseline shows and the candidate does not */
  'critical_processes_missing',
]);
export type CriterionMetric = z.infer<typeof CriterionMetric>;

const ratio = z.number().gt(0).lt(1);

/** What must get better, what must not get worse, which line must not be crossed, what is only shown. */
export const Criterion = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('primary'), metric: CriterionMetric, minimumSavingRatio: ratio }),
  z.strictObject({
    role: z.literal('guardrail'),
    metric: CriterionMetric,
    /** how much worse is still acceptable; required, there is no safe default */
    marginRatio: ratio,
    /** abort as soon as harm beyond this is proven; half the margin when absent, 0 for coverage and loss */
    abortMarginRatio: z.number().min(0).lt(1).optional(),
  }),
  z.strictObject({
    role: z.literal('limit'),
    metric: CriterionMetric,
    /** absolute line for the candidate, per node, in the metric's unit */
    maximum: z.number().min(0),
    breaches: z.int().min(1).max(10).default(2),
    of: z.int().min(1).max(10).default(3),
  }),
  z.strictObject({ role: z.literal('diagnostic'), metric: CriterionMetric }),
]);
export type Criterion = z.infer<typeof Criterion>;

export const Target = z.strictObject({
  clusterId: ClusterId,
  /** one of both; neither means every ready node */
  nodeNames: z.array(z.string().min(1).max(253)).min(1).max(500).optional(),
  nodeSelector: z.record(z.string(), z.string()).optional(),
});
export type Target = z.infer<typeof Target>;

/** RE2-safe characters only: names go into collector settings and queries. */
export const ExecutableName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, 'expected the name of an executable such as nginx');

/** What a variant runs: a template with values, or a revision of a pipeline that somebody owns. */
export const VariantPipeline = z.union([PipelineChoice, PipelineReference]);
export type VariantPipeline = z.infer<typeof VariantPipeline>;

/** What a variant runs, in few words. */
export const pipelineWords = (pipeline: VariantPipeline): string => {
  if ('template' in pipeline) return pipeline.template;
  const { pipelineId, revision } = pipeline;
  return revision === undefined ? pipelineId : `${pipelineId}, revision ${revision}`;
};

/** Unless the plan of an epoch knows that it is what runs there, a baseline is nobody's: no headline about money. */
export const IS_BASELINE_HYPOTHETICAL: boolean = true;

/** Longer than a fortnight nobody waits for an answer. */
export const LONGEST_SECONDS = 14 * 86_400;
/** What the planner may choose by itself; longer is for a person to say. */
export const LONGEST_CHOSEN_SECONDS = 86_400;

/** What a person decides before the start; frozen by it. */
export const ExperimentSettings = z.strictObject({
  name: z.string().trim().min(3).max(100),
  description: z.string().max(1024).default(''),
  type: z.literal('ab_test').default('ab_test'),
  baselinePipeline: VariantPipeline,
  candidatePipeline: VariantPipeline,
  targets: z.array(Target).min(1).max(5),
  /** measured time; absent: what the planner finds necessary */
  durationSeconds: z.int().min(30).max(LONGEST_SECONDS).optional(),
  /** a person accepts that the time is shorter than the planner finds necessary, so that it may end without an answer */
  mayEndInconclusive: z.boolean().default(false),
  warmupSeconds: z.int().min(5).max(3600).default(300),
  slotSeconds: z.int().min(5).max(300).default(60),
  collectionIntervalSeconds: z.int().min(1).max(150).default(10),
  criticalProcesses: z.array(ExecutableName).max(100).default([]),
  /** absent: the documented defaults, never zero */
  successCriteria: z.array(Criterion).min(1).max(20).optional(),
  labels: Labels.default({}),
});
export type ExperimentSettings = z.infer<typeof ExperimentSettings>;

/** What holds when a person names no criteria. */
export const DEFAULT_CRITERIA: readonly Criterion[] = [
  { role: 'primary', metric: 'exported_points', minimumSavingRatio: 0.05 },
  { role: 'guardrail', metric: 'critical_coverage', marginRatio: 0.005, abortMarginRatio: 0 },
  { role: 'guardrail', metric: 'lost_points_ratio', marginRatio: 0.001, abortMarginRatio: 0 },
  { role: 'limit', metric: 'critical_processes_missing', maximum: 0, breaches: 2, of: 3 },
  { role: 'limit', metric: 'collector_memory_bytes', maximum: 400 * 1024 * 1024, breaches: 2, of: 3 },
  { role: 'diagnostic', metric: 'active_series' },
  { role: 'diagnostic', metric: 'exported_bytes' },
  { role: 'diagnostic', metric: 'collector_cpu_seconds' },
];
