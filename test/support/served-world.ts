import { memoryMemberStore } from '../../src/access/adapters/memory-members.ts';
import type { Session, SignIn } from '../../src/access/application/ports.ts';
import { serveAccess } from '../../src/access/application/serve-access.ts';
import { Role } from '../../src/access/domain/permissions.ts';
import { ALL_PROBLEMS } from '../../src/client/contracts.ts';
import { memoryClusterStore } from '../../src/clusters/adapters/memory-cluster-store.ts';
import { memoryOperationStore } from '../../src/clusters/adapters/memory-operation-store.ts';
import { makeCarryOutClusterWork } from '../../src/clusters/application/carry-out-cluster-work.ts';
import { makeDiscoverCollectors } from '../../src/clusters/application/discover-collectors.ts';
import { makeFindCollector } from '../../src/clusters/application/find-collector.ts';
import { makeReconcileCluster } from '../../src/clusters/application/reconcile-cluster.ts';
import { serveClusters } from '../../src/clusters/application/serve-clusters.ts';
import type { ClusterWork } from '../../src/clusters/contract/routes.ts';
import { httpCourier } from '../../src/events/adapters/http-courier.ts';
import { memoryChannels, memoryDeliveries } from '../../src/events/adapters/memory-channels.ts';
import { memoryEventLog } from '../../src/events/adapters/memory-events.ts';
import type { DeliveryQueue } from '../../src/events/application/channel-ports.ts';
import { makeDeliver } from '../../src/events/application/deliver.ts';
import { serveChannels } from '../../src/events/application/serve-channels.ts';
import { serveEvents } from '../../src/events/application/serve-events.ts';
import { accept, refuse } from '../../src/kernel/outcome.ts';
import { systemIds, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { makeMetricsSources } from '../../src/measurement/adapters/metrics-sources.ts';
import { makeCheckMetricsSource } from '../../src/measurement/application/check-metrics-source.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { judgeIncumbent } from '../../src/pipelines/domain/incumbent.ts';
import { makeAddressGuard } from '../../src/platform/http/address-guard.ts';
import { makeCursors } from '../../src/platform/http/cursor.ts';
import { memoryIdempotencyStore } from '../../src/platform/http/memory-idempotency.ts';
import type { HttpAnswer } from '../../src/platform/http/message.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { serveTruth } from '../../src/truth/application/serve-truth.ts';
import { ANNA, CLUSTER, TENANT } from './builders.ts';
import { type Listening, listen } from './listen.ts';
import { NO_PAUSES, recordingRefusals } from './platform.ts';
import { GATEKEEPER, type World } from './world.ts';

export interface ServedWorld extends Listening {
  /** an access token as the gateway takes it: a role, and when it ends */
  tokenOf(role: Role, endsInSeconds: number): string;
  /** a refresh token that still opens something */
  readonly refreshToken: string;
  /** of everybody: people are `<role>@phoenix.example` */
  readonly password: string;
}

export interface ServedWorldOptions {
  readonly allowedDirectClusters?: string;
  readonly allowedMetricSources?: string;
  /** `host:port` of receivers of notifications; they get what is due at once */
  readonly allowedNotificationHosts?: string;
  /** virtual time that passes with each look at an experiment */
  readonly secondsPerLook?: number;
}

/**
 * The world behind an address, for programs that know nothing of it: all routes over the real use cases, and the one
 * rule of the gateway, that a token which has ended is 401.
 */
export const serveWorld = async (
  world: World,
  {
    allowedDirectClusters = 'none',
    allowedMetricSources = 'none',
    allowedNotificationHosts = 'none',
    secondsPerLook = 0,
  }: ServedWorldOptions = {},
): Promise<ServedWorld> => {
  const clock = world.time;
  const clusters = memoryClusterStore({ clock, ids: systemIds });
  const operations = memoryOperationStore({ clock });
  const connections = { open: async () => accept(world.kubernetes) };
  const sources = makeMetricsSources({
    allowedMetricSources,
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'SECRET' }),
    clock,
    pauses: systemPauses,
  });
  const carryOut = makeCarryOutClusterWork({
    clusters,
    operations,
    connections,
    clock,
    reconcile: makeReconcileCluster({ clusters, connections, clock }),
    sweep: async () => accept([]),
    discoverCollectors: makeDiscoverCollectors({ clusters, judgeSettings: judgeIncumbent, clock }),
    checkMetricsSource: makeCheckMetricsSource({ sources, clock }),
    onReadiness: async () => undefined,
    onProcesses: async () => refuse('processes-not-listed', 'nothing writes to a store in this world'),
  });
  const work = {
    send: async (messages: readonly { readonly message: ClusterWork }[]) => {
      for (const { message } of messages) carryOut(message).catch((error) => world.failures.push(String(error)));
    },
  };
  const known = await world.clusters.load(TENANT, CLUSTER);
  if (known !== null) await clusters.commit(known, 0, [], ANNA);

  const notifications = {
    channels: memoryChannels({ clock, ids: systemIds }),
    deliveries: memoryDeliveries(),
    clock,
  };
  const guard = makeAddressGuard(allowedNotificationHosts, 'allowedNotificationHosts');
  const queue: DeliveryQueue = {
    send: async (messages) => {
      for (const { message } of messages) {
        setImmediate(() => deliver(message).catch((error) => world.failures.push(String(error))));
      }
    },
  };
  const deliver = makeDeliver({
    ...notifications,
    queue,
    courier: httpCourier({ guard, secrets: async (_, reference) => `the secret ${reference}`, clock }),
  });

  const members = memoryMemberStore({ clock, ids: systemIds });
  await members.createTenant({ id: TENANT, name: 'Acme', isActive: true, createdAt: clock.now() });
  const others = makeRouter({
    service: 'served-world',
    problems: ALL_PROBLEMS,
    gatekeeper: GATEKEEPER,
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'a secret of this test', clock }),
    refusedWrites: recordingRefusals(),
    served: [
      ...serveClusters({
        clusters,
        operations,
        work,
        clock,
        ids: systemIds,
        allowedDirectClusters,
        allowedMetricSources,
      }),
      ...serveEvents({
        log: memoryEventLog(() => [...world.experiments.said, ...world.pipelines.said]),
        clock,
        pauses: NO_PAUSES,
      }),
      ...serveChannels({ ...notifications, queue, sha256, ids: systemIds, mayLeadTo: guard.check }),
      ...servePipelines({
        pipelines: world.pipelines,
        clock,
        sha256,
        collectorImage: 'collector:test',
        findIncumbent: makeFindCollector({ clusters }),
      }),
      ...serveTruth({ ruleSets: world.ruleSets, clock, sha256 }),
      ...serveAccess({
        members,
        signIn,
        clock,
        pauses: systemPauses,
        settings: {
          stage: 'test',
          userPoolId: 'eu-west-1_test',
          clientId: 'test',
          passwordSignIn: true,
          apiUrl: null,
          keyApiUrl: null,
        },
      }),
    ],
  });
  const listening = await listen(async (request, run) => {
    const isOpen = request.path.startsWith('/api/v1/auth/');
    if (!isOpen && (request.claims === null || hasEnded(request.claims))) return UNAUTHORIZED;
    if (!request.path.startsWith('/api/v1/experiments')) {
      // as if a worker had just looked
      await carryOut({ do: 'reconcile', tenantId: TENANT, clusterId: CLUSTER });
      return others(request, run);
    }
    if (request.method === 'GET') await world.time.advance(secondsPerLook);
    return world.api(request, run);
  }, claimsOf);
  return {
    ...listening,
    tokenOf,
    refreshToken: sessionOf('experimenter').refreshToken ?? '',
    password: PASSWORD,
  };
};

