import { shortIdFrom } from '../../kernel/identity.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { type Channel, hears } from '../contract/channel.ts';
import { beginDelivery, type Delivery, DeliveryId } from '../contract/delivery.ts';
import type { ChannelStore, DeliveryQueue, DeliveryStore } from './channel-ports.ts';

export interface NotifyPorts {
  readonly channels: Pick<ChannelStore, 'list'>;
  readonly deliveries: DeliveryStore;
  readonly queue: DeliveryQueue;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

/** Sends an event on its way to every channel that hears of it. The same event again begins nothing twice. */
export const makeNotifyChannels = (ports: NotifyPorts) => {
  const send = makeSendOff(ports);
  return async (event: EventEnvelope): Promise<{ readonly begun: number }> => {
    const channels = (await ports.channels.list(event.tenant)).filter(({ settings }) => hears(settings, event));
    for (const channel of channels) await send(channel, event);
    return { begun: channels.length };
  };
};

/** Begins a delivery, or finds the one that was begun, and puts its first attempt into the queue. */
export const makeSendOff =
  ({ deliveries, queue, sha256, clock }: Omit<NotifyPorts, 'channels'>) =>
  async ({ id: channelId, tenantId }: Channel, event: EventEnvelope): Promise<Delivery> => {
    const id = DeliveryId.parse(`dlv-${shortIdFrom(sha256(`${channelId}/${event.id}`))}`);
    const fresh = beginDelivery({ id, channelId, tenantId, event }, clock.now());
    const delivery = (await deliveries.begin(fresh))
      ? fresh
      : ((await deliveries.load(tenantId, channelId, id)) ?? fresh);
    // the message may have been lost after the row was written; a second one does no harm
    if (delivery.state === 'pending' && delivery.attempts === 0) {
      await queue.send([{ message: { tenantId, channelId, deliveryId: id, attempt: 0 } }]);
    }
    return delivery;
  };
