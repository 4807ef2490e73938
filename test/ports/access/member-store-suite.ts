import { expect, test } from 'vitest';
import type { MemberStore } from '../../../src/access/application/ports.ts';
import type { Member } from '../../../src/access/domain/member.ts';
import type { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import type { EventDraft } from '../../../src/platform/declare/event.ts';
import { T0 } from '../../support/platform.ts';

const SYSTEM = { kind: 'system', id: 'janitor' } as const;

const member = (tenant: string, user: string, more: Partial<Member> = {}): Member => ({
  tenantId: tenant as TenantId,
  userId: user as UserId,
  email: `${user}@phoenix.example`,
  roles: ['viewer'],
  isActive: true,
  sessionsEndedAt: null,
  version: 1,
  createdAt: T0,
  updatedAt: T0,
  ...more,
});

const changed: EventDraft = { type: 'member.changed', schemaVersion: 1, severity: 'info', data: { user_id: 'ann' } };

/** What every store of members promises. */
export const memberStoreSuite = (setUp: () => MemberStore): void => {
  test('a person is found in every tenant they belong to, and in no other', async () => {
    const store = setUp();
    for (const each of [member('beta', 'ann'), member('acme', 'ann'), member('acme', 'bob')]) {
      expect(await store.commit(each, 0, [changed], SYSTEM)).toEqual({ accepted: true, value: each });
    }
    const memberships = await store.membershipsOf('ann' as UserId);
    expect(memberships.map(({ tenantId }) => tenantId)).toEqual(['acme', 'beta']);
    expect(await store.load('beta' as TenantId, 'bob' as UserId)).toBeNull();
    expect(await store.membershipsOf('nobody' as UserId)).toEqual([]);
  });

  test('a change is stored whole, under the version that it was meant for', async () => {
    const store = setUp();
    const first = member('gamma', 'cleo');
    await store.commit(first, 0, [changed], SYSTEM);
    const second = { ...first, roles: ['admin' as const], sessionsEndedAt: minutesAfter(T0, 1), version: 2 };
    expect(await store.commit(second, 1, [changed, changed], SYSTEM)).toMatchObject({ accepted: true });
    expect(await store.load(first.tenantId, first.userId)).toEqual(second);
    expect(await store.commit({ ...second, version: 2 }, 1, [changed], SYSTEM)).toMatchObject({
      refusal: { code: 'precondition-failed', facts: { version: 2 } },
    });
    expect(await store.commit(first, 0, [changed], SYSTEM)).toMatchObject({
      refusal: { code: 'precondition-failed', facts: { version: 2 } },
    });
  });

  test('all members of a tenant are listed, and of no other', async () => {
    const store = setUp();
    for (const each of [member('listed', 'zoe'), member('listed', 'abe', { isActive: false }), member('list', 'eve')]) {
      await store.commit(each, 0, [changed], SYSTEM);
    }
    expect((await store.list('listed' as TenantId)).map(({ userId }) => userId)).toEqual(['abe', 'zoe']);
  });

  test('a change that rests on another member is stored only while that one is as it was read', async () => {
    const store = setUp();
    const [first, other] = [member('resting', 'dan'), member('resting', 'fay')];
    for (const each of [first, other]) await store.commit(each, 0, [changed], SYSTEM);
    const second = { ...first, roles: ['admin' as const], version: 2 };
    expect(await store.commit(second, 1, [changed], SYSTEM, { ...other, version: 7 })).toMatchObject({
      refusal: { code: 'precondition-failed' },
    });
    expect(await store.load(first.tenantId, first.userId)).toEqual(first);
    expect(await store.commit(second, 1, [changed], SYSTEM, other)).toMatchObject({ accepted: true });
  });

  test('a tenant that is there is kept', async () => {
    const store = setUp();
    const tenant = { id: 'delta' as TenantId, name: 'Delta', isActive: true, createdAt: T0 };
    await store.createTenant(tenant);
    await store.createTenant({ ...tenant, name: 'Other' });
    expect(await store.loadTenant(tenant.id)).toEqual(tenant);
    expect(await store.loadTenant('nothing' as TenantId)).toBeNull();
  });
};
