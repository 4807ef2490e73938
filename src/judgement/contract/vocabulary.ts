import * as z from 'zod';

/** What we learnt from an experiment. At most one per epoch. */
export const ExperimentVerdict = z.enum([
  'promote',
  'reject_no_benefit',
  'abort_harm',
  'abort_limit',
  'inconclusive_underpowered',
  'inconclusive_conflict',
  'inconclusive_no_data',
  'invalid_input_mismatch',
  'invalid_setup',
  'error_infrastructure',
  'cancelled',
]);
export type ExperimentVerdict = z.infer<typeof ExperimentVerdict>;

/** Those that end an experiment before its horizon, the strongest first: of several in one slot the first wins. */
export const StopVerdict = ExperimentVerdict.extract([
  'cancelled',
  'error_infrastructure',
  'abort_limit',
  'invalid_input_mismatch',
  'abort_harm',
]);
export type StopVerdict = z.infer<typeof StopVerdict>;

/** What we learnt about one metric. */
export const MetricVerdict = z.enum([
  'better',
  'not_worse',
  'equivalent',
  'worse_within_margin',
  'worse',
  'unclear',
  'no_variation',
  'no_data',
  'invalid',
]);
export type MetricVerdict = z.infer<typeof MetricVerdict>;

/** How a computation went. Where it is not `ok`, the numbers that do not exist are null. */
export const MetricStatus = z.enum([
  'ok',
  /** fewer than five usable pairs */
  'insufficient',
  /** one variant or both have no value at all */
  'no_data',
  /** the contrast is zero in each slot: nothing to test */
  'no_variation',
  /** the contrast is the same in each slot, but not zero: exact, without an estimate of noise */
  'degenerate_variance',
  /** the baseline is zero throughout, so no ratio exists; differences are shown instead */
  'ratio_undefined',
]);
export type MetricStatus = z.infer<typeof MetricStatus>;

/** What a reader of the numbers has to know besides. */
export const MetricFlag = z.enum([
  /** fewer than eight independent slots' worth of information: lengthen the step or the run */
  'autocorrelation_too_strong',
  /** the run is noisier or smoother than its history */
  'history_mismatch',
  /** the effect moved during the run: earlier and later looks exclude each other */
  'drift',
  /** a value was zero, so the metric went from ratios to relative differences */
  'scale_changed',
  /** some nodes clearly worse while the mean is fine */
  'uneven_nodes',
  /** no estimate of noise, only exact numbers */
  'no_noise_estimate',
]);
export type MetricFlag = z.infer<typeof MetricFlag>;

/** Less than one daily cycle (24 h) is a screening: it offers a canary, not the fleet. */
export const Strength = z.enum(['screening', 'confirmed']);
export type Strength = z.infer<typeof Strength>;
