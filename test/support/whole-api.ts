import { hmacHash } from '../../src/access/adapters/keyed-hash.ts';
import { memoryKeyStore } from '../../src/access/adapters/memory-keys.ts';
import { memoryMemberStore } from '../../src/access/adapters/memory-members.ts';
import { memorySignIn } from '../../src/access/adapters/memory-sign-in.ts';
import { makeGatekeeper } from '../../src/access/application/identify.ts';
import { serveAccess } from '../../src/access/application/serve-access.ts';
import { serveKeys } from '../../src/access/application/serve-keys.ts';
import { serveMembers } from '../../src/access/application/serve-members.ts';
import { serveService } from '../../src/access/application/serve-service.ts';
import type { Member } from '../../src/access/domain/member.ts';
import { memoryAuditLog } from '../../src/audit/adapters/memory-audit-log.ts';
import { serveAudit } from '../../src/audit/application/serve-audit.ts';
import { ALL_PROBLEMS } from '../../src/client/contracts.ts';
import { memoryClusterStore } from '../../src/clusters/adapters/memory-cluster-store.ts';
import { memoryOperationStore } from '../../src/clusters/adapters/memory-operation-store.ts';
import { makeFindCollector } from '../../src/clusters/application/find-collector.ts';
import { serveClusters } from '../../src/clusters/application/serve-clusters.ts';
import { serveDoctor } from '../../src/control/application/serve-doctor.ts';
import { memoryOwnPrices } from '../../src/cost/adapters/memory-own-prices.ts';
import { serveCost } from '../../src/cost/application/serve-cost.ts';
import { memoryChannels, memoryDeliveries } from '../../src/events/adapters/memory-channels.ts';
import { memoryEventLog } from '../../src/events/adapters/memory-events.ts';
import { serveChannels } from '../../src/events/application/serve-channels.ts';
import { serveEvents } from '../../src/events/application/serve-events.ts';
import { memoryExperimentStore } from '../../src/experiments/adapters/memory-experiment-store.ts';
import { memoryLookStore } from '../../src/experiments/adapters/memory-look-store.ts';
import { memoryWaitStore } from '../../src/experiments/adapters/memory-wait-store.ts';
import { serveCosts } from '../../src/experiments/application/serve-costs.ts';
import { serveExperimentTruth } from '../../src/experiments/application/serve-experiment-truth.ts';
import { serveExperiments } from '../../src/experiments/application/serve-experiments.ts';
import { serveProcessLists } from '../../src/experiments/application/serve-process-lists.ts';
import { serveSpending } from '../../src/experiments/application/serve-spending.ts';
import type { TenantId, UserId } from '../../src/kernel/identity.ts';
import { systemIds, systemSecret } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { memorySampleStore } from '../../src/measurement/adapters/memory-sample-store.ts';
import { memoryPipelineStore } from '../../src/pipelines/adapters/memory-pipeline-store.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { makeAddressGuard } from '../../src/platform/http/address-guard.ts';
import { makeCursors } from '../../src/platform/http/cursor.ts';
import type { ServedRoute } from '../../src/platform/http/implement.ts';
import { memoryIdempotencyStore } from '../../src/platform/http/memory-idempotency.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { memoryRuleSetStore } from '../../src/truth/adapters/memory-rule-set-store.ts';
import { memoryTruthStore } from '../../src/truth/adapters/memory-truth-store.ts';
import { serveTruth } from '../../src/truth/application/serve-truth.ts';
import { NO_PAUSES, recordingRefusals, testClock } from './platform.ts';

