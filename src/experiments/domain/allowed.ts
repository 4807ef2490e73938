import { type May, mayWith, type Permission } from '../../access/domain/permissions.ts';
import type { Instant } from '../../kernel/instant.ts';
import {
  type CompleteSettings,
  cleanupOf,
  type Experiment,
  type ExperimentIn,
  isTerminal,
  verdictOf,
} from './experiment.ts';
import { firstJudgedEnds, measuringEnds, PAUSE_SECONDS, pausedSeconds } from './schedule.ts';
import { LONGEST_SECONDS } from './settings.ts';
import { RETRYABLE_VERDICTS } from './verdict.ts';
import { COMMANDS, type CommandName, type State } from './vocabulary.ts';

/** What a person may ask in this state: the same answer for the API that enforces it and for the button that offers it. */
export const allowedCommands = (experiment: Experiment, at: Instant): readonly CommandName[] =>
  COMMANDS.filter((command) => isAllowed[command](experiment, at));

const STOPPABLE: readonly State[] = [
  'draft',
  'validating',
  'provisioning',
  'warming',
  'calibrating',
  'running',
  'paused',
  'deciding',
  'awaiting_approval',
  'promoting',
];

const isMeasuring = (experiment: Experiment): experiment is ExperimentIn<'warming' | 'calibrating' | 'running'> =>
  experiment.state === 'warming' || experiment.state === 'calibrating' || experiment.state === 'running';

const isCleanedUp = (experiment: Experiment): boolean => ['done', 'not_needed'].includes(cleanupOf(experiment));

const isAllowed: Record<CommandName, (experiment: Experiment, at: Instant) => boolean> = {
  start: ({ state }) => state === 'draft',
  stop: ({ state }) => STOPPABLE.includes(state),
  pause: (experiment, at) => isMeasuring(experiment) && whyNotPaused(experiment, at) === null,
  resume: (experiment) => experiment.state === 'paused' && experiment.life.stop === null,
  extend: (experiment, at) => isMeasuring(experiment) && whyNotExtended(experiment, at) === null,
  promote: (experiment, at) => experiment.state === 'awaiting_approval' && at < experiment.expiresAt,
  rollback: ({ state }) => state === 'promoted',
  retry: (experiment) => {
    const verdict = verdictOf(experiment);
    return (
      (experiment.state === 'ended' || experiment.state === 'rolled_back') &&
      isCleanedUp(experiment) &&
      verdict !== null &&
      RETRYABLE_VERDICTS.includes(verdict.verdict)
    );
  },
  // a promoted pipeline would be left without anybody who can withdraw it
  delete: (experiment) =>
    experiment.state === 'draft' ||
    (isTerminal(experiment) && experiment.state !== 'promoted' && isCleanedUp(experiment)),
};

/** Why an experiment that is being measured cannot be paused now; null: it can, or it is not being measured. */
export const whyNotPaused = (experiment: Experiment, at: Instant): string | null => {
  if (!isMeasuring(experiment)) return null;
  const { life } = experiment;
  if (life.stop !== null) return 'it is being stopped';
  if (measuringEnds(experiment) <= at) return 'its last slot has ended, and the verdict comes next';
  if (pausedSeconds(life.pauses, at) >= PAUSE_SECONDS)
    return 'it was paused for 24 h in all, and its collectors stay no longer';
  return null;
};

/**
 * Why its horizon stays; null: it can still be moved, or it is not being measured. Once a slot is judged, more time would be asked for because of what
 * was seen, and the error rate of the verdict would no longer be what it says.
 */
export const whyNotExtended = (experiment: Experiment, at: Instant): string | null => {
  if (!isMeasuring(experiment)) return null;
  const { life } = experiment;
  if (life.stop !== null) return 'it is being stopped';
  if (life.extension !== null) return 'it was extended once in this epoch';
  return firstJudgedEnds(experiment) <= at
    ? 'its first slot is judged, and time that is added because of what was seen makes a verdict untrue; clone it with a longer duration'
    : null;
};

/** Its objects on the clusters outlive twice the time. */
export const longestExtension = ({ durationSeconds }: Pick<CompleteSettings, 'durationSeconds'>): number =>
  Math.min(2 * durationSeconds, LONGEST_SECONDS);

export const PERMISSION_FOR = {
  start: 'experiment:start',
  pause: 'experiment:stop',
  resume: 'experiment:stop',
  extend: 'experiment:promote',
  stop: 'experiment:stop',
  promote: 'experiment:promote',
  rollback: 'experiment:stop',
  retry: 'experiment:start',
  delete: 'experiment:delete',
} as const satisfies Record<CommandName, Permission>;

/** What a view tells about itself; enough to decide about a button. */
export interface Offered {
  readonly state: State;
  readonly allowedCommands: readonly CommandName[];
}

export const may = (command: CommandName, view: Offered, permissions: ReadonlySet<string>): May => {
  const permitted = mayWith(PERMISSION_FOR[command], permissions);
  if (!permitted.may) return permitted;
  if (!view.allowedCommands.includes(command)) {
    return { may: false, because: `not possible while it is ${view.state.replaceAll('_', ' ')}` };
  }
  return { may: true };
};
