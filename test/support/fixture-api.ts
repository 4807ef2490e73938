import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { accessRoutes } from '../../src/access/contract/routes.ts';
import { lowestRoleFor, type Permission, permissionsOf, Role } from '../../src/access/domain/permissions.ts';
import { ALL_PROBLEMS } from '../../src/client/contracts.ts';
import { clusterRoutes } from '../../src/clusters/contract/routes.ts';
import { Cluster, ClusterNode } from '../../src/clusters/domain/cluster.ts';
import { neededTime } from '../../src/experiments/application/plan-duration.ts';
import { experimentRoutes } from '../../src/experiments/contract/routes.ts';
import { EvidenceBundle, ExperimentSummary, ExperimentView } from '../../src/experiments/contract/views.ts';
import { DEFAULT_CRITERIA } from '../../src/experiments/domain/settings.ts';
import { completeSettings } from '../../src/experiments/domain/setup.ts';
import type { CommandName, State } from '../../src/experiments/domain/vocabulary.ts';
import type { OperationId, Principal, TenantId, UserId } from '../../src/kernel/identity.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { accept, type Outcome, refuse } from '../../src/kernel/outcome.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { sha256 } from '../../src/pipelines/adapters/sha256.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { renderPipeline } from '../../src/pipelines/domain/render.ts';
import type { Operation } from '../../src/platform/declare/operation.ts';
import { ServiceFailure } from '../../src/platform/failure.ts';
import { makeCursors } from '../../src/platform/http/cursor.ts';
import { implement } from '../../src/platform/http/implement.ts';
import { memoryIdempotencyStore } from '../../src/platform/http/memory-idempotency.ts';
import type { HttpRequest } from '../../src/platform/http/message.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { CLUSTER, CRITICAL, type FixtureExperiment, fixtureExperiment, NODES } from './fixture-experiments.ts';
import { T0, testClock, testRun } from './platform.ts';

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
  const answers: string[] = [];
  let isBroken = false;
  let generation = 0;

  const router = makeRouter({
    service: 'fixture-api',
    served: [
      ...servedAccess(() => generation),
      ...servedClusters(world),
      ...servedExperiments(world),
      ...servePipelines({ sha256 }),
    ],
    problems: ALL_PROBLEMS,
    gatekeeper: {
      identify: async (claims) => identify(claims, generation),
      lowestRoleFor: (permission) => lowestRoleFor(permission as Permission),
    },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key of the fixtures', clock }),
  });

  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const url = new URL(incoming.url ?? '/', 'http://fixture');
      const request: HttpRequest = {
        method: incoming.method ?? 'GET',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: Object.fromEntries(
          Object.entries(incoming.headers).map(([name, value]) => [
            name,
            Array.isArray(value) ? value.join(', ') : (value ?? ''),
          ]),
        ),
        body: chunks.length === 0 ? undefined : Buffer.concat(chunks).toString('utf8'),
        claims: claimsOf(incoming.headers.authorization),
        requestId: `request-${answers.length + 1}`,
      };
      const run = { ...testRun(), traceId: `1-65000000-${String(answers.length + 1).padStart(24, '0')}` };
      const isSession = url.pathname.startsWith('/api/v1/auth/');
      const answer =
        isBroken && !isSession
          ? await brokenRouter({ ...request, path: '/api/v1/experiments', method: 'GET', query: {} }, run)
          : await router(request, run);
      answers.push(`${request.method} ${url.pathname.replace('/api/v1', '')} ${answer.statusCode}`);
      outgoing.writeHead(answer.statusCode, answer.headers);
      outgoing.end(answer.body);
    });
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

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    now: T0,
    answers,
    breakEverything: (value) => {
      isBroken = value;
    },
    endSessions: () => {
      generation += 1;
    },
    measureSlot: world.measureSlot,
    stop: () => stopServer(server),
  };
};

const stopServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

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

// ── things

