import * as z from 'zod';
import { TenantId } from '../../kernel/identity.ts';
import { Instant, secondsAfter } from '../../kernel/instant.ts';
import { EventEnvelope } from '../../platform/declare/event.ts';
import { ChannelId } from './channel.ts';

export const DeliveryId = z
  .string()
  .regex(/^dlv-[0-9a-z]{12}$/, 'expected an id such as dlv-0123456789ab')
  .brand<'DeliveryId'>();
export type DeliveryId = z.infer<typeof DeliveryId>;

/** One event on its way to one channel. */
export const Delivery = z.object({
  id: DeliveryId,
  channelId: ChannelId,
  tenantId: TenantId,
  event: EventEnvelope,
  /** `failed` is the end of all attempts: it stays here until somebody sends it again */
  state: z.enum(['pending', 'delivered', 'failed']),
  /** since it was sent for the first time, or again */
  attempts: z.int(),
  lastFailure: z.string().nullable(),
  createdAt: Instant,
  nextAttemptAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export const beginDelivery = (
  of: Pick<Delivery, 'id' | 'channelId' | 'tenantId' | 'event'>,
  now: Instant,
): Delivery => ({
  ...of,
  state: 'pending',
  attempts: 0,
  lastFailure: null,
  createdAt: now,
  nextAttemptAt: now,
  finishedAt: null,
});

/** How an attempt went; `lasting` failures are not tried again. */
export type Attempt =
  | { readonly went: 'well' }
  | { readonly went: 'wrong'; readonly why: string; readonly lasting: boolean };

/** Three attempts: at once, after half a minute, after five more. */
export const PAUSES_SECONDS = [30, 300] as const;

export const afterAttempt = (delivery: Delivery, attempt: Attempt, now: Instant): Delivery => {
  const tried = { ...delivery, attempts: delivery.attempts + 1 };
  if (attempt.went === 'well') {
    return { ...tried, state: 'delivered', lastFailure: null, nextAttemptAt: null, finishedAt: now };
  }
  const pauseSeconds = attempt.lasting ? undefined : PAUSES_SECONDS[delivery.attempts];
  return pauseSeconds === undefined
    ? { ...tried, state: 'failed', lastFailure: attempt.why, nextAttemptAt: null, finishedAt: now }
    : { ...tried, lastFailure: attempt.why, nextAttemptAt: secondsAfter(now, pauseSeconds) };
};

/** Sent once more from the beginning, whatever became of it. */
export const sendAgain = (delivery: Delivery, now: Instant): Delivery => ({
  ...delivery,
  state: 'pending',
  attempts: 0,
  nextAttemptAt: now,
  finishedAt: null,
});
