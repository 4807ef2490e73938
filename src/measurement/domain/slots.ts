import { epochMsOf, type Instant, secondsAfter } from '../../kernel/instant.ts';
import type { Sample } from './sample.ts';

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

/** A slot counts as measured when it began after warm-up. */
export const slotPhase = ({ slotSeconds, warmupSeconds }: SlotGrid, slot: number): Sample['phase'] =>
  slot * slotSeconds >= warmupSeconds ? 'measured' : 'warmup';

/** How many slots an experiment has, warm-up included, so that the measured ones cover its duration. */
export const plannedSlots = (
  { slotSeconds, warmupSeconds }: Omit<SlotGrid, 'startedAt'>,
  durationSeconds: number,
): number => Math.ceil(warmupSeconds / slotSeconds) + Math.ceil(durationSeconds / slotSeconds);

/** When a slot may be asked for: its readings need a moment to be scraped, sent and stored. */
export const slotDueAt = (grid: SlotGrid, slot: number, settleSeconds: number): Instant =>
  secondsAfter(slotEnd(grid, slot), settleSeconds);

/** Slots to measure now, oldest first and without gaps: those after the last recorded one that have settled. */
export const dueSlots = ({
  grid,
  lastRecorded,
  slotsPlanned,
  settleSeconds,
  now,
  atMost,
}: {
  readonly grid: SlotGrid;
  readonly lastRecorded: number | null;
  readonly slotsPlanned: number;
  readonly settleSeconds: number;
  readonly now: Instant;
  readonly atMost: number;
}): readonly number[] => {
  const settledMs = epochMsOf(now) - epochMsOf(grid.startedAt) - settleSeconds * 1000;
  const endedSlots = Math.min(Math.floor(settledMs / (grid.slotSeconds * 1000)), slotsPlanned);
  const first = lastRecorded === null ? 0 : lastRecorded + 1;
  const count = Math.max(0, Math.min(endedSlots - first, atMost));
  return Array.from({ length: count }, (_, index) => first + index);
};
