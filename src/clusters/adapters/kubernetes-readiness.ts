import type { V1ContainerStatus, V1DaemonSet, V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { Epoch } from '../../kernel/identity.ts';
import type { VariantReadiness } from '../domain/cluster.ts';
import { EPOCH, ourSelector, VARIANT } from '../domain/marks.ts';
import { namedNodes, namedNodesOfWorkload } from '../domain/placement.ts';
import type { KubernetesContext } from './kubernetes-context.ts';

/** Asks for the workloads and pods of one owner's epoch and says how far each variant is on each node. */
export const readReadiness = async (
  { client, namespace, persist }: KubernetesContext,
  owner: string,
  epoch: Epoch,
): Promise<readonly VariantReadiness[]> => {
  const query = { namespace, labelSelector: `${ourSelector(owner)},${EPOCH}=${epoch}` };
  const [daemonSets, deployments, pods] = await Promise.all([
    persist(() => client.apps.listNamespacedDaemonSet(query)),
    persist(() => client.apps.listNamespacedDeployment(query)),
    persist(() => client.core.listNamespacedPod(query)),
  ]);
  return readinessOf([...daemonSets.items.map(ofDaemonSet), ...deployments.items.map(ofDeployment)], pods.items);
};

export interface Workload {
  readonly variant: string;
  /** by the controller's count; null while it has not looked at the current generation */
  readonly desired: number | null;
  /** nodes that the workload names itself, by required affinity */
  readonly namedNodes: readonly string[];
}

export const ofDaemonSet = ({ metadata, spec, status }: V1DaemonSet): Workload => ({
  variant: metadata?.labels?.[VARIANT] ?? '',
  desired: status?.observedGeneration === metadata?.generation ? (status?.desiredNumberScheduled ?? null) : null,
  namedNodes: namedNodesOfWorkload(spec),
});

export const ofDeployment = ({ metadata, spec, status }: V1Deployment): Workload => ({
  variant: metadata?.labels?.[VARIANT] ?? '',
  desired: status?.observedGeneration === metadata?.generation ? (spec?.replicas ?? 1) : null,
  namedNodes: [],
});

/** Pure: one line per variant, one entry per node that is named or has a pod. */
export const readinessOf = (workloads: readonly Workload[], pods: readonly V1Pod[]): readonly VariantReadiness[] =>
  [...new Set(workloads.map(({ variant }) => variant))].toSorted().map((variant) => {
    const mine = workloads.filter((each) => each.variant === variant);
    const isSettled = mine.every(({ desired }) => desired !== null);
    const living = pods.filter(
      ({ metadata }) => metadata?.labels?.[VARIANT] === variant && metadata.deletionTimestamp === undefined,
    );
    const named = mine.flatMap((each) => each.namedNodes);
    const nodeNames = [...new Set([...named, ...living.flatMap((pod) => nodeOf(pod) ?? [])])].toSorted();
    const nodes = nodeNames.map((node) => {
      const onNode = living.filter((pod) => nodeOf(pod) === node).map(nodeStatus);
      const worst = onNode.toSorted((a, b) => RANK[a.status] - RANK[b.status])[0];
      const status = worst ?? { status: 'missing' as const, restarts: 0, message: null };
      // before the controller has seen the newest generation, a ready pod may still be the old one
      return { node, ...status, status: status.status === 'ready' && !isSettled ? 'starting' : status.status };
    });
    const counted = mine.reduce((sum, { desired }) => sum + (desired ?? 0), 0);
    return {
      variant,
      desired: Math.max(counted, new Set(named).size),
      ready: nodes.filter(({ status }) => status === 'ready').length,
      nodes,
    };
  });

const RANK = { failing: 0, missing: 1, starting: 2, ready: 3 } as const;

/** Pods of a DaemonSet name their node before they are bound. */
const nodeOf = ({ spec }: V1Pod): string | null => spec?.nodeName ?? namedNodes(spec)[0] ?? null;

const HOPELESS_REASONS: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

const nodeStatus = ({
  status,
}: V1Pod): { readonly status: 'starting' | 'ready' | 'failing'; restarts: number; message: string | null } => {
  const containers = status?.containerStatuses ?? [];
  const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const failing = containers.find(isFailing);
  if (failing !== undefined) return { status: 'failing', restarts, message: lastWords(failing) };
  if (status?.phase === 'Failed') {
    return { status: 'failing', restarts, message: status.message ?? status.reason ?? null };
  }
  const isReady = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
  if (isReady) return { status: 'ready', restarts, message: null };
  const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return { status: 'starting', restarts, message: unscheduled?.message ?? null };
};

const isFailing = ({ state }: V1ContainerStatus): boolean =>
  HOPELESS_REASONS.has(state?.waiting?.reason ?? '') ||
  (state?.terminated !== undefined && state.terminated.exitCode !== 0);

/** What the container itself said at its end; else what the node says about it. */
const lastWords = ({ state, lastState }: V1ContainerStatus): string | null => {
  const ended = state?.terminated ?? lastState?.terminated;
  const said = ended?.message?.trim();
  if (said !== undefined && said !== '') return said;
  const waiting = [state?.waiting?.reason, state?.waiting?.message].filter(Boolean).join(': ');
  return ended === undefined ? waiting || null : `exit code ${ended.exitCode}${waiting === '' ? '' : `, ${waiting}`}`;
};
