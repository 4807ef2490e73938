import type { Actor, TenantId } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { OwnPrices } from '../domain/own-prices.ts';
import type { PriceBookId } from '../domain/price-book.ts';

/** Prices of tenants over price books; every version stays readable. */
export interface OwnPriceStore {
  load(tenantId: TenantId, bookId: PriceBookId): Promise<OwnPrices | null>;
  loadVersion(tenantId: TenantId, bookId: PriceBookId, version: number): Promise<OwnPrices | null>;
  /** the newest of every book that has any */
  list(tenantId: TenantId): Promise<readonly OwnPrices[]>;
  /** writes the version after `expectedVersion` (0: there is none yet) together with its event */
  commit(
    next: OwnPrices,
    expectedVersion: number,
    event: EventDraft,
    actor: Actor,
  ): Promise<Outcome<OwnPrices, Refusal<'precondition-failed'>>>;
}
