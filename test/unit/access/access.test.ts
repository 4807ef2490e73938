import { beforeEach, describe, expect, test } from 'vitest';
import { memoryKeyStore } from '../../../src/access/adapters/memory-keys.ts';
import { memoryMemberStore } from '../../../src/access/adapters/memory-members.ts';
import { memorySignIn } from '../../../src/access/adapters/memory-sign-in.ts';
import { makeEnrolMember } from '../../../src/access/application/enrol-member.ts';
import { MEMBERSHIPS_KEPT_SECONDS, makeGatekeeper } from '../../../src/access/application/identify.ts';
import type { MemberStore } from '../../../src/access/application/ports.ts';
import { makeLogIn, makeLogOut } from '../../../src/access/application/sessions.ts';
import { isSessionEnded, type Member } from '../../../src/access/domain/member.ts';
import {
  lowestRoleFor,
  PERMISSIONS,
  type Permission,
  permissionsOf,
  ROLES,
  type Role,
} from '../../../src/access/domain/permissions.ts';
import type { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import type { Pauses } from '../../../src/kernel/ports.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { ServiceFailure } from '../../../src/platform/failure.ts';
import { T0, testClock } from '../../support/platform.ts';

const SYSTEM = { kind: 'system', id: 'janitor' } as const;
const T0_SECONDS = Date.parse(T0) / 1000;

let clock: ReturnType<typeof testClock>;
let members: ReturnType<typeof memoryMemberStore>;
let keys: ReturnType<typeof memoryKeyStore>;
let people: ReturnType<typeof memorySignIn>;

beforeEach(() => {
  clock = testClock();
  members = memoryMemberStore({ clock, ids: systemIds });
  keys = memoryKeyStore({ clock, ids: systemIds });
  people = memorySignIn();
});

const enrol = async (email: string, role: Role, tenant = 'acme'): Promise<Member> => {
  const outcome = await makeEnrolMember({ members, people, clock })(
    { tenantId: tenant as TenantId, tenantName: tenant, email, password: 'secret', roles: [role] },
    SYSTEM,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const claimsOf = ({ userId }: { readonly userId: UserId }, more: object = {}) => ({
  sub: userId,
  token_use: 'access',
  auth_time: String(T0_SECONDS),
  ...more,
});

describe('roles', () => {
  test('each contains the one before and adds something', () => {
    for (const [index, role] of ROLES.entries()) {
      const before = ROLES[index - 1];
      const lower = before === undefined ? new Set<Permission>() : permissionsOf(before);
      expect([...lower].filter((each) => !permissionsOf(role).has(each))).toEqual([]);
      expect(permissionsOf(role).size).toBeGreaterThan(lower.size);
    }
    expect(permissionsOf('admin').size).toBe(PERMISSIONS.length);
  });

  test('the lowest role for a permission has it and the one below has not', () => {
    for (const permission of PERMISSIONS) {
      const lowest = ROLES.indexOf(lowestRoleFor(permission));
      expect(ROLES.map((role) => permissionsOf(role).has(permission))).toEqual(
        ROLES.map((_, index) => index >= lowest),
      );
    }
  });
});

describe('knowing who asks', () => {
  test('a member of one tenant is known in it, with the permissions of the role', async () => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    const known = await makeGatekeeper({ members, keys, clock }).identify(claimsOf(viewer), undefined);
    expect(known).toEqual({
      accepted: true,
      value: {
        userId: viewer.userId,
        email: 'viewer@phoenix.example',
        tenantId: 'acme',
        roles: ['viewer'],
        permissions: permissionsOf('viewer'),
      },
    });
  });

  test.each([
    ['an ID token', { token_use: 'id' }],
    ['no kind of token', { token_use: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that could forge a key', { sub: 'x#META' }],
  ])('%s is nobody', async (_, claims) => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    expect(await makeGatekeeper({ members, keys, clock }).identify(claimsOf(viewer, claims), undefined)).toMatchObject({
      refusal: { code: 'unauthorized' },
    });
  });

  test('who belongs nowhere is refused, and so is another tenant', async () => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    await enrol('other@phoenix.example', 'admin', 'other');
    const { identify } = makeGatekeeper({ members, keys, clock });
    const stranger = { userId: 'nobody' as UserId };
    for (const [claims, tenant] of [
      [claimsOf(stranger), undefined],
      [claimsOf(viewer), 'other'],
      [claimsOf(viewer), 'no such tenant'],
      [claimsOf(viewer), 'acme#EXP'],
    ] as const) {
      expect(await identify(claims, tenant)).toMatchObject({ refusal: { code: 'forbidden' } });
    }
  });

  test('a member of several tenants says which', async () => {
    await enrol('both@phoenix.example', 'viewer');
    const both = await enrol('both@phoenix.example', 'admin', 'other');
    const { identify } = makeGatekeeper({ members, keys, clock });
    expect(await identify(claimsOf(both), undefined)).toMatchObject({
      refusal: { code: 'forbidden', facts: { tenants: ['acme', 'other'] } },
    });
    expect(await identify(claimsOf(both), 'other')).toMatchObject({ value: { tenantId: 'other', roles: ['admin'] } });
  });

  test('who is no longer active is not signed in', async () => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    await members.commit({ ...viewer, isActive: false, version: 2 }, 1, [], SYSTEM);
    expect(await makeGatekeeper({ members, keys, clock }).identify(claimsOf(viewer), undefined)).toMatchObject({
      refusal: { code: 'unauthorized' },
    });
  });

  test('a lost right is noticed within ten seconds', async () => {
    const admin = await enrol('admin@phoenix.example', 'admin');
    const { identify } = makeGatekeeper({ members, keys, clock });
    const roles = async () => {
      const known = await identify(claimsOf(admin), undefined);
      return known.accepted ? known.value.roles : known.refusal.code;
    };
    expect(await roles()).toEqual(['admin']);
    await enrol('admin@phoenix.example', 'viewer');
    clock.advance(MEMBERSHIPS_KEPT_SECONDS - 1);
    expect(await roles()).toEqual(['admin']);
    clock.advance(1);
    expect(await roles()).toEqual(['viewer']);
  });

  test('when memberships cannot be read nobody is let in', async () => {
    const down: MemberStore = {
      ...members,
      membershipsOf: async () => {
        throw new ServiceFailure('service-unavailable', 'the database', undefined);
      },
    };
    const { identify } = makeGatekeeper({ members: down, keys, clock });
    await expect(identify({ sub: 'x', token_use: 'access' }, undefined)).rejects.toThrow(
      'the database does not answer',
    );
  });
});

describe('sessions', () => {
  const exactPauses = (): Pauses & { readonly waitedMs: number[] } => {
    const waitedMs: number[] = [];
    return {
      waitedMs,
      upTo: async () => undefined,
      exactly: async (ms) => {
        waitedMs.push(ms);
        clock.advance(ms / 1000);
      },
    };
  };

  test('every token of a sign-in up to the second of the end has ended, the next second has not', async () => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    const ended = { ...viewer, sessionsEndedAt: secondsAfter(T0, 0.5) };
    expect(isSessionEnded(viewer, T0_SECONDS)).toBe(false);
    expect(isSessionEnded(ended, T0_SECONDS)).toBe(true);
    expect(isSessionEnded(ended, T0_SECONDS + 1)).toBe(false);
  });

  test('signing out ends the sessions in every tenant and answers when the second is over', async () => {
    await enrol('both@phoenix.example', 'viewer');
    const both = await enrol('both@phoenix.example', 'admin', 'other');
    const session = await people.withPassword('both@phoenix.example', 'secret');
    if (!session.accepted) throw new Error('the password is right');
    const { identify } = makeGatekeeper({ members, keys, clock });
    const principal = await identify(claimsOf(both), 'acme');
    if (!principal.accepted) throw new Error('a member');
    clock.advance(MEMBERSHIPS_KEPT_SECONDS + 0.25);

    const pauses = exactPauses();
    const signedInNow = { auth_time: T0_SECONDS + MEMBERSHIPS_KEPT_SECONDS };
    await makeLogOut({ members, signIn: people, clock, pauses })(principal.value, session.value.accessToken);
    expect(pauses.waitedMs).toEqual([750]);
    for (const tenant of ['acme', 'other']) {
      expect(await identify(claimsOf(both, signedInNow), tenant)).toMatchObject({
        refusal: { code: 'authentication-expired' },
      });
      const signedInAfter = { auth_time: T0_SECONDS + MEMBERSHIPS_KEPT_SECONDS + 1 };
      expect(await identify(claimsOf(both, signedInAfter), tenant)).toMatchObject({ accepted: true });
    }
    expect(await people.refresh(session.value.refreshToken ?? '')).toMatchObject({
      refusal: { code: 'sign-in-refused' },
    });
    expect(members.events.map(({ type, tenant, seq }) => `${type} ${tenant} ${seq}`)).toEqual([
      'member.changed acme 1',
      'member.changed other 1',
      'session.ended acme 2',
      'session.ended other 2',
    ]);
  });

  test('a token that does not tell its sign-in is as old as can be', async () => {
    const viewer = await enrol('viewer@phoenix.example', 'viewer');
    await members.commit({ ...viewer, sessionsEndedAt: T0, version: 2 }, 1, [], SYSTEM);
    for (const auth_time of [undefined, 'yesterday', '']) {
      expect(
        await makeGatekeeper({ members, keys, clock }).identify(claimsOf(viewer, { auth_time }), undefined),
      ).toMatchObject({ refusal: { code: 'authentication-expired' } });
    }
  });

  test('passwords are accepted only where the stage says so', async () => {
    await enrol('viewer@phoenix.example', 'viewer');
    const right = { email: 'viewer@phoenix.example', password: 'secret' };
    const off = await makeLogIn({ signIn: people, acceptsPasswords: false })(right);
    expect(off).toMatchObject({ refusal: { code: 'password-sign-in-off' } });
    const on = makeLogIn({ signIn: people, acceptsPasswords: true });
    expect(await on(right)).toMatchObject({ accepted: true });
    const wrongPassword = await on({ ...right, password: 'wrong' });
    expect(wrongPassword).toMatchObject({ refusal: { code: 'sign-in-refused' } });
    expect(await on({ email: 'nobody@phoenix.example', password: 'x' })).toEqual(wrongPassword);
  });
});
