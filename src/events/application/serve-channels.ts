import { actorOf, Epoch, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Ids } from '../../kernel/ports.ts';
import { envelopesOf } from '../../platform/dynamodb/outbox.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import type { Channel, ChannelId } from '../contract/channel.ts';
import { channelRoutes } from '../contract/channel-routes.ts';
import { sendAgain } from '../contract/delivery.ts';
import {
  type ChangeChannelsPorts,
  makeChangeChannel,
  makeCreateChannel,
  makeRemoveChannel,
  said,
} from './change-channels.ts';
import { makeSendOff, type NotifyPorts } from './notify-channels.ts';

export type ServeChannelsPorts = ChangeChannelsPorts & Omit<NotifyPorts, 'channels'> & { readonly ids: Ids };

/** The routes of channels and of what was sent to them. */
export const serveChannels = (ports: ServeChannelsPorts): readonly ServedRoute[] => {
  const { channels, deliveries, queue, clock, ids } = ports;
  const create = makeCreateChannel(ports);
  const change = makeChangeChannel(ports);
  const remove = makeRemoveChannel(ports);
  const sendOff = makeSendOff(ports);
  const find = async (
    { tenantId }: Principal,
    id: ChannelId,
  ): Promise<Outcome<Channel, Refusal<'resource-not-found'>>> => {
    const channel = await channels.load(tenantId, id);
    return channel === null ? refuse('resource-not-found', `there is no channel ${id}`, { id }) : accept(channel);
  };
  const testEventOf = (channel: Channel, caller: Principal) => {
    const about = {
      tenant: channel.tenantId,
      source: 'notifications',
      subject: channel.id,
      epoch: Epoch.parse(0),
      actor: actorOf(caller),
      lastSeq: 0,
    };
    const [event] = envelopesOf(about, [said('channel.tested', channel)], { clock, ids });
    if (event === undefined) throw new Error('one draft gives one event');
    return event;
  };

  return implement(channelRoutes, {
    listChannels: async ({ caller }) => accept({ body: { items: [...(await channels.list(caller.tenantId))] } }),
    createChannel: async ({ caller, body, idempotencyKey }) => {
      const made = await create(caller, body, idempotencyKey);
      if (!made.accepted) return made;
      const { id, version } = made.value;
      return accept({ body: made.value, version, location: `/notifications/${id}` });
    },
    getChannel: async ({ caller, params: { channelId } }) => {
      const channel = await find(caller, channelId);
      return channel.accepted ? accept({ body: channel.value, version: channel.value.version }) : channel;
    },
    changeChannel: async ({ caller, params: { channelId }, body, ifMatch }) => {
      const channel = await find(caller, channelId);
      if (!channel.accepted) return channel;
      const changed = await change(caller, channel.value, body, ifMatch);
      return changed.accepted ? accept({ body: changed.value, version: changed.value.version }) : changed;
    },
    removeChannel: async ({ caller, params: { channelId }, ifMatch }) => {
      const channel = await find(caller, channelId);
      if (!channel.accepted) return channel;
      const removed = await remove(caller, channel.value, ifMatch);
      return removed.accepted ? accept({ body: null }) : removed;
    },
    testChannel: async ({ caller, params: { channelId } }) => {
      const channel = await find(caller, channelId);
      if (!channel.accepted) return channel;
      return accept({ body: await sendOff(channel.value, testEventOf(channel.value, caller)) });
    },
    listDeliveries: async ({ caller, params: { channelId }, query: { limit, nextToken } }) => {
      const channel = await find(caller, channelId);
      if (!channel.accepted) return channel;
      const { items, nextKey } = await deliveries.list(caller.tenantId, channelId, {
        limit,
        ...(nextToken === undefined ? {} : { afterKey: nextToken }),
      });
      return accept({ body: { items: [...items], metadata: { count: items.length, limit, nextToken: nextKey } } });
    },
    replayDelivery: async ({ caller: { tenantId }, params: { channelId, deliveryId } }) => {
      const delivery = await deliveries.load(tenantId, channelId, deliveryId);
      if (delivery === null) {
        return refuse('resource-not-found', `there is no delivery ${deliveryId} in ${channelId}`, { deliveryId });
      }
      const again = sendAgain(delivery, clock.now());
      await deliveries.move(delivery, again);
      await queue.send([{ message: { tenantId, channelId, deliveryId, attempt: 0 } }]);
      return accept({ body: again });
    },
  });
};
