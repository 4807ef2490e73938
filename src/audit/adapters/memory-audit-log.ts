import type { Sha256 } from '../../kernel/ports.ts';
import type { AuditLog } from '../application/ports.ts';
import { BEFORE_THE_FIRST, sealed } from '../domain/chain.ts';
import type { AuditEntry } from '../domain/entry.ts';

/** Logs of one process: tests and simulations. `entries` may be tampered with, as a thief would. */
export const memoryAuditLog = ({
  sha256,
}: {
  readonly sha256: Sha256;
}): AuditLog & { readonly entries: AuditEntry[] } => {
  const entries: AuditEntry[] = [];
  const ofTenant = (tenant: string): readonly AuditEntry[] =>
    entries.filter((each) => each.tenant === tenant).toSorted((a, b) => a.position - b.position);
  return {
    entries,
    append: async (draft) => {
      const chain = ofTenant(draft.tenant);
      if (chain.some(({ origin }) => origin === draft.origin)) return 'known';
      entries.push(sealed(draft, chain.at(-1) ?? BEFORE_THE_FIRST, sha256));
      return 'written';
    },
    get: async (tenant, position) => ofTenant(tenant).find((each) => each.position === position) ?? null,
    list: async (tenant, { actor, action, outcome, subject, since, until }, { limit, afterKey }) => {
      const wanted = ofTenant(tenant)
        .toReversed()
        .filter(
          (each) =>
            (actor === undefined || each.actor.id === actor) &&
            (action === undefined || each.action === action) &&
            (outcome === undefined || each.outcome === outcome) &&
            (subject === undefined || each.subject === subject) &&
            (since === undefined || each.at >= since) &&
            (until === undefined || each.at <= until) &&
            (afterKey === undefined || each.position < Number(afterKey)),
        );
      const items = wanted.slice(0, limit);
      return { items, nextKey: wanted.length > limit ? String(items.at(-1)?.position) : null };
    },
    following: async (tenant, position, limit) =>
      ofTenant(tenant)
        .filter((each) => each.position > position)
        .slice(0, limit),
  };
};