const makeWorld = (clock: Clock & { advance(seconds: number): void }, isEmpty: boolean) => {
  const experiments = new Map<string, FixtureExperiment>();
  const operations = new Map<string, Operation & { asks: number }>();
  const put = (experiment: FixtureExperiment): void => void experiments.set(experiment.view.id, experiment);
  const running = (measured: number): FixtureExperiment =>
    fixtureExperiment({
      id: 'exp-running00001',
      name: 'top-k against baseline on local',
      state: 'running',
      createdAt: secondsAfter(T0, -560),
      measured,
      gaps: [22, 23],
      allowedCommands: ['stop'],
    });
  if (!isEmpty) {
    put(running(41));
    put(
      fixtureExperiment({
        id: 'exp-draft0000001',
        name: 'top-k with a higher threshold',
        state: 'draft',
        createdAt: secondsAfter(T0, -1200),
        measured: 0,
        allowedCommands: ['start', 'stop', 'delete'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-promote00001',
        name: 'top-k on both web nodes',
        state: 'awaiting_approval',
        createdAt: secondsAfter(T0, -5400),
        measured: 60,
        verdict: 'promote',
        allowedCommands: ['stop', 'promote'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-aborted00001',
        name: 'top-k without pinned processes',
        state: 'rolled_back',
        createdAt: secondsAfter(T0, -9000),
        measured: 17,
        verdict: 'abort_limit',
        allowedCommands: ['delete'],
      }),
    );
    put(
      fixtureExperiment({
        id: 'exp-cancelled001',
        name: 'first try',
        state: 'ended',
        createdAt: secondsAfter(T0, -90_000),
        measured: 0,
        verdict: 'cancelled',
        epoch: 2,
        allowedCommands: ['retry', 'delete'],
      }),
    );
  }
  let measured = 41;
  return {
    clock,
    experiments,
    operations,
    clusters: isEmpty ? [] : [CLUSTER_FIXTURE],
    nodes: isEmpty ? [] : NODE_FIXTURES,
    put,
    measureSlot: () => {
      measured += 1;
      put(running(measured));
    },
  };
};
type World = ReturnType<typeof makeWorld>;

const CLUSTER_FIXTURE = Cluster.parse({
  id: CLUSTER,
  tenantId: 'demo',
  version: 3,
  settings: {
    name: 'local',
    access: {
      kind: 'direct',
      endpoint: 'https://127.0.0.1:6443',
      caPem: '-----BEGIN CERTIFICATE-----\nfixture\n-----END CERTIFICATE-----',
      tokenSecret: 'phoenix/fixture/local',
    },
    namespace: 'phoenix-exp',
    metrics: { kind: 'url', url: 'http://127.0.0.1:9090' },
    remoteWriteUrl: 'http://127.0.0.1:9090/api/v1/write',
  },
  health: 'reachable',
  healthMessage: null,
  preflight: {
    at: secondsAfter(T0, -1800),
    passed: false,
    kubernetesVersion: 'v1.36.3',
    checks: [
      { name: 'version', passed: true, severity: 'blocking', message: 'v1.36.3 is supported', fix: null },
      { name: 'namespace', passed: true, severity: 'blocking', message: 'phoenix-exp exists', fix: null },
      {
        name: 'rights we need',
        passed: false,
        severity: 'blocking',
        message: 'may not patch daemonsets in phoenix-exp',
        fix: 'kubectl apply -f phoenix-onboarding.yaml',
      },
      {
        name: 'rights we must not have',
        passed: false,
        severity: 'warning',
        message: 'may read secrets in kube-system',
        fix: 'kubectl delete clusterrolebinding phoenix-wide',
      },
      {
        name: 'measurements',
        passed: true,
        severity: 'blocking',
        message: 'the metrics source answers in 12 ms',
        fix: null,
      },
    ],
  },
  objectCount: 7,
  nodesSeenAt: secondsAfter(T0, -30),
  createdAt: secondsAfter(T0, -100_000),
  updatedAt: secondsAfter(T0, -1800),
});

const NODE_FIXTURES = NODES.map((name) =>
  ClusterNode.parse({
    name,
    uid: `uid-${name}`,
    ready: true,
    labels: { 'kubernetes.io/hostname': name },
    cpuCores: 2,
    memoryBytes: 8 * 1024 ** 3,
    seenAt: secondsAfter(T0, -30),
    reservedBy: 'exp-running00001',
  }),
).concat(
  ClusterNode.parse({
    name: 'node-3',
    uid: 'uid-node-3',
    ready: true,
    labels: {},
    cpuCores: 4,
    memoryBytes: 16 * 1024 ** 3,
    seenAt: secondsAfter(T0, -30),
    reservedBy: null,
  }),
);

const nothingThere = (what: string) => refuse('resource-not-found', `there is no ${what}`);

const servedClusters = (world: World) => {
  const operation = (kind: string, subject: string, result: Operation['result']): Operation => {
    const id = `op-fixture0000${world.operations.size + 1}` as OperationId;
    const made: Operation = {
      id,
      kind,
      subject,
      state: 'pending',
      createdAt: T0,
      finishedAt: null,
      result: null,
      problem: null,
    };
    world.operations.set(id, { ...made, result, asks: 0 });
    return made;
  };
  const known = (id: string) => world.clusters.find((each) => each.id === id);
  return implement(clusterRoutes, {
    listClusters: async ({ query }) =>
      accept({
        body: {
          items: [...world.clusters],
          metadata: { count: world.clusters.length, limit: query.limit, nextToken: null },
        },
      }),
    registerCluster: async () => refuse('address-not-allowed', 'fixtures have one cluster'),
    getCluster: async ({ params }) => {
      const found = known(params.clusterId);
      return found === undefined ? nothingThere('such cluster') : accept({ body: found, version: found.version });
    },
    removeCluster: async () => refuse('cluster-in-use', 'an experiment runs on it'),
    checkCluster: async ({ params }) => accept({ body: operation('cluster.preflight', params.clusterId, {}) }),
    listClusterNodes: async () => accept({ body: { seenAt: world.nodes[0]?.seenAt ?? null, items: [...world.nodes] } }),
    listClusterObjects: async ({ params }) =>
      accept({
        body: operation('cluster.objects', params.clusterId, {
          items: [
            {
              kind: 'DaemonSet',
              name: 'phoenix-running00001-baseline',
              namespace: 'phoenix-exp',
              uid: 'uid-1',
              owner: 'exp-running00001',
              epoch: 1,
              expires_at: secondsAfter(T0, 3600),
            },
          ],
        }),
      }),
    getClusterOnboarding: async () =>
      accept({ body: { yaml: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: phoenix-exp\n' } }),
    getOperation: async ({ params }) => {
      const found = world.operations.get(params.operationId);
      if (found === undefined) return nothingThere('such operation');
      const asks = found.asks + 1;
      world.operations.set(found.id, { ...found, asks });
      const state = asks >= 3 ? 'succeeded' : 'running';
      const { asks: _, ...body } = found;
      return accept({
        body: {
          ...body,
          state,
          result: state === 'succeeded' ? found.result : null,
          finishedAt: state === 'succeeded' ? T0 : null,
        },
      });
    },
  });
};

const AFTER: Readonly<Record<Exclude<CommandName, 'delete'>, State>> = {
  start: 'validating',
  stop: 'rolling_back',
  promote: 'promoting',
  rollback: 'rolling_back',
  retry: 'validating',
};

const servedExperiments = (world: World) => {
  const find = (id: string) => world.experiments.get(id);
  const missing = () => nothingThere('such experiment');
  const answer = <T>(id: string, body: (experiment: FixtureExperiment) => T) => {
    const found = find(id);
    return found === undefined ? missing() : accept({ body: body(found) });
  };
  const command = async (name: Exclude<CommandName, 'delete'>, id: string, ifMatch: number | '*') => {
    const found = find(id);
    if (found === undefined) return missing();
    const { view } = found;
    if (ifMatch !== '*' && ifMatch !== view.version) {
      return refuse('precondition-failed', `it is at version ${view.version} now`, { version: view.version });
    }
    if (!view.allowedCommands.includes(name)) {
      return refuse('state-conflict', `${name} is not possible while it is ${view.state}`);
    }
    const state = view.state === 'draft' && name === 'stop' ? 'ended' : AFTER[name];
    const next = ExperimentView.parse({
      ...view,
      state,
      version: view.version + 1,
      epoch: name === 'start' || name === 'retry' ? view.epoch + 1 : view.epoch,
      allowedCommands: name === 'start' || name === 'retry' || name === 'promote' ? ['stop'] : [],
      updatedAt: T0,
    });
    world.put({ ...found, view: next });
    return accept({ body: next, version: next.version });
  };

  return implement(experimentRoutes, {
    listExperiments: async ({ query }) => {
      const found = [...world.experiments.values()]
        .map(({ view }) => view)
        .filter(
          ({ state, verdict, targets }) =>
            (query.state === undefined || query.state === state) &&
            (query.verdict === undefined || query.verdict === verdict?.verdict) &&
            (query.clusterId === undefined || targets.some(({ clusterId }) => clusterId === query.clusterId)),
        )
        .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
      const begin = query.nextToken === undefined ? 0 : Number(query.nextToken);
      const items = found.slice(begin, begin + query.limit).map(summaryOf);
      const end = begin + items.length;
      return accept({
        body: {
          items,
          metadata: { count: items.length, limit: query.limit, nextToken: end < found.length ? String(end) : null },
        },
      });
    },
    createExperiment: async ({ body }) => {
      const made = fixtureExperiment({
        id: `exp-created${String(world.experiments.size).padStart(5, '0')}`,
        name: body.name,
        state: 'draft',
        createdAt: T0,
        measured: 0,
        allowedCommands: ['start', 'stop', 'delete'],
      });
      const view = ExperimentView.parse({
        ...made.view,
        ...body,
        successCriteria: body.successCriteria ?? DEFAULT_CRITERIA,
      });
      world.put({ ...made, view });
      return accept({ body: view, version: view.version });
    },
    planExperiment: async ({ body }) => {
      const wanted = body.targets.flatMap(({ nodeNames }) => nodeNames ?? world.nodes.map(({ name }) => name));
      return accept({ body: neededTime(completeSettings(body), wanted.length, null, FLOORS) });
    },
    validateExperiment: async ({ body }) => {
      const findings = (['baseline', 'candidate'] as const).flatMap((variant) => {
        const rendered = renderPipeline(
          body[`${variant}Pipeline`],
          {
            criticalProcesses: body.criticalProcesses,
            collectionIntervalSeconds: body.collectionIntervalSeconds,
            remoteWriteAuth: 'none',
          },
          sha256,
        );
        if (rendered.accepted) return [];
        const { message, code, errors = [] } = rendered.refusal;
        const at = `/${variant}_pipeline`;
        return errors.length === 0
          ? [{ pointer: at, code, message }]
          : errors.map((each) => ({ ...each, pointer: `${at}${each.pointer}` }));
      });
      const wanted = body.targets.flatMap(({ nodeNames }) => nodeNames ?? world.nodes.map(({ name }) => name));
      return accept({
        body: {
          valid: findings.length === 0,
          findings,
          nodes: world.nodes
            .filter(({ name }) => wanted.includes(name))
            .map(({ name, reservedBy }) => ({
              clusterId: CLUSTER_FIXTURE.id,
              node: name,
              heldBy: reservedBy as ExperimentView['id'] | null,
            })),
          slotsPlanned: Math.floor(body.durationSeconds / body.slotSeconds),
          totalSeconds: body.durationSeconds + body.warmupSeconds + 60,
          objects: 7,
        },
      });
    },
    getExperiment: async ({ params }) => {
      const found = find(params.experimentId);
      return found === undefined ? missing() : accept({ body: found.view, version: found.view.version });
    },
    deleteExperiment: async ({ params }) => {
      world.experiments.delete(params.experimentId);
      return accept({ body: null });
    },
    startExperiment: async ({ params, ifMatch }) => command('start', params.experimentId, ifMatch),
    stopExperiment: async ({ params, ifMatch }) => command('stop', params.experimentId, ifMatch),
    promoteExperiment: async ({ params, ifMatch }) => command('promote', params.experimentId, ifMatch),
    rollbackExperiment: async ({ params, ifMatch }) => command('rollback', params.experimentId, ifMatch),
    retryExperiment: async ({ params, ifMatch }) => command('retry', params.experimentId, ifMatch),
    listTransitions: async ({ params }) =>
      answer(params.experimentId, ({ transitions }) => ({ items: [...transitions] })),
    getExperimentMetrics: async ({ params, query }) =>
      answer(params.experimentId, ({ series }) => series(query.metric)),
    getExperimentProcesses: async ({ params }) =>
      answer(params.experimentId, ({ view }) => ({
        slot: view.slotsMeasured === 0 ? null : view.slotsMeasured + 5,
        at: view.latestLook?.at ?? null,
        nodes: view.nodes.map(({ node }) => {
          const isLost = view.verdict?.verdict === 'abort_limit' && node === 'node-2';
          const seenByBaseline = CRITICAL.filter((name) => name !== 'java' || node === 'node-1');
          return {
            node,
            seenByBaseline: [...seenByBaseline],
            seenByCandidate: seenByBaseline.filter((name) => !(isLost && name === 'postgres')),
            missing: isLost ? ['postgres'] : [],
          };
        }),
      })),
    listLooks: async ({ params }) => answer(params.experimentId, ({ looks }) => ({ items: [...looks] })),
    getVerdict: async ({ params }) => {
      const verdict = find(params.experimentId)?.view.verdict ?? null;
      return verdict === null ? refuse('verdict-not-reached', 'there is no verdict yet') : accept({ body: verdict });
    },
    getExperimentDeployment: async ({ params }) =>
      answer(params.experimentId, ({ view, rendered }) => ({
        variants: (['baseline', 'candidate'] as const).map((variant) => ({
          variant,
          rendered: view.state === 'draft' ? null : rendered[variant],
          observedAt: view.state === 'draft' ? null : T0,
          readiness: [
            {
              clusterId: CLUSTER_FIXTURE.id,
              readiness: {
                variant,
                desired: view.nodes.length,
                ready: view.nodes.length,
                nodes: view.nodes.map(({ node }) => ({
                  node,
                  status: view.state === 'running' ? ('ready' as const) : ('missing' as const),
                  restarts: 0,
                  message: null,
                })),
              },
            },
          ],
        })),
      })),
    getExperimentQueries: async ({ params }) =>
      answer(params.experimentId, ({ view }) => ({
        items: [
          {
            metric: 'exported_points',
            promql: `sum by (variant, node) (otelcol_exporter_sent_metric_points{experiment="${view.id}"})`,
            unit: 'points per slot',
          },
          { metric: 'active_series', promql: `count by (variant, node) ({experiment="${view.id}"})`, unit: 'series' },
        ],
      })),
    exportEvidence: async ({ params }) =>
      answer(params.experimentId, ({ view }) =>
        EvidenceBundle.parse({
          format: 'phoenix-evidence/1',
          evidence: {
            design: {
              stepSeconds: view.slotSeconds,
              horizonSlots: view.slotsPlanned,
              criteria: [{ name: 'exported_points', role: 'primary', minimumSaving: 0.05 }],
            },
            slots: [],
          },
          judgement: { looks: [], verdict: null },
          queries: [],
          hashes: {},
          codeVersion: 'fixture-0000000',
          nodeVersion: 'v24.0.0',
          priceBookVersion: null,
          experiment: view,
          samples: [],
          looks: [],
        }),
      ),
  });
};

const FLOORS = { minimumHorizonSeconds: 30, minimumWarmupSeconds: 5 };

const summaryOf = (view: ExperimentView): ExperimentSummary => {
  const effects = view.verdict?.onMeasuredNodes ?? view.latestLook?.effects ?? [];
  const shown = Object.fromEntries(
    Object.keys(ExperimentSummary.shape).map((field) => [field, view[field as keyof ExperimentView]]),
  );
  return ExperimentSummary.parse({
    ...shown,
    verdict: view.verdict?.verdict ?? null,
    sentence: view.verdict?.sentence ?? view.latestLook?.sentence ?? null,
    primary: effects.find(({ role }) => role === 'primary') ?? null,
    guardrails: effects.filter(({ role }) => role === 'guardrail' || role === 'limit'),
  });
};
