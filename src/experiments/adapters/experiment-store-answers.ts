import * as z from 'zod';
import type { Actor, Epoch, ExperimentId } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import { CheckStatus } from '../../truth/domain/finding.ts';
import type { Change, ListFilter, Progress } from '../application/ports.ts';
import type { Transition } from '../contract/views.ts';
import { type Experiment, verdictOf } from '../domain/experiment.ts';
import { State } from '../domain/vocabulary.ts';

// What the memory store and the table say alike.

export const NO_PROGRESS: Progress = { epoch: 0 as Epoch, slotsMeasured: 0, latestLook: null, blindness: 0 };

export const subjectOf = ({ tenantId, id, epoch }: Experiment, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: tenantId,
  source: 'experiments',
  subject: id,
  epoch,
  actor,
  lastSeq,
});

/** What a change leaves: nothing where it deletes. */
export const leftOf = ({ after, isDeletion }: Change): Experiment | null => (isDeletion ? null : after);

export const nameTaken = ({ settings }: Experiment) =>
  refuse(
    'experiment-name-taken',
    `another experiment is called "${settings.name}"; choose another name, or delete that one`,
    { name: settings.name },
    [{ pointer: '/name', code: 'experiment-name-taken', message: 'another experiment has this name' }],
  );

export const stale = (id: ExperimentId, current: unknown) =>
  refuse('precondition-failed', `${id} changed meanwhile; read it again and repeat what you wanted`, {
    experimentId: id,
    current: current ?? null,
  });

export const nodeHeld = (node: string, holder: unknown) =>
  refuse(
    'experiment-overlap-detected',
    `node ${node} was taken by ${String(holder)} a moment ago; choose others, or wait until it ends`,
    { nodes: [node], heldBy: String(holder), severity: 'error' },
  );

export const isListed = (experiment: Experiment, { state, verdict, clusterId }: ListFilter): boolean =>
  (state === undefined || experiment.state === state) &&
  (verdict === undefined || verdictOf(experiment)?.verdict === verdict) &&
  (clusterId === undefined || experiment.settings.targets.some((target) => target.clusterId === clusterId));

const StateChanged = z.object({ from: State.nullable(), to: State, reason: z.string() });

const CheckAccepted = z.object({ state: State, name: z.string(), status: CheckStatus, reason: z.string() });

/** A row of the history, from what was said of a change of state, or of what a person accepted in one. */
export const transitionOf = (event: EventEnvelope): readonly Transition[] => {
  const { epoch, seq, timestamp, actor } = event;
  if (event.type === 'experiment.check_accepted') {
    const { state, name, status, reason } = CheckAccepted.parse(event.data);
    const cause = `accepted that ${name} is ${status.replaceAll('_', ' ')}: ${reason}`;
    return [{ epoch, seq, at: timestamp, from: state, to: state, actor, cause }];
  }
  if (event.type !== 'experiment.state_changed') return [];
  const { from, to, reason } = StateChanged.parse(event.data);
  return [{ epoch, seq, at: timestamp, from, to, actor, cause: reason }];
};
