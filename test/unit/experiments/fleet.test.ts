import { describe, expect, test } from 'vitest';
import { fleetOf } from '../../../src/experiments/domain/fleet.ts';
import { whyNotOffered } from '../../../src/experiments/domain/promotion.ts';
import { CLUSTER, clusterNode, NODES, verdict } from '../../support/builders.ts';

const typed = (name: string, type: string, group?: string) =>
  clusterNode(name, {
    labels: {
      'node.kubernetes.io/instance-type': type,
      ...(group === undefined ? {} : { 'eks.amazonaws.com/nodegroup': group }),
    },
  });
const fleet = (...nodes: ReturnType<typeof clusterNode>[]) => fleetOf(new Map([[CLUSTER, nodes]]), NODES);

describe('the fleet that a roll-out would reach', () => {
  test('is every node of the clusters, ready or not', () => {
    expect(fleet(clusterNode('node-1'), clusterNode('node-2'), clusterNode('node-3', { ready: false }))).toEqual({
      nodes: 3,
      strata: [],
    });
  });

  test('comes in kinds by instance type and node group, with the measured nodes of each', () => {
    expect(
      fleet(typed('node-1', 'm5.large', 'web'), typed('node-2', 'm5.large', 'batch'), typed('node-3', 't3.small')),
    ).toEqual({
      nodes: 3,
      strata: [
        { name: 'm5.large of group batch', populationNodes: 1, nodes: ['node-2'] },
        { name: 'm5.large of group web', populationNodes: 1, nodes: ['node-1'] },
        { name: 't3.small', populationNodes: 1, nodes: [] },
      ],
    });
    expect(fleet(typed('node-1', 'm5.large'), typed('node-3', 'm5.large'))?.strata).toEqual([]);
  });

  test('is not known before the inventory is', () => {
    expect(fleet()).toBeNull();
  });
});

describe('a promotion is offered', () => {
  const rollOut = {
    supportsPromotion: false,
    sentence: 'Not known.',
    measuredNodes: 2,
    fleetNodes: 3,
    unmeasuredNodes: [],
  };
  const promote = { ...verdict('promote'), strength: 'confirmed', rollOut } as const;

  test('for the measured nodes, whatever is known about others', () => {
    expect(whyNotOffered(promote, false)).toBeNull();
  });

  test('from a screening only where the stage allows it', () => {
    expect(whyNotOffered({ ...promote, strength: 'screening' }, false)).toContain('less than 24 h');
    expect(whyNotOffered({ ...promote, strength: 'screening' }, true)).toBeNull();
  });

  test('for a node that was not measured only when the differences between nodes allow it', () => {
    const reaching = { ...rollOut, unmeasuredNodes: ['node-3'] };
    expect(whyNotOffered({ ...promote, rollOut: reaching }, false)).toBe(
      'a promotion would reach node-3 as well, where too little was measured: Not known.',
    );
    expect(whyNotOffered({ ...promote, rollOut: { ...reaching, supportsPromotion: true } }, false)).toBeNull();
  });
});
