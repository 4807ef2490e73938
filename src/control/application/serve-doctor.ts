import { RECONCILE_EVERY_MINUTES } from '../../clusters/contract/schedule.ts';
import type { Cluster } from '../../clusters/domain/cluster.ts';
import { WAIT_IN } from '../../experiments/contract/workflow.ts';
import { type Experiment, placeOf } from '../../experiments/domain/experiment.ts';
import { ExperimentId, type TenantId } from '../../kernel/identity.ts';
import { minutesAfter } from '../../kernel/instant.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { implement } from '../../platform/http/implement.ts';
import { controlRoutes } from '../contract/routes.ts';
import { type ClusterPicture, diagnose, type Picture } from '../domain/diagnose.ts';
import type { BacklogSeen, ClustersSeen, ExperimentsSeen, OutboxSeen, WaitsSeen } from './ports.ts';

export interface DoctorPorts {
  readonly experiments: ExperimentsSeen;
  readonly waits: WaitsSeen;
  readonly clusters: ClustersSeen;
  readonly outbox: OutboxSeen;
  readonly backlog: BacklogSeen;
  readonly clock: Clock;
}

/** Answers what is stuck. Reads stored facts only: neither clusters nor machines are asked. */
export const serveDoctor = (ports: DoctorPorts) => {
  const lookAround = makeLookAround(ports);
  return implement(controlRoutes, {
    diagnose: async ({ caller }) => {
      const picture = await lookAround(caller.tenantId);
      const findings = [...diagnose(picture)];
      return accept({ body: { at: picture.now, healthy: findings.length === 0, findings } });
    },
  });
};

/** After this time the stream has had its chance. */
const PUBLISHED_MINUTES = 5;

const makeLookAround =
  (ports: DoctorPorts) =>
  async (tenantId: TenantId): Promise<Picture> => {
    const now = ports.clock.now();
    const [experiments, unpublished, parked, deadLetters] = await Promise.all([
      dueOf(ports, tenantId),
      ports.outbox.unpublishedUntil(minutesAfter(now, -PUBLISHED_MINUTES)),
      ports.backlog.parked(),
      ports.backlog.deadLetters(),
    ]);
    const clusters = await Promise.all(
      (await allClusters(ports.clusters, tenantId)).map((cluster) =>
        pictureOf(
          ports,
          cluster,
          experiments.map(({ experiment }) => experiment),
        ),
      ),
    );
    return {
      now,
      experiments,
      lookEveryMinutes: RECONCILE_EVERY_MINUTES,
      clusters,
      unpublished: unpublished.length,
      parked,
      deadLetters,
    };
  };

const dueOf = async ({ experiments, waits, clock }: DoctorPorts, tenantId: TenantId) => {
  const refs = (await experiments.due(clock.now())).filter((ref) => ref.tenantId === tenantId);
  const found = await Promise.all(
    refs.map(async (ref) => {
      const stored = await experiments.load(ref);
      if (stored === null) return [];
      const { experiment } = stored;
      const wait = WAIT_IN[placeOf(experiment)];
      const token = wait === undefined ? null : await waits.find({ ...ref, epoch: experiment.epoch }, wait);
      return [{ experiment, isAbandoned: wait !== undefined && token === null }];
    }),
  );
  return found.flat();
};

const allClusters = async (clusters: ClustersSeen, tenantId: TenantId): Promise<readonly Cluster[]> => {
  const found: Cluster[] = [];
  for (let afterKey: string | null = ''; afterKey !== null; ) {
    const page: Awaited<ReturnType<ClustersSeen['list']>> = await clusters.list(tenantId, {
      limit: 100,
      ...(afterKey === '' ? {} : { afterKey }),
    });
    found.push(...page.items);
    afterKey = page.nextKey;
  }
  return found;
};

const pictureOf = async (
  { experiments, clusters }: DoctorPorts,
  cluster: Cluster,
  due: readonly Experiment[],
): Promise<ClusterPicture> => {
  const { tenantId, id } = cluster;
  const held = (await clusters.nodes(tenantId, id)).flatMap(({ name, reservedBy }) => {
    const experimentId = ExperimentId.safeParse(reservedBy);
    return experimentId.success ? [{ node: name, experimentId: experimentId.data }] : [];
  });
  const holds = await Promise.all(
    held.map(async ({ node, experimentId }) => ({
      node,
      heldBy: experimentId,
      holder: (await experiments.load({ tenantId, experimentId }))?.experiment ?? null,
    })),
  );
  const isTargeted = due.some(({ settings }) => settings.targets.some(({ clusterId }) => clusterId === id));
  const promoted =
    isTargeted || holds.length > 0 || cluster.objectCount === 0
      ? []
      : (await experiments.list(tenantId, { state: 'promoted', clusterId: id }, { limit: 1 })).items;
  return { cluster, holds, isInUse: isTargeted || holds.length > 0 || promoted.length > 0 };
};
