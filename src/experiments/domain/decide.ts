import { describeDuration } from '../../kernel/duration.ts';
import type { Actor, Epoch } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { listed } from '../../kernel/words.ts';
import { allowedCommands, longestExtension, whyNotExtended, whyNotPaused } from './allowed.ts';
import type { CommandType, ExperimentCommand, PersonCommand, WorkflowCommand } from './commands.ts';
import type { ExperimentEvent } from './events.ts';
import { deploymentIdOf, type Experiment, isTerminal, lifeOf, placeOf, verdictOf } from './experiment.ts';
import { type Verdict, verdictWithoutMeasurement } from './verdict.ts';
import { type CleanupState, isCleanupOwed } from './vocabulary.ts';

export type DecisionRefusal = Refusal<
  'state-conflict' | 'pause-not-allowed' | 'extension-not-allowed' | 'promotion-not-allowed' | 'stale-epoch'
>;
export type Decision = Outcome<readonly ExperimentEvent[], DecisionRefusal>;

/** What a command leads to, or why it does not: pure, and the only way in which an experiment changes. */
export const decide = (experiment: Experiment, command: ExperimentCommand): Decision =>
  'epoch' in command ? decideForMachine(experiment, command) : decideForPerson(experiment, command);

const decideForPerson = (experiment: Experiment, command: PersonCommand): Decision => {
  const { at, by } = command;
  if (command.type === 'stop' && lifeOf(experiment)?.stop != null && isOffered(experiment, command)) return accept([]);
  if (command.type === 'promote' && experiment.state === 'awaiting_approval' && experiment.approval !== null) {
    return accept([]);
  }
  if (command.type === 'pause' && experiment.state === 'paused') return accept([]);
  if (command.type === 'accept-check') return decideAcceptance(experiment, command);
  if (!isOffered(experiment, command)) return refusePerson(experiment, command);
  switch (command.type) {
    case 'start':
    case 'retry': {
      const { nodes, remark } = command;
      return accept([{ type: 'started', epoch: (experiment.epoch + 1) as Epoch, nodes, remark, at, by }]);
    }
    case 'stop':
      return accept([
        experiment.state === 'draft'
          ? {
              type: 'ended',
              verdict: verdictWithoutMeasurement('cancelled', `Cancelled before it started: ${command.reason}.`, at),
              cleanup: 'not_needed',
              reason: command.reason,
              at,
              by,
            }
          : { type: 'stop-requested', reason: command.reason, at, by },
      ]);
    case 'pause':
      return accept([{ type: 'paused', reason: command.reason, at, by }]);
    case 'extend':
      return decideExtension(experiment, command);
    case 'resume':
      return accept([{ type: 'resumed', at, by }]);
    case 'promote':
      if (command.unaccepted.length > 0) return refuseBlind(experiment, command.unaccepted);
      return accept([{ type: 'approved', reason: 'promoted by a person', at, by }]);
    case 'rollback':
      return experiment.state === 'promoted'
        ? accept([{ type: 'withdrawal-started', verdict: experiment.verdict, reason: command.reason, at, by }])
        : conflict(experiment, command);
    case 'delete':
      return accept([{ type: 'deleted', at, by }]);
  }
};

/** Nobody goes blind for a saving: what people look at is the same, or somebody has accepted by name that it is not. */
const refuseBlind = ({ state }: Experiment, unaccepted: readonly string[]): Decision =>
  refuse(
    'promotion-not-allowed',
    `the truth is not the same, and nobody has accepted that: ${listed(unaccepted, '; ')}; accept each by name, or keep the baseline`,
    { state, unaccepted },
  );

type Acceptance = Extract<PersonCommand, { type: 'accept-check' }>;

const decideAcceptance = (experiment: Experiment, command: Acceptance): Decision => {
  const { check, reason, at, by } = command;
  const life = lifeOf(experiment);
  if (life === null || isTerminal(experiment)) return conflict(experiment, command);
  const isAccepted = life.accepted.some(({ checkId, status }) => checkId === check.checkId && status === check.status);
  return accept(isAccepted ? [] : [{ type: 'check-accepted', check, reason, at, by }]);
};

const isOffered = (experiment: Experiment, { type, at }: Exclude<PersonCommand, Acceptance>): boolean =>
  allowedCommands(experiment, at).includes(type);

