import { type TenantId, Ulid } from '../../kernel/identity.ts';
import { secondsAfter } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import type { EventPage } from '../contract/routes.ts';
import { type EventFilter, isWanted } from '../domain/filter.ts';
import { BEGINNING, HOLD_BACK_SECONDS, lastPositionAt } from '../domain/position.ts';
import type { EventLog } from './ports.ts';

export interface ReadEvents extends EventFilter {
  readonly tenantId: TenantId;
  readonly after: string | undefined;
  readonly limit: number;
}

/** Rows looked at in one request, wanted or not. */
const MOST_READ = 300;

/** A page of what happened since a position. Without one: no events, and the position of now. */
export const makeReadEvents =
  ({ log, clock }: { log: EventLog; clock: Clock }) =>
  async (request: ReadEvents): Promise<Outcome<EventPage, Refusal<'malformed-request'>>> => {
    const until = lastPositionAt(secondsAfter(clock.now(), -HOLD_BACK_SECONDS));
    if (request.after === undefined) {
      const newest = (await log.newestUntil(request.tenantId, until)) ?? BEGINNING;
      return accept(pageOf([], newest, request.limit));
    }
    const after = Ulid.safeParse(request.after);
    if (!after.success) {
      return refuse(
        'malformed-request',
        `after is "${request.after}"; give the id of an event, or leave it out for now`,
      );
    }
    const read = await readWanted(log, request, after.data, until);
    return accept(pageOf(read.wanted, read.position, request.limit));
  };

const readWanted = async (log: EventLog, request: ReadEvents, after: Ulid, until: Ulid) => {
  const wanted: EventEnvelope[] = [];
  let position = after;
  for (let seen = 0; seen < MOST_READ; ) {
    const batch = await log.read(request.tenantId, { after: position, until, limit: 100 });
    for (const event of batch) {
      position = event.id;
      if (isWanted(request, event)) wanted.push(event);
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
