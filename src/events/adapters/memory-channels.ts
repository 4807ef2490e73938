import type { TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { ChannelStore, DeliveryStore } from '../application/channel-ports.ts';
import type { Channel } from '../contract/channel.ts';
import type { Delivery } from '../contract/delivery.ts';
import { stale, subjectOf } from './channel-answers.ts';

/** Channels of one process, for tests; `events` is everything that was said. */
export const memoryChannels = (parts: {
  readonly clock: Clock;
  readonly ids: Ids;
}): ChannelStore & { readonly events: readonly EventEnvelope[] } => {
  const channels = new Map<string, Channel>();
  const events: EventEnvelope[] = [];
  const keyOf = (tenantId: TenantId, id: string): string => `${tenantId}/${id}`;
  return {
    events,
    load: async (tenantId, id) => channels.get(keyOf(tenantId, id)) ?? null,
    list: async (tenantId) =>
      [...channels.values()]
        .filter((each) => each.tenantId === tenantId)
        .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    commit: async (next, expectedVersion, drafts, actor) => {
      const key = keyOf(next.tenantId, next.id);
      const before = channels.get(key) ?? null;
      if ((before?.version ?? 0) !== expectedVersion) return stale(next, before?.version ?? 0);
      channels.set(key, next);
      events.push(...envelopesOf(changing(subjectOf(next, actor, expectedVersion), before, next), drafts, parts));
      return accept(next);
    },
    remove: async (channel, drafts, actor) => {
      const key = keyOf(channel.tenantId, channel.id);
      const before = channels.get(key);
      if (before?.version !== channel.version) return stale(channel, before?.version ?? 0);
      channels.delete(key);
      events.push(...envelopesOf(changing(subjectOf(channel, actor, channel.version), channel, null), drafts, parts));
      return accept(undefined);
    },
  };
};

export const memoryDeliveries = (): DeliveryStore => {
  const deliveries = new Map<string, Delivery>();
  const keyOf = ({ tenantId, channelId, id }: Pick<Delivery, 'tenantId' | 'channelId' | 'id'>): string =>
    `${tenantId}/${channelId}/${id}`;
  const sortKey = ({ createdAt, id }: Delivery): string => `${createdAt}#${id}`;
  return {
    begin: async (delivery) => {
      if (deliveries.has(keyOf(delivery))) return false;
      deliveries.set(keyOf(delivery), delivery);
      return true;
    },
    load: async (tenantId, channelId, id) => deliveries.get(keyOf({ tenantId, channelId, id })) ?? null,
    list: async (tenantId, channelId, { limit, afterKey }) => {
      const all = [...deliveries.values()]
        .filter((each) => each.tenantId === tenantId && each.channelId === channelId)
        .toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1))
        .filter((each) => afterKey === undefined || sortKey(each) < afterKey);
      const items = all.slice(0, limit);
      const last = items.at(-1);
      return { items, nextKey: all.length > limit && last !== undefined ? sortKey(last) : null };
    },
    move: async (before, next) => {
      const now = deliveries.get(keyOf(before));
      if (now?.state !== before.state || now.attempts !== before.attempts) return false;
      deliveries.set(keyOf(before), next);
      return true;
    },
  };
};
