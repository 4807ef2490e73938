import { describeDuration } from '../../kernel/duration.ts';
import { fromEpochMs } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import type { Curve, Curves } from './curves.ts';
import type { Finding, Tolerance } from './finding.ts';

interface AlertRules extends Tolerance {
  readonly forSeconds: number;
  readonly keepFiringForSeconds: number;
}

/**
 * Compares when an alert fires. What fires for certain on one variant, even if its condition held a slot less at both
 * ends, has to be possible on the other, even if its condition held a slot more; a condition that flaps gets as much
 * more room as it flaps, because two readers of one value near its threshold flap differently.
 */
export const firedApart = (curves: readonly Curve[], grid: Curves, rules: AlertRules): Finding | null => {
  const steps = (seconds: number): number => Math.ceil((seconds * 1000) / grid.stepMs);
  const [wait, keep] = [steps(rules.forSeconds), steps(rules.keepFiringForSeconds)];
  const apart = curves.flatMap(({ labels, baseline, candidate }) => {
    const [ours, theirs] = [baseline.map(isActive), candidate.map(isActive)];
    const room =
      steps(rules.seconds) + Math.min(MOST_ROOM, Math.max(0, flips(ours) - 2) + Math.max(0, flips(theirs) - 2));
    const onlyBaseline = certainAlone(ours, theirs, room, wait, keep);
    const onlyCandidate = certainAlone(theirs, ours, room, wait, keep);
    const from = Math.min(onlyBaseline ?? Number.POSITIVE_INFINITY, onlyCandidate ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(from)) return [];
    const starts = [firing(ours, wait, keep).indexOf(true), firing(theirs, wait, keep).indexOf(true)] as const;
    return [{ labels, from, starts }];
  });
  const [first] = apart.toSorted((one, other) => one.from - other.from);
  if (first === undefined)
    return curves.length === 0 ? null : { status: 'same', sentence: 'it fires on both at the same time', since: null };
  const more = apart.length === 1 ? '' : `, and ${counted(apart.length - 1, 'more alert')} of this rule`;
  return {
    status: 'differs',
    sentence: `${firingSentence(first.starts, grid)}${more}`,
    since: fromEpochMs(grid.fromMs + first.from * grid.stepMs),
  };
};

const MOST_ROOM = 60;

const isActive = (value: number | null): boolean => value !== null;

const flips = (active: readonly boolean[]): number =>
  active.filter((value, index) => index > 0 && value !== active[index - 1]).length;

/** The first instant at which one fires for certain and the other cannot. */
const certainAlone = (
  one: readonly boolean[],
  other: readonly boolean[],
  room: number,
  wait: number,
  keep: number,
): number | null => {
  const [certain, possible] = [
    firing(near(one, room, 'every'), wait, keep),
    firing(near(other, room, 'some'), wait, keep),
  ];
  const found = certain.findIndex((fires, index) => fires && possible[index] !== true);
  return found < 0 ? null : found;
};

/** Whether the condition held at every, or at some, instant around each. Beyond the ends it is not known, so it is not certain. */
const near = (active: readonly boolean[], room: number, how: 'every' | 'some'): readonly boolean[] =>
  active.map((_, index) => {
    const around = active.slice(Math.max(0, index - room), index + room + 1);
    if (how === 'some') return around.includes(true) || index + room >= active.length || index < room;
    return index >= room && index + room < active.length && !around.includes(false);
  });

/** As Prometheus does: firing once the condition held for so long without a gap, and for so long after it. */
const firing = (active: readonly boolean[], wait: number, keep: number): readonly boolean[] => {
  let [held, fired] = [0, Number.NEGATIVE_INFINITY];
  return active.map((isHeld, index) => {
    held = isHeld ? held + 1 : 0;
    if (held > wait) fired = index;
    return index - fired <= keep;
  });
};

const firingSentence = ([ours, theirs]: readonly [number, number], { stepMs }: Curves): string => {
  if (theirs < 0) return 'it fires on the baseline and not on the candidate';
  if (ours < 0) return 'it fires on the candidate and not on the baseline';
  const seconds = (Math.abs(theirs - ours) * stepMs) / 1000;
  if (seconds === 0) return 'it fires on both, and not at all the same times';
  return `on the candidate it fires ${describeDuration(seconds)} ${theirs > ours ? 'later' : 'earlier'}`;
};
