import { describe, expect, test } from 'vitest';
import type { ClusterNode } from '../../../src/clusters/domain/cluster.ts';
import { allocate, nodesMeant } from '../../../src/experiments/domain/allocation.ts';
import type { Target } from '../../../src/experiments/domain/settings.ts';
import { CLUSTER, clusterNode, EXPERIMENT } from '../../support/builders.ts';

const inventory = new Map<typeof CLUSTER, readonly ClusterNode[]>([
  [
    CLUSTER,
    [
      clusterNode('b', { labels: { zone: 'b' } }),
      clusterNode('a', { labels: { zone: 'a' } }),
      clusterNode('sick', { ready: false, labels: { zone: 'a' } }),
      clusterNode('held', { labels: { zone: 'b' }, reservedBy: EXPERIMENT }),
    ],
  ],
]);
const meant = (target: Omit<Target, 'clusterId'>) => {
  const found = nodesMeant([{ clusterId: CLUSTER, ...target }], inventory);
  return found.accepted ? found.value.map(({ node }) => node) : `${found.refusal.code}: ${found.refusal.message}`;
};

describe('nodes that targets mean', () => {
  test('neither names nor labels mean every ready node, in the order of their names', () => {
    expect(meant({})).toEqual(['a', 'b', 'held']);
  });
  test('labels choose among the ready ones', () => {
    expect(meant({ nodeSelector: { zone: 'a' } })).toEqual(['a']);
    expect(meant({ nodeSelector: { zone: 'c' } })).toMatch(/^deployment-nodes-not-found: /);
    expect(meant({ nodeSelector: { zone: 'c' } })).toContain('4 nodes known, none of them is ready and matches');
  });
  test('a node by name must be there and ready', () => {
    expect(meant({ nodeNames: ['a', 'b'] })).toEqual(['a', 'b']);
    expect(meant({ nodeNames: ['a', 'sick', 'gone'] })).toContain('not there or not ready: sick, gone');
  });
});

describe('nodes that are taken', () => {
  const wanted = (free: number, taken: number) => [
    ...Array.from({ length: free }, (_, index) => ({ clusterId: CLUSTER, node: `free-${index}`, heldBy: null })),
    ...Array.from({ length: taken }, (_, index) => ({
      clusterId: CLUSTER,
      node: `taken-${index}`,
      heldBy: EXPERIMENT,
    })),
  ];
  const severity = (free: number, taken: number) => {
    const outcome = allocate(wanted(free, taken));
    return outcome.accepted ? outcome.value : outcome.refusal.facts['severity'];
  };
  test('none taken: all of them, nothing to remark', () => {
    expect(severity(2, 0)).toMatchObject({ nodes: [{ node: 'free-0' }, { node: 'free-1' }], remark: null });
  });
  test('under a half taken starts on the free ones and says so; a half is refused', () => {
    expect(severity(3, 2)).toMatchObject({
      nodes: { length: 3 },
      remark: `without taken-0, taken-1, which ${EXPERIMENT} holds`,
    });
    expect(severity(2, 2)).toBe('error');
  });
  test('all taken is blocking', () => {
    expect(severity(0, 1)).toBe('blocking');
  });
});
