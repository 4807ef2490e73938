import { KeyId, type Principal, TenantId, UserId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { KEY_USE } from '../../platform/http/message.ts';
import type { Gatekeeper } from '../../platform/router.ts';
import { isSessionEnded, type Member, permissionsOfMember } from '../domain/member.ts';
import { lowestRoleFor, type Permission } from '../domain/permissions.ts';
import { keyStateAt, type ServiceKey } from '../domain/service-key.ts';
import type { KeyStore, MemberStore } from './ports.ts';

/** Memberships and keys are read again after this time: a lost right or an ended session is noticed within it. */
export const MEMBERSHIPS_KEPT_SECONDS = 10;
const MOST_REMEMBERED = 1000;

/**
 * Knows the member behind the claims of a token that the gateway accepted, or the service key. A token's signature,
 * issuer, audience and expiry and a key's secret are checked there; here that it is an access token, that its session or
 * the key goes on, and which tenant is meant. When memberships cannot be read nobody is let in: the failure goes up.
 */
export const makeGatekeeper = ({
  members,
  keys,
  clock,
}: {
  members: MemberStore;
  keys: KeyStore;
  clock: Clock;
}): Gatekeeper => {
  const membershipsOf = makeRemembering(clock, (userId: UserId) => members.membershipsOf(userId));
  const keyNamed = makeRemembering(clock, (keyId: KeyId) => keys.find(keyId));

  const identifyKey = async (sub: unknown, wantedTenant: string | undefined): Promise<Identified> => {
    const keyId = KeyId.safeParse(sub);
    const key = keyId.success ? await keyNamed(keyId.data) : null;
    if (key === null) return refuse('unauthorized', 'this is no service key; send the text that was shown once');
    const state = keyStateAt(key, clock.now());
    if (state !== 'active') {
      return refuse('unauthorized', `the key ${key.name} is ${state}; an admin of the tenant can create another one`);
    }
    return wantedTenant === undefined || wantedTenant === key.tenantId
      ? accept(principalOfKey(key))
      : refuse('forbidden', `the key ${key.name} is of another tenant than "${wantedTenant.slice(0, 80)}"`);
  };

  return {
    lowestRoleFor: (permission) => lowestRoleFor(permission as Permission),
    identify: async (claims, wantedTenant) => {
      const { sub, token_use: use, auth_time: signedInAt } = claims as Readonly<Record<string, unknown>> & Claims;
      if (use === KEY_USE) return identifyKey(sub, wantedTenant);
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

type Identified = Awaited<ReturnType<Gatekeeper['identify']>>;

interface Claims {
  readonly sub?: unknown;
  readonly token_use?: unknown;
  readonly auth_time?: unknown;
}

/** Reads by id, and again after a while. A failed attempt is not remembered. */
const makeRemembering = <Id extends string, T>(
  clock: Clock,
  read: (id: Id) => Promise<T>,
): ((id: Id) => Promise<T>) => {
  const remembered = new Map<Id, { readonly atMs: number; readonly value: T }>();
  return async (id) => {
    const nowMs = epochMsOf(clock.now());
    const known = remembered.get(id);
    if (known !== undefined && nowMs - known.atMs < MEMBERSHIPS_KEPT_SECONDS * 1000) return known.value;
    const value = await read(id);
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, { atMs: nowMs, value });
    return value;
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

const principalOfKey = ({ id, name, tenantId, scopes }: ServiceKey): Principal => ({
  userId: UserId.parse(id),
  email: name,
  tenantId,
  roles: [],
  permissions: new Set(scopes),
  key: { id, name },
});
