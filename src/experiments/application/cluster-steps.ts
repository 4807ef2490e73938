import type { Cluster } from '../../clusters/domain/cluster.ts';
import type { ClusterId } from '../../kernel/identity.ts';
import type { Refusal } from '../../kernel/outcome.ts';
import type { Variant } from '../../measurement/domain/sample.ts';
import type { ClusterStep, StepAnswer } from '../contract/workflow.ts';
import { type Experiment, lifeOf, promotionOf } from '../domain/experiment.ts';
import { waiting } from './experiment-steps.ts';
import { checkOf, expiresAt, type Owner, type Plan, wantedOf } from './plan.ts';
import type { ClusterAccess, ClusterHands, ClusterLooks, EpochRef, Policy, ReadinessQueue } from './ports.ts';
import { answer, beginWait, type StepPorts, stopAnswer } from './steps.ts';

export interface ClusterStepPorts extends Pick<StepPorts, 'experiments' | 'clusters' | 'waits' | 'clock'> {
  readonly policy: Pick<Policy, 'collectorImage'>;
  readonly access: ClusterAccess;
  readonly readiness: ReadinessQueue;
  readonly clusterLooks: ClusterLooks;
}

/** Carries out one step of the function cluster-steps. What may be better in a moment is thrown: the machine asks again. */
export const makeClusterSteps = (ports: ClusterStepPorts) => {
  const askCollector = makeAskCollector(ports);
  const apply = makeApply(ports);
  const remove = makeRemove(ports);
  const awaitReady = makeAwaitReady(ports);
  return async (step: ClusterStep): Promise<StepAnswer> => {
    const { tenantId, experimentId, epoch } = step;
    const ref = { tenantId, experimentId, epoch };
    switch (step.step) {
      case 'ask-collector':
        return askCollector(ref, step.clusterId, step.variant);
      case 'apply':
        return apply(ref, step.clusterId, step.variant);
      case 'await-ready':
        return waiting(step.step, await awaitReady(ref, 'AwaitReady', step.token));
      case 'promote':
        return apply(ref, step.clusterId, 'winner');
      case 'await-promoted':
        return waiting(step.step, await awaitReady(ref, 'AwaitPromoted', step.token));
      case 'cleanup':
      case 'withdraw':
        return remove(ref);
      case 'verify':
        return verifyGone(ports, ref);
    }
  };
};

const staleStep = (ref: EpochRef) => answer('stale', `epoch ${ref.epoch} is over`);

const loadEpoch = async (ports: Pick<ClusterStepPorts, 'experiments'>, ref: EpochRef): Promise<Experiment | null> => {
  const stored = await ports.experiments.load(ref);
  return stored === null || stored.experiment.epoch !== ref.epoch ? null : stored.experiment;
};

/** A cluster that an experiment may act on now, and what is planned for it. */
interface Opened {
  readonly experiment: Experiment;
  readonly cluster: Cluster;
  readonly entry: Plan['clusters'][number];
  readonly hands: ClusterHands;
}

/** What follows where the experiment has come so far and no further, and nobody has stopped it. */
const onCluster = async (
  ports: ClusterStepPorts,
  ref: EpochRef,
  clusterId: ClusterId,
  expected: 'provisioning' | 'promoting',
  act: (opened: Opened) => Promise<StepAnswer>,
): Promise<StepAnswer> => {
  const experiment = await loadEpoch(ports, ref);
  if (experiment === null || experiment.state !== expected) return staleStep(ref);
  const stop = stopAnswer(experiment);
  if (stop !== null) return stop;
  const plan = await ports.experiments.plan(ref);
  const entry = plan?.clusters.find((each) => each.clusterId === clusterId);
  const cluster = await ports.clusters.load(ref.tenantId, clusterId);
  if (entry === undefined || cluster === null) {
    return answer('invalid_setup', `cluster ${clusterId} is not registered any more`);
  }
  const hands = await ports.access.open(cluster);
  if (!hands.accepted) return clusterAnswer(ports, cluster, hands.refusal);
  return act({ experiment, cluster, entry, hands: hands.value });
};

