import { epochMsOf, fromEpochMs, type Instant, secondsAfter, secondsBetween } from '../../kernel/instant.ts';
import { countedFrom, plannedSlots, type SlotGrid, slotEnd } from '../../measurement/domain/slots.ts';
import { APPROVAL_SECONDS } from './commands.ts';
import {
  type CompleteSettings,
  cleanupOf,
  type Experiment,
  type ExperimentIn,
  isTerminal,
  type Life,
  lifeOf,
  type Pause,
} from './experiment.ts';
import { isCleanupOwed } from './vocabulary.ts';

// Slots are counted from the moment when both variants were ready: first those of warm-up, then those that are judged.
// What is due comes from this count and the clock, never from the time at which a schedule happened to fire.

type Clocked = Pick<CompleteSettings, 'slotSeconds' | 'warmupSeconds' | 'durationSeconds'>;

export const warmupSlots = ({ warmupSeconds, slotSeconds }: Clocked): number => Math.ceil(warmupSeconds / slotSeconds);
export const slotsPlanned = ({ durationSeconds, slotSeconds }: Clocked): number =>
  Math.ceil(durationSeconds / slotSeconds);
export const totalSlots = (settings: Clocked): number => plannedSlots(settings, settings.durationSeconds);

interface OnTheClock {
  readonly slotsFrom: Instant;
  readonly settings: Clocked;
  readonly life: Pick<Life, 'pauses'>;
}

/** The grid on which it is measured. */
export const gridOf = ({ slotsFrom, settings, life }: OnTheClock): SlotGrid => ({
  startedAt: slotsFrom,
  slotSeconds: settings.slotSeconds,
  warmupSeconds: settings.warmupSeconds,
  pauses: life.pauses,
});

/** After the horizon a slot in five minutes will do: soon enough to act, and three days of waiting stay affordable. */
const WATCH_SECONDS = 300;

/** Of how many slots after the horizon one is measured: the last. */
export const watchEvery = ({ slotSeconds }: Pick<Clocked, 'slotSeconds'>): number =>
  Math.ceil(WATCH_SECONDS / slotSeconds);

/** How many slots may follow after the horizon: as long as an offer stands, and a roll-out that comes late. */
export const mostWatched = ({ slotSeconds }: Pick<Clocked, 'slotSeconds'>): number =>
  Math.ceil((APPROVAL_SECONDS + LIMIT_SECONDS.promoting) / (watchEvery({ slotSeconds }) * slotSeconds));

/**
 * Whether the nth slot after the horizon is judged together with all others: the first four, then twice while their
 * number doubles, because what they show together changes no faster.
 */
export const isTimeToJudgeAll = (nth: number): boolean =>
  nth % Math.max(1, 2 ** (Math.floor(Math.log2(nth)) - 1)) === 0;

export const warmupEnds = (clock: OnTheClock): Instant => slotEnd(gridOf(clock), warmupSlots(clock.settings) - 1);

/** Before this nothing that is judged was seen. */
export const firstJudgedEnds = (clock: OnTheClock): Instant => slotEnd(gridOf(clock), warmupSlots(clock.settings));

/** The one logical end: when the last slot ends. A pause moves it. */
export const measuringEnds = (clock: OnTheClock): Instant => slotEnd(gridOf(clock), totalSlots(clock.settings) - 1);

/** So long an experiment may be paused in all; its objects on the clusters outlive that. */
export const PAUSE_SECONDS = 24 * 3600;

export const pausedSeconds = (pauses: readonly Pause[], now: Instant): number =>
  pauses.reduce((sum, { from, to }) => sum + secondsBetween(from, to ?? now), 0);

/** From when on the tick or the janitor has to look at it, at the earliest; null: it waits for no time. */
export const nextDueAt = (experiment: Experiment): Instant | null => {
  switch (experiment.state) {
    case 'warming':
    case 'calibrating':
    case 'running':
      return secondsAfter(experiment.slotsFrom, experiment.settings.slotSeconds);
    case 'paused':
      return experiment.enteredAt;
    // while somebody decides and while it is rolled out, the candidate is live and stays watched
    case 'awaiting_approval':
    case 'promoting':
      return experiment.enteredAt;
    case 'validating':
    case 'provisioning':
    case 'deciding':
    case 'rolling_back':
      return overdueAt(experiment);
    case 'promoted':
    case 'rolled_back':
    case 'ended':
      return owesCleanup(experiment) ? experiment.completedAt : null;
    case 'draft':
      return null;
  }
};

