import { expect, test } from 'vitest';
import { accessObjects, DIRECT_SUBJECT } from '../../../src/clusters/domain/onboarding.ts';
import { nodesCheck, podSecurityCheck } from '../../../src/clusters/domain/preflight-checks.ts';

const ENFORCED = 'pod-security.kubernetes.io/enforce';

test.each([
  ['privileged', true, 'lets collectors read their node'],
  ['baseline', false, 'is baseline, and collectors mount /proc and /sys'],
  ['restricted', false, 'is restricted, and collectors mount /proc and /sys'],
])('a namespace of the Pod Security level %s passes: %s', (level, passed, words) => {
  const check = podSecurityCheck('phoenix-exp', { [ENFORCED]: level });
  expect(check).toMatchObject({ name: 'pod-security', passed, message: expect.stringContaining(words) });
  expect(check.fix).toBe(passed ? null : `kubectl label namespace phoenix-exp --overwrite ${ENFORCED}=privileged`);
});

test('a namespace that names no level passes and says that the default of the cluster holds', () => {
  const said = { passed: true, message: expect.stringContaining('what the cluster has as default holds') };
  expect(podSecurityCheck('phoenix-exp', undefined)).toMatchObject(said);
  expect(podSecurityCheck('phoenix-exp', { 'pod-security.kubernetes.io/warn': 'restricted' })).toMatchObject(said);
});

test('the namespace that onboarding makes has the level that collectors need', () => {
  const [namespace] = accessObjects({ namespace: 'phoenix-exp', subject: DIRECT_SUBJECT });
  const { labels } = namespace?.metadata ?? {};
  expect(labels).toHaveProperty([ENFORCED]);
  expect(podSecurityCheck('phoenix-exp', labels).passed).toBe(true);
});

test.each([
  [[], false, 'it has no nodes'],
  [[false, false], false, '0 of 2 nodes are ready'],
  [[false, true], true, '1 of 2 nodes is ready'],
  [[true], true, '1 of 1 node is ready'],
])('nodes that are ready or not, %j, pass: %s', (nodes, passed, message) => {
  const check = nodesCheck(nodes.map((ready) => ({ ready })));
  expect(check).toMatchObject({ name: 'nodes', passed, message, severity: 'blocking' });
  expect(check.fix === null).toBe(passed);
});
