import * as z from 'zod';
import type { ClusterNode } from '../../clusters/domain/cluster.ts';
import { Stratum } from '../../judgement/contract/evidence.ts';
import type { Inventory } from './allocation.ts';
import type { AllocatedNode } from './experiment.ts';

/** The nodes that a roll-out would reach: all of the clusters, counted when the epoch was planned and kept with the plan. */
export const Fleet = z.object({
  nodes: z.int().min(1),
  /** by instance type and node group; empty when they are all of one kind, or their labels do not tell */
  strata: z.array(Stratum),
});
export type Fleet = z.infer<typeof Fleet>;

/** Null while no reconcile has seen the clusters' nodes. */
export const fleetOf = (inventory: Inventory, measured: readonly AllocatedNode[]): Fleet | null => {
  const kinds = Map.groupBy(
    [...inventory].flatMap(([clusterId, nodes]) =>
      nodes.map((node) => ({ clusterId, name: node.name, kind: kindOf(node) })),
    ),
    ({ kind }) => kind,
  );
  const nodes = [...kinds.values()].reduce((sum, ofKind) => sum + ofKind.length, 0);
  if (nodes === 0) return null;
  const isMeasured = (node: { readonly clusterId: string; readonly name: string }): boolean =>
    measured.some((each) => each.clusterId === node.clusterId && each.node === node.name);
  const strata = [...kinds].map(([name, ofKind]) => ({
    name,
    populationNodes: ofKind.length,
    nodes: ofKind
      .filter(isMeasured)
      .map((node) => node.name)
      .toSorted(),
  }));
  return { nodes, strata: strata.length < 2 ? [] : strata.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
};

/** Labels that say what a node is, and those that say what it is for. */
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';
const NODE_GROUPS = ['eks.amazonaws.com/nodegroup', 'karpenter.sh/nodepool'] as const;

const kindOf = ({ labels }: ClusterNode): string => {
  const group = NODE_GROUPS.map((label) => labels[label]).find((name) => name !== undefined);
  return [labels[INSTANCE_TYPE] ?? 'unlabelled nodes', ...(group === undefined ? [] : [`group ${group}`])].join(' of ');
};
