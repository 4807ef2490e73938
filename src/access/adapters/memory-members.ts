import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { MemberStore } from '../application/ports.ts';
import type { Member, Tenant } from '../domain/member.ts';
import { byEmail, memberChanged, subjectOf } from './member-events.ts';

/** Members of one process: tests and simulations. `events` is everything that was said. */
export const memoryMemberStore = (chance: {
  clock: Clock;
  ids: Ids;
}): MemberStore & { readonly events: readonly EventEnvelope[] } => {
  const members = new Map<string, Member>();
  const tenants = new Map<string, Tenant>();
  const events: EventEnvelope[] = [];
  const keyOf = (tenantId: string, userId: string): string => `${tenantId} ${userId}`;
  return {
    events,
    membershipsOf: async (userId) =>
      [...members.values()]
        .filter((member) => member.userId === userId)
        .toSorted((a, b) => (a.tenantId < b.tenantId ? -1 : 1)),
    load: async (tenantId, userId) => members.get(keyOf(tenantId, userId)) ?? null,
    list: async (tenantId) => [...members.values()].filter((member) => member.tenantId === tenantId).toSorted(byEmail),
    commit: async (next, expectedVersion, drafts, actor, unchanged) => {
      const before = members.get(keyOf(next.tenantId, next.userId)) ?? null;
      const version = before?.version ?? 0;
      if (version !== expectedVersion) {
        return refuse('precondition-failed', `the member is at version ${version}`, { version });
      }
      const rests = unchanged === undefined ? undefined : members.get(keyOf(unchanged.tenantId, unchanged.userId));
      if (rests?.version !== unchanged?.version) return memberChanged(unchanged);
      members.set(keyOf(next.tenantId, next.userId), next);
      const lastSeq = events.filter(
        ({ tenant, subject }) => tenant === next.tenantId && subject === next.userId,
      ).length;
      events.push(...envelopesOf(changing(subjectOf(next, actor, lastSeq), before, next), drafts, chance));
      return accept(next);
    },
    loadTenant: async (tenantId) => tenants.get(tenantId) ?? null,
    createTenant: async (tenant) => {
      if (!tenants.has(tenant.id)) tenants.set(tenant.id, tenant);
    },
  };
};
