import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { PageQuery, page, route } from '../../platform/declare/route.ts';
import { Channel, ChannelId, ChannelSettings } from './channel.ts';
import { Delivery, DeliveryId } from './delivery.ts';

const ById = z.object({ channelId: ChannelId });
const manage = may('integration:manage');

/** As many as a tenant may have: each event asks them all. */
export const MOST_CHANNELS = 50;

const example = {
  name: 'on call',
  target: { kind: 'webhook', url: 'https://hooks.example.com/phoenix', signingSecret: 'on-call' },
  types: ['experiment.*', 'cluster.unreachable'],
  minimumSeverity: 'warning',
};

export const channelRoutes = [
  route({
    name: 'listChannels',
    method: 'GET',
    path: '/notifications',
    summary: 'List the channels of notifications',
    permission: manage,
    status: 200,
    response: z.object({ items: z.array(Channel) }),
    refusals: [],
  }),
  route({
    name: 'createChannel',
    method: 'POST',
    path: '/notifications',
    summary: 'Make a channel: where notifications go and of what; secrets are named, never given',
    permission: manage,
    concurrency: 'idempotency-key',
    body: ChannelSettings,
    status: 201,
    response: Channel,
    refusals: ['address-not-allowed', 'too-many-channels'],
    example,
  }),
  route({
    name: 'getChannel',
    method: 'GET',
    path: '/notifications/{channelId}',
    summary: 'Read a channel',
    permission: manage,
    params: ById,
    status: 200,
    response: Channel,
    refusals: [],
  }),
  route({
    name: 'changeChannel',
    method: 'PUT',
    path: '/notifications/{channelId}',
    summary: 'Change where a channel leads or what it hears of',
    permission: manage,
    concurrency: 'if-match',
    params: ById,
    body: ChannelSettings,
    status: 200,
    response: Channel,
    refusals: ['address-not-allowed'],
    example,
  }),
  route({
    name: 'removeChannel',
    method: 'DELETE',
    path: '/notifications/{channelId}',
    summary: 'Remove a channel; what is on its way there fails',
    permission: manage,
    concurrency: 'if-match',
    params: ById,
    status: 204,
    response: z.null(),
    refusals: [],
  }),
  route({
    name: 'testChannel',
    method: 'POST',
    path: '/notifications/{channelId}/test',
    summary: 'Send a test message, whatever the channel hears of',
    permission: manage,
    concurrency: 'idempotency-key',
    params: ById,
    status: 202,
    response: Delivery,
    refusals: [],
  }),
  route({
    name: 'listDeliveries',
    method: 'GET',
    path: '/notifications/{channelId}/deliveries',
    summary: 'What was sent to a channel in the last 30 days and how it went, newest first',
    permission: manage,
    params: ById,
    query: PageQuery,
    status: 200,
    response: page(Delivery),
    refusals: [],
  }),
  route({
    name: 'replayDelivery',
    method: 'POST',
    path: '/notifications/{channelId}/deliveries/{deliveryId}/replay',
    summary: 'Send it once more from the beginning, whatever became of it',
    permission: manage,
    concurrency: 'idempotency-key',
    params: ById.extend({ deliveryId: DeliveryId }),
    status: 202,
    response: Delivery,
    refusals: [],
  }),
] as const;

/** Messages of the queue `deliveries`: the attempt that is due; a message about an earlier one is late and does nothing. */
export const DueDelivery = z.object({
  tenantId: Channel.shape.tenantId,
  channelId: ChannelId,
  deliveryId: DeliveryId,
  attempt: z.int().min(0),
});
export type DueDelivery = z.infer<typeof DueDelivery>;
