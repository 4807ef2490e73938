import * as z from 'zod';
import { event } from '../../platform/declare/event.ts';
import { ChannelId } from './channel.ts';

const subject = { channelId: ChannelId, name: z.string() };

/** What channels of notifications say on the bus. */
export const channelEvents = [
  event({ type: 'channel.created', schemaVersion: 1, summary: 'A channel was made', data: z.object(subject) }),
  event({
    type: 'channel.changed',
    schemaVersion: 1,
    summary: 'Where a channel leads, or what it hears of, was changed',
    data: z.object(subject),
  }),
  event({ type: 'channel.removed', schemaVersion: 1, summary: 'A channel was removed', data: z.object(subject) }),
  event({
    type: 'channel.tested',
    schemaVersion: 1,
    summary: 'A test message; nothing has happened',
    data: z.object(subject),
  }),
] as const;