const refusePerson = (experiment: Experiment, command: PersonCommand): Decision => {
  const verdict = verdictOf(experiment)?.verdict ?? null;
  if (command.type === 'promote' && verdict !== null && verdict !== 'promote') {
    return refuse('promotion-not-allowed', `its verdict is ${verdict}; only the verdict promote can be promoted`, {
      state: experiment.state,
      verdict,
    });
  }
  if (command.type === 'extend') {
    const because = whyNotExtended(experiment, command.at);
    if (because !== null) return notExtended(experiment, because);
  }
  const whyNot = command.type === 'pause' ? whyNotPaused(experiment, command.at) : null;
  return whyNot === null
    ? conflict(experiment, command)
    : refuse('pause-not-allowed', `it cannot be paused: ${whyNot}`, { state: experiment.state });
};

const decideExtension = (
  experiment: Experiment,
  { durationSeconds, at, by }: Extract<PersonCommand, { type: 'extend' }>,
): Decision => {
  const now = experiment.settings.durationSeconds;
  const longest = longestExtension(experiment.settings);
  return durationSeconds > now && durationSeconds <= longest
    ? accept([{ type: 'extended', durationSeconds, at, by }])
    : notExtended(
        experiment,
        `${describeDuration(durationSeconds)} were asked for; it measures ${describeDuration(now)}, and at most ${describeDuration(longest)} are possible`,
      );
};

const notExtended = (experiment: Experiment, because: string): Decision =>
  refuse('extension-not-allowed', `it cannot be extended: ${because}`, { state: experiment.state });

const conflict = (
  experiment: Experiment,
  { type, at }: { readonly type: CommandType; readonly at: Instant },
): Decision => {
  const allowed = allowedCommands(experiment, at);
  const instead = allowed.length === 0 ? 'nothing is possible now' : `possible now: ${allowed.join(', ')}`;
  return refuse('state-conflict', `${type} is not possible while the experiment is ${experiment.state}; ${instead}`, {
    state: experiment.state,
    command: type,
    allowedCommands: allowed,
  });
};

const decideForMachine = (experiment: Experiment, command: WorkflowCommand): Decision => {
  if (command.epoch !== experiment.epoch) {
    return refuse('stale-epoch', `epoch ${command.epoch} is over; the experiment is in epoch ${experiment.epoch}`, {
      epoch: command.epoch,
      current: experiment.epoch,
    });
  }
  const said = { at: command.at, by: command.by };
  const { state } = experiment;
  switch (command.type) {
    case 'claim':
      if (state !== 'validating') return conflict(experiment, command);
      if (experiment.life.execution === command.execution) return accept([]);
      return experiment.life.execution === null
        ? accept([{ type: 'claimed', execution: command.execution, ...said }])
        : conflict(experiment, command);
    case 'provision':
      return step(experiment, command, { from: ['validating'], to: 'provisioning' }, () => [
        { type: 'provisioning-started', ...said },
      ]);
    case 'warm':
      return step(experiment, command, { from: ['provisioning'], to: 'warming' }, () => [
        { type: 'warmup-started', ...said },
      ]);
    case 'measure':
      return step(experiment, command, { from: ['warming', 'calibrating'], to: 'running' }, () => [
        { type: 'measuring-started', ...said },
      ]);
    case 'begin-deciding':
      return step(experiment, command, { from: ['running'], to: 'deciding' }, () => [
        // its last slot is read: a pause that came meanwhile has nothing to hold up
        ...(state === 'paused' ? [{ type: 'resumed', ...said } as const] : []),
        { type: 'deciding-started', ...said },
      ]);
    case 'conclude':
      if (experiment.state !== 'deciding') return conflict(experiment, command);
      // at most one verdict per epoch: the first stays
      return accept(
        experiment.verdict === null ? [{ type: 'verdict-reached', verdict: command.verdict, ...said }] : [],
      );
    case 'await-approval':
      if (experiment.state === 'awaiting_approval') return accept([]);
      return experiment.state === 'deciding' && experiment.verdict?.verdict === 'promote'
        ? accept([{ type: 'approval-awaited', expiresAt: command.expiresAt, ...said }])
        : conflict(experiment, command);
    case 'begin-promotion':
      if (experiment.state === 'promoting') return accept([]);
      return experiment.state === 'awaiting_approval' && experiment.approval !== null
        ? accept([
            {
              type: 'promotion-started',
              deploymentId: deploymentIdOf(experiment),
              at: command.at,
              by: experiment.approval.by,
            },
          ])
        : conflict(experiment, command);
    case 'withdraw':
      return decideWithdrawal(experiment, command);
    case 'finalise':
      return decideEnd(experiment, command);
    case 'confirm-cleanup':
      return decideCleanup(experiment, command, 'done');
    case 'find-cleanup-overdue':
      return decideCleanup(experiment, command, 'overdue');
  }
};

