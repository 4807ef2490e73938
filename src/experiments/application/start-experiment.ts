import type { Cluster } from '../../clusters/domain/cluster.ts';
import { silentClusters } from '../../clusters/domain/health.ts';
import { actorOf, type ExperimentId, type Principal } from '../../kernel/identity.ts';
import { type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { type Allocation, type AllocationRefusal, allocate, nodesMeant } from '../domain/allocation.ts';
import type { Experiment } from '../domain/experiment.ts';
import { tooMuchToJudge } from '../domain/setup.ts';
import { type ChangeRefusal, type Effect, makeChangeExperiment } from './change-experiment.ts';
import { inventoryOf, makeAssertRunnable, type SetupRefusal, summaryOf } from './check-experiment.ts';
import type { CreatePorts } from './create-experiment.ts';
import { makeAssertEnoughTime } from './plan-duration.ts';
import type { Stored } from './ports.ts';

export interface StartExperiment {
  readonly experimentId: ExperimentId;
  readonly version: number;
  readonly caller: Principal;
  /** retry: again from the beginning, under a new epoch */
  readonly as: 'start' | 'retry';
  readonly effect?: Effect;
}

export type StartRefusal =
  | ChangeRefusal
  | SetupRefusal
  | AllocationRefusal
  | Refusal<'duration-not-enough' | 'experiment-quota-exceeded' | 'cluster-unreachable'>;

/** How many experiments of a tenant may be under way at once. */
export const MAXIMUM_ACTIVE = 50;
/** And on one of its clusters: so many pairs of collectors write to one store. */
export const MAXIMUM_ACTIVE_ON_CLUSTER = 20;
/** One transaction reserves all nodes, and it has at most 100 writes. */
export const MAXIMUM_NODES = 80;

/** Checks again, reserves the nodes, raises the epoch and says so: one transaction. What follows hears the event. */
export const makeStartExperiment = (ports: CreatePorts) => {
  const assertRunnable = makeAssertRunnable(ports);
  const assertEnoughTime = makeAssertEnoughTime(ports);
  const change = makeChangeExperiment(ports);

  const allocation = async (experiment: Experiment): Promise<Outcome<Allocation, AllocationRefusal | SetupRefusal>> => {
    const { tenantId, settings } = experiment;
    const inventory = await inventoryOf(
      ports.clusters,
      tenantId,
      settings.targets.map(({ clusterId }) => clusterId),
    );
    const wanted = nodesMeant(settings.targets, inventory);
    if (!wanted.accepted) return wanted;
    const allocated = allocate(wanted.value);
    if (!allocated.accepted) return allocated;
    const count = allocated.value.nodes.length;
    if (count > MAXIMUM_NODES) return tooManyNodes(count);
    const tooMuch = tooMuchToJudge(settings, count);
    return tooMuch === null
      ? allocated
      : refuse('experiment-validation-failed', summaryOf([tooMuch]), { nodes: count }, [tooMuch]);
  };

  return async ({
    experimentId,
    version,
    caller,
    as,
    effect,
  }: StartExperiment): Promise<Outcome<Stored, StartRefusal>> => {
    const ref = { tenantId: caller.tenantId, experimentId };
    const asked = { by: actorOf(caller), type: as, nodes: [], remark: null };
    const stored = await ports.experiments.load(ref);
    // the decision first: a wrong state is told before nodes are looked for
    const state = await change(ref, version, (_, at) => ({ ...asked, at }), 'only-decide');
    if (!state.accepted || stored === null) return state;
    const runnable = await assertRunnable(caller.tenantId, stored.experiment.settings);
    if (!runnable.accepted) return runnable;
    const silent = runnable.value.clusters.find(({ health }) => health === 'unreachable');
    if (silent !== undefined) return clusterSilent(silent);
    // earlier experiments may tell more about noise than they did when the draft was made
    const timed = await assertEnoughTime(caller.tenantId, stored.experiment.settings);
    if (!timed.accepted) return timed;
    const active = await ports.experiments.countActive(caller.tenantId);
    if (active >= MAXIMUM_ACTIVE) return quotaExceeded(active, MAXIMUM_ACTIVE);
    for (const { id, settings } of runnable.value.clusters) {
      const there = await ports.experiments.countActive(caller.tenantId, id);
      if (there >= MAXIMUM_ACTIVE_ON_CLUSTER) return quotaExceeded(there, MAXIMUM_ACTIVE_ON_CLUSTER, settings.name);
    }
    const allocated = await allocation(stored.experiment);
    if (!allocated.accepted) return allocated;
    return change(ref, version, (_, at) => ({ ...asked, ...allocated.value, at }), effect);
  };
};

const clusterSilent = (cluster: Cluster) => {
  const { name } = cluster.settings;
  return refuse(
    'cluster-unreachable',
    `${silentClusters([cluster])}; when that is settled, \`phoenix cluster check ${name}\` sees it and the experiment can start`,
    { clusterId: cluster.id },
  );
};

const quotaExceeded = (active: number, maximum: number, cluster?: string) =>
  refuse(
    'experiment-quota-exceeded',
    `${active} experiments are under way${cluster === undefined ? '' : ` on ${cluster}`}, ${maximum} may be; stop one or wait until one ends`,
    { active, maximum, ...(cluster === undefined ? {} : { cluster }) },
  );

const tooManyNodes = (found: number) =>
  refuse(
    'experiment-validation-failed',
    `the targets mean ${found} nodes, at most ${MAXIMUM_NODES} can be reserved at once; name fewer or narrow the labels`,
    { found, maximum: MAXIMUM_NODES },
    [{ pointer: '/targets', code: 'too-many-nodes', message: `${found} nodes, at most ${MAXIMUM_NODES}` }],
  );
