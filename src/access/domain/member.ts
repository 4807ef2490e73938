import * as z from 'zod';
import { TenantId, UserId } from '../../kernel/identity.ts';
import { epochMsOf, Instant } from '../../kernel/instant.ts';
import { permissionsOf, Role } from './permissions.ts';

/** A person in a tenant. Passwords live in the user pool only; roles live here, not in the token. */
export const Member = z.object({
  tenantId: TenantId,
  userId: UserId,
  email: z.string(),
  roles: z.array(Role),
  isActive: z.boolean(),
  /** every token of a sign-in up to this moment has ended */
  sessionsEndedAt: Instant.nullable(),
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Member = z.infer<typeof Member>;

export const Tenant = z.object({ id: TenantId, name: z.string(), isActive: z.boolean(), createdAt: Instant });
export type Tenant = z.infer<typeof Tenant>;

/**
 * Whether a sign-in was ended since. Tokens tell their sign-in by the second, so the whole second of the end counts as
 * before it: an old token never passes, and `logout` answers only when that second is over.
 */
export const isSessionEnded = ({ sessionsEndedAt }: Member, signedInAtSeconds: number): boolean =>
  sessionsEndedAt !== null && signedInAtSeconds <= Math.floor(epochMsOf(sessionsEndedAt) / 1000);

export const permissionsOfMember = ({ roles }: Member): ReadonlySet<string> =>
  new Set(roles.flatMap((role) => [...permissionsOf(role)]));

export const isActiveAdmin = ({ isActive, roles }: Member): boolean => isActive && roles.includes('admin');
