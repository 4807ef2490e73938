import * as z from 'zod';
import { Ulid } from '../../kernel/identity.ts';
import { EventEnvelope } from '../../platform/declare/event.ts';
import { route } from '../../platform/declare/route.ts';

export const EventPage = z.object({
  items: z.array(EventEnvelope),
  metadata: z.object({
    count: z.int(),
    limit: z.int(),
    /** ask with this next; it is no secret, does not expire, and every event up to it was looked at */
    after: Ulid,
  }),
});
export type EventPage = z.infer<typeof EventPage>;

/** A request of the gateway may take 30 s. */
const LONGEST_WAIT_SECONDS = 20;

export const eventRoutes = [
  route({
    name: 'listEvents',
    method: 'GET',
    path: '/events',
    summary: 'What has happened since a position, as a page or as Server-Sent Events; without a position: where now is',
    permission: 'signed-in',
    query: z.object({
      /** id of the last event that is known; 26 zeros for everything that is kept */
      after: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
      /** how long to wait where nothing has happened since (long polling) */
      waitSeconds: z.coerce.number().int().min(0).max(LONGEST_WAIT_SECONDS).default(0),
      /** types or families, separated by commas: `experiment.started,cluster.*` */
      types: z.string().max(500).optional(),
      source: z.string().max(40).optional(),
      subject: z.string().max(128).optional(),
    }),
    queryFromHeaders: { after: 'last-event-id' },
    status: 200,
    response: EventPage,
    refusals: [],
  }),
] as const;
