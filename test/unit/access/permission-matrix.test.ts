import { beforeAll, describe, expect, test } from 'vitest';
import { memoryMemberStore } from '../../../src/access/adapters/memory-members.ts';
import { makeGatekeeper } from '../../../src/access/application/identify.ts';
import { type Permission, permissionsOf, ROLES, type Role } from '../../../src/access/domain/permissions.ts';
import { ALL_PROBLEMS, ALL_ROUTES } from '../../../src/client/contracts.ts';
import type { TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { isWrite } from '../../../src/platform/declare/refused-write.ts';
import type { RouteDefinition } from '../../../src/platform/declare/route.ts';
import { makeCursors } from '../../../src/platform/http/cursor.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { makeRouter, type Router } from '../../../src/platform/router.ts';
import { httpRequest, recordingRefusals, T0, testClock, testRun } from '../../support/platform.ts';

// Every route × everybody, computed from the declarations: a new route cannot be forgotten.

const routes: readonly RouteDefinition[] = ALL_ROUTES;
let router: Router;
let reached: readonly string[] = [];
const refusals = recordingRefusals();

beforeAll(async () => {
  const clock = testClock();
  const members = memoryMemberStore({ clock, ids: systemIds });
  for (const role of ROLES) {
    await members.commit(
      {
        tenantId: 'acme' as TenantId,
        userId: role as string as UserId,
        email: `${role}@phoenix.example`,
        roles: [role],
        isActive: true,
        sessionsEndedAt: null,
        version: 1,
        createdAt: T0,
        updatedAt: T0,
      },
      0,
      [],
      { kind: 'system', id: 'janitor' },
    );
  }
  router = makeRouter({
    service: 'all',
    served: routes.map((route) => ({
      route,
      textForms: {},
      answer: async () => {
        reached = [...reached, route.name];
        return accept({ body: null });
      },
    })),
    problems: ALL_PROBLEMS,
    gatekeeper: makeGatekeeper({ members, clock }),
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key', clock }),
    refusedWrites: refusals,
  });
});

const statusFor = async (route: RouteDefinition, user: string | null, tenant = 'acme'): Promise<number> => {
  const path = `/api/v1${route.path.replaceAll(/\{\w+\}/g, 'x')}`;
  const answer = await router(
    httpRequest(route.method, path, {
      headers: { 'x-phoenix-tenant': tenant },
      claims: user === null ? null : { sub: user, token_use: 'access', auth_time: String(Date.parse(T0) / 1000) },
    }),
    testRun(),
  );
  return answer.statusCode;
};

const maySee = ({ permission }: RouteDefinition, role: Role): boolean =>
  permission === 'open' || permission === 'signed-in' || permissionsOf(role).has(permission as Permission);
const isRefused = (status: number): boolean => status === 401 || status === 403;

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  test('opens to exactly the roles of its permission', async () => {
    for (const role of ROLES) {
      expect([role, isRefused(await statusFor(route, role))]).toEqual([role, !maySee(route, role)]);
    }
  });

  test('is closed to strangers, to nobody, and in another tenant', async () => {
    if (route.permission === 'open') {
      expect(isRefused(await statusFor(route, null))).toBe(false);
      return;
    }
    reached = [];
    expect(await statusFor(route, null)).toBe(401);
    expect(await statusFor(route, 'stranger')).toBe(403);
    expect(await statusFor(route, 'admin', 'other')).toBe(403);
    expect(reached).toEqual([]);
  });

  test('tells the audit log of every member who may not write, and of no read', async () => {
    const refused = ROLES.filter((role) => !maySee(route, role));
    refusals.told.length = 0;
    for (const role of refused) await statusFor(route, role);
    expect(refusals.told.map(({ action, actor, code }) => [action, actor.id, code])).toEqual(
      isWrite(route) ? refused.map((role) => [route.name, role, 'FORBIDDEN']) : [],
    );
  });
});
