import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accessObjects,
  DIRECT_SUBJECT,
  deadManObjects,
  EKS_SUBJECT,
  onboardingYaml,
} from '../../../src/clusters/domain/onboarding.ts';

const examples = join(import.meta.dirname, '../../../examples/onboarding');
const namespace = 'phoenix-exp';

test.each([
  ['eks.yaml', EKS_SUBJECT],
  ['direct.yaml', DIRECT_SUBJECT],
])('the example %s is what the API hands out', (file, subject) => {
  expect(readFileSync(join(examples, file), 'utf8')).toBe(onboardingYaml({ namespace, subject }));
});

test('nothing of the onboarding carries the mark by which we sweep', () => {
  const objects = [...accessObjects({ namespace, subject: DIRECT_SUBJECT }), ...deadManObjects(namespace)];
  expect(objects.filter(({ metadata }) => 'app.kubernetes.io/managed-by' in (metadata.labels ?? {}))).toEqual([]);
});

test('no rule is wider than its words: no wildcard, no secret, no way to more rights', () => {
  const text = JSON.stringify(accessObjects({ namespace, subject: EKS_SUBJECT }).map((each) => each['rules'] ?? []));
  expect(text).not.toMatch(/"\*"|secrets|escalate|bind|impersonate|exec|"update"/);
});
