import { beforeAll, describe, expect, test } from 'vitest';
import { type Permission, permissionsOf, ROLES, type Role } from '../../../src/access/domain/permissions.ts';
import { ALL_ROUTES } from '../../../src/client/contracts.ts';
import type { TenantId } from '../../../src/kernel/identity.ts';
import { isWrite } from '../../../src/platform/declare/refused-write.ts';
import type { RouteDefinition } from '../../../src/platform/declare/route.ts';
import type { HttpAnswer } from '../../../src/platform/http/message.ts';
import { toWire } from '../../../src/platform/wire.ts';
import { auditDraft } from '../../support/audit.ts';
import {
  accessToken,
  admit,
  alteredToken,
  type Claims,
  forgedToken,
  idToken,
  unsignedToken,
} from '../../support/gateway.ts';
import { httpRequest, T0, testRun } from '../../support/platform.ts';
import { makeWholeApi, type WholeApi } from '../../support/whole-api.ts';

// Every route × everybody, over the real use cases and computed from the declarations: a new route cannot be forgotten.
// Tenant acme has one of everything that addresses name; `other` has nothing.

const routes: readonly RouteDefinition[] = ALL_ROUTES;
const NOW_SECONDS = Date.parse(T0) / 1000;

const good = (user: string, more: Claims = {}): string => accessToken(user, NOW_SECONDS, more);
const TOKENS = Object.fromEntries(ROLES.map((role) => [role, good(role)])) as Record<Role, string>;
const OUTSIDER = good('outsider');

let api: WholeApi;
/** acme's ids by the name of their path parameter; what is everybody's is not here */
let acme: Readonly<Record<string, string>>;

beforeAll(async () => {
  api = makeWholeApi();
  for (const role of ROLES) await api.enrol('acme', role, { roles: [role] });
  await api.enrol('other', 'outsider', { roles: ['admin'] });
  await api.enrol('acme', 'left', { roles: ['admin'], isActive: false });
  await api.enrol('acme', 'signed-out', { roles: ['admin'], sessionsEndedAt: T0 });
  await api.audit.append(auditDraft({ tenant: 'acme' as TenantId }));
  acme = await seed();
});

const seed = async (): Promise<Readonly<Record<string, string>>> => {
  const make = async (name: string, ids: Readonly<Record<string, string>>, change: object = {}): Promise<string> => {
    const answer = await ask(routeNamed(name), { token: TOKENS.admin, ids, change });
    if (answer.statusCode >= 300) throw new Error(`${name}: ${answer.body}`);
    const { id, key } = JSON.parse(answer.body);
    return id ?? key.id;
  };
  const clusterId = await make('registerCluster', {}, PLAIN_METRICS);
  const channelId = await make('createChannel', {});
  return {
    clusterId,
    operationId: await make('checkCluster', { clusterId }),
    pipelineId: await make('createPipeline', {}),
    experimentId: await make('createExperiment', { clusterId }),
    keyId: await make('createKey', {}),
    channelId,
    deliveryId: await make('testChannel', { channelId }),
    userId: 'left',
    position: '1',
    revision: '1',
  };
};

/** A store that the collector of a laptop can write to. */
const PLAIN_METRICS = {
  metrics: { kind: 'url', url: 'https://metrics.example.com' },
  remote_write_url: 'https://metrics.example.com/api/v1/write',
};

const routeNamed = (name: string): RouteDefinition => {
  const found = routes.find((route) => route.name === name);
  if (found === undefined) throw new Error(`no route is called ${name}`);
  return found;
};

interface Asking {
  readonly token?: string;
  readonly tenant?: string;
  readonly ids?: Readonly<Record<string, string>>;
  /** fields of the example that are other ones here */
  readonly change?: object;
}

let asked = 0;

/** A request that is right in everything but, perhaps, who asks. */
const ask = async (route: RouteDefinition, { token, tenant, ids = acme, change = {} }: Asking): Promise<HttpAnswer> => {
  asked += 1;
  let claims: Claims | null = null;
  if (route.permission !== 'open') {
    const admission = admit(token === undefined ? undefined : `Bearer ${token}`, NOW_SECONDS);
    if (!admission.admitted) return { statusCode: admission.status, headers: {}, body: '' };
    claims = admission.claims;
  }
  const { path, body } = addressOf(route, ids, change);
  return api.router(
    httpRequest(route.method, path, {
      headers: {
        'if-match': '"1"',
        'idempotency-key': `matrix-${asked}`,
        ...(tenant === undefined ? {} : { 'x-phoenix-tenant': tenant }),
      },
      claims,
      query: QUERIES[route.name] ?? {},
      ...(body === undefined ? {} : { body }),
    }),
    testRun(),
  );
};

/** Well-formed ids that nobody has; the addresses of the matrix are right in everything else. */
const NOWHERE = {
  clusterId: 'clu-nowhere00000',
  operationId: 'op-nowhere00000',
  pipelineId: 'pipe-nowhere00000',
  experimentId: 'exp-nowhere00000',
  keyId: 'key-nowhere00000',
  channelId: 'chan-nowhere00000',
  deliveryId: 'dlv-nowhere00000',
  userId: 'nobody-at-all',
  position: '7777777',
  revision: '1',
};

