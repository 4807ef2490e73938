import * as z from 'zod';
import { hmacHash } from '../../src/access/adapters/keyed-hash.ts';
import { memoryKeyStore } from '../../src/access/adapters/memory-keys.ts';
import { memoryMemberStore } from '../../src/access/adapters/memory-members.ts';
import { makeCheckKey } from '../../src/access/application/check-key.ts';
import { makeGatekeeper } from '../../src/access/application/identify.ts';
import { serveKeys } from '../../src/access/application/serve-keys.ts';
import { accessRoutes } from '../../src/access/contract/routes.ts';
import { lowestRoleFor, type Permission, permissionsOf, Role } from '../../src/access/domain/permissions.ts';
import { memoryAuditLog } from '../../src/audit/adapters/memory-audit-log.ts';
import { serveAudit } from '../../src/audit/application/serve-audit.ts';
import { makeWriteAudit } from '../../src/audit/application/write-audit.ts';
import { ALL_PROBLEMS } from '../../src/client/contracts.ts';
import { makeFindCollector } from '../../src/clusters/application/find-collector.ts';
import { experimentRoutes } from '../../src/experiments/contract/routes.ts';
import type { Principal, TenantId, UserId } from '../../src/kernel/identity.ts';
import { accept, type Outcome, refuse } from '../../src/kernel/outcome.ts';
import { systemIds, systemSecret } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { KEY_HEADER } from '../../src/platform/declare/function.ts';
import { ServiceFailure } from '../../src/platform/failure.ts';
import { makeCursors } from '../../src/platform/http/cursor.ts';
import { implement } from '../../src/platform/http/implement.ts';
import { memoryIdempotencyStore } from '../../src/platform/http/memory-idempotency.ts';
import { KEY_USE } from '../../src/platform/http/message.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { servedClusters } from './fixture-cluster-routes.ts';
import { servedCosts } from './fixture-cost-routes.ts';
import { servedExperiments } from './fixture-experiment-routes.ts';
import { seedPipelines } from './fixture-pipelines.ts';
import { CLUSTER_FIXTURE, makeWorld } from './fixture-world.ts';
import { INCUMBENTS, reportOn } from './incumbents.ts';
import { listen } from './listen.ts';
import { T0, testClock } from './platform.ts';

export const PASSWORD = 'fixture password';

export interface FixtureApi {
  readonly url: string;
  /** what the browser's clock shows when the fixtures are fresh */
  readonly now: string;
  /** from now on every route but those of sessions fails, or works again */
  breakEverything(isBroken: boolean): void;
  /** tokens that were given out so far are refused */
  endSessions(): void;
  /** one more slot of the running experiment is measured */
  measureSlot(): void;
  /** how requests were answered so far: `GET /experiments 304` */
  readonly answers: readonly string[];
  stop(): Promise<void>;
}

/**
 * The API of the contract over fixtures, for tests of the dashboard: the product's own router and schemas, so every
 * answer has the form, the ETags and the problems of the real one. Behind it nothing is measured. People are
 * `<role>@phoenix.example`, and `nobody@phoenix.example` without any role.
 */
