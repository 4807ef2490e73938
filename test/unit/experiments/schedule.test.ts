import { describe, expect, test } from 'vitest';
import type { Experiment, ExperimentIn } from '../../../src/experiments/domain/experiment.ts';
import {
  endsAtOf,
  isCleanupOverdue,
  isOverdue,
  isTimeToJudgeAll,
  looksWithin,
  measuringEnds,
  mostWatched,
  nextDueAt,
  overdueAt,
  slotsPlanned,
  totalSlots,
  warmupEnds,
  warmupSlots,
  watchEvery,
} from '../../../src/experiments/domain/schedule.ts';
import { STATES } from '../../../src/experiments/domain/vocabulary.ts';
import { minutesAfter, secondsAfter, secondsBetween } from '../../../src/kernel/instant.ts';
import { slotEnd, slotPhase } from '../../../src/measurement/domain/slots.ts';
import { ANNA, experimentIn, settings, T0 } from '../../support/builders.ts';

const SETTLE = 3;
const looks = (experiment: Experiment, from: number, to: number) =>
  looksWithin(experiment, secondsAfter(T0, from), secondsAfter(T0, to), SETTLE).map((at) => secondsBetween(T0, at));

describe('slots', () => {
  test('warm-up and duration are whole slots, the last of each rounded up', () => {
    expect([warmupSlots, slotsPlanned, totalSlots].map((count) => count(settings()))).toEqual([3, 10, 13]);
    const uneven = settings({ warmupSeconds: 31, durationSeconds: 101 });
    expect([warmupSlots, slotsPlanned, totalSlots].map((count) => count(uneven))).toEqual([4, 11, 15]);
  });
  test('warm-up ends where the first measured slot begins, and the end is where the last one ends', () => {
    const uneven = settings({ warmupSeconds: 31, durationSeconds: 101 });
    const grid = { startedAt: T0, slotSeconds: 10, warmupSeconds: 31 };
    expect(slotPhase(grid, warmupSlots(uneven) - 1, 15)).toBe('warmup');
    expect(slotPhase(grid, warmupSlots(uneven), 15)).toBe('measured');
    const clock = { slotsFrom: T0, settings: uneven, life: { pauses: [] } };
    expect(warmupEnds(clock)).toBe(slotEnd(grid, warmupSlots(uneven) - 1));
    expect(measuringEnds(clock)).toBe(slotEnd(grid, totalSlots(uneven) - 1));
    expect(endsAtOf(experimentIn('running'))).toBe(secondsAfter(T0, 130));
    expect(endsAtOf(experimentIn('provisioning'))).toBeNull();
  });
  test('a pause moves the end by its length and by the slot that it cut short; nobody knows the end while it lasts', () => {
    const pauses = [{ from: secondsAfter(T0, 57), to: secondsAfter(T0, 7257), by: ANNA, reason: 'an upgrade' }];
    const running = experimentIn('running') as ExperimentIn<'running'>;
    const resumed = { ...running, life: { ...running.life, pauses } };
    expect(endsAtOf(resumed)).toBe(secondsAfter(T0, 130 + 7200 + 7));
    expect(looks(resumed, 7200, 7291)).toEqual([7267, 7277, 7287].map((seconds) => seconds + SETTLE));
    expect(endsAtOf(experimentIn('paused'))).toBeNull();
    expect(looks(experimentIn('paused'), 60, 120)).toEqual([60]);
  });
});

describe('slots after the horizon', () => {
  test('one in five minutes is watched, of long slots each', () => {
    expect([5, 10, 60, 300, 600].map((slotSeconds) => watchEvery({ slotSeconds }))).toEqual([60, 30, 5, 1, 1]);
  });
  test('they are as many as an offer lasts, however short a slot is', () => {
    expect([5, 60, 300, 600].map((slotSeconds) => mostWatched({ slotSeconds }))).toEqual([870, 870, 870, 435]);
  });
  test('all slots are judged at each of the first four, then twice while their number doubles', () => {
    const marks = Array.from({ length: 870 }, (_, index) => index + 1).filter(isTimeToJudgeAll);
    expect(marks).toEqual([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]);
  });
});

