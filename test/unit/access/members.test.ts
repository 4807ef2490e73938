import { beforeEach, expect, test } from 'vitest';
import { makeChangeMember } from '../../../src/access/application/change-member.ts';
import { MEMBERSHIPS_KEPT_SECONDS, makeGatekeeper } from '../../../src/access/application/identify.ts';
import type { MemberStore } from '../../../src/access/application/ports.ts';
import { permissionsOf } from '../../../src/access/domain/permissions.ts';
import { type Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { T0 } from '../../support/platform.ts';
import { makeWholeApi, type WholeApi } from '../../support/whole-api.ts';

const ANNA: Principal = {
  userId: UserId.parse('anna'),
  email: 'anna@phoenix.example',
  tenantId: TenantId.parse('acme'),
  roles: ['admin'],
  permissions: permissionsOf('admin'),
};
const BEN = UserId.parse('ben');

let api: WholeApi;
beforeEach(async () => {
  api = makeWholeApi();
  await api.enrol('acme', 'anna', { roles: ['admin'] });
  await api.enrol('acme', 'ben', { roles: ['admin'] });
});

const change = (members: MemberStore = api.members) => makeChangeMember({ members, clock: api.clock });
const identify = (sub: string) =>
  makeGatekeeper({ members: api.members, keys: api.keys, clock: api.clock }).identify(
    { sub, token_use: 'access', auth_time: String(Date.parse(T0) / 1000) },
    undefined,
  );

test('another role is given under the version that was seen, and said', async () => {
  expect(await change()(ANNA, { userId: BEN, version: 1, role: 'viewer' })).toMatchObject({
    value: { roles: ['viewer'], isActive: true, version: 2 },
  });
  expect(await identify('ben')).toMatchObject({ value: { roles: ['viewer'] } });
  expect(await change()(ANNA, { userId: BEN, version: 1, role: 'admin' })).toMatchObject({
    refusal: { code: 'precondition-failed', facts: { version: 2 } },
  });
  expect(api.members.events.map(({ type, subject, actor }) => [type, subject, actor.id])).toEqual([
    ['member.changed', 'ben', 'anna'],
  ]);
});

test('somebody who is deactivated is let in nowhere within ten seconds, and may come back', async () => {
  const gatekeeper = makeGatekeeper({ members: api.members, keys: api.keys, clock: api.clock });
  const ask = () =>
    gatekeeper.identify({ sub: 'ben', token_use: 'access', auth_time: String(Date.parse(T0) / 1000) }, undefined);
  expect(await ask()).toMatchObject({ accepted: true });
  await change()(ANNA, { userId: BEN, version: 1, isActive: false });
  api.clock.advance(MEMBERSHIPS_KEPT_SECONDS);
  expect(await ask()).toMatchObject({ refusal: { code: 'unauthorized' } });
  await change()(ANNA, { userId: BEN, version: 2, isActive: true });
  api.clock.advance(MEMBERSHIPS_KEPT_SECONDS);
  expect(await ask()).toMatchObject({ value: { roles: ['admin'] } });
});

test.each([{ role: 'viewer' as const }, { isActive: false }])('the last active admin stays one: %j', async (wish) => {
  expect(await change()(ANNA, { userId: BEN, version: 1, ...wish })).toMatchObject({ accepted: true });
  expect(await change()(ANNA, { userId: ANNA.userId, version: 1, ...wish })).toMatchObject({
    refusal: { code: 'last-admin' },
  });
  expect(await change()(ANNA, { userId: ANNA.userId, version: 1, role: 'admin' })).toMatchObject({ accepted: true });
});

test('two admins who take the role from each other at once do not both succeed', async () => {
  const meanwhile: MemberStore = {
    ...api.members,
    list: async (tenantId) => {
      const seen = await api.members.list(tenantId);
      await change()(ANNA, { userId: ANNA.userId, version: 1, role: 'viewer' });
      return seen;
    },
  };
  expect(await change(meanwhile)(ANNA, { userId: BEN, version: 1, role: 'viewer' })).toMatchObject({
    refusal: { code: 'precondition-failed' },
  });
  const roles = (await api.members.list(ANNA.tenantId)).map(({ roles: [role] }) => role);
  expect(roles).toEqual(['viewer', 'admin']);
});

test('members of another tenant are nobody here', async () => {
  await api.enrol('other', 'olga', { roles: ['admin'] });
  expect((await api.members.list(ANNA.tenantId)).map(({ userId }) => userId)).toEqual(['anna', 'ben']);
  expect(await change()(ANNA, { userId: UserId.parse('olga'), version: 1, role: 'viewer' })).toMatchObject({
    refusal: { code: 'resource-not-found' },
  });
});