const withIdsOfAcme = (answer: HttpAnswer): HttpAnswer =>
  JSON.parse(
    Object.entries(NOWHERE).reduce((text, [name, id]) => text.replaceAll(id, acme[name] ?? id), JSON.stringify(answer)),
  );

/** Address and example body, with the ids that exist in place of those of the examples. */
const addressOf = (route: RouteDefinition, ids: Readonly<Record<string, string>>, change: object = {}) => ({
  path: `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? EVERYBODYS[name] ?? 'x')}`,
  body:
    route.body === undefined
      ? undefined
      : JSON.stringify({ ...(toWire(route.body, route.example) as object), ...change }).replaceAll(
          /\b(clu|pipe|exp)-[0-9a-z]{12}\b/g,
          (given, prefix: string) => ids[ID_OF_PREFIX[prefix] ?? ''] ?? given,
        ),
});
const ID_OF_PREFIX: Readonly<Record<string, string>> = { clu: 'clusterId', pipe: 'pipelineId', exp: 'experimentId' };

/** What the query of a route has to say. */
const QUERIES: Readonly<Record<string, Readonly<Record<string, string>>>> = { diffRevisions: { from: '1', to: '1' } };

/** Path parameters of things that belong to nobody. */
const EVERYBODYS: Readonly<Record<string, string>> = { name: 'top-k', priceBookId: 'amazon-managed-prometheus' };

const maySee = ({ permission }: RouteDefinition, role: Role): boolean =>
  permission === 'open' || permission === 'signed-in' || permissionsOf(role).has(permission as Permission);
const isRefused = ({ statusCode, body }: HttpAnswer): boolean =>
  (statusCode === 401 || statusCode === 403) && !body.includes('SIGN_IN_REFUSED');
/** The route of sessions ends that of who asks. */
const ENDS_SESSIONS = 'logout';

/** How to come in wrongly, and what the door answers. */
const STRANGERS: readonly (readonly [string, 401 | 403, Asking])[] = [
  ['no token', 401, {}],
  ['something that is no token', 401, { token: 'admin' }],
  ['an expired token', 401, { token: good('admin', { exp: NOW_SECONDS }) }],
  ['a token signed by somebody else', 401, { token: forgedToken('admin', NOW_SECONDS) }],
  ['a token without signature', 401, { token: unsignedToken(good('admin')) }],
  ['a token altered to another person', 401, { token: alteredToken(good('viewer'), { sub: 'admin' }) }],
  ['a token of another client', 401, { token: good('admin', { client_id: 'another-client' }) }],
  ['a token of another pool', 401, { token: good('admin', { iss: 'https://pools.example/other' }) }],
  ['an ID token', 403, { token: idToken('admin', NOW_SECONDS) }],
  ['a token with another scope', 403, { token: good('admin', { scope: 'openid email' }) }],
  ['a token of a sign-in that was ended', 401, { token: good('signed-out') }],
  ['somebody who is no longer active', 401, { token: good('left') }],
  ['a member of no tenant', 403, { token: good('nobody') }],
  ['an admin of another tenant', 403, { token: OUTSIDER, tenant: 'acme' }],
  ['an admin of this tenant who names another', 403, { token: good('admin'), tenant: 'other' }],
];

describe.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', (_, route) => {
  test('opens to exactly the roles of its permission', async () => {
    if (route.name === ENDS_SESSIONS) return;
    for (const role of ROLES) {
      // what is asked for is not there, so nothing is changed
      const answer = await ask(route, { token: TOKENS[role], ids: NOWHERE });
      expect([role, isRefused(answer)]).toEqual([role, !maySee(route, role)]);
      expect(answer.statusCode, answer.body).toBeLessThan(500);
    }
  });

  test('is closed to everybody who comes in wrongly, before its use case is asked', async () => {
    if (route.permission === 'open') return;
    api.reached.length = 0;
    for (const [name, status, asking] of STRANGERS) {
      expect([name, (await ask(route, asking)).statusCode]).toEqual([name, status]);
    }
    expect(api.reached).toEqual([]);
  });

  test('answers an admin of another tenant as if nothing of this one existed, and changes nothing here', async () => {
    const given = JSON.stringify(addressOf(route, acme));
    if (given === JSON.stringify(addressOf(route, NOWHERE))) return;
    const before = api.events().length;
    const answer = await ask(route, { token: OUTSIDER });
    expect(answer).toEqual(withIdsOfAcme(await ask(route, { token: OUTSIDER, ids: NOWHERE })));
    expect(answer.body).not.toContain('internal');
    if (addressOf(route, acme).path !== addressOf(route, NOWHERE).path) expect(answer.statusCode).toBe(404);
    expect(api.events().length).toBe(before);
  });

  test('tells the audit log of every member who may not write, and of no read', async () => {
    const refused = ROLES.filter((role) => !maySee(route, role));
    api.refusals.told.length = 0;
    for (const role of refused) await ask(route, { token: TOKENS[role], ids: NOWHERE });
    expect(api.refusals.told.map(({ action, actor, code }) => [action, actor.id, code])).toEqual(
      isWrite(route) ? refused.map((role) => [route.name, role, 'FORBIDDEN']) : [],
    );
  });
});
