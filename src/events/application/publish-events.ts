import type { Clock, Pauses } from '../../kernel/ports.ts';
import { currentLog } from '../../platform/run.ts';
import type { EventBus, Outbox, OutboxRow, Parking, Published } from './ports.ts';

export interface PublishPorts {
  readonly bus: EventBus;
  readonly outbox: Pick<Outbox, 'markPublished' | 'markParked'>;
  readonly parking: Parking;
  readonly clock: Clock;
  readonly pauses: Pauses;
}

export interface PublishReport {
  readonly published: number;
  readonly parked: number;
  /** the bus did not take them now; the sweeper tries again */
  readonly left: number;
}

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 100;

type EventRow = Extract<OutboxRow, { readonly envelope: unknown }>;

/**
 * Publishes rows of the outbox, entry by entry: only what the bus refused is tried again, and what can never be published
 * is parked where people see it. One bad row never costs the others. At least once, so consumers go by the event's id.
 */
export const makePublishEvents =
  (ports: PublishPorts) =>
  async (rows: readonly OutboxRow[]): Promise<PublishReport> => {
    const events = rows.filter((row): row is EventRow => 'envelope' in row);
    const fates = await publishPatiently(ports, events);
    for (const row of rows) {
      if (!('envelope' in row)) await park(ports, row);
    }
    for (const [row, fate] of fates) {
      if (fate === 'published') await ports.outbox.markPublished(row.key, ports.clock.now());
      if (fate === 'never') {
        const content = JSON.stringify(row.envelope);
        await park(ports, { key: row.key, poison: 'the bus refuses this event', content });
      }
    }
    const countOf = (fate: Published): number => [...fates.values()].filter((each) => each === fate).length;
    return {
      published: countOf('published'),
      parked: countOf('never') + rows.length - events.length,
      left: countOf('later'),
    };
  };

const publishPatiently = async (
  { bus, pauses }: PublishPorts,
  events: readonly EventRow[],
): Promise<ReadonlyMap<EventRow, Published>> => {
  const fates = new Map<EventRow, Published>();
  let waiting = events;
  for (let attempt = 0; attempt < ATTEMPTS && waiting.length > 0; attempt += 1) {
    if (attempt > 0) await pauses.upTo(FIRST_PAUSE_MS * 2 ** attempt);
    const answers = await bus.publish(waiting.map(({ envelope }) => envelope));
    for (const [index, row] of waiting.entries()) fates.set(row, answers[index] ?? 'later');
    waiting = waiting.filter((row) => fates.get(row) === 'later');
  }
  return fates;
};

const park = async (
  { parking, outbox, clock }: PublishPorts,
  { key, poison, content }: Extract<OutboxRow, { readonly poison: string }>,
): Promise<void> => {
  currentLog().warning('event.parked', { reason: poison, pk: key?.pk, sk: key?.sk });
  await parking.park({ reason: poison, key, content });
  if (key !== null) await outbox.markParked(key, clock.now());
};
