import type {
  Cluster,
  ClusterNode,
  JobEnd,
  ObservedObject,
  VariantReadiness,
  WantedObjects,
} from '../../clusters/domain/cluster.ts';
import type { Actor, ClusterId, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import type { Sample } from '../../measurement/domain/sample.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Check, CheckId } from '../../truth/domain/check.ts';
import type { Curves } from '../../truth/domain/curves.ts';
import type { TruthState } from '../../truth/domain/state.ts';
import type { Transition } from '../contract/views.ts';
import type { MachineInput, StepAnswer, Wait } from '../contract/workflow.ts';
import type { AllocatedNode, Experiment } from '../domain/experiment.ts';
import type { ExperimentVerdict, Look } from '../domain/verdict.ts';
import type { State } from '../domain/vocabulary.ts';
import type { ObservedReadiness, Plan } from './plan.ts';

/** Which experiment, in which life. */
export interface Ref {
  readonly tenantId: TenantId;
  readonly experimentId: ExperimentId;
}
export interface EpochRef extends Ref {
  readonly epoch: Epoch;
}

/** What measuring has come to; beside the experiment, because it never changes its version. */
export interface Progress {
  readonly epoch: Epoch;
  readonly slotsMeasured: number;
  readonly latestLook: Look | null;
  /** how often in a row the machine waited 15 min without a sign of measuring */
  readonly blindness: number;
}

export interface Stored {
  readonly experiment: Experiment;
  readonly progress: Progress;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextKey: string | null;
}

export interface ListFilter {
  readonly state?: State | undefined;
  readonly verdict?: ExperimentVerdict | undefined;
  readonly clusterId?: ClusterId | undefined;
}

/** One change: the state after it, what is said of it, and the nodes that it takes or frees; all or nothing. */
export interface Change {
  readonly before: Experiment;
  readonly after: Experiment;
  readonly announcements: readonly EventDraft[];
  readonly actor: Actor;
  readonly reserve: readonly AllocatedNode[];
  /** frees every reservation of this experiment; those of somebody else stay */
  readonly release: boolean;
  readonly isDeletion: boolean;
}

export interface ExperimentStore {
  /** null: there is none, or it was deleted */
  load(ref: Ref): Promise<Stored | null>;
  /** names are unique in a tenant; made again by the same id it is there already, and that is no refusal */
  create(
    draft: Experiment,
    announcements: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<Stored, Refusal<'experiment-name-taken'>>>;
  /** writes only if the stored version is the one before: a stale writer changes nothing */
  commit(change: Change): Promise<Outcome<void, Refusal<'precondition-failed' | 'experiment-overlap-detected'>>>;
  /** newest first */
  list(
    tenantId: TenantId,
    filter: ListFilter,
    page: { readonly limit: number; readonly afterKey?: string | undefined },
  ): Promise<Page<Stored>>;
  /** how many are under way, of the tenant or on one of its clusters */
  countActive(tenantId: TenantId, clusterId?: ClusterId): Promise<number>;
  transitions(ref: Ref): Promise<readonly Transition[]>;

  /** the newest look of the current epoch, for lists and heads of pages */
  keepLatestLook(ref: EpochRef, look: Look): Promise<void>;
  /** only while the epoch is the current one */
  recordProgress(ref: EpochRef, progress: { readonly slotsMeasured: number }): Promise<void>;
  /** counts one more, or starts again at zero; answers the count */
  countBlindness(ref: EpochRef, change: 'one-more' | 'none'): Promise<number>;

  savePlan(ref: EpochRef, plan: Plan): Promise<void>;
  plan(ref: EpochRef): Promise<Plan | null>;
  /** the newest observation replaces the one before */
  saveReadiness(ref: EpochRef, observed: ObservedReadiness): Promise<void>;
  readiness(ref: EpochRef): Promise<ObservedReadiness | null>;

  /** everything, of every tenant, whose time has come until then */
  due(until: Instant): Promise<readonly Ref[]>;
}

/** Looks of experiments, one per epoch and slot. */
export interface LookStore {
  /** true when stored now, false when this slot has its look already */
  record(ref: EpochRef, look: Look): Promise<boolean>;
  /** oldest first */
  list(ref: EpochRef): Promise<readonly Look[]>;
}

/** Tokens of waiting machines: server-side only, gone when they are used or too old. */
export interface WaitStore {
  put(ref: EpochRef, wait: Wait, token: string, expiresAt: Instant): Promise<void>;
  find(ref: EpochRef, wait: Wait): Promise<string | null>;
  /** forgets the token if it is still this one */
  drop(ref: EpochRef, wait: Wait, token: string): Promise<void>;
}

export type MachineName = 'experiment' | 'withdrawal';

/** Starts machines. A name starts once: started again with the same input it is running already, and that is success. */
export interface Machines {
  start(machine: MachineName, name: string, input: MachineInput): Promise<'started' | 'exists'>;
}

/** Tells waiting machines. `gone`: settled already, or too late; never an error. */
export interface Settler {
  succeed(token: string, answer: StepAnswer): Promise<'settled' | 'gone'>;
  heartbeat(token: string): Promise<'alive' | 'gone'>;
}

/** Asks a worker to look at an experiment, now or later. At least once, in any order. */
export interface LookQueue {
  ask(requests: readonly { readonly ref: EpochRef; readonly delaySeconds: number }[]): Promise<void>;
}

/** Asks a worker whether the collectors of an experiment are ready. */
export interface ReadinessQueue {
  ask(ref: EpochRef, attempt: number, delaySeconds: number): Promise<void>;
}

/** Sends a worker to look at a cluster now: what it finds is the cluster's health, which people are shown. */
export interface ClusterLooks {
  ask(tenantId: TenantId, id: ClusterId): Promise<void>;
}

/** The registry of clusters, for reading. */
export interface ClusterRegistry {
  load(tenantId: TenantId, id: ClusterId): Promise<Cluster | null>;
  nodes(tenantId: TenantId, id: ClusterId): Promise<readonly ClusterNode[]>;
}

/** What we do on one cluster; every method can be repeated. */
export interface ClusterHands {
  /** `dryRun`: the cluster judges them, as admission and quotas do, and keeps nothing */
  apply(wanted: WantedObjects, options?: { readonly dryRun?: boolean }): Promise<Outcome<unknown, Refusal>>;
  runJob(wanted: WantedObjects, job: string): Promise<Outcome<JobEnd, Refusal>>;
  readiness(owner: string, epoch: Epoch): Promise<Outcome<readonly VariantReadiness[], Refusal>>;
  objects(owner?: string): Promise<Outcome<readonly ObservedObject[], Refusal>>;
  remove(owner: string, epoch: Epoch): Promise<Outcome<{ readonly remaining: number }, Refusal>>;
}
export interface ClusterAccess {
  open(cluster: Cluster): Promise<Outcome<ClusterHands, Refusal>>;
}

export interface SampleReader {
  list(
    tenantId: TenantId,
    experimentId: ExperimentId,
    epoch: Epoch,
    range?: { readonly fromSlot?: number; readonly toSlot?: number },
  ): Promise<readonly Sample[]>;
}

/** What the users' own rules came to in an epoch. */
export interface TruthReader {
  /** null: none was asked */
  load(ref: EpochRef): Promise<TruthState | null>;
  curves(ref: EpochRef, check: CheckId): Promise<Curves | null>;
}

/** Checks of imported rules, by revision. */
export interface RuleSetReader {
  checks(tenantId: TenantId, name: string, digest: string): Promise<readonly Check[] | null>;
}

/** What the stage sets. */
export interface Policy {
  readonly settleSeconds: number;
  readonly minimumHorizonSeconds: number;
  readonly minimumWarmupSeconds: number;
  readonly promoteFromScreening: boolean;
  readonly collectorImage: string;
}

/** Names the code that judged, for looks and evidence. */
export interface CodeIdentity {
  readonly codeVersion: string;
  readonly nodeVersion: string;
}

export interface Hashing {
  readonly sha256: Sha256;
}
