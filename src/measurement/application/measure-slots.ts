import type { TenantId } from '../../kernel/identity.ts';
import { type Instant, secondsBetween } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { makeSlotReader, type SlotReadings } from '../domain/assemble.ts';
import type { Sample, VariantReadings } from '../domain/sample.ts';
import { dueSlots, slotDueAt, slotEnd, slotPhase } from '../domain/slots.ts';
import { type AskedStore, askStore, type NodesOfStore, type Subject } from './ask-store.ts';
import type { MetricsFailure, SampleStore } from './ports.ts';

export interface MeasureSlots extends Subject {
  readonly tenantId: TenantId;
  /** warm-up included */
  readonly slotsPlanned: number;
  /** all planned slots are over: only one of so many is measured from here on */
  readonly watchEvery?: number | undefined;
  readonly settleSeconds: number;
  /** one for each cluster of the experiment */
  readonly stores: readonly NodesOfStore[];
  /** a slot that a store did not answer for is asked again until it is so old; then it is recorded as missing */
  readonly patienceSeconds?: number;
  readonly atMost?: number;
}

export interface MeasuredSlots {
  /** newly recorded, oldest first; a slot that another worker recorded meanwhile is not among them */
  readonly recorded: readonly Sample[];
  /** newest slot in the store after this look */
  readonly lastRecorded: number | null;
  /** why slots that are due were left for the next look */
  readonly waitingFor: MetricsFailure | null;
  /** when the next slot is due; null when all planned ones are recorded */
  readonly nextDueAt: Instant | null;
  readonly warnings: readonly string[];
}

/**
 * Measures every slot that has fallen due since the last recorded one: one range query per metric for all of them and
 * both variants. Doing it twice, or at the same time in two workers, records each slot once.
 */
export const makeMeasureSlots =
  ({ samples, clock }: { readonly samples: SampleStore; readonly clock: Clock }) =>
  async (request: MeasureSlots): Promise<MeasuredSlots> => {
    const { tenantId, experimentId, epoch, grid, settleSeconds } = request;
    const lastRecorded = await samples.lastSlot(tenantId, experimentId, epoch);
    const now = clock.now();
    const slots = dueSlots({ ...request, lastRecorded, now, atMost: slotsAtOnce(request) });
    if (slots.length === 0) return answer(request, [], lastRecorded, null, []);

    const asked = await Promise.all(request.stores.map((store) => askStore(request, store, slots)));
    const failure = asked.find((each) => each.failure !== null)?.failure ?? null;
    const isOverdue = (slot: number): boolean =>
      secondsBetween(slotEnd(grid, slot), now) > settleSeconds + (request.patienceSeconds ?? PATIENCE_SECONDS);
    const recordable = failure === null ? slots : slots.filter(isOverdue);

    const readers = asked.map(({ nodes, answers }) => makeSlotReader(grid, nodes, request.criticalProcesses, answers));
    const hashes = hashesOf(asked);
    const recorded: Sample[] = [];
    for (const slot of recordable) {
      const sample: Sample = {
        experimentId,
        epoch,
        slot,
        endsAt: slotEnd(grid, slot),
        phase: slotPhase(grid, slot, request.slotsPlanned),
        ...joined(readers.map((read) => read(slot))),
        measuredAt: now,
        hashes,
      };
      if (await samples.record(tenantId, sample)) recorded.push(sample);
    }
    return answer(
      request,
      recorded,
      recordable.at(-1) ?? lastRecorded,
      recordable.length < slots.length ? failure : null,
      asked.flatMap(({ warnings }) => warnings),
    );
  };

const PATIENCE_SECONDS = 120;

const answer = (
  { grid, settleSeconds, slotsPlanned }: MeasureSlots,
  recorded: readonly Sample[],
  lastRecorded: number | null,
  waitingFor: MetricsFailure | null,
  warnings: readonly string[],
): MeasuredSlots => {
  const next = lastRecorded === null ? 0 : lastRecorded + 1;
  const nextDueAt = next < slotsPlanned ? slotDueAt(grid, next, settleSeconds) : null;
  return { recorded, lastRecorded, waitingFor, nextDueAt, warnings };
};

/** Answers have to stay below the 2 MB that a source may send: about 40 bytes for each value. */
const slotsAtOnce = ({ stores, atMost = 60 }: MeasureSlots): number => {
  const largestStore = Math.max(1, ...stores.map(({ nodes }) => nodes.length));
  return Math.max(1, Math.min(atMost, Math.floor(1_000_000 / (largestStore * 2 * 40))));
};

const joined = (parts: readonly SlotReadings[]): Pick<Sample, 'baseline' | 'candidate' | 'processes'> => ({
  baseline: joinReadings(parts.map(({ baseline }) => baseline)),
  candidate: joinReadings(parts.map(({ candidate }) => candidate)),
  processes: parts.flatMap(({ processes }) => processes),
});

const joinReadings = (parts: readonly VariantReadings[]): VariantReadings => {
  const metrics = [...new Set(parts.flatMap((part) => Object.keys(part)))];
  return Object.fromEntries(metrics.map((metric) => [metric, Object.assign({}, ...parts.map((part) => part[metric]))]));
};

/** Hashes of the first store keep the queries' plain names; those of further clusters get their number. */
const hashesOf = (asked: readonly AskedStore[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    asked.flatMap(({ hashes }, index) =>
      Object.entries(hashes).map(([name, hash]) => [index === 0 ? name : `${name}#${index + 1}`, hash]),
    ),
  );
