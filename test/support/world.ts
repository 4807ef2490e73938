import { lowestRoleFor, type Permission, permissionsOf, Role } from '../../src/access/domain/permissions.ts';
import { memoryClusterConnection } from '../../src/clusters/adapters/memory-cluster-connection.ts';
import { Cluster } from '../../src/clusters/domain/cluster.ts';
import { holdKey } from '../../src/clusters/domain/node-keys.ts';
import { memoryExperimentStore } from '../../src/experiments/adapters/memory-experiment-store.ts';
import { memoryLookStore } from '../../src/experiments/adapters/memory-look-store.ts';
import { memoryWaitStore } from '../../src/experiments/adapters/memory-wait-store.ts';
import { makeCheckReadiness } from '../../src/experiments/application/check-readiness.ts';
import { makeClusterSteps } from '../../src/experiments/application/cluster-steps.ts';
import { makeCommandExperiment } from '../../src/experiments/application/command-experiment.ts';
import { makeCreateExperiment } from '../../src/experiments/application/create-experiment.ts';
import { makeDispatchDue } from '../../src/experiments/application/dispatch-due.ts';
import { makeExperimentSteps } from '../../src/experiments/application/experiment-steps.ts';
import type { PipelineLibrary } from '../../src/experiments/application/find-pipelines.ts';
import {
  type CheckDueTruth,
  type MeasureDueSlots,
  makeLookAtExperiment,
} from '../../src/experiments/application/look-at-experiment.ts';
import type {
  ClusterHands,
  ClusterLooks,
  ClusterRegistry,
  EpochRef,
  ExperimentStore,
  LookQueue,
  LookStore,
  Machines,
  ReadinessQueue,
  Settler,
  WaitStore,
} from '../../src/experiments/application/ports.ts';
import { makeRunLifecycle } from '../../src/experiments/application/run-lifecycle.ts';
import { serveExperimentTruth } from '../../src/experiments/application/serve-experiment-truth.ts';
import { serveExperiments } from '../../src/experiments/application/serve-experiments.ts';
import { makeStartExperiment } from '../../src/experiments/application/start-experiment.ts';
import { makeSweepExperiments } from '../../src/experiments/application/sweep-experiments.ts';
import { EXPERIMENT_PROBLEMS } from '../../src/experiments/contract/problems.ts';
import { ClusterStep, ExperimentStep, MachineInput, StepAnswer } from '../../src/experiments/contract/workflow.ts';
import type { CompleteSettings, Experiment } from '../../src/experiments/domain/experiment.ts';
import { type Principal, TenantId, UserId } from '../../src/kernel/identity.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { accept } from '../../src/kernel/outcome.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { memorySampleStore } from '../../src/measurement/adapters/memory-sample-store.ts';
import type { SampleStore } from '../../src/measurement/application/ports.ts';
import type { Sample } from '../../src/measurement/domain/sample.ts';
import { dueSlots, slotEnd, slotPhase } from '../../src/measurement/domain/slots.ts';
import { memoryPipelineStore } from '../../src/pipelines/adapters/memory-pipeline-store.ts';
import { PIPELINE_PROBLEMS } from '../../src/pipelines/contract/problems.ts';
import { EventEnvelope } from '../../src/platform/declare/event.ts';
import { makeCursors } from '../../src/platform/http/cursor.ts';
import { memoryIdempotencyStore } from '../../src/platform/http/memory-idempotency.ts';
import { type Gatekeeper, makeRouter } from '../../src/platform/router.ts';
import { fromWire, toWire } from '../../src/platform/wire.ts';
import { memoryRuleSetStore } from '../../src/truth/adapters/memory-rule-set-store.ts';
import { memoryTruthStore } from '../../src/truth/adapters/memory-truth-store.ts';
import { makeCheckTruth } from '../../src/truth/application/check-truth.ts';
import { type Definition, readDefinition } from './asl.ts';
import { type Execution, type Lambda, makeWalker } from './asl-walker.ts';
import { CLUSTER, clusterNode, settings, T0, TENANT } from './builders.ts';
import { type Call, type Fault, makeFaultPlan } from './faults.ts';
import { recordingRefusals } from './platform.ts';
import { makeCountingIds, makeVirtualTime } from './virtual-time.ts';

