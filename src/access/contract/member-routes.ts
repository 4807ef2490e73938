import * as z from 'zod';
import { UserId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { route } from '../../platform/declare/route.ts';
import type { Member } from '../domain/member.ts';
import { may, Role } from '../domain/permissions.ts';

/** A member as admins see it. */
export const MemberView = z.object({
  userId: UserId,
  email: z.string(),
  roles: z.array(Role),
  isActive: z.boolean(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type MemberView = z.infer<typeof MemberView>;

export const memberViewOf = ({
  userId,
  email,
  roles,
  isActive,
  version,
  createdAt,
  updatedAt,
}: Member): MemberView => ({
  userId,
  email,
  roles,
  isActive,
  version,
  createdAt,
  updatedAt,
});

const ById = z.object({ userId: UserId.refine((id) => !id.includes('#'), 'nobody is called so') });

export const memberRoutes = [
  route({
    name: 'listMembers',
    method: 'GET',
    path: '/members',
    summary: 'Members of the tenant, those who left too',
    permission: may('tenant:manage'),
    status: 200,
    response: z.object({ items: z.array(MemberView) }),
    refusals: [],
  }),
  route({
    name: 'getMember',
    method: 'GET',
    path: '/members/{userId}',
    summary: 'One member of the tenant',
    permission: may('tenant:manage'),
    params: ById,
    status: 200,
    response: MemberView,
    refusals: [],
  }),
  route({
    name: 'changeMember',
    method: 'PATCH',
    path: '/members/{userId}',
    summary: 'Another role, or no longer active: it holds within a minute. The last active admin stays one',
    permission: may('tenant:manage'),
    concurrency: 'if-match',
    params: ById,
    body: z.strictObject({ role: Role.optional(), isActive: z.boolean().optional() }),
    status: 200,
    response: MemberView,
    refusals: ['last-admin'],
    example: { role: 'operator' },
  }),
] as const;
