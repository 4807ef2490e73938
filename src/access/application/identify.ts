import { type Principal, TenantId, UserId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Gatekeeper } from '../../platform/router.ts';
import { isSessionEnded, type Member, permissionsOfMember } from '../domain/member.ts';
import { lowestRoleFor, type Permission } from '../domain/permissions.ts';
import type { MemberStore } from './ports.ts';

/** Memberships are read again after this time: a lost right or an ended session is noticed within it. */
export const MEMBERSHIPS_KEPT_SECONDS = 10;
const MOST_REMEMBERED = 1000;

/**
 * Knows the member behind the claims of a token that the gateway accepted. Its signature, issuer, audience and expiry are
 * checked there; here that it is an access token, that its session goes on, and which tenant is meant. When memberships
 * cannot be read nobody is let in: the failure goes up.
 */
export const makeGatekeeper = ({ members, clock }: { members: MemberStore; clock: Clock }): Gatekeeper => {
  const remembered = new Map<string, { readonly atMs: number; readonly memberships: readonly Member[] }>();
  const membershipsOf = async (userId: UserId): Promise<readonly Member[]> => {
    const nowMs = epochMsOf(clock.now());
    const known = remembered.get(userId);
    if (known !== undefined && nowMs - known.atMs < MEMBERSHIPS_KEPT_SECONDS * 1000) return known.memberships;
    const memberships = await members.membershipsOf(userId);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(userId, { atMs: nowMs, memberships });
    return memberships;
  };
  return {
    lowestRoleFor: (permission) => lowestRoleFor(permission as Permission),
    identify: async (claims, wantedTenant) => {
      const {
        sub,
        token_use: use,
        auth_time: signedInAt,
      } = claims as Readonly<Record<string, unknown>> & {
        readonly sub?: unknown;
        readonly token_use?: unknown;
        readonly auth_time?: unknown;
      };
      const userId = UserId.safeParse(sub);
      // an ID token passes the gateway's check of its audience
      if (use !== 'access' || !userId.success || userId.data.includes('#')) {
        return refuse('unauthorized', 'this is not an access token; send the access token of a sign-in');
      }
      const memberships = await membershipsOf(userId.data);
      const member = chooseMember(memberships, wantedTenant);
      if (!member.accepted) return member;
      if (!member.value.isActive) {
        return refuse(
          'unauthorized',
          `you are no longer active in ${member.value.tenantId}; ask an admin of the tenant`,
        );
      }
      // claims come as text through the gateway; one that cannot be read is as old as can be
      if (isSessionEnded(member.value, Number(signedInAt ?? 0) || 0)) {
        return refuse('authentication-expired', 'this session was ended; sign in again');
      }
      return accept(principalOf(member.value));
    },
  };
};

const chooseMember = (
  memberships: readonly Member[],
  wantedTenant: string | undefined,
): Outcome<Member, Refusal<'forbidden'>> => {
  const [only] = memberships;
  if (only === undefined) return refuse('forbidden', 'you are not a member of any tenant; ask an admin to add you');
  if (wantedTenant !== undefined) {
    const wanted = TenantId.safeParse(wantedTenant);
    const member = memberships.find(({ tenantId }) => wanted.success && tenantId === wanted.data);
    return member === undefined
      ? refuse('forbidden', `you are not a member of a tenant "${wantedTenant.slice(0, 80)}"`)
      : accept(member);
  }
  if (memberships.length === 1) return accept(only);
  const tenants = memberships.map(({ tenantId }) => tenantId);
  return refuse('forbidden', `you are a member of ${tenants.join(', ')}; say which by the header x-phoenix-tenant`, {
    tenants,
  });
};

const principalOf = (member: Member): Principal => ({
  userId: member.userId,
  email: member.email,
  tenantId: member.tenantId,
  roles: member.roles,
  permissions: permissionsOfMember(member),
});