/** A plain step: asked again in the state it leads to, it has happened already. A pause does not hold up what was settled. */
const step = (
  experiment: Experiment,
  command: WorkflowCommand,
  way: { readonly from: readonly Experiment['state'][]; readonly to: Experiment['state'] },
  events: () => readonly ExperimentEvent[],
): Decision => {
  const place = placeOf(experiment);
  if (place === way.to) return accept([]);
  return way.from.includes(place) ? accept(events()) : conflict(experiment, command);
};

type CommandOf<T extends WorkflowCommand['type']> = Extract<WorkflowCommand, { type: T }>;

/** Collectors are or may be live: from here everything is put back. Before and after that there is nothing to withdraw. */
const decideWithdrawal = (experiment: Experiment, command: CommandOf<'withdraw'>): Decision => {
  const { at, by, reason } = command;
  switch (experiment.state) {
    case 'provisioning':
    case 'warming':
    case 'calibrating':
    case 'running':
    case 'paused':
    case 'deciding':
    case 'awaiting_approval':
    case 'promoting':
      return accept([
        { type: 'withdrawal-started', verdict: verdictOf(experiment) ?? command.verdict, reason, at, by },
      ]);
    case 'validating':
    case 'rolling_back':
    case 'rolled_back':
    case 'ended':
      return accept([]);
    case 'draft':
    case 'promoted':
      return conflict(experiment, command);
  }
};

/**
 * Never had live collectors → ended. Cut short while they were live → rolled back. Reached its horizon → promoted or
 * ended. Asked again at the end it only reports what became of the objects.
 */
const decideEnd = (experiment: Experiment, command: CommandOf<'finalise'>): Decision => {
  const { at, by, reason, fallback } = command;
  const cleanup: CleanupState = command.cleaned ? 'done' : 'pending';
  const withdrawn = (verdict: Verdict, why: string): readonly ExperimentEvent[] => [
    { type: 'withdrawal-started', verdict, reason: why, at, by },
    { type: 'rolled-back', cleanup, at, by },
  ];
  switch (experiment.state) {
    case 'validating':
      return accept([{ type: 'ended', verdict: fallback, cleanup: 'not_needed', reason, at, by }]);
    case 'provisioning':
    case 'warming':
    case 'calibrating':
    case 'running':
    case 'paused':
      return accept(withdrawn(fallback, reason ?? 'cut short'));
    case 'deciding':
    case 'awaiting_approval': {
      const stop = experiment.life.stop;
      if (stop !== null) return accept(withdrawn(experiment.verdict ?? fallback, stop.reason));
      return accept([{ type: 'ended', verdict: experiment.verdict ?? fallback, cleanup, reason, at, by }]);
    }
    case 'promoting':
      return command.promoted
        ? accept([{ type: 'promoted', cleanup, at, by: experiment.promotion.by }])
        : conflict(experiment, command);
    case 'rolling_back':
      return accept([{ type: 'rolled-back', cleanup, at, by }]);
    case 'promoted':
    case 'rolled_back':
    case 'ended':
      return command.cleaned ? decideCleanup(experiment, command, 'done') : accept([]);
    case 'draft':
      return conflict(experiment, command);
  }
};

const decideCleanup = (
  experiment: Experiment,
  command: WorkflowCommand,
  cleanup: Extract<CleanupState, 'done' | 'overdue'>,
): Decision => {
  if (!('completedAt' in experiment)) return conflict(experiment, command);
  const owes = isCleanupOwed(experiment.cleanup);
  const { at, by }: { at: Instant; by: Actor } = command;
  return accept(owes && experiment.cleanup !== cleanup ? [{ type: 'cleanup-changed', cleanup, at, by }] : []);
};
