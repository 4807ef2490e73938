import type { TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { OwnPriceStore } from '../application/ports.ts';
import type { OwnPrices } from '../domain/own-prices.ts';
import { stale, subjectOf } from './own-price-answers.ts';

export interface MemoryOwnPrices extends OwnPriceStore {
  /** every event that was committed, oldest first */
  events(): readonly EventEnvelope[];
}

/** Prices of one process, for tests. */
export const memoryOwnPrices = (parts: { readonly clock: Clock; readonly ids: Ids }): MemoryOwnPrices => {
  const versions = new Map<string, readonly OwnPrices[]>();
  const events: EventEnvelope[] = [];
  const keyOf = (tenantId: TenantId, bookId: string): string => `${tenantId}/${bookId}`;
  return {
    load: async (tenantId, bookId) => versions.get(keyOf(tenantId, bookId))?.at(-1) ?? null,
    loadVersion: async (tenantId, bookId, version) => versions.get(keyOf(tenantId, bookId))?.[version - 1] ?? null,
    list: async (tenantId) =>
      [...versions.values()]
        .flatMap((all) => all.slice(-1))
        .filter((each) => each.tenantId === tenantId)
        .toSorted((a, b) => (a.bookId < b.bookId ? -1 : 1)),
    commit: async (next, expectedVersion, event, actor) => {
      const before = versions.get(keyOf(next.tenantId, next.bookId)) ?? [];
      if (before.length !== expectedVersion) return stale(next, before.length);
      versions.set(keyOf(next.tenantId, next.bookId), [...before, next]);
      events.push(...envelopesOf(changing(subjectOf(next, actor), before.at(-1) ?? null, next), [event], parts));
      return accept(next);
    },
    events: () => events,
  };
};
