import type { Effect, ExperimentVerdict } from '../../../src/experiments/contract/views.ts';
import type { CriterionMetric } from '../../../src/experiments/domain/settings.ts';
import type { State } from '../../../src/experiments/domain/vocabulary.ts';
import type { TrustCheck } from '../../../src/judgement/contract/judgement.ts';
import { type Actor, nameOfActor } from '../../../src/kernel/identity.ts';

/** How good or bad news is: decides icon and colour together, never colour alone. */
export type Tone = 'good' | 'bad' | 'unclear' | 'neutral' | 'busy';

export interface Word {
  readonly word: string;
  readonly tone: Tone;
}

export const STATE_WORDS: Readonly<Record<State, Word>> = {
  draft: { word: 'draft', tone: 'neutral' },
  validating: { word: 'validating', tone: 'busy' },
  provisioning: { word: 'provisioning', tone: 'busy' },
  warming: { word: 'warming up', tone: 'busy' },
  calibrating: { word: 'calibrating', tone: 'busy' },
  running: { word: 'running', tone: 'busy' },
  paused: { word: 'paused', tone: 'unclear' },
  deciding: { word: 'deciding', tone: 'busy' },
  awaiting_approval: { word: 'awaiting approval', tone: 'unclear' },
  promoting: { word: 'promoting', tone: 'busy' },
  promoted: { word: 'promoted', tone: 'good' },
  rolling_back: { word: 'rolling back', tone: 'busy' },
  rolled_back: { word: 'rolled back', tone: 'neutral' },
  ended: { word: 'ended', tone: 'neutral' },
};

export const CHECK_WORDS: Readonly<Record<TrustCheck['outcome'], Word>> = {
  passed: { word: 'passed', tone: 'good' },
  failed: { word: 'failed', tone: 'bad' },
  unknown: { word: 'not known', tone: 'unclear' },
};

export const VERDICT_WORDS: Readonly<Record<ExperimentVerdict, Word>> = {
  promote: { word: 'promote', tone: 'good' },
  reject_no_benefit: { word: 'no benefit', tone: 'neutral' },
  abort_harm: { word: 'aborted: harm', tone: 'bad' },
  abort_limit: { word: 'aborted: limit', tone: 'bad' },
  inconclusive_underpowered: { word: 'inconclusive: too little data', tone: 'unclear' },
  inconclusive_conflict: { word: 'inconclusive: conflict', tone: 'unclear' },
  inconclusive_no_data: { word: 'inconclusive: no data', tone: 'unclear' },
  invalid_input_mismatch: { word: 'invalid: unequal input', tone: 'bad' },
  invalid_setup: { word: 'invalid set-up', tone: 'bad' },
  error_infrastructure: { word: 'our failure', tone: 'bad' },
  cancelled: { word: 'cancelled', tone: 'neutral' },
};

export const FINDING_WORDS: Readonly<Record<Effect['verdict'], Word>> = {
  better: { word: 'better', tone: 'good' },
  not_worse: { word: 'not worse', tone: 'good' },
  equivalent: { word: 'equivalent', tone: 'good' },
  no_variation: { word: 'no change', tone: 'good' },
  worse_within_margin: { word: 'worse, within margin', tone: 'unclear' },
  unclear: { word: 'unclear', tone: 'unclear' },
  no_data: { word: 'no data', tone: 'neutral' },
  invalid: { word: 'invalid', tone: 'bad' },
  worse: { word: 'worse', tone: 'bad' },
};

export const METRIC_TITLES: Readonly<Record<CriterionMetric, string>> = {
  active_series: 'active series',
  exported_points: 'exported points',
  exported_bytes: 'bytes on the wire',
  collector_cpu_seconds: 'collector CPU',
  collector_memory_bytes: 'collector memory',
  failed_points: 'failed exports',
  critical_coverage: 'critical processes seen',
  lost_points_ratio: 'lost points',
  critical_processes_missing: 'critical processes missing',
};

const SYSTEM_ACTORS = {
  workflow: 'the workflow',
  schedule: 'the schedule',
  guardrail: 'a guardrail',
  janitor: 'the janitor',
} as const;

export const nameOf = (actor: Actor): string =>
  actor.kind === 'system' ? SYSTEM_ACTORS[actor.id] : nameOfActor(actor);
