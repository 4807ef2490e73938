import { type TenantId, Ulid } from '../../kernel/identity.ts';
import { secondsAfter } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import type { EventPage } from '../contract/routes.ts';
import { type EventFilter, isWanted } from '../domain/filter.ts';
import { BEGINNING, HOLD_BACK_SECONDS, lastPositionAt } from '../domain/position.ts';
import { maySee } from '../domain/sight.ts';
import type { EventLog } from './ports.ts';

export interface ReadEvents extends EventFilter {
  readonly tenantId: TenantId;
  /** of whoever asks: events that they may not see are passed over */
  readonly permissions: ReadonlySet<string>;
  /** how long to wait for something to tell; 0 answers at once */
  readonly waitSeconds: number;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Rows looked at in one request, wanted or not. */
const MOST_READ = 300;

/** Between two looks of a request that waits. */
const LOOK_EVERY_MS = 1000;

/**
 * A page of what happened since a position. Without one: no events, and the position of now. A request that waits is
 * answered as soon as there is something, or after its time with an empty page.
 */
export const makeReadEvents =
  ({ log, clock, pauses }: { log: EventLog; clock: Clock; pauses: Pauses }) =>
  async (request: ReadEvents): Promise<Outcome<EventPage, Refusal<'malformed-request'>>> => {
    if (request.after === undefined) {
      const newest = (await log.newestUntil(request.tenantId, readableUntil(clock))) ?? BEGINNING;
      return accept(pageOf([], newest, request.limit));
    }
    const after = Ulid.safeParse(request.after);
    if (!after.success) {
      return refuse(
        'malformed-request',
        `after is "${request.after}"; give the id of an event, or leave it out for now`,
      );
    }
    let read = await readWanted(log, request, after.data, readableUntil(clock));
    for (
      let waitedMs = 0;
      read.wanted.length === 0 && waitedMs < request.waitSeconds * 1000;
      waitedMs += LOOK_EVERY_MS
    ) {
      await pauses.exactly(LOOK_EVERY_MS);
      read = await readWanted(log, request, read.position, readableUntil(clock));
    }
    return accept(pageOf(read.wanted, read.position, request.limit));
  };

const readableUntil = (clock: Clock): Ulid => lastPositionAt(secondsAfter(clock.now(), -HOLD_BACK_SECONDS));

const readWanted = async (log: EventLog, request: ReadEvents, after: Ulid, until: Ulid) => {
  const wanted: EventEnvelope[] = [];
  let position = after;
  for (let seen = 0; seen < MOST_READ; ) {
    const batch = await log.read(request.tenantId, { after: position, until, limit: 100 });
    for (const event of batch) {
      position = event.id;
      if (isWanted(request, event) && maySee(request.permissions, event)) wanted.push(event);
      if (wanted.length === request.limit) return { wanted, position };
    }
    seen += batch.length;
    if (batch.length < 100) break;
  }
  return { wanted, position };
};

const pageOf = (items: EventEnvelope[], after: Ulid, limit: number): EventPage => ({
  items,
  metadata: { count: items.length, limit, after },
});