/** Every route over its real use cases and memory adapters, in one process; nothing of it waits or reaches out. */
export const makeWholeApi = () => {
  const clock = testClock();
  const parts = { clock, ids: systemIds };
  const members = memoryMemberStore(parts);
  const people = memorySignIn();
  const keys = memoryKeyStore(parts);
  const keyedHash = hmacHash({ pepper: async () => 'a pepper of this test' });
  const clusters = memoryClusterStore(parts);
  const operations = memoryOperationStore({ clock });
  const pipelines = memoryPipelineStore(parts);
  const experiments = memoryExperimentStore(parts);
  const samples = memorySampleStore();
  const ownPrices = memoryOwnPrices(parts);
  const channels = memoryChannels(parts);
  const audit = memoryAuditLog({ sha256 });
  const refusals = recordingRefusals();
  const policy = {
    settleSeconds: 3,
    minimumHorizonSeconds: 30,
    minimumWarmupSeconds: 5,
    promoteFromScreening: true,
    collectorImage: 'collector:test',
  };
  const events = () => [
    ...members.events,
    ...keys.events,
    ...clusters.events(),
    ...pipelines.said,
    ...experiments.said,
    ...ownPrices.events(),
    ...channels.events,
  ];
  const [truths, ruleSets] = [memoryTruthStore(), memoryRuleSetStore()];
  const reached: string[] = [];
  const served = [
    ...serveAccess({
      members,
      signIn: people,
      clock,
      pauses: NO_PAUSES,
      settings: {
        stage: 'test',
        userPoolId: 'eu-west-1_test',
        clientId: 'phoenix-client',
        passwordSignIn: true,
        apiUrl: null,
        keyApiUrl: null,
      },
    }),
    ...serveKeys({ ...parts, keys, keyedHash, freshSecret: systemSecret, sha256 }),
    ...serveMembers({ members, clock }),
    ...serveService({ dependencies: [], openApi: { openapi: '3.1.0' } }),
    ...serveEvents({ log: memoryEventLog(events), clock, pauses: NO_PAUSES }),
    ...serveChannels({
      channels,
      deliveries: memoryDeliveries(),
      queue: { send: async () => undefined },
      mayLeadTo: makeAddressGuard('none', 'allowedNotificationHosts').check,
      sha256,
      clock,
      ids: systemIds,
    }),
    ...serveAudit({ log: audit, sha256 }),
    ...serveClusters({
      clusters,
      operations,
      work: { send: async () => undefined },
      clock,
      ids: systemIds,
      allowedDirectClusters: 'none',
      allowedMetricSources: 'none',
    }),
    ...servePipelines({
      pipelines,
      clock,
      sha256,
      collectorImage: policy.collectorImage,
      findIncumbent: makeFindCollector({ clusters }),
    }),
    ...serveCost({ ownPrices, clock }),
    ...serveExperiments({
      experiments,
      clusters,
      pipelines,
      samples,
      recordedLooks: memoryLookStore(),
      truths,
      policy,
      sha256,
      code: { codeVersion: 'test', nodeVersion: 'test' },
      clock,
    }),
    ...serveDoctor({
      experiments,
      waits: memoryWaitStore({ clock }),
      clusters,
      outbox: { unpublishedUntil: async () => [] },
      backlog: { parked: async () => 0, deadLetters: async () => [] },
      clock,
    }),
    ...serveCosts({ experiments, samples, clusters, ownPrices, clock }),
    ...serveProcessLists({
      experiments,
      samples,
      operations,
      work: { send: async () => undefined },
      clock,
      ids: systemIds,
    }),
    ...serveSpending({ experiments, samples, ownPrices, clock }),
    ...serveExperimentTruth({ experiments, truths, ruleSets, clock }),
    ...serveTruth({ ruleSets, clock, sha256 }),
  ].map(
    (each): ServedRoute => ({
      ...each,
      answer: (request) => {
        reached.push(each.route.name);
        return each.answer(request);
      },
    }),
  );
  return {
    clock,
    /** names of routes whose use cases were asked, in order */
    reached,
    members,
    people,
    keys,
    keyedHash,
    audit,
    refusals,
    /** everything that was said, by whom it was kept */
    events,
    router: makeRouter({
      service: 'whole-api',
      served,
      problems: ALL_PROBLEMS,
      gatekeeper: makeGatekeeper({ members, keys, clock }),
      idempotency: memoryIdempotencyStore({ clock }),
      cursors: makeCursors({ secret: async () => 'a key of this test', clock }),
      refusedWrites: refusals,
    }),
    /** a member as the table has it; every field that a test does not mention is plain */
    enrol: async (tenantId: string, userId: string, more: Partial<Member> = {}): Promise<Member> => {
      const now = clock.now();
      await members.createTenant({ id: tenantId as TenantId, name: tenantId, isActive: true, createdAt: now });
      const member: Member = {
        tenantId: tenantId as TenantId,
        userId: userId as UserId,
        email: `${userId}@phoenix.example`,
        roles: ['viewer'],
        isActive: true,
        sessionsEndedAt: null,
        version: 1,
        createdAt: now,
        updatedAt: now,
        ...more,
      };
      await members.commit(member, 0, [], { kind: 'system', id: 'janitor' });
      return member;
    },
  };
};
export type WholeApi = ReturnType<typeof makeWholeApi>;