// The whole lifecycle in one process: the use cases, memory adapters, both machines as they deploy, and time that
// passes only when a test says so. Queues deliver after a moment, tick and janitor fire as scheduled.

export type Readings = (slot: number, node: string) => Pick<Sample, 'baseline' | 'candidate'>;

export interface WorldOptions {
  /** where the cluster's measurements are; nothing is asked there but by a preflight */
  readonly metricsUrl?: string;
  readonly readings?: ReadingsOf;
  /** every message is delivered so many times */
  readonly copies?: number;
  readonly promoteFromScreening?: boolean;
  /** wraps what the machines call, to make it fail */
  readonly around?: (step: string, call: () => Promise<unknown>) => Promise<unknown>;
  /** what happens to each outbound call of the product's own code; absent: nothing */
  readonly faultOf?: (call: Call) => Fault;
  /** messages that never arrive */
  readonly isLost?: (kind: 'look' | 'readiness', at: Instant) => boolean;
}

export type ReadingsOf = (
  slot: number,
) => Readonly<Record<string, readonly [baseline: number, candidate: number] | null>>;

export const ANNA_PRINCIPAL: Principal = {
  userId: UserId.parse('anna'),
  email: 'anna@example.com',
  tenantId: TenantId.parse('acme'),
  roles: ['admin'],
  permissions: permissionsOf('admin'),
};

/** Who asks the API: tests put tenant and role into the claims. */
const principalOf = (claims: Readonly<Record<string, unknown>>): Principal => {
  const role = Role.parse(claims['role'] ?? 'admin');
  const tenantId = TenantId.parse(claims['tenant'] ?? 'acme');
  return { ...ANNA_PRINCIPAL, tenantId, roles: [role], permissions: permissionsOf(role) };
};

export const GATEKEEPER: Gatekeeper = {
  identify: async (claims) => accept(principalOf(claims)),
  lowestRoleFor: (permission) => lowestRoleFor(permission as Permission),
};

const NAMES = ['nginx', 'postgres'];
export const SETTLE_SECONDS = 3;

/** A candidate that exports a seventh and loses nothing; a little noise that both variants share. */
export const healthy: ReadingsOf = (slot) => {
  const load = 1000 + 10 * Math.sin(slot * 1.3) + 5 * Math.sin(slot * 2.9);
  return {
    exported_points: [load, load * 0.14 + 0.3 * Math.sin(slot * 0.7)],
    active_series: [500, 70],
    exported_bytes: [load * 40, load * 6],
    accepted_points: [load, load],
    collector_cpu_seconds: [0.2, 0.21],
    collector_memory_bytes: [90e6, 95e6],
    failed_points: [0, 0],
    critical_processes_missing: [0, 0],
  };
};

/** Two variants that are the same pipeline. */
export const alike: ReadingsOf = (slot) =>
  Object.fromEntries(Object.entries(healthy(slot)).map(([metric, pair]) => [metric, pair && [pair[0], pair[0]]]));

/** From a slot on, the candidate no longer shows one of two critical processes. */
export const losingFrom =
  (from: number): ReadingsOf =>
  (slot) => ({ ...healthy(slot), critical_processes_missing: [0, slot >= from ? 1 : 0] });

