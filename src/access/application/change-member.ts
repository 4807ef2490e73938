import { actorOf, type Principal, type UserId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { draftEvent, eventNamed } from '../../platform/declare/event.ts';
import { accessEvents } from '../contract/events.ts';
import { isActiveAdmin, type Member } from '../domain/member.ts';
import type { Role } from '../domain/permissions.ts';
import type { MemberStore } from './ports.ts';

export interface ChangeMember {
  readonly userId: UserId;
  readonly version: number;
  readonly role?: Role | undefined;
  readonly isActive?: boolean | undefined;
}

export const findMember = async (
  members: MemberStore,
  { tenantId }: Principal,
  userId: UserId,
): Promise<Outcome<Member, Refusal<'resource-not-found'>>> => {
  const member = await members.load(tenantId, userId);
  return member === null
    ? refuse('resource-not-found', `there is no member ${userId}; \`phoenix member list\` shows those that are`, {
        userId,
      })
    : accept(member);
};

/** Another role, or whether somebody is active. Whoever is the last active admin stays one, also when two change at once. */
export const makeChangeMember =
  ({ members, clock }: { members: MemberStore; clock: Clock }) =>
  async (
    caller: Principal,
    { userId, version, role, isActive }: ChangeMember,
  ): Promise<Outcome<Member, Refusal<'resource-not-found' | 'precondition-failed' | 'last-admin'>>> => {
    const found = await findMember(members, caller, userId);
    if (!found.accepted) return found;
    const member = found.value;
    const next: Member = {
      ...member,
      roles: role === undefined ? member.roles : [role],
      isActive: isActive ?? member.isActive,
      version: version + 1,
      updatedAt: clock.now(),
    };
    const leaves = isActiveAdmin(member) && !isActiveAdmin(next);
    const other = leaves
      ? (await members.list(caller.tenantId)).find((each) => each.userId !== userId && isActiveAdmin(each))
      : undefined;
    if (leaves && other === undefined) {
      return refuse(
        'last-admin',
        `${member.email} is the last active admin of ${caller.tenantId}; make another one first`,
      );
    }
    const changed = draftEvent(eventNamed(accessEvents, 'member.changed'), {
      userId,
      roles: next.roles,
      isActive: next.isActive,
    });
    return members.commit(next, version, [changed], actorOf(caller), other);
  };
