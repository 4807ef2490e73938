import { accept } from '../../kernel/outcome.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import { EventEnvelope } from '../../platform/declare/event.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { fromWire, toWire } from '../../platform/wire.ts';
import { EventPage, eventRoutes } from '../contract/routes.ts';
import type { EventLog } from './ports.ts';
import { makeReadEvents } from './read-events.ts';

/** The route of events, as a page or as an event stream. */
export const serveEvents = (parts: {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly pauses: Pauses;
}): readonly ServedRoute[] => {
  const readEvents = makeReadEvents(parts);
  return implement(
    eventRoutes,
    {
      listEvents: async ({ query, caller }) => {
        const { types, source, subject, after, limit, waitSeconds } = query;
        const page = await readEvents({
          tenantId: caller.tenantId,
          permissions: caller.permissions,
          types: types?.split(',').map((type) => type.trim()),
          source,
          subject,
          after,
          limit,
          waitSeconds,
        });
        return page.accepted ? accept({ body: page.value }) : page;
      },
    },
    { listEvents: { 'text/event-stream': (body) => eventStreamOf(EventPage.parse(fromWire(EventPage, body))) } },
  );
};

const RETRY_MS = 3000;
const RETRY_OF_FULL_PAGE_MS = 100;

/**
 * A page as Server-Sent Events. The answer ends and the client comes back after `retry`, with the last id: a stream
 * without a function that waits. A last block with an id only moves the client past events that it did not want.
 */
export const eventStreamOf = ({ items, metadata }: EventPage): string => {
  const isFull = items.length === metadata.limit;
  const blocks = items.map((event) => `id: ${event.id}\ndata: ${JSON.stringify(toWire(EventEnvelope, event))}\n\n`);
  const hasMoved = items.at(-1)?.id !== metadata.after;
  return [
    `retry: ${isFull ? RETRY_OF_FULL_PAGE_MS : RETRY_MS}\n\n`,
    ...blocks,
    ...(hasMoved ? [`id: ${metadata.after}\n\n`] : []),
  ].join('');
};