export const startFixtureApi = async ({
  isEmpty = false,
}: {
  readonly isEmpty?: boolean;
} = {}): Promise<FixtureApi> => {
  const clock = testClock();
  const world = makeWorld(clock, isEmpty);
  if (!isEmpty) await seedPipelines(world.pipelines, clock);
  const audit = memoryAuditLog({ sha256 });
  const writeAudit = makeWriteAudit({ log: audit });
  const keyParts = {
    keys: memoryKeyStore({ clock, ids: systemIds }),
    keyedHash: hmacHash({ pepper: async () => 'pepper of the fixtures' }),
    freshSecret: systemSecret,
    sha256,
    clock,
    ids: systemIds,
  };
  const checkKey = makeCheckKey(keyParts);
  const gatekeeperOfKeys = makeGatekeeper({ ...keyParts, members: memoryMemberStore(keyParts) });
  let isBroken = false;
  let generation = 0;

  const router = makeRouter({
    service: 'fixture-api',
    served: [
      ...servedAccess(() => generation),
      ...servedClusters(world),
      ...servedExperiments(world),
      ...servePipelines({
        pipelines: world.pipelines,
        clock,
        sha256,
        collectorImage: 'collector:fixture',
        findIncumbent: async (_, clusterId, collector) => {
          const report = await reportOn(CLUSTER_FIXTURE, INCUMBENTS, { now: () => T0 });
          const collectors = async () => (clusterId === CLUSTER_FIXTURE.id ? report : null);
          return makeFindCollector({ clusters: { collectors } })(CLUSTER_FIXTURE.tenantId, clusterId, collector);
        },
      }),
      ...serveAudit({ log: audit, sha256 }),
      ...servedCosts(world),
      ...serveKeys(keyParts),
    ],
    problems: ALL_PROBLEMS,
    gatekeeper: {
      identify: async (claims, tenant) =>
        claims['token_use'] === KEY_USE ? gatekeeperOfKeys.identify(claims, tenant) : identify(claims, generation),
      lowestRoleFor: (permission) => lowestRoleFor(permission as Permission),
    },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key of the fixtures', clock }),
    refusedWrites: { tell: async (write) => void (await writeAudit({ ...write, at: clock.now() })) },
  });

  const brokenRouter = makeRouter({
    service: 'fixture-api',
    served: implement([experimentRoutes[0]], {
      listExperiments: async () => {
        throw new ServiceFailure('service-unavailable', 'the core table', new Error('planted'));
      },
    }),
    problems: ALL_PROBLEMS,
    gatekeeper: { identify: async (claims) => identify(claims, generation), lowestRoleFor: () => 'viewer' },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key of the fixtures', clock }),
  });

  const { url, answers, stop } = await listen(async (asked, run) => {
    const key = asked.headers[KEY_HEADER];
    const keyId = key === undefined ? undefined : await checkKey(key);
    if (keyId === null) return KEY_REFUSED;
    const request = keyId === undefined ? asked : { ...asked, claims: { token_use: KEY_USE, sub: keyId } };
    return isBroken && !request.path.startsWith('/api/v1/auth/')
      ? brokenRouter({ ...request, path: '/api/v1/experiments', method: 'GET', query: {} }, run)
      : router(request, run);
  }, claimsOf);
  return {
    url,
    now: T0,
    answers,
    breakEverything: (value) => {
      isBroken = value;
    },
    endSessions: () => {
      generation += 1;
    },
    measureSlot: world.measureSlot,
    stop,
  };
};

/** As the gateway says it when its authorizer does not know a key. */
const KEY_REFUSED = {
  statusCode: 403,
  headers: { 'content-type': 'application/json', 'x-request-id': 'gateway-1' },
  body: '{"message":"Forbidden"}',
};

// ── people

const tokenOf = (email: string, generation: number): string =>
  Buffer.from(JSON.stringify({ email, generation })).toString('base64url');

const claimsOf = (authorization: string | undefined): Record<string, unknown> | null => {
  const token = authorization?.replace('Bearer ', '');
  return token === undefined
    ? null
    : z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
};

const identify = async (
  claims: Readonly<Record<string, unknown>>,
  generation: number,
): Promise<Outcome<Principal, never>> => {
  const outcome =
    claims['generation'] !== generation
      ? refuse('authentication-expired', 'the session has ended; sign in again')
      : accept(principalOf(String(claims['email'])));
  return outcome as Outcome<Principal, never>;
};

const principalOf = (email: string): Principal => {
  const role = Role.safeParse(email.split('@')[0]).data;
  return {
    userId: 'u-1' as UserId,
    email,
    tenantId: 'demo' as TenantId,
    roles: role === undefined ? [] : [role],
    permissions: role === undefined ? new Set() : permissionsOf(role),
  };
};

const servedAccess = (generation: () => number) =>
  implement(accessRoutes, {
    getAuthSettings: async () =>
      accept({
        body: {
          stage: 'fixture',
          region: 'us-east-1',
          userPoolId: 'us-east-1_fixture',
          clientId: 'fixture',
          passwordSignIn: true,
          apiUrl: null,
          keyApiUrl: null,
          signInUrl: null,
        },
      }),
    login: async ({ body }) =>
      body.password === PASSWORD
        ? accept({
            body: {
              accessToken: tokenOf(body.email, generation()),
              refreshToken: tokenOf(body.email, generation()),
              expiresInSeconds: 600,
            },
          })
        : refuse('sign-in-refused', 'e-mail and password do not fit together'),
    refreshSession: async ({ body }) => {
      const claims = claimsOf(body.refreshToken);
      return claims?.['generation'] === generation()
        ? accept({ body: { accessToken: body.refreshToken, refreshToken: null, expiresInSeconds: 600 } })
        : refuse('sign-in-refused', 'the session has ended');
    },
    logout: async () => accept({ body: null }),
    getMe: async ({ caller }) =>
      accept({
        body: {
          userId: caller.userId,
          email: caller.email,
          tenantId: caller.tenantId,
          tenantName: 'Demo',
          roles: [...caller.roles] as Role[],
          permissions: [...caller.permissions],
        },
      }),
  });
