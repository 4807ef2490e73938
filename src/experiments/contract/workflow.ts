import * as z from 'zod';
import { ClusterId, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import { Variant } from '../../measurement/domain/sample.ts';
import type { State } from '../domain/vocabulary.ts';

// What goes in and out of the two machines: ids and outcomes, never documents. An outcome is a returned value that a
// Choice reads, because the name of a thrown error does not survive every runtime.

/** Input of an execution. `recover` enters at Compensate: it brings home what a broken execution left. */
export const MachineInput = z.object({
  tenantId: TenantId,
  experimentId: ExperimentId,
  epoch: Epoch,
  mode: z.enum(['run', 'recover']),
});
export type MachineInput = z.infer<typeof MachineInput>;

const ids = { tenantId: TenantId, experimentId: ExperimentId, epoch: Epoch };
const waiting = { ...ids, token: z.string().min(1).max(2048) };

/** Steps of the function experiment-steps. */
export const ExperimentStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('validate'), ...ids }),
  z.object({ step: z.literal('claim'), ...ids, execution: z.string() }),
  z.object({ step: z.literal('plan'), ...ids }),
  z.object({
    step: z.literal('check-applied'),
    ...ids,
    answers: z.array(z.object({ outcome: z.string(), reason: z.string() })),
  }),
  z.object({ step: z.literal('warmup'), ...waiting }),
  z.object({ step: z.literal('observe'), ...waiting }),
  z.object({ step: z.literal('blind'), ...ids }),
  z.object({ step: z.literal('decide'), ...ids }),
  z.object({ step: z.literal('await-approval'), ...waiting }),
  z.object({ step: z.literal('begin-promotion'), ...ids }),
  z.object({ step: z.literal('compensate'), ...ids, outcome: z.string(), reason: z.string() }),
  z.object({
    step: z.literal('finalise'),
    ...ids,
    outcome: z.string(),
    reason: z.string(),
    cleaned: z.boolean(),
  }),
]);
export type ExperimentStep = z.infer<typeof ExperimentStep>;

/** Steps of the function cluster-steps. */
export const ClusterStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('ask-collector'), ...ids, variant: Variant, clusterId: ClusterId }),
  z.object({ step: z.literal('apply'), ...ids, variant: Variant, clusterId: ClusterId }),
  z.object({ step: z.literal('await-ready'), ...waiting }),
  z.object({ step: z.literal('promote'), ...ids, clusterId: ClusterId }),
  z.object({ step: z.literal('await-promoted'), ...waiting }),
  z.object({ step: z.literal('cleanup'), ...ids }),
  z.object({ step: z.literal('withdraw'), ...ids }),
  z.object({ step: z.literal('verify'), ...ids }),
]);
export type ClusterStep = z.infer<typeof ClusterStep>;

/** Ways out that any step may name: they all lead to putting everything back. */
export const BAD_OUTCOMES = [
  'stopped',
  'invalid_setup',
  'error_infrastructure',
  'abort_limit',
  'abort_harm',
  'invalid_input_mismatch',
  'stale',
] as const;
export type BadOutcome = (typeof BAD_OUTCOMES)[number];

export const Outcome = z.enum([
  ...BAD_OUTCOMES,
  'ok',
  'ready',
  'warm',
  'horizon',
  'again',
  'offer',
  'over',
  'approved',
  'expired',
]);
export type Outcome = z.infer<typeof Outcome>;

/** What each step answers and what settles each wait. */
export const StepAnswer = z.object({
  outcome: Outcome,
  /** a sentence for people; empty when there is nothing to say */
  reason: z.string().max(1000),
  /** of plan: what goes where */
  work: z.array(z.object({ variant: Variant, clusterId: ClusterId })).optional(),
  /** of begin-promotion */
  clusters: z.array(z.object({ clusterId: ClusterId })).optional(),
});
export type StepAnswer = z.infer<typeof StepAnswer>;

/** A message of the queue measure: look at this experiment, if it is still in this epoch. */
export const LookRequest = z.object(ids);
export type LookRequest = z.infer<typeof LookRequest>;

/** The token states: where a machine waits to be told. */
export const WAITS = ['AwaitReady', 'Warmup', 'Observe', 'AwaitApproval', 'AwaitPromoted'] as const;
export const Wait = z.enum(WAITS);
export type Wait = z.infer<typeof Wait>;

/** What the machine waits for in a lifecycle state. */
export const WAIT_IN: Readonly<Partial<Record<State, Wait>>> = {
  provisioning: 'AwaitReady',
  warming: 'Warmup',
  running: 'Observe',
  awaiting_approval: 'AwaitApproval',
  promoting: 'AwaitPromoted',
};

/** How long a token lives at most: the literal `TimeoutSeconds` of the definitions, compared by a test. */
export const WAIT_SECONDS: Record<Wait, number> = {
  AwaitReady: 900,
  /** as long as it may be paused, and 2 h */
  Warmup: 26 * 3600,
  Observe: 35 * 86_400,
  AwaitApproval: 73 * 3600,
  AwaitPromoted: 900,
};

/** Which lifecycle states an experiment may be in once a state of the machine has done its work. */
export const LIFECYCLE_BY_STEP: Readonly<Record<string, readonly State[]>> = {
  Validate: ['validating'],
  Claim: ['validating'],
  Plan: ['provisioning'],
  AskCollector: ['provisioning'],
  CheckAsked: ['provisioning'],
  Apply: ['provisioning'],
  CheckApplied: ['provisioning'],
  AwaitReady: ['provisioning'],
  Warmup: ['warming', 'paused'],
  Observe: ['running', 'paused'],
  Blind: ['running', 'paused'],
  Decide: ['deciding'],
  AwaitApproval: ['awaiting_approval'],
  BeginPromotion: ['promoting'],
  Promote: ['promoting'],
  CheckPromoted: ['promoting'],
  AwaitPromoted: ['promoting'],
  Compensate: ['validating', 'rolling_back', 'rolled_back', 'ended'],
  Cleanup: [
    'validating',
    'deciding',
    'awaiting_approval',
    'promoting',
    'rolling_back',
    'rolled_back',
    'ended',
    'promoted',
  ],
  Finalise: ['promoted', 'rolled_back', 'ended'],
};
