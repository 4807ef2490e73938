import type { Actor } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { ExperimentCommand, WorkflowCommand } from '../domain/commands.ts';
import { type DecisionRefusal, decide } from '../domain/decide.ts';
import type { ExperimentEvent } from '../domain/events.ts';
import { evolve } from '../domain/evolve.ts';
import type { AllocatedNode, Experiment } from '../domain/experiment.ts';
import { announcementsOf } from './announcements.ts';
import type { EpochRef, ExperimentStore, Ref, Stored } from './ports.ts';

export const WORKFLOW: Actor = { kind: 'system', id: 'workflow' };

export type ChangeRefusal =
  | DecisionRefusal
  | Refusal<'resource-not-found' | 'precondition-failed' | 'experiment-overlap-detected'>;

export type Effect = 'write' | 'only-decide';

export type ChangeExperiment = (
  ref: Ref,
  /** the version that the asker has seen, or `*` */
  expected: number | '*',
  command: (experiment: Experiment, at: Instant) => ExperimentCommand,
  /** `only-decide`: what it would be; nothing is written */
  effect?: Effect,
) => Promise<Outcome<Stored, ChangeRefusal>>;

interface Ports {
  readonly experiments: ExperimentStore;
  readonly clock: Clock;
}

const MOST_ATTEMPTS = 6;

/** Load, decide, store with expectation. Where any version will do, a lost race is decided anew on the newer state. */
export const makeChangeExperiment =
  ({ experiments, clock }: Ports): ChangeExperiment =>
  async (ref, expected, commandFor, effect = 'write') => {
    for (let attempt = 1; ; attempt += 1) {
      const stored = await experiments.load(ref);
      if (stored === null) return notFound(ref);
      const { experiment, progress } = stored;
      if (expected !== '*' && expected !== experiment.version) return stale(experiment, expected);
      const decision = decide(experiment, commandFor(experiment, clock.now()));
      if (!decision.accepted) return decision;
      if (decision.value.length === 0) return accept(stored);
      const change = changeOf(experiment, decision.value);
      if (effect === 'only-decide') return accept({ experiment: change.after, progress });
      const committed = await experiments.commit(change);
      if (committed.accepted) {
        const isNewLife = change.after.epoch !== experiment.epoch;
        return accept({
          experiment: change.after,
          progress: isNewLife
            ? { epoch: change.after.epoch, slotsMeasured: 0, latestLook: null, blindness: 0 }
            : progress,
        });
      }
      const { refusal } = committed;
      const mayRepeat = expected === '*' && refusal.code === 'precondition-failed' && attempt < MOST_ATTEMPTS;
      if (!mayRepeat) return { accepted: false, refusal };
    }
  };

/** A machine's command under its epoch. */
export type AdvanceExperiment = (
  ref: EpochRef,
  command: (experiment: Experiment, said: { at: Instant; by: Actor; epoch: EpochRef['epoch'] }) => WorkflowCommand,
  by?: Actor,
) => Promise<Outcome<Stored, ChangeRefusal>>;

export const makeAdvanceExperiment = (ports: Ports): AdvanceExperiment => {
  const change = makeChangeExperiment(ports);
  return (ref, command, by = WORKFLOW) =>
    change(ref, '*', (experiment, at) => command(experiment, { at, by, epoch: ref.epoch }));
};

const changeOf = (before: Experiment, events: readonly ExperimentEvent[]) => {
  const announcements: EventDraft[] = [];
  let after = before;
  for (const event of events) {
    const next = evolve(after, event);
    announcements.push(...announcementsOf(after, event, next));
    after = next;
  }
  return {
    before,
    after,
    announcements,
    actor: events[0]?.by ?? WORKFLOW,
    reserve: events.flatMap((event): readonly AllocatedNode[] => (event.type === 'started' ? event.nodes : [])),
    // nodes are free again when nothing of the experiment is left on them
    release: events.some((event) => 'cleanup' in event && (event.cleanup === 'done' || event.cleanup === 'not_needed')),
    isDeletion: events.some(({ type }) => type === 'deleted'),
  };
};

const notFound = ({ experimentId }: Ref) =>
  refuse('resource-not-found', `there is no experiment ${experimentId}`, { experimentId });

const stale = (experiment: Experiment, expected: number) =>
  refuse(
    'precondition-failed',
    `it changed meanwhile: you have version ${expected}, it is ${experiment.version} now and ${experiment.state}`,
    { expected, current: experiment.version, state: experiment.state },
  );
