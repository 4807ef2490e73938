import type { TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Unreadable } from '../domain/chain.ts';
import type { AuditDraft, AuditEntry } from '../domain/entry.ts';

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  readonly subject?: string | undefined;
  /** both ends included */
  readonly since?: Instant | undefined;
  readonly until?: Instant | undefined;
}

/** The append-only log of each tenant, one chain each. */
export interface AuditLog {
  /** `known` when this origin was written before. Any number of writers at once make one gapless chain. */
  append(draft: AuditDraft): Promise<'written' | 'known'>;
  get(tenant: TenantId, position: number): Promise<AuditEntry | null>;
  /** newest first; `nextKey` continues and is null at the end */
  list(
    tenant: TenantId,
    filter: AuditFilter,
    page: { readonly limit: number; readonly afterKey?: string },
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly nextKey: string | null }>;
  /** oldest first, from the entry behind `position`; what somebody made unreadable is told, not thrown */
  following(tenant: TenantId, position: number, limit: number): Promise<readonly (AuditEntry | Unreadable)[]>;
}
