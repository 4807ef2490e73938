import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accessObjects,
  DIRECT_SUBJECT,
  deadManObjects,
  discoveryObjects,
  discoveryYaml,
  EKS_SUBJECT,
  onboardingYaml,
} from '../../../src/clusters/domain/onboarding.ts';
import { DISCOVERY_RIGHTS } from '../../../src/clusters/domain/rights.ts';

const examples = join(import.meta.dirname, '../../../examples/onboarding');
const namespace = 'phoenix-exp';

test.each([
  ['eks.yaml', onboardingYaml, EKS_SUBJECT],
  ['direct.yaml', onboardingYaml, DIRECT_SUBJECT],
  ['discovery-eks.yaml', discoveryYaml, EKS_SUBJECT],
  ['discovery-direct.yaml', discoveryYaml, DIRECT_SUBJECT],
])('the example %s is what the API hands out', (file, yaml, subject) => {
  expect(readFileSync(join(examples, file), 'utf8')).toBe(yaml({ namespace, subject }));
});

test('whoever looks for collectors may get and list, and nothing else', () => {
  const rules = discoveryObjects({ namespace, subject: EKS_SUBJECT }).flatMap((each) => each['rules'] ?? []);
  expect(rules).toHaveLength(Object.keys(DISCOVERY_RIGHTS).length);
  expect(JSON.stringify(rules)).not.toMatch(/"\*"|secrets|watch|create|patch|update|delete|exec/);
});

test('nothing of the onboarding carries the mark by which we sweep', () => {
  const objects = [...accessObjects({ namespace, subject: DIRECT_SUBJECT }), ...deadManObjects(namespace)];
  expect(objects.filter(({ metadata }) => 'app.kubernetes.io/managed-by' in (metadata.labels ?? {}))).toEqual([]);
});

test('no rule is wider than its words: no wildcard, no secret, no way to more rights', () => {
  const text = JSON.stringify(accessObjects({ namespace, subject: EKS_SUBJECT }).map((each) => each['rules'] ?? []));
  expect(text).not.toMatch(/"\*"|secrets|escalate|bind|impersonate|exec|"update"/);
});
