import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { KeyStore } from '../application/ports.ts';
import type { ServiceKey } from '../domain/service-key.ts';
import { stale, subjectOf } from './key-store-answers.ts';

/** Keys of one process: tests and simulations. `events` is everything that was said. */
export const memoryKeyStore = (chance: {
  readonly clock: Clock;
  readonly ids: Ids;
}): KeyStore & { readonly events: readonly EventEnvelope[] } => {
  const keys = new Map<string, ServiceKey>();
  const events: EventEnvelope[] = [];
  return {
    events,
    find: async (id) => keys.get(id) ?? null,
    list: async (tenantId) =>
      [...keys.values()]
        .filter((key) => key.tenantId === tenantId)
        .toSorted((a, b) => (`${a.createdAt}#${a.id}` < `${b.createdAt}#${b.id}` ? 1 : -1)),
    commit: async (next, expectedVersion, drafts, actor) => {
      const before = keys.get(next.id) ?? null;
      const version = before?.version ?? 0;
      if (version !== expectedVersion) return stale(next.id, version);
      keys.set(next.id, next);
      const lastSeq = events.filter(({ subject }) => subject === next.id).length;
      events.push(...envelopesOf(changing(subjectOf(next, actor, lastSeq), before, next), drafts, chance));
      return accept(next);
    },
    markUsed: async (id, at) => {
      const key = keys.get(id);
      if (key !== undefined) keys.set(id, { ...key, lastUsedAt: at });
    },
  };
};
