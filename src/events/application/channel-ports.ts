import type { Actor, TenantId } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Queue } from '../../platform/queue.ts';
import type { Channel, ChannelId, ChannelTarget } from '../contract/channel.ts';
import type { DueDelivery } from '../contract/channel-routes.ts';
import type { Attempt, Delivery, DeliveryId } from '../contract/delivery.ts';

/** Channels of a tenant; each change is committed with the event that tells of it. */
export interface ChannelStore {
  load(tenantId: TenantId, id: ChannelId): Promise<Channel | null>;
  /** all of a tenant, oldest first; their number is bounded */
  list(tenantId: TenantId): Promise<readonly Channel[]>;
  /** `expectedVersion` 0: it is new */
  commit(
    next: Channel,
    expectedVersion: number,
    events: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<Channel, Refusal<'precondition-failed'>>>;
  remove(
    channel: Channel,
    events: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<undefined, Refusal<'precondition-failed'>>>;
}

/** Deliveries, kept for 30 days. */
export interface DeliveryStore {
  /** false when it is known already: then nothing was written */
  begin(delivery: Delivery): Promise<boolean>;
  load(tenantId: TenantId, channelId: ChannelId, id: DeliveryId): Promise<Delivery | null>;
  /** newest first */
  list(
    tenantId: TenantId,
    channelId: ChannelId,
    page: { readonly limit: number; readonly afterKey?: string },
  ): Promise<{ readonly items: readonly Delivery[]; readonly nextKey: string | null }>;
  /** false when somebody else has moved it since `before` was read */
  move(before: Delivery, next: Delivery): Promise<boolean>;
}

export type DeliveryQueue = Queue<DueDelivery>;

/**
 * Brings a delivery to where its channel leads. What goes wrong there is the attempt's outcome, in words without secrets;
 * it throws only when a service of ours fails, and then the attempt has not been made.
 */
export interface Courier {
  bring(target: ChannelTarget, delivery: Delivery): Promise<Attempt>;
}

/** Whether an address may be written to at all, before anybody connects to it. */
export type AddressCheck = (url: URL) => Outcome<unknown, Refusal<'address-not-allowed'>>;
