import type { Actor, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Series } from '../../measurement/domain/answers.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Check, CheckId } from '../domain/check.ts';
import type { Curves } from '../domain/curves.ts';
import type { RuleSet, RuleSetName } from '../domain/rule-set.ts';
import type { TruthState } from '../domain/state.ts';

/** Imported rules of tenants. A revision is written once and never changes. */
export interface RuleSetStore {
  /** by name */
  list(tenantId: TenantId): Promise<readonly RuleSet[]>;
  load(tenantId: TenantId, name: RuleSetName): Promise<RuleSet | null>;
  /** the checks of a revision; null: there is none of that digest */
  checks(tenantId: TenantId, name: string, digest: string): Promise<readonly Check[] | null>;
  /** makes it the newest revision, if the newest is still the one before */
  commit(
    next: RuleSet,
    checks: readonly Check[],
    event: EventDraft,
    actor: Actor,
  ): Promise<Outcome<RuleSet, Refusal<'precondition-failed'>>>;
}

export interface TruthRef {
  readonly tenantId: TenantId;
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
}

/** What the checks of an epoch have come to, and the curves behind it. */
export interface TruthStore {
  load(ref: TruthRef): Promise<TruthState | null>;
  /** false: somebody else wrote meanwhile, and nothing was written */
  save(ref: TruthRef, next: TruthState): Promise<boolean>;
  curves(ref: TruthRef, check: CheckId): Promise<Curves | null>;
  saveCurves(ref: TruthRef, check: CheckId, curves: Curves): Promise<void>;
}

/** A store of metrics, asked about the past. */
export interface CurveSource {
  range(query: {
    readonly promql: string;
    readonly from: Instant;
    readonly to: Instant;
    readonly stepSeconds: number;
  }): Promise<Outcome<{ readonly series: readonly Series[] }, Refusal>>;
}