/** Applies a variant, or the winner under an owner of its own, on one cluster. */
const makeApply =
  (ports: ClusterStepPorts) =>
  (ref: EpochRef, clusterId: ClusterId, what: Variant | 'winner'): Promise<StepAnswer> =>
    onCluster(ports, ref, clusterId, what === 'winner' ? 'promoting' : 'provisioning', async (opened) => {
      const applied = await opened.hands.apply(wantedFor(ports, opened, what));
      return applied.accepted ? answer('ok') : clusterAnswer(ports, opened.cluster, applied.refusal);
    });

const wantedFor = (ports: ClusterStepPorts, opened: Opened, what: Variant | 'winner') => {
  const { experiment } = opened;
  const place = { ...opened, image: ports.policy.collectorImage };
  return what === 'winner'
    ? wantedOf(
        { id: promotionOf(experiment)?.deploymentId ?? experiment.id, epoch: experiment.epoch, expiresAt: null },
        place,
        [{ variant: 'candidate', as: 'promoted' }],
      )
    : wantedOf(ownerOf(ports, experiment), place, [{ variant: what, as: what }]);
};

const ownerOf = ({ clock }: Pick<ClusterStepPorts, 'clock'>, { id, epoch, settings }: Experiment): Owner => ({
  id,
  epoch,
  expiresAt: expiresAt(settings, clock.now()),
});

/**
 * Asks a cluster whether it would take the objects of a variant, and the very collector whether it would take the
 * settings, before anything of that runs there.
 */
const makeAskCollector =
  (ports: ClusterStepPorts) =>
  (ref: EpochRef, clusterId: ClusterId, variant: Variant): Promise<StepAnswer> =>
    onCluster(ports, ref, clusterId, 'provisioning', async (opened) => {
      const { experiment, cluster, entry, hands } = opened;
      const taken = await hands.apply(wantedFor(ports, opened, variant), { dryRun: true });
      if (!taken.accepted) return clusterAnswer(ports, cluster, taken.refusal);
      const place = { cluster, entry, image: ports.policy.collectorImage };
      const { wanted, job } = checkOf(ownerOf(ports, experiment), place, variant);
      const ended = await hands.runJob(wanted, job);
      if (!ended.accepted) return clusterAnswer(ports, cluster, ended.refusal);
      const { name } = cluster.settings;
      switch (ended.value.is) {
        case 'done':
          return answer('ok');
        case 'refused':
          return answer('invalid_setup', `${name}: the collector does not take the ${variant}: ${ended.value.message}`);
        case 'broken':
          return answer('error_infrastructure', `${name}: the ${variant} could not be checked: ${ended.value.message}`);
        case 'running':
          throw new Error(`${name}: the check of the ${variant} waits for ${ended.value.waitsFor}`);
      }
    });

/** What a person has to change is an answer; what a moment may change is thrown and asked again. */
const clusterAnswer = async (
  ports: Pick<ClusterStepPorts, 'clusterLooks'>,
  cluster: Cluster,
  { code, message }: Refusal,
): Promise<StepAnswer> => {
  const said = `${cluster.settings.name}: ${message}`;
  switch (code) {
    case 'cluster-rejected-object':
    case 'cluster-namespace-missing':
    case 'cluster-conflict':
    case 'address-not-allowed':
      return answer('invalid_setup', said);
    case 'cluster-forbidden':
    case 'cluster-unauthorized':
      return answer('error_infrastructure', said);
    default:
      throw await away(ports, cluster, message);
  }
};

