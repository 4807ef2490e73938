import { describe, expect, test } from 'vitest';
import { type Instant, secondsAfter } from '../../../src/kernel/instant.ts';
import {
  countedFrom,
  dueSlots,
  plannedSlots,
  type SlotGrid,
  slotDueAt,
  slotEnd,
  slotPhase,
} from '../../../src/measurement/domain/slots.ts';
import { T0 } from '../../support/platform.ts';

const GRID: SlotGrid = { startedAt: T0, slotSeconds: 60, warmupSeconds: 300 };

const due = (now: Instant, more: Partial<Parameters<typeof dueSlots>[0]> = {}) =>
  dueSlots({ grid: GRID, lastRecorded: null, slotsPlanned: 10, settleSeconds: 30, now, atMost: 60, ...more });

describe('the grid of slots', () => {
  test('slot n ends n + 1 slots after the start', () => {
    expect(slotEnd(GRID, 0)).toBe('2026-11-21T09:41:00.000Z');
    expect(slotEnd(GRID, 9)).toBe('2026-11-21T09:50:00.000Z');
    expect(slotDueAt(GRID, 0, 30)).toBe('2026-11-21T09:41:30.000Z');
  });

  test('a slot is measured when it begins at the end of warm-up, and not a slot earlier', () => {
    expect(slotPhase(GRID, 4, 15)).toBe('warmup');
    expect(slotPhase(GRID, 5, 15)).toBe('measured');
  });

  test('a slot that warm-up cuts belongs to warm-up', () => {
    const grid = { ...GRID, warmupSeconds: 301 };
    expect(slotPhase(grid, 5, 15)).toBe('warmup');
    expect(slotPhase(grid, 6, 15)).toBe('measured');
    expect(plannedSlots(grid, 600)).toBe(6 + 10);
  });

  test('after the planned ones it is only watched', () => {
    const phases = [4, 5, 14, 15].map((slot) => slotPhase(GRID, slot, 15));
    expect(phases).toEqual(['warmup', 'measured', 'measured', 'watched']);
  });

  test('a slot is due when it has settled, and not a millisecond earlier', () => {
    expect(due('2026-11-21T09:41:29.999Z' as Instant)).toEqual([]);
    expect(due('2026-11-21T09:41:30.000Z' as Instant)).toEqual([0]);
  });

  test('after a pause every slot since the last recorded one is due, oldest first, no more than asked for', () => {
    const late = secondsAfter(T0, 7 * 60 + 30);
    expect(due(late, { lastRecorded: 1 })).toEqual([2, 3, 4, 5, 6]);
    expect(due(late, { lastRecorded: 1, atMost: 2 })).toEqual([2, 3]);
  });

  test('nothing is due beyond what was planned, nor before the start', () => {
    expect(due(secondsAfter(T0, 86_400), { lastRecorded: 7 })).toEqual([8, 9]);
    expect(due(secondsAfter(T0, 86_400), { lastRecorded: 9 })).toEqual([]);
    expect(due(secondsAfter(T0, -600))).toEqual([]);
  });

  test.each([
    ['while it lasts: what had ended before it', 30 * 60, null, [0, 1]],
    ['just after it: the slot that it cut short is let go', 20 * 60 + 89, 20 * 60, [0, 1]],
    ['a slot after it: not in one go with those before', 20 * 60 + 90, 20 * 60, [0, 1]],
  ])('a pause from 2:40 on has no slots, %s', (_, now, to, expected) => {
    const pause = { from: secondsAfter(T0, 160), to: to === null ? null : secondsAfter(T0, to) };
    const grid = { ...GRID, pauses: [pause] };
    expect(due(secondsAfter(T0, now), { grid })).toEqual(expected);
  });

  test('after a pause slots follow each other in number, and begin with the resumption', () => {
    const at = (seconds: number) => secondsAfter(T0, seconds);
    const grid = {
      ...GRID,
      pauses: [
        { from: at(160), to: at(1200) },
        // too short a time for a slot between two pauses
        { from: at(1230), to: at(1300) },
      ],
    };
    expect([1, 2, 3].map((slot) => slotEnd(grid, slot))).toEqual([at(120), at(1360), at(1420)]);
    expect(countedFrom(grid)).toBe(at(1300));
    expect(due(at(1450), { grid, lastRecorded: 1 })).toEqual([2, 3]);
    expect(due(at(1449), { grid, lastRecorded: 1 })).toEqual([2]);
    expect(due(at(86_400), { grid, lastRecorded: 1 })).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('where it is watched on, the newest of every five is due, and what was not seen in time is let go', () => {
    // the fifth slot after the ten planned ones has ended and settled
    const ended = 15 * 60 + 30;
    const watched = (seconds: number, lastRecorded: number) =>
      due(secondsAfter(T0, seconds), { lastRecorded, watchEvery: 5 });
    expect(watched(ended - 1, 9)).toEqual([]);
    expect(watched(ended, 9)).toEqual([14]);
    expect(watched(ended, 14)).toEqual([]);
    expect(watched(ended + 86_400, 14)).toEqual([14 + 24 * 60]);
    // a planned slot that never came stays missing
    expect(watched(ended - 1, 7)).toEqual([]);
    expect(watched(ended, 7)).toEqual([14]);
  });
});
