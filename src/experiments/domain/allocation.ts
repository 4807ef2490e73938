import type { ClusterNode } from '../../clusters/domain/cluster.ts';
import type { ClusterId, ExperimentId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { counted } from '../../kernel/words.ts';
import type { AllocatedNode } from './experiment.ts';
import type { Target } from './settings.ts';

export type Inventory = ReadonlyMap<ClusterId, readonly ClusterNode[]>;

export interface WantedNode extends AllocatedNode {
  readonly heldBy: ExperimentId | null;
}

export type AllocationRefusal = Refusal<'deployment-nodes-not-found' | 'experiment-overlap-detected'>;

/** The nodes that targets mean: those named, those with the labels, or every ready one. Refuses when a target means none. */
export const nodesMeant = (
  targets: readonly Target[],
  inventory: Inventory,
): Outcome<readonly WantedNode[], Refusal<'deployment-nodes-not-found'>> => {
  const chosen = new Map<string, WantedNode>();
  for (const [index, target] of targets.entries()) {
    const known = inventory.get(target.clusterId) ?? [];
    const missing = unusable(target, known);
    if (missing.length > 0) return notFound(index, target, `not there or not ready: ${missing.join(', ')}`);
    const nodes = known.filter((node) => node.ready && matches(target, node));
    if (nodes.length === 0) return notFound(index, target, noneOf(known));
    for (const node of nodes) {
      const heldBy = node.reservedBy as ExperimentId | null;
      chosen.set(`${target.clusterId}/${node.name}`, { clusterId: target.clusterId, node: node.name, heldBy });
    }
  }
  return accept([...chosen.values()].toSorted(byClusterAndName));
};

export interface Allocation {
  readonly nodes: readonly AllocatedNode[];
  /** says which nodes were left out; null when all are free */
  readonly remark: string | null;
}

/** A node carries one experiment at a time: fewer than half taken starts on the free ones and says so, more is refused. */
export const allocate = (
  wanted: readonly WantedNode[],
): Outcome<Allocation, Refusal<'experiment-overlap-detected'>> => {
  const taken = wanted.filter((node) => node.heldBy !== null);
  const free = wanted.filter((node) => node.heldBy === null).map(({ clusterId, node }) => ({ clusterId, node }));
  if (taken.length === 0) return accept({ nodes: free, remark: null });
  const holders = [...new Set(taken.map((node) => node.heldBy))].join(', ');
  const names = taken.map(({ node }) => node).join(', ');
  if (taken.length * 2 >= wanted.length) {
    return refuse(
      'experiment-overlap-detected',
      `${taken.length} of ${wanted.length} nodes are held by ${holders}: ${names}; choose others, or wait until it ends`,
      { nodes: taken, heldBy: holders, severity: free.length === 0 ? 'blocking' : 'error' },
    );
  }
  return accept({ nodes: free, remark: `without ${names}, which ${holders} holds` });
};

const noneOf = (known: readonly ClusterNode[]): string =>
  known.length === 0
    ? 'no node of it was seen yet; a worker looks at a new cluster within a minute, and `phoenix cluster check` has it look at once'
    : `${counted(known.length, 'node')} known, none of them is ready and matches`;

const matches = ({ nodeNames, nodeSelector }: Target, node: ClusterNode): boolean =>
  (nodeNames === undefined || nodeNames.includes(node.name)) &&
  Object.entries(nodeSelector ?? {}).every(([label, value]) => node.labels[label] === value);

const unusable = ({ nodeNames }: Target, known: readonly ClusterNode[]): readonly string[] =>
  (nodeNames ?? []).filter((name) => !known.some((node) => node.name === name && node.ready));

const notFound = (index: number, target: Target, found: string) =>
  refuse('deployment-nodes-not-found', `target ${index + 1} on cluster ${target.clusterId}: ${found}`, {
    clusterId: target.clusterId,
    nodeNames: target.nodeNames ?? null,
    nodeSelector: target.nodeSelector ?? null,
  });

const byClusterAndName = (a: AllocatedNode, b: AllocatedNode): number =>
  a.clusterId === b.clusterId ? (a.node < b.node ? -1 : 1) : a.clusterId < b.clusterId ? -1 : 1;