const PASSWORD = 'a password of the world';

const sessionOf = (role: Role): Session => ({
  accessToken: tokenOf(role, 600),
  refreshToken: `refresh ${role}`,
  expiresInSeconds: 600,
});

const signIn: SignIn = {
  withPassword: async (email, password) => {
    const role = Role.safeParse(email.split('@')[0]);
    return role.success && password === PASSWORD
      ? accept(sessionOf(role.data))
      : refuse('sign-in-refused', 'the e-mail address or the password is not right');
  },
  refresh: async (refreshToken) => {
    const role = Role.safeParse(refreshToken.split(' ')[1]);
    return role.success
      ? accept({ ...sessionOf(role.data), refreshToken: null })
      : refuse('sign-in-refused', 'this session has ended; sign in again');
  },
  endSessions: async () => undefined,
};

/** As an HTTP API of the gateway says it: no problem of ours. */
const UNAUTHORIZED: HttpAnswer = {
  statusCode: 401,
  headers: { 'content-type': 'application/json', 'x-request-id': 'gateway-1' },
  body: '{"message":"Unauthorized"}',
};

const tokenOf = (role: Role, endsInSeconds: number): string => {
  const claims = { role, exp: Math.floor(Date.now() / 1000) + endsInSeconds };
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
};

const claimsOf = (authorization: string | undefined): Record<string, unknown> | null => {
  const payload = authorization?.split('.')[1];
  return payload === undefined ? null : JSON.parse(Buffer.from(payload, 'base64url').toString());
};

const hasEnded = ({ exp }: Readonly<Record<string, unknown>>): boolean =>
  typeof exp === 'number' && exp * 1000 < Date.now();
