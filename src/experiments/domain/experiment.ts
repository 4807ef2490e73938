import * as z from 'zod';
import { Actor, ClusterId, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { CheckId } from '../../truth/domain/check.ts';
import { CheckStatus } from '../../truth/domain/finding.ts';
import { Criterion, ExperimentSettings } from './settings.ts';
import { Verdict } from './verdict.ts';
import { CleanupState, type State } from './vocabulary.ts';

/** Settings with every default spelled out: what was asked is frozen by the start. */
export const CompleteSettings = ExperimentSettings.extend({
  durationSeconds: ExperimentSettings.shape.durationSeconds.unwrap(),
  successCriteria: z.array(Criterion).min(1),
});
export type CompleteSettings = z.infer<typeof CompleteSettings>;

export const AllocatedNode = z.object({ clusterId: ClusterId, node: z.string() });
export type AllocatedNode = z.infer<typeof AllocatedNode>;

export const Request = z.object({ by: Actor, at: Instant, reason: z.string() });
export type Request = z.infer<typeof Request>;

/** A time in which a person wanted nothing to be measured; `to` is null while it lasts. */
export const Pause = z.object({ from: Instant, to: Instant.nullable(), by: Actor, reason: z.string() });
export type Pause = z.infer<typeof Pause>;

/** More measured time than was asked for at the start. */
export const Extension = z.object({ at: Instant, by: Actor, fromSeconds: z.int() });
export type Extension = z.infer<typeof Extension>;

/** What a person accepted of a check, with how it stood then. */
export const AcceptedCheck = Request.extend({ checkId: CheckId, name: z.string(), status: CheckStatus });
export type AcceptedCheck = z.infer<typeof AcceptedCheck>;

/** What is true from a start on, for one epoch. */
export const Life = z.object({
  startedAt: Instant,
  startedBy: Actor,
  nodes: z.array(AllocatedNode),
  /** remark about the start, for example nodes that were left out because they are taken */
  remark: z.string().nullable(),
  /** the execution that claimed this epoch; null until it has */
  execution: z.string().nullable(),
  /** a stop that a person asked for and that the workflow has to hear */
  stop: Request.nullable(),
  /** in order */
  pauses: z.array(Pause).default([]),
  extension: Extension.nullable().default(null),
  /** checks of the truth that a person accepted by name, although they are lost, differ or cannot be evaluated */
  accepted: z.array(AcceptedCheck).default([]),
});
export type Life = z.infer<typeof Life>;

export const Promotion = z.object({ deploymentId: z.string(), at: Instant, by: Actor });
export type Promotion = z.infer<typeof Promotion>;

const always = {
  id: ExperimentId,
  tenantId: TenantId,
  version: z.int(),
  epoch: Epoch,
  settings: CompleteSettings,
  createdAt: Instant,
  createdBy: Actor,
  updatedAt: Instant,
  /** when it came into its state */
  enteredAt: Instant,
};
const alive = { ...always, life: Life };
/** slots are counted from here: the moment when both variants were ready */
const clocked = { ...alive, slotsFrom: Instant };
const over = { completedAt: Instant, cleanup: CleanupState, reason: z.string().nullable() };

/** An experiment as a union by state: each state has only the facts that are true in it. */
export const Experiment = z.discriminatedUnion('state', [
  z.object({ state: z.literal('draft'), ...always }),
  z.object({ state: z.literal('validating'), ...alive }),
  z.object({ state: z.literal('provisioning'), ...alive }),
  z.object({ state: z.literal('warming'), ...clocked }),
  z.object({ state: z.literal('calibrating'), ...clocked }),
  z.object({ state: z.literal('running'), ...clocked }),
  z.object({
    state: z.literal('paused'),
    ...clocked,
    resumesTo: z.enum(['warming', 'calibrating', 'running']),
  }),
  z.object({ state: z.literal('deciding'), ...clocked, verdict: Verdict.nullable() }),
  z.object({
    state: z.literal('awaiting_approval'),
    ...clocked,
    verdict: Verdict,
    expiresAt: Instant,
    approval: Request.nullable(),
  }),
  z.object({ state: z.literal('promoting'), ...clocked, verdict: Verdict, promotion: Promotion }),
  z.object({ state: z.literal('promoted'), ...clocked, verdict: Verdict, promotion: Promotion, ...over }),
  z.object({
    state: z.literal('rolling_back'),
    ...alive,
    slotsFrom: Instant.nullable(),
    verdict: Verdict,
    /** what was promoted and is now being withdrawn */
    promotion: Promotion.nullable(),
    reason: z.string(),
  }),
  z.object({
    state: z.literal('rolled_back'),
    ...alive,
    slotsFrom: Instant.nullable(),
    verdict: Verdict,
    promotion: Promotion.nullable(),
    ...over,
  }),
  z.object({
    state: z.literal('ended'),
    ...always,
    /** null when a draft was cancelled */
    life: Life.nullable(),
    slotsFrom: Instant.nullable(),
    verdict: Verdict,
    ...over,
  }),
]);
export type Experiment = z.infer<typeof Experiment>;
export type ExperimentIn<S extends State> = Extract<Experiment, { state: S }>;

export const lifeOf = (experiment: Experiment): Life | null => ('life' in experiment ? experiment.life : null);
/** Its state, or where it is resumed to. */
export const placeOf = (experiment: Experiment): State =>
  experiment.state === 'paused' ? experiment.resumesTo : experiment.state;
export const verdictOf = (experiment: Experiment): Verdict | null =>
  'verdict' in experiment ? experiment.verdict : null;
export const promotionOf = (experiment: Experiment): Promotion | null =>
  'promotion' in experiment ? experiment.promotion : null;

/** States in which collectors of an experiment are or may be on a cluster and its machine is on its way. */
export const LIVE_STATES = [
  'provisioning',
  'warming',
  'calibrating',
  'running',
  'paused',
  'deciding',
  'awaiting_approval',
  'promoting',
  'rolling_back',
] as const satisfies readonly State[];

export const isTerminal = (experiment: Experiment): experiment is ExperimentIn<'promoted' | 'rolled_back' | 'ended'> =>
  'completedAt' in experiment;

/** An epoch is under way: from the start to a terminal state. */
export const isActive = (experiment: Experiment): boolean => experiment.state !== 'draft' && !isTerminal(experiment);

/** What became of the objects on the clusters; before its end an experiment that has objects owes their removal. */
export const cleanupOf = (experiment: Experiment): CleanupState => {
  if (isTerminal(experiment)) return experiment.cleanup;
  return LIVE_STATES.some((state) => state === experiment.state) ? 'pending' : 'not_needed';
};

/** The id under which a promoted pipeline lives on: an owner of its own, so that cleaning the experiment leaves it. */
export const deploymentIdOf = (experiment: Pick<Experiment, 'id' | 'epoch'>): string =>
  `pdep-${experiment.id.slice('exp-'.length)}-${experiment.epoch}`;
