import type { ClusterNode } from '../../src/clusters/domain/cluster.ts';
import type { ExperimentCommand } from '../../src/experiments/domain/commands.ts';
import { decide } from '../../src/experiments/domain/decide.ts';
import type { ExperimentEvent } from '../../src/experiments/domain/events.ts';
import { evolve } from '../../src/experiments/domain/evolve.ts';
import type { CompleteSettings, Experiment } from '../../src/experiments/domain/experiment.ts';
import { DEFAULT_CRITERIA, ExperimentSettings } from '../../src/experiments/domain/settings.ts';
import type { ExperimentVerdict } from '../../src/experiments/domain/verdict.ts';
import { type Verdict, verdictWithoutMeasurement } from '../../src/experiments/domain/verdict.ts';
import type { State } from '../../src/experiments/domain/vocabulary.ts';
import { type Actor, ClusterId, type Epoch, ExperimentId, TenantId, UserId } from '../../src/kernel/identity.ts';
import { Instant } from '../../src/kernel/instant.ts';

// Builders supply every field that a sentence does not mention.

export const T0 = Instant.parse('2026-11-21T09:00:00.000Z');
export const TENANT = TenantId.parse('acme');
export const CLUSTER = ClusterId.parse('clu-00000000000a');
export const EXPERIMENT = ExperimentId.parse('exp-00000000000a');
export const ANNA: Actor = { kind: 'user', id: UserId.parse('anna'), email: 'anna@example.com' };
export const WORKFLOW: Actor = { kind: 'system', id: 'workflow' };

/** Ten slots of ten seconds after three of warm-up. */
export const settings = (change: Partial<CompleteSettings> = {}): CompleteSettings => ({
  ...ExperimentSettings.parse({
    name: 'top-k on eu-1',
    baselinePipeline: { template: 'baseline' },
    candidatePipeline: { template: 'top-k', parameters: { cpu_threshold_ratio: 0.01 } },
    targets: [{ clusterId: CLUSTER }],
    mayEndInconclusive: true,
    warmupSeconds: 30,
    slotSeconds: 10,
    collectionIntervalSeconds: 5,
    criticalProcesses: ['nginx', 'postgres'],
  }),
  durationSeconds: 100,
  successCriteria: [...DEFAULT_CRITERIA],
  ...change,
});

export const NODES = [
  { clusterId: CLUSTER, node: 'node-1' },
  { clusterId: CLUSTER, node: 'node-2' },
];

export const clusterNode = (name: string, change: Partial<ClusterNode> = {}): ClusterNode => ({
  name,
  uid: `uid-${name}`,
  ready: true,
  labels: {},
  cpuCores: 4,
  memoryBytes: 8e9,
  seenAt: T0,
  reservedBy: null,
  ...change,
});

export const verdict = (name: ExperimentVerdict, at: Instant = T0): Verdict =>
  verdictWithoutMeasurement(name, `the verdict is ${name}`, at);

export const created = (change: Partial<CompleteSettings> = {}): ExperimentEvent => ({
  type: 'created',
  id: EXPERIMENT,
  tenantId: TENANT,
  settings: settings(change),
  at: T0,
  by: ANNA,
});

const byMachine = { at: T0, by: WORKFLOW };

/** The events that lead from creation to a state by the shortest way. */
export const historyTo = (state: State, at: Instant = T0): readonly ExperimentEvent[] => {
  const said = { ...byMachine, at };
  const started: readonly ExperimentEvent[] = [
    created(),
    { type: 'started', epoch: 1 as Epoch, nodes: NODES, remark: null, at, by: ANNA },
  ];
  const provisioning: readonly ExperimentEvent[] = [
    ...started,
    { type: 'claimed', execution: 'exp-00000000000a-1', ...said },
    { type: 'provisioning-started', ...said },
  ];
  const running: readonly ExperimentEvent[] = [
    ...provisioning,
    { type: 'warmup-started', ...said },
    { type: 'measuring-started', ...said },
  ];
  const deciding: readonly ExperimentEvent[] = [...running, { type: 'deciding-started', ...said }];
  const offered: readonly ExperimentEvent[] = [
    ...deciding,
    { type: 'verdict-reached', verdict: verdict('promote', at), ...said },
    { type: 'approval-awaited', expiresAt: Instant.parse('2026-11-24T09:00:00.000Z'), ...said },
  ];
  const promoting: readonly ExperimentEvent[] = [
    ...offered,
    { type: 'approved', reason: 'promoted by a person', at, by: ANNA },
    { type: 'promotion-started', deploymentId: 'pdep-00000000000a-1', at, by: ANNA },
  ];
  const withdrawn: readonly ExperimentEvent[] = [
    ...running,
    { type: 'withdrawal-started', verdict: verdict('cancelled', at), reason: 'stopped', ...said },
  ];
  switch (state) {
    case 'draft':
      return [created()];
    case 'validating':
      return started;
    case 'provisioning':
      return provisioning;
    case 'warming':
      return running.slice(0, -1);
    case 'calibrating':
    case 'running':
      return running;
    case 'paused':
      return [...running, { type: 'paused', reason: 'an upgrade', at, by: ANNA }];
    case 'deciding':
      return deciding;
    case 'awaiting_approval':
      return offered;
    case 'promoting':
      return promoting;
    case 'promoted':
      return [...promoting, { type: 'promoted', cleanup: 'done', ...said }];
    case 'rolling_back':
      return withdrawn;
    case 'rolled_back':
      return [...withdrawn, { type: 'rolled-back', cleanup: 'done', ...said }];
    case 'ended':
      return [
        ...deciding,
        { type: 'verdict-reached', verdict: verdict('inconclusive_underpowered', at), ...said },
        { type: 'ended', verdict: verdict('inconclusive_underpowered', at), cleanup: 'done', reason: null, ...said },
      ];
  }
};

export const after = (...events: readonly ExperimentEvent[]): Experiment => {
  const experiment = events.reduce<Experiment | null>(evolve, null);
  if (experiment === null) throw new Error('no event was given');
  return experiment;
};

/** An experiment in a state; calibrating is not led to by any event yet, so it is put together. */
export const experimentIn = (state: State, at: Instant = T0): Experiment => {
  const reached = after(...historyTo(state, at));
  if (state === 'calibrating' && reached.state === 'running') return { ...reached, state };
  return reached;
};

/** given … when … then: what a command leads to, as events or as the code of a refusal. */
export const given = (experiment: Experiment) => ({
  when: (command: ExperimentCommand) => {
    const decision = decide(experiment, command);
    return {
      decision,
      events: decision.accepted ? decision.value : null,
      refusal: decision.accepted ? null : decision.refusal,
      next: decision.accepted ? decision.value.reduce<Experiment>(evolve, experiment) : experiment,
    };
  },
});
