import { accept } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { memberRoutes, memberViewOf } from '../contract/member-routes.ts';
import type { Member } from '../domain/member.ts';
import { findMember, makeChangeMember } from './change-member.ts';
import type { MemberStore } from './ports.ts';

/** The routes of members. */
export const serveMembers = (parts: {
  readonly members: MemberStore;
  readonly clock: Clock;
}): readonly ServedRoute[] => {
  const { members } = parts;
  const change = makeChangeMember(parts);
  const answer = (member: Member) => accept({ body: memberViewOf(member), version: member.version });
  return implement(memberRoutes, {
    listMembers: async ({ caller }) =>
      accept({ body: { items: (await members.list(caller.tenantId)).map(memberViewOf) } }),
    getMember: async ({ caller, params }) => {
      const found = await findMember(members, caller, params.userId);
      return found.accepted ? answer(found.value) : found;
    },
    changeMember: async ({ caller, params, ifMatch, body }) => {
      const changed = await change(caller, { ...params, ...body, version: ifMatch });
      return changed.accepted ? answer(changed.value) : changed;
    },
  });
};
