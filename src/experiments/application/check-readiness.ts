import type { VariantReadiness } from '../../clusters/domain/cluster.ts';
import type { ClusterId } from '../../kernel/identity.ts';
import { secondsBetween } from '../../kernel/instant.ts';
import { WAIT_SECONDS } from '../contract/workflow.ts';
import { type Experiment, promotionOf } from '../domain/experiment.ts';
import type { ClusterStepPorts } from './cluster-steps.ts';
import type { EpochRef, Settler } from './ports.ts';
import { makeSettle, type Settled } from './settle.ts';
import { answer, stopAnswer } from './steps.ts';

export interface ReadinessPorts
  extends Pick<ClusterStepPorts, 'experiments' | 'clusters' | 'waits' | 'access' | 'readiness' | 'clock'> {
  readonly settler: Settler;
}

/** Says it in words before the machine's own limit says only that time is over. */
const PATIENCE_SECONDS = WAIT_SECONDS.AwaitReady - 60;

/** Looks at the clusters: all collectors ready, or one that cannot become ready, settles the wait; else asks again later. */
export const makeCheckReadiness = (ports: ReadinessPorts) => {
  const settle = makeSettle(ports);
  return async (ref: EpochRef, attempt: number): Promise<Settled | 'asked-again'> => {
    const stored = await ports.experiments.load(ref);
    const experiment = stored?.experiment;
    if (experiment === undefined || experiment.epoch !== ref.epoch) return 'gone';
    const wanted = wantedReadiness(experiment);
    if (wanted === null || (await ports.waits.find(ref, wanted.wait)) === null) return 'gone';
    const stop = stopAnswer(experiment);
    if (stop !== null) return settle(ref, wanted.wait, stop);

    const seen = await look(ports, ref, wanted);
    if (seen.failing !== null) return settle(ref, wanted.wait, answer('invalid_setup', seen.failing));
    if (seen.waitingFor.length === 0) return settle(ref, wanted.wait, answer('ready'));
    if (secondsBetween(experiment.enteredAt, ports.clock.now()) >= PATIENCE_SECONDS) {
      const reason = `not ready within ${PATIENCE_SECONDS / 60} min: ${seen.waitingFor.slice(0, 5).join('; ')}`;
      return settle(ref, wanted.wait, answer('error_infrastructure', reason));
    }
    await ports.readiness.ask(ref, attempt + 1, delayOf(attempt));
    return 'asked-again';
  };
};

/** Quick at first, when most become ready; then patient. */
const delayOf = (attempt: number): number => (attempt < 15 ? 2 : attempt < 30 ? 5 : 15);

interface WantedReadiness {
  readonly wait: 'AwaitReady' | 'AwaitPromoted';
  readonly owner: string;
  readonly variants: readonly string[];
}

const wantedReadiness = (experiment: Experiment): WantedReadiness | null => {
  if (experiment.state === 'provisioning') {
    return { wait: 'AwaitReady', owner: experiment.id, variants: ['baseline', 'candidate'] };
  }
  if (experiment.state === 'promoting') {
    return {
      wait: 'AwaitPromoted',
      owner: promotionOf(experiment)?.deploymentId ?? experiment.id,
      variants: ['promoted'],
    };
  }
  return null;
};

interface Seen {
  readonly clusterId: ClusterId;
  readonly observed: readonly VariantReadiness[];
  /** what makes it hopeless, in words */
  readonly failing: string | null;
  readonly waitingFor: readonly string[];
}

const look = async (ports: ReadinessPorts, ref: EpochRef, wanted: WantedReadiness) => {
  const plan = await ports.experiments.plan(ref);
  const seen = await Promise.all(
    (plan?.clusters ?? []).map(async ({ clusterId, nodes }): Promise<Seen> => {
      const cluster = await ports.clusters.load(ref.tenantId, clusterId);
      const nothing = { clusterId, observed: [], failing: null, waitingFor: [] };
      if (cluster === null) return { ...nothing, failing: `cluster ${clusterId} is not registered any more` };
      const hands = await ports.access.open(cluster);
      const readiness = hands.accepted ? await hands.value.readiness(wanted.owner, ref.epoch) : hands;
      // a cluster that does not answer now may answer the next time
      if (!readiness.accepted) return { ...nothing, waitingFor: [readiness.refusal.message] };
      return { clusterId, observed: readiness.value, ...seenOn(cluster.settings.name, wanted, nodes, readiness.value) };
    }),
  );
  await ports.experiments.saveReadiness(ref, {
    observedAt: ports.clock.now(),
    clusters: seen.map(({ clusterId, observed }) => ({ clusterId, variants: [...observed] })),
  });
  return {
    failing: seen.find(({ failing }) => failing !== null)?.failing ?? null,
    waitingFor: plan === null ? ['its plan'] : seen.flatMap(({ waitingFor }) => waitingFor),
  };
};

const seenOn = (
  clusterName: string,
  wanted: WantedReadiness,
  nodes: readonly string[],
  readiness: readonly VariantReadiness[],
): Pick<Seen, 'failing' | 'waitingFor'> => {
  const places = wanted.variants.flatMap((variant) =>
    nodes.map((node) => ({
      name: `${variant} on ${node} (${clusterName})`,
      found: readiness.find((each) => each.variant === variant)?.nodes.find((each) => each.node === node),
    })),
  );
  const failing = places.find(({ found }) => found?.status === 'failing');
  const words = failing?.found?.message ?? `restarted ${failing?.found?.restarts ?? 0} times`;
  return {
    failing: failing === undefined ? null : `the collector of ${failing.name} fails: ${words}`,
    waitingFor: places.flatMap(({ name, found }) =>
      found?.status === 'ready' ? [] : [`${name} is ${found?.status ?? 'missing'}`],
    ),
  };
};
