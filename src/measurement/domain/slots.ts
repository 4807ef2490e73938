import { epochMsOf, fromEpochMs, type Instant, secondsAfter } from '../../kernel/instant.ts';
import type { SlotPhase } from './sample.ts';

/** The fixed grid on which an experiment is measured. Slots follow from it and from the clock, never from a schedule. */
export interface SlotGrid {
  /** when both variants were ready: warm-up and slot 0 begin here */
  readonly startedAt: Instant;
  readonly slotSeconds: number;
  readonly warmupSeconds: number;
  /** in order; the last may still go on */
  readonly pauses?: readonly Interval[];
}

interface Interval {
  readonly from: Instant;
  readonly to: Instant | null;
}

/** Slots that follow each other without a pause. */
interface Stretch {
  readonly first: number;
  readonly startMs: number;
  /** as many as fit before the next pause */
  readonly count: number;
}

/** Time in a pause has no slots: the slot that it cuts short is let go, and the next one begins with the resumption. */
const stretchesOf = ({ startedAt, slotSeconds, pauses = [] }: SlotGrid): readonly [Stretch, ...Stretch[]] => {
  let stretch: Stretch = { first: 0, startMs: epochMsOf(startedAt), count: Number.POSITIVE_INFINITY };
  const stretches: [Stretch, ...Stretch[]] = [stretch];
  for (const { from, to } of pauses) {
    const count = Math.max(0, Math.floor((epochMsOf(from) - stretch.startMs) / (slotSeconds * 1000)));
    stretches[stretches.length - 1] = { ...stretch, count };
    if (to === null) break;
    stretch = { first: stretch.first + count, startMs: epochMsOf(to), count: Number.POSITIVE_INFINITY };
    stretches.push(stretch);
  }
  return stretches;
};

const stretchOf = (grid: SlotGrid, slot: number): Stretch => {
  const stretches = stretchesOf(grid);
  return stretches.findLast(({ first }) => first <= slot) ?? stretches[0];
};

/** The beginning of the slots that are counted now: from here they follow each other without a gap. */
export const countedFrom = (grid: SlotGrid): Instant => fromEpochMs(stretchesOf(grid).at(-1)?.startMs ?? 0);

/** Slots that have ended and settled, whatever their number. */
const endedSlots = (grid: SlotGrid, settledMs: number): number =>
  stretchesOf(grid).reduce((ended, { first, startMs, count }) => {
    const here = Math.min(count, Math.floor((settledMs - startMs) / (grid.slotSeconds * 1000)));
    return here > 0 ? first + here : ended;
  }, 0);

/** The instant at which a slot is read. */
export const slotEnd = (grid: SlotGrid, slot: number): Instant => {
  const { first, startMs } = stretchOf(grid, slot);
  return fromEpochMs(startMs + (slot - first + 1) * grid.slotSeconds * 1000);
};

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
 * Slots to measure now, oldest first and without gaps or a pause between them: those after the last recorded one that
 * have settled. After the planned ones, and only where it is watched on, the newest of every `watchEvery`: what was not seen in time is let go.
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
  const ended = endedSlots(grid, epochMsOf(now) - settleSeconds * 1000);
  const first = lastRecorded === null ? 0 : lastRecorded + 1;
  if (watchEvery !== undefined) {
    const newest = slotsPlanned - 1 + Math.floor((ended - slotsPlanned) / watchEvery) * watchEvery;
    return newest >= Math.max(first, slotsPlanned) ? [newest] : [];
  }
  const stretch = stretchOf(grid, first);
  const count = Math.max(0, Math.min(ended, slotsPlanned, stretch.first + stretch.count) - first);
  return Array.from({ length: Math.min(count, atMost) }, (_, index) => first + index);
};