describe('looks', () => {
  test('each slot is looked at once its numbers had a moment to arrive', () => {
    expect(looks(experimentIn('warming'), 0, 60)).toEqual([13, 23, 33, 43, 53]);
    expect(looks(experimentIn('running'), 60, 120)).toEqual([63, 73, 83, 93, 103, 113]);
  });
  test('minutes that follow each other share no look and leave none out', () => {
    const minutes = [0, 60, 120, 180].flatMap((from) => looks(experimentIn('running'), from, from + 60));
    expect(minutes).toEqual(Array.from({ length: 23 }, (_, slot) => 13 + 10 * slot));
  });
  test('the boundary belongs to the later minute', () => {
    expect(looks(experimentIn('running'), 53, 63)).toEqual([53]);
    expect(looks(experimentIn('running'), 63, 73)).toEqual([63]);
  });
  test('slots longer than a minute are looked at in their own minute only', () => {
    const running = { ...experimentIn('running'), settings: settings({ slotSeconds: 300 }) } as Experiment;
    expect([0, 60, 240, 300, 360].map((from) => looks(running, from, from + 60))).toEqual([[], [], [], [303], []]);
  });
  test('while somebody decides it is looked at every five minutes from the planned end on, and when the offer expires', () => {
    const waiting = experimentIn('awaiting_approval');
    const expiry = 72 * 3600;
    expect(looks(waiting, 0, 1200)).toEqual([430, 730, 1030].map((seconds) => seconds + SETTLE));
    expect(looks(waiting, expiry - 30, expiry + 30)).toEqual([expiry]);
    expect(looks(waiting, expiry + 60, expiry + 120)).toEqual([expiry + 60]);
  });
  test('while it is rolled out it is watched once a minute', () => {
    expect(looks(experimentIn('promoting'), 600, 660)).toEqual([600]);
  });
  test('states that wait for no time are not looked at', () => {
    for (const state of ['draft', 'validating', 'provisioning', 'deciding', 'rolling_back', 'ended'] as const) {
      expect(looks(experimentIn(state), 0, 6000)).toEqual([]);
    }
  });
});

describe('the due index and the janitor', () => {
  test('an experiment is due before its first look, and never after', () => {
    for (const state of STATES) {
      const experiment = experimentIn(state);
      const due = nextDueAt(experiment);
      const first = looksWithin(experiment, T0, minutesAfter(T0, 73 * 60), SETTLE)[0];
      if (first !== undefined) expect(due !== null && due <= first, state).toBe(true);
    }
  });
  test('every state with a machine at work is due when it is overdue', () => {
    for (const state of STATES) {
      const experiment = experimentIn(state);
      const limit = overdueAt(experiment);
      if (limit === null) continue;
      const due = nextDueAt(experiment);
      expect(due !== null && due <= limit, state).toBe(true);
      expect(isOverdue(experiment, secondsAfter(limit, -1)), state).toBe(false);
      expect(isOverdue(experiment, limit), state).toBe(true);
    }
  });
  test('nothing is due that is over and cleaned', () => {
    for (const state of ['draft', 'promoted', 'rolled_back', 'ended'] as const)
      expect(nextDueAt(experimentIn(state))).toBeNull();
  });
  test('objects that are left are the janitor’s business at once, and overdue after an hour', () => {
    const owing = { ...experimentIn('rolled_back'), cleanup: 'pending' } as Experiment;
    expect(nextDueAt(owing)).toBe(T0);
    expect(isOverdue(owing, T0)).toBe(true);
    expect(isCleanupOverdue(owing, secondsAfter(T0, 3599))).toBe(false);
    expect(isCleanupOverdue(owing, secondsAfter(T0, 3600))).toBe(true);
  });
});
