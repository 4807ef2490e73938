import { describe, expect, test } from 'vitest';
import { type Instant, secondsAfter } from '../../../src/kernel/instant.ts';
import {
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
    expect(slotPhase(GRID, 4)).toBe('warmup');
    expect(slotPhase(GRID, 5)).toBe('measured');
  });

  test('a slot that warm-up cuts belongs to warm-up', () => {
    const grid = { ...GRID, warmupSeconds: 301 };
    expect(slotPhase(grid, 5)).toBe('warmup');
    expect(slotPhase(grid, 6)).toBe('measured');
    expect(plannedSlots(grid, 600)).toBe(6 + 10);
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
});