export const makeWorld = (options: WorldOptions = {}) => {
  const { copies = 1, readings = healthy, around = (_, call) => call(), isLost = () => false } = options;
  const time = makeVirtualTime(T0);
  const ids = makeCountingIds();
  const clock = time;
  const policy = {
    settleSeconds: SETTLE_SECONDS,
    minimumHorizonSeconds: 30,
    minimumWarmupSeconds: 5,
    promoteFromScreening: options.promoteFromScreening ?? true,
    collectorImage: 'collector:test',
  };
  const code = { codeVersion: 'test', nodeVersion: 'test' };
  const failures: string[] = [];
  const faults = makeFaultPlan(clock, options.faultOf ?? (() => 'none'));

  /** A queue: after a moment or its delay, as often as asked for; what throws comes again, five times. */
  const deliver = (delaySeconds: number, work: () => Promise<unknown>): void => {
    for (let copy = 0; copy < copies; copy += 1) attempt(Math.max(0.05, delaySeconds) + copy * 0.4, work, 1);
  };
  const attempt = (delaySeconds: number, work: () => Promise<unknown>, nth: number): void => {
    time.at(Date.parse(time.now()) + delaySeconds * 1000, () => {
      work().catch((error: unknown) => {
        if (nth < 5) return attempt(5, work, nth + 1);
        failures.push(String(error));
        return undefined;
      });
    });
  };

  const LIFECYCLE_EVENTS = ['experiment.started', 'control.signal_received'];
  const experiments = memoryExperimentStore({
    clock,
    ids,
    onSaid: (event) => {
      if (LIFECYCLE_EVENTS.includes(event.type)) {
        deliver(0.2, () => runLifecycle(toWire(EventEnvelope, event) as Record<string, unknown>));
      }
    },
  });
  const samples = memorySampleStore();
  const waits = memoryWaitStore({ clock });
  const recordedLooks = memoryLookStore();
  let cluster = Cluster.parse({
    id: CLUSTER,
    tenantId: TENANT,
    version: 1,
    settings: {
      name: 'eu-1',
      access: {
        kind: 'direct',
        endpoint: 'https://127.0.0.1:6443',
        caPem: '-----BEGIN CERTIFICATE-----',
        tokenSecret: 't',
      },
      namespace: 'phoenix-exp',
      metrics: { kind: 'url', url: options.metricsUrl ?? 'http://127.0.0.1:9090' },
      remoteWriteUrl: 'http://127.0.0.1:9090/api/v1/write',
    },
    health: 'reachable',
    healthMessage: null,
    preflight: null,
    nodesSeenAt: T0,
    objectCount: 0,
    createdAt: T0,
    updatedAt: T0,
  });
  const nodeNames = ['node-1', 'node-2'];
  const kubernetes = memoryClusterConnection({
    namespace: 'phoenix-exp',
    nodes: nodeNames.map((name) => {
      const { reservedBy: _, seenAt: __, ...node } = clusterNode(name);
      return node;
    }),
  });
  const clusters = {
    load: async (_: unknown, id: string) => (id === CLUSTER ? cluster : null),
    nodes: async () =>
      nodeNames.map((name) => {
        const { pk, sk } = holdKey(TENANT, CLUSTER, name, 'metrics');
        return clusterNode(name, { reservedBy: experiments.holds.get(`${pk}/${sk}`) ?? null });
      }),
  };
  const pipelines = memoryPipelineStore({ clock, ids });
  // what the product's own code is wired with; tests look past the faults
  const [truths, ruleSets] = [memoryTruthStore(), memoryRuleSetStore()];
  const ports = {
    truths,
    experiments: faults.around<ExperimentStore>('experiments', experiments),
    samples: faults.around<SampleStore>('samples', samples),
    recordedLooks: faults.around<LookStore>('recordedLooks', recordedLooks),
    waits: faults.around<WaitStore>('waits', waits),
    clusters: faults.around<ClusterRegistry>('clusters', clusters),
    pipelines: faults.around<PipelineLibrary>('pipelines', pipelines),
  };
  const access = { open: async () => accept(faults.around<ClusterHands>('kubernetes', kubernetes)) };
  const clusterLooks = faults.around<ClusterLooks>('clusterLooks', {
    ask: async () =>
      deliver(0.5, async () => {
        const seen = await kubernetes.nodes();
        cluster = {
          ...cluster,
          health: seen.accepted ? 'reachable' : 'unreachable',
          healthMessage: seen.accepted ? null : seen.refusal.message,
        };
      }),
  });

  const looks: LookQueue = faults.around('looks', {
    ask: async (requests: readonly { readonly ref: EpochRef; readonly delaySeconds: number }[]) => {
      for (const { ref, delaySeconds } of requests) {
        deliver(delaySeconds, async () => (isLost('look', time.now()) ? null : lookAt(ref)));
      }
    },
  });
  const readiness: ReadinessQueue = faults.around('readiness', {
    ask: async (ref: EpochRef, nth: number, delaySeconds: number) =>
      deliver(delaySeconds, async () => (isLost('readiness', time.now()) ? null : checkReadiness(ref, nth))),
  });
  const measure: MeasureDueSlots = async ({ ref, grid, slotsPlanned, watchEvery, settleSeconds }) => {
    const lastRecorded = await ports.samples.lastSlot(ref.tenantId, ref.experimentId, ref.epoch);
    const now = clock.now();
    const due = dueSlots({ grid, lastRecorded, slotsPlanned, watchEvery, settleSeconds, now, atMost: 60 });
    let last = lastRecorded;
    for (const slot of due) {
      const values = readings(slot);
      const readingsOf = (place: 0 | 1) =>
        Object.fromEntries(
          Object.entries(values).map(([metric, pair]) => [
            metric,
            Object.fromEntries(
              nodeNames.map((node) => [
                node,
                pair === null ? { missing: 'no_series' as const } : { value: pair[place] },
              ]),
            ),
          ]),
        );
      const lost = values['critical_processes_missing']?.[1] ?? 0;
      await ports.samples.record(ref.tenantId, {
        experimentId: ref.experimentId,
        epoch: ref.epoch,
        slot,
        endsAt: slotEnd(grid, slot),
        phase: slotPhase(grid, slot, slotsPlanned),
        baseline: readingsOf(0),
        candidate: readingsOf(1),
        processes: nodeNames.map((node) => ({
          node,
          seenByBaseline: NAMES,
          seenByCandidate: NAMES.slice(lost),
          missing: NAMES.slice(0, lost),
        })),
        measuredAt: clock.now(),
        hashes: {},
      });
      last = slot;
    }
    return { lastRecorded: last };
  };

  const common = {
    ...ports,
    looks,
    policy,
    sha256,
    hashing: { sha256 },
    code,
    clock,
  };
  const experimentSteps = makeExperimentSteps(common);
  const clusterSteps = makeClusterSteps({ ...common, access, readiness, clusterLooks });

  /** What crosses is in wire names, as it is between Step Functions and a function. */
  const onExperimentSteps: Lambda = (payload) => {
    const step = ExperimentStep.parse(fromWire(ExperimentStep, payload));
    return around(step.step, async () => toWire(StepAnswer, await experimentSteps(step)));
  };
  const onClusterSteps: Lambda = (payload) => {
    const step = ClusterStep.parse(fromWire(ClusterStep, payload));
    return around(step.step, async () => toWire(StepAnswer, await clusterSteps(step)));
  };
  const lambdas = { ExperimentStepsArn: onExperimentSteps, ClusterStepsArn: onClusterSteps };
  const onEnd = (execution: Execution): void => {
    if (execution.status !== 'FAILED') return;
    const message = { executionArn: execution.name, status: 'FAILED', input: JSON.stringify(execution.input) };
    deliver(1, () => runLifecycle(message));
  };
  const walkerOf = (definition: Definition) => makeWalker({ definition, time, lambdas, onEnd });
  const walkers = {
    experiment: walkerOf(readDefinition('experiment')),
    withdrawal: walkerOf(readDefinition('withdrawal')),
  };
  const machines: Machines = faults.around<Machines>('machines', {
    start: async (machine, name, input) => walkers[machine].start(name, toWire(MachineInput, input)),
  });
  const settler: Settler = faults.around<Settler>('settler', {
    succeed: async (token, answer) =>
      walkers.experiment.succeed(token, toWire(StepAnswer, answer)) ? 'settled' : 'gone',
    heartbeat: async (token) => (walkers.experiment.heartbeat(token) ? 'alive' : 'gone'),
  });

  const askTruth = makeCheckTruth({ ruleSets, truths, clock });
  const checkTruth: CheckDueTruth = ({ clusters: _, ...request }) => askTruth({ ...request, sources: [] });
  const lookAt = makeLookAtExperiment({ ...common, settler, measure, checkTruth });
  const checkReadiness = makeCheckReadiness({ ...common, access, readiness, settler });
  const runLifecycle = makeRunLifecycle({ ...ports, machines, looks, clock });
  const dispatchDue = makeDispatchDue({ ...ports, looks, policy, clock });
  const sweep = makeSweepExperiments({ ...ports, machines, clock });

  const every = (seconds: number, work: () => Promise<unknown>): void => {
    const fire = (): void => {
      work().catch((error: unknown) => failures.push(String(error)));
      time.at(Date.parse(time.now()) + seconds * 1000, fire);
    };
    time.at(Date.parse(time.now()) + seconds * 1000, fire);
  };
  every(60, dispatchDue);
  every(3600, sweep);

  const commands = makeCommandExperiment({ ...ports, clock });
  const create = makeCreateExperiment({ ...ports, policy, sha256, clock });
  const start = makeStartExperiment({ ...ports, policy, sha256, clock });

  const api = makeRouter({
    service: 'api-experiments',
    problems: { ...EXPERIMENT_PROBLEMS, ...PIPELINE_PROBLEMS },
    gatekeeper: GATEKEEPER,
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'a secret of this test', clock }),
    refusedWrites: recordingRefusals(),
    served: [
      ...serveExperiments({ ...ports, policy, sha256, code, clock }),
      ...serveExperimentTruth({ ...ports, ruleSets, clock }),
    ],
  });

  const required = <T>(
    outcome: { accepted: true; value: T } | { accepted: false; refusal: { code: string; message: string } },
  ): T => {
    if (!outcome.accepted) throw new Error(`${outcome.refusal.code}: ${outcome.refusal.message}`);
    return outcome.value;
  };

  return {
    time,
    api,
    experiments,
    pipelines,
    samples,
    recordedLooks,
    truths,
    ruleSets,
    waits,
    kubernetes,
    clusters,
    clusterLooks,
    walkers,
    failures,
    faults,
    commands,
    create,
    start,
    runLifecycle,
    lookAt,
    sweep,
    checkReadiness,
    required,
    /** creates and starts; answers how to speak of it */
    begin: async (change: Partial<CompleteSettings> = {}) => {
      const made = required(
        await create({ settings: settings(change), caller: ANNA_PRINCIPAL, idempotencyKey: 'first' }),
      );
      const experimentId = made.experiment.id;
      required(await start({ experimentId, version: made.experiment.version, caller: ANNA_PRINCIPAL, as: 'start' }));
      return { tenantId: ANNA_PRINCIPAL.tenantId, experimentId };
    },
    now: async (ref: { tenantId: Experiment['tenantId']; experimentId: Experiment['id'] }): Promise<Experiment> => {
      const stored = await experiments.load(ref);
      if (stored === null) throw new Error('it was deleted');
      return stored.experiment;
    },
    /** objects of ours on the cluster */
    objects: async () => required(await kubernetes.objects()),
    executions: () => [...walkers.experiment.executions(), ...walkers.withdrawal.executions()],
  };
};
export type World = ReturnType<typeof makeWorld>;
