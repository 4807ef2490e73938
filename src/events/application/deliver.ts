import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { DueDelivery } from '../contract/channel-routes.ts';
import { type Attempt, afterAttempt, type Delivery } from '../contract/delivery.ts';
import type { ChannelStore, Courier, DeliveryQueue, DeliveryStore } from './channel-ports.ts';

export interface DeliverPorts {
  readonly channels: Pick<ChannelStore, 'load'>;
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly courier: Courier;
  readonly clock: Clock;
}

/** One attempt at a delivery that is due. At least once: whoever receives goes by the delivery's id. */
export const makeDeliver =
  ({ channels, deliveries, queue, courier, clock }: DeliverPorts) =>
  async ({ tenantId, channelId, deliveryId, attempt }: DueDelivery): Promise<Delivery['state'] | 'late'> => {
    const delivery = await deliveries.load(tenantId, channelId, deliveryId);
    if (delivery === null || delivery.state !== 'pending' || delivery.attempts !== attempt) return 'late';
    const channel = await channels.load(tenantId, channelId);
    const went: Attempt = channel === null ? CHANNEL_IS_GONE : await courier.bring(channel.settings.target, delivery);
    const now = clock.now();
    const next = afterAttempt(delivery, went, now);
    // the next attempt first: were it lost after the row was moved, nobody would ever make it
    if (next.nextAttemptAt !== null) {
      const delaySeconds = Math.ceil((epochMsOf(next.nextAttemptAt) - epochMsOf(now)) / 1000);
      await queue.send([{ message: { tenantId, channelId, deliveryId, attempt: next.attempts }, delaySeconds }]);
    }
    return (await deliveries.move(delivery, next)) ? next.state : 'late';
  };

const CHANNEL_IS_GONE: Attempt = { went: 'wrong', why: 'the channel was removed', lasting: true };
