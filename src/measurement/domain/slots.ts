import { epochMsOf, type Instant, secondsAfter } from '../../kernel/instant.ts';
import type { SlotPhase } from './sample.ts';

/** The fixed grid on which an experiment is measured. Slots follow from it and from the clock, never from a schedule. */
export interface SlotGrid {
  /** when both variants were ready: warm-up and slot 0 begin here */
  readonly startedAt: Instant;
  readonly slotSeconds: number;
  readonly warmupSeconds: number;
}

/** The instant at which a slot is read. */
export const slotEnd = ({ startedAt, slotSeconds }: SlotGrid, slot: number): Instant =>
  secondsAfter(startedAt, (slot + 1) * slotSeconds);

/** A slot counts as measured when it began after warm-up and was planned (warm-up included). */
export const slotPhase = ({ slotSeconds, warmupSeconds }: SlotGrid, slot: number, slotsPlanned: number): SlotPhase => {
  if (slot * slotSeconds < warmupSeconds) return 'warmup';
  return slot < slotsPlanned ? 'measured' : 'watched';
};

/** How many slots an experiment has, warm-up included, so that the measured ones cover its duration. */
export const plannedSlots = (
  { slotSeconds, warmupSeconds }: Omit<SlotGrid, 'startedAt'>,
  durationSeconds: number,
): number => Math.ceil(warmupSeconds / slotSeconds) + Math.ceil(durationSeconds / slotSeconds);

/** When a slot may be asked for: its readings need a moment to be scraped, sent and stored. */
export const slotDueAt = (grid: SlotGrid, slot: number, settleSeconds: number): Instant =>
  secondsAfter(slotEnd(grid, slot), settleSeconds);

/**
 * Slots to measure now, oldest first and without gaps: those after the last recorded one that have settled. After the
 * planned ones, and only where it is watched on, the newest of every `watchEvery`: what was not seen in time is let go.
 */
export const dueSlots = ({
  grid,
  lastRecorded,
  slotsPlanned,
  watchEvery,
  settleSeconds,
  now,
  atMost,
}: {
  readonly grid: SlotGrid;
  readonly lastRecorded: number | null;
  readonly slotsPlanned: number;
  readonly watchEvery?: number | undefined;
  readonly settleSeconds: number;
  readonly now: Instant;
  readonly atMost: number;
}): readonly number[] => {
  const settledMs = epochMsOf(now) - epochMsOf(grid.startedAt) - settleSeconds * 1000;
  const endedSlots = Math.floor(settledMs / (grid.slotSeconds * 1000));
  const first = lastRecorded === null ? 0 : lastRecorded + 1;
  if (watchEvery !== undefined) {
    const newest = slotsPlanned - 1 + Math.floor((endedSlots - slotsPlanned) / watchEvery) * watchEvery;
    return newest >= Math.max(first, slotsPlanned) ? [newest] : [];
  }
  const count = Math.max(0, Math.min(endedSlots, slotsPlanned) - first);
  return Array.from({ length: Math.min(count, atMost) }, (_, index) => first + index);
};