/** The machine keeps only that a step failed; why is seen in the health of the cluster, so a worker looks at it. */
const away = async (
  { clusterLooks }: Pick<ClusterStepPorts, 'clusterLooks'>,
  { tenantId, id, settings }: Cluster,
  message: string,
): Promise<Error> => {
  await clusterLooks.ask(tenantId, id);
  return new Error(`${settings.name}: ${message}`);
};

const makeAwaitReady =
  (ports: ClusterStepPorts) =>
  async (ref: EpochRef, wait: 'AwaitReady' | 'AwaitPromoted', token: string): Promise<StepAnswer> => {
    const experiment = await loadEpoch(ports, ref);
    const expected = wait === 'AwaitReady' ? 'provisioning' : 'promoting';
    if (experiment === null || experiment.state !== expected) return staleStep(ref);
    const looks = { ask: () => ports.readiness.ask(ref, 0, 0) };
    await beginWait({ ...ports, looks }, ref, wait, token);
    return answer('ok');
  };

/** The clusters of an experiment that are still registered; one that was forgotten had nothing of ours on it. */
const clustersOf = async (
  { clusters }: Pick<ClusterStepPorts, 'clusters'>,
  experiment: Experiment,
): Promise<readonly Cluster[]> => {
  const ids = [...new Set((lifeOf(experiment)?.nodes ?? []).map(({ clusterId }) => clusterId))];
  const found = await Promise.all(ids.map((id) => clusters.load(experiment.tenantId, id)));
  return found.filter((cluster) => cluster !== null);
};

const openOrThrow = async (
  ports: Pick<ClusterStepPorts, 'access' | 'clusterLooks'>,
  cluster: Cluster,
): Promise<ClusterHands> => {
  const hands = await ports.access.open(cluster);
  if (!hands.accepted) throw await away(ports, cluster, hands.refusal.message);
  return hands.value;
};

/** Removes by owner and epoch on every cluster, each on its own: one that is away does not keep the others from being cleaned. */
const makeRemove =
  (ports: ClusterStepPorts) =>
  async (ref: EpochRef): Promise<StepAnswer> => {
    const experiment = await loadEpoch(ports, ref);
    if (experiment === null) return staleStep(ref);
    const owners = ownersToRemove(experiment);
    const results = await Promise.allSettled(
      (await clustersOf(ports, experiment)).map(async (cluster) => {
        const hands = await openOrThrow(ports, cluster);
        for (const owner of owners) {
          const removed = await hands.remove(owner, ref.epoch);
          if (!removed.accepted) throw await away(ports, cluster, removed.refusal.message);
          if (removed.value.remaining > 0) throw stillThere(cluster, removed.value.remaining, owner);
        }
      }),
    );
    const left = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    if (left.length > 0) throw new Error(left.join('; '));
    return answer('ok');
  };

/** A promotion under way or done keeps its winner; put back, the winner goes as well. */
const ownersToRemove = (experiment: Experiment): readonly string[] => {
  const deployment = promotionOf(experiment)?.deploymentId;
  const isPutBack = experiment.state === 'rolling_back' || experiment.state === 'rolled_back';
  return deployment !== undefined && isPutBack ? [experiment.id, deployment] : [experiment.id];
};

/** Reads back that nothing that was to be removed is left. */
const verifyGone = async (ports: ClusterStepPorts, ref: EpochRef): Promise<StepAnswer> => {
  const experiment = await loadEpoch(ports, ref);
  if (experiment === null) return staleStep(ref);
  for (const cluster of await clustersOf(ports, experiment)) {
    const hands = await openOrThrow(ports, cluster);
    for (const owner of ownersToRemove(experiment)) {
      const objects = await hands.objects(owner);
      if (!objects.accepted) throw await away(ports, cluster, objects.refusal.message);
      if (objects.value.length > 0) throw stillThere(cluster, objects.value.length, owner);
    }
  }
  return answer('ok');
};

const stillThere = (cluster: Cluster, count: number, owner: string): Error =>
  new Error(`${cluster.settings.name}: ${count} objects of ${owner} are still there`);
