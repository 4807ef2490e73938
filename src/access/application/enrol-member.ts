import type { Actor, TenantId } from '../../kernel/identity.ts';
import { type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { draftEvent, eventNamed } from '../../platform/declare/event.ts';
import { accessEvents } from '../contract/events.ts';
import type { Member } from '../domain/member.ts';
import type { Role } from '../domain/permissions.ts';
import type { MemberStore, PeopleDirectory } from './ports.ts';

export interface EnrolMember {
  readonly tenantId: TenantId;
  readonly tenantName: string;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly Role[];
}

/** Makes a person a member with exactly these roles; tenant and person are made where they are missing. */
export const makeEnrolMember =
  ({ members, people, clock }: { members: MemberStore; people: PeopleDirectory; clock: Clock }) =>
  async (request: EnrolMember, actor: Actor): Promise<Outcome<Member, Refusal<'precondition-failed'>>> => {
    const now = clock.now();
    await members.createTenant({ id: request.tenantId, name: request.tenantName, isActive: true, createdAt: now });
    const userId = await people.ensurePerson(request.email, request.password);
    const known = await members.load(request.tenantId, userId);
    const next: Member = {
      tenantId: request.tenantId,
      userId,
      email: request.email,
      roles: [...request.roles],
      isActive: true,
      sessionsEndedAt: known?.sessionsEndedAt ?? null,
      version: (known?.version ?? 0) + 1,
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
    };
    const changed = draftEvent(eventNamed(accessEvents, 'member.changed'), {
      userId,
      roles: next.roles,
      isActive: next.isActive,
    });
    const committed = await members.commit(next, known?.version ?? 0, [changed], actor);
    return committed.accepted
      ? committed
      : refuse('precondition-failed', `${request.email} was changed at the same time; enrol again`);
  };