/** The instants in [from, to) at which a worker has to look: each slot end, a little later so that its data is there. */
export const looksWithin = (
  experiment: Experiment,
  from: Instant,
  to: Instant,
  settleSeconds: number,
): readonly Instant[] => {
  switch (experiment.state) {
    case 'warming':
    case 'calibrating':
    case 'running':
      return slotLooks(countedFrom(gridOf(experiment)), experiment.settings.slotSeconds, from, to, settleSeconds);
    case 'paused':
    case 'promoting':
      return [from];
    case 'awaiting_approval':
      return waitingLooks(experiment, from, to, settleSeconds);
    default:
      return [];
  }
};

/** Each watched slot while somebody decides, and when the offer expires; from then on until that is heard. */
const waitingLooks = (
  experiment: ExperimentIn<'awaiting_approval'>,
  from: Instant,
  to: Instant,
  settleSeconds: number,
): readonly Instant[] => {
  const { settings, expiresAt } = experiment;
  if (expiresAt <= from) return [from];
  const stepSeconds = watchEvery(settings) * settings.slotSeconds;
  const watched = slotLooks(measuringEnds(experiment), stepSeconds, from, to, settleSeconds);
  return expiresAt < to ? [...watched.filter((at) => at < expiresAt), expiresAt] : watched;
};

const slotLooks = (
  slotsFrom: Instant,
  slotSeconds: number,
  from: Instant,
  to: Instant,
  settleSeconds: number,
): readonly Instant[] => {
  const stepMs = slotSeconds * 1000;
  const originMs = epochMsOf(slotsFrom) + settleSeconds * 1000;
  const first = Math.max(1, Math.ceil((epochMsOf(from) - originMs) / stepMs));
  const count = Math.max(0, Math.ceil((epochMsOf(to) - originMs) / stepMs) - first);
  return Array.from({ length: count }, (_, index) => fromEpochMs(originMs + (first + index) * stepMs));
};

/** How long a state may last before the janitor looks into it; states of unknown length have none. */
const LIMIT_SECONDS = {
  validating: 10 * 60,
  provisioning: 20 * 60,
  deciding: 30 * 60,
  promoting: 30 * 60,
  rolling_back: 30 * 60,
} as const;

/** How long after its due end a state with a clock may stay where it is. */
const CLOCK_GRACE_SECONDS = 2 * 3600;

/** When its machine must have moved on; null where no machine is at work. */
export const overdueAt = (experiment: Experiment): Instant | null => {
  switch (experiment.state) {
    case 'validating':
    case 'provisioning':
    case 'deciding':
    case 'promoting':
    case 'rolling_back':
      return secondsAfter(experiment.enteredAt, LIMIT_SECONDS[experiment.state]);
    case 'warming':
      return secondsAfter(warmupEnds(experiment), CLOCK_GRACE_SECONDS);
    case 'calibrating':
    case 'running':
      return secondsAfter(measuringEnds(experiment), CLOCK_GRACE_SECONDS);
    case 'paused':
      return secondsAfter(experiment.enteredAt, PAUSE_SECONDS + CLOCK_GRACE_SECONDS);
    case 'awaiting_approval':
      return secondsAfter(experiment.expiresAt, CLOCK_GRACE_SECONDS);
    case 'draft':
    case 'promoted':
    case 'rolled_back':
    case 'ended':
      return null;
  }
};

/** Its machine should have moved on by now, or its objects should have been gone. */
export const isOverdue = (experiment: Experiment, now: Instant): boolean => {
  const limit = overdueAt(experiment);
  return (limit !== null && limit <= now) || owesCleanup(experiment) || isStopUnheard(experiment, now);
};

/** Putting back begins within 90 s of a stop; after this long nobody has heard it. */
const STOP_HEARD_SECONDS = 600;

/** A person said stop, and nothing is being put back. */
export const isStopUnheard = (experiment: Experiment, now: Instant): boolean => {
  const stop = lifeOf(experiment)?.stop ?? null;
  if (stop === null || experiment.state === 'rolling_back' || isTerminal(experiment)) return false;
  return secondsAfter(stop.at, STOP_HEARD_SECONDS) <= now;
};

const owesCleanup = (experiment: Experiment): boolean =>
  'completedAt' in experiment && isCleanupOwed(cleanupOf(experiment));

/** After this long with objects left, cleanup is overdue and somebody should know. */
export const CLEANUP_OVERDUE_SECONDS = 3600;

export const isCleanupOverdue = (experiment: Experiment, now: Instant): boolean =>
  'completedAt' in experiment &&
  experiment.cleanup === 'pending' &&
  secondsAfter(experiment.completedAt, CLEANUP_OVERDUE_SECONDS) <= now;

/** When the last slot ends; null before both variants were ready, and while a pause moves it. */
export const endsAtOf = (experiment: Experiment): Instant | null => {
  if (experiment.state === 'paused' || !('slotsFrom' in experiment)) return null;
  const { slotsFrom, settings, life } = experiment;
  return slotsFrom === null || life === null ? null : measuringEnds({ slotsFrom, settings, life });
};
