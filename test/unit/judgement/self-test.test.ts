import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/judgement/contract/judgement.ts';
import { judge } from '../../../src/judgement/domain/judge.ts';
import { assessSelfTest } from '../../../src/judgement/domain/self-test.ts';
import { evidenceOf, guardrail, noisy, primary, times } from './evidence-of.ts';

const verdictOf = (factor: number): Verdict => {
  const metrics = [
    primary(noisy({ seed: 1 }), noisy({ seed: 2 })),
    guardrail(noisy({ seed: 3 }), times(noisy({ seed: 4 }), factor)),
  ];
  const { verdict } = judge(evidenceOf(metrics));
  if (verdict === null) throw new Error('no verdict yet');
  return verdict;
};
const alike = verdictOf(1);
const harmed = verdictOf(1.5);

test('one experiment with equal variants passes without an abort', () => {
  expect(assessSelfTest([alike])).toMatchObject({ passed: true, falseAborts: 0, rate: 0 });
  expect(assessSelfTest([harmed])).toMatchObject({ passed: false, falseAborts: 1 });
});

test('of many windows one in twenty may abort, one more may not', () => {
  const windows = (aborts: number) => [...Array(20 - aborts).fill(alike), ...Array(aborts).fill(harmed)];
  expect(assessSelfTest(windows(1))).toMatchObject({ passed: true, rate: 0.05 });
  expect(assessSelfTest(windows(2))).toMatchObject({ passed: false, rate: 0.1 });
  expect(assessSelfTest(windows(2)).interval?.upper).toBeGreaterThan(0.25);
});

test('nothing tested, nothing passed', () => {
  expect(assessSelfTest([])).toMatchObject({ passed: false, rate: null, interval: null });
});
