import type { TenantId, Ulid } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';

/** Events of a tenant in the order of their ids. */
export interface EventLog {
  /** after `after`, up to and including `until` */
  read(
    tenantId: TenantId,
    range: { readonly after: Ulid; readonly until: Ulid; readonly limit: number },
  ): Promise<readonly EventEnvelope[]>;
  newestUntil(tenantId: TenantId, until: Ulid): Promise<Ulid | null>;
}

/** A row of the outbox: an event, or something that cannot be read as one. */
export type OutboxRow =
  | { readonly key: OutboxKey; readonly envelope: EventEnvelope }
  | { readonly key: OutboxKey | null; readonly poison: string; readonly content: string };

export interface OutboxKey {
  readonly pk: string;
  readonly sk: string;
}

export interface Outbox {
  /** written until then and neither published nor parked */
  unpublishedUntil(until: Instant): Promise<readonly OutboxRow[]>;
  /** both take the row out of the unpublished; a row that is gone is no failure */
  markPublished(key: OutboxKey, at: Instant): Promise<void>;
  markParked(key: OutboxKey, at: Instant): Promise<void>;
}

/** What became of one event: `later` may be tried again, `never` will always be refused. */
export type Published = 'published' | 'later' | 'never';

/** The bus. Answers for each event in order; does not throw. */
export interface EventBus {
  publish(envelopes: readonly EventEnvelope[]): Promise<readonly Published[]>;
}

/** Where people find what could not be published. */
export interface Parking {
  park(parked: { readonly reason: string; readonly key: OutboxKey | null; readonly content: string }): Promise<void>;
}
