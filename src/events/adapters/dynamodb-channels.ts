import type { TenantId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { expression, hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { type Item, itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { ChannelStore, DeliveryStore } from '../application/channel-ports.ts';
import { Channel, type ChannelId } from '../contract/channel.ts';
import { Delivery, type DeliveryId } from '../contract/delivery.ts';
import { stale, subjectOf } from './channel-answers.ts';

const channelCodec = itemCodec({ type: 'channel', schema: Channel });
const deliveryCodec = itemCodec({ type: 'delivery', schema: Delivery });

/** All channels of a tenant stand together, because each event asks them all. */
const allChannels = (tenantId: TenantId): string => tenantKey(tenantId, 'CHAN');
const channelKey = (tenantId: TenantId, id: ChannelId): Key => ({ pk: allChannels(tenantId), sk: keyOf('CHAN', id) });
/** Events and deliveries of one channel. */
const historyOf = (tenantId: TenantId, id: ChannelId): string => tenantKey(tenantId, 'CHAN', id);
const deliveryKey = (tenantId: TenantId, channelId: ChannelId, id: DeliveryId): Key => ({
  pk: historyOf(tenantId, channelId),
  sk: keyOf('DLV', id),
});

export const dynamodbChannels = (parts: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): ChannelStore => {
  const { table, ids } = parts;
  const load = async (tenantId: TenantId, id: ChannelId): Promise<Channel | null> => {
    const item = await table.get(channelKey(tenantId, id));
    return item === null ? null : channelCodec.decode(item);
  };
  return {
    load,
    list: async (tenantId) =>
      (await table.all({ pk: allChannels(tenantId), prefix: 'CHAN#' }))
        .map(channelCodec.decode)
        .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    commit: async (next, expectedVersion, events, actor) => {
      const before = expectedVersion === 0 ? null : await load(next.tenantId, next.id);
      const subject = changing(subjectOf(next, actor, expectedVersion), before, next);
      const written = await table.transact(
        [
          {
            put: channelCodec.encode(next, channelKey(next.tenantId, next.id)),
            when: expectedVersion === 0 ? IS_NEW : hasVersion(expectedVersion),
          },
          ...eventWrites(historyOf(next.tenantId, next.id), envelopesOf(subject, events, parts)),
        ],
        ids.ulid(),
      );
      return written.written ? accept(next) : stale(next, versionIn(written.failed[0]?.item));
    },
    remove: async (channel, events, actor) => {
      const subject = changing(subjectOf(channel, actor, channel.version), channel, null);
      const written = await table.transact(
        [
          { remove: channelKey(channel.tenantId, channel.id), when: hasVersion(channel.version) },
          ...eventWrites(historyOf(channel.tenantId, channel.id), envelopesOf(subject, events, parts)),
        ],
        ids.ulid(),
      );
      return written.written ? accept(undefined) : stale(channel, versionIn(written.failed[0]?.item));
    },
  };
};

const KEPT_DAYS = 30;

export const dynamodbDeliveries = ({ table }: { readonly table: Table }): DeliveryStore => {
  const itemOf = (delivery: Delivery): Item =>
    deliveryCodec.encode(delivery, {
      ...deliveryKey(delivery.tenantId, delivery.channelId, delivery.id),
      gsi1pk: historyOf(delivery.tenantId, delivery.channelId),
      gsi1sk: keyOf(delivery.createdAt, delivery.id),
      expiresAt: Math.floor(epochMsOf(delivery.createdAt) / 1000) + KEPT_DAYS * 86_400,
    });
  return {
    begin: async (delivery) => (await table.write({ put: itemOf(delivery), when: IS_NEW })).written,
    load: async (tenantId, channelId, id) => {
      const item = await table.get(deliveryKey(tenantId, channelId, id));
      return item === null ? null : deliveryCodec.decode(item);
    },
    list: async (tenantId, channelId, page) => {
      const { items, nextKey } = await table.page({
        index: 'gsi1',
        pk: historyOf(tenantId, channelId),
        descending: true,
        ...page,
      });
      return { items: items.map(deliveryCodec.decode), nextKey };
    },
    move: async (before, next) => {
      const { state, attempts } = before;
      const when = expression('#state = :state AND #attempts = :attempts', { state, attempts });
      return (await table.write({ put: itemOf(next), when })).written;
    },
  };
};

const versionIn = (item: Item | null | undefined): number => (item == null ? 0 : channelCodec.decode(item).version);
