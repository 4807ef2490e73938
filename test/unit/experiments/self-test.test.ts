import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../src/experiments/domain/experiment.ts';
import { isSelfTest, ownSelfTestWords, selfTestOf, selfTestWords } from '../../../src/experiments/domain/self-test.ts';
import type { ExperimentVerdict } from '../../../src/experiments/domain/verdict.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { experimentIn, NODES, settings, verdict } from '../../support/builders.ts';

const baseline = { template: TemplateName.parse('baseline'), parameters: {} };
const EQUAL = { candidatePipeline: baseline, labels: { control: 'aa' } };
const wanted = { settings: settings(), nodes: NODES };
const ended = (name: ExperimentVerdict, change: Parameters<typeof settings>[0] = EQUAL): Experiment => {
  const experiment = experimentIn('ended');
  if (experiment.state !== 'ended') throw new Error('it has not ended');
  return { ...experiment, settings: settings(change), verdict: { ...verdict(name), decidedAtSlot: 99 } };
};
const alike = ended('inconclusive_underpowered');
const found = (...earlier: readonly Experiment[]) => selfTestOf(earlier, wanted);

describe('a self-test', () => {
  test('is an experiment that is labelled and whose variants are equal', () => {
    expect(isSelfTest(settings(EQUAL))).toBe(true);
    expect(isSelfTest(settings({ labels: { control: 'aa' } }))).toBe(false);
    expect(isSelfTest(settings({ candidatePipeline: baseline }))).toBe(false);
  });

  test('is passed while equal variants are not told apart', () => {
    expect(found(alike)).toMatchObject({ passed: true, experiments: 1, falseAborts: 0 });
    expect(found(alike, ended('abort_harm'))).toMatchObject({ passed: false, experiments: 2, falseAborts: 1 });
    expect(found(ended('invalid_input_mismatch'))).toMatchObject({ passed: false, falseAborts: 1 });
  });

  test('counts under the same conditions only, and only what was measured to its end', () => {
    expect(found(ended('abort_harm', { ...EQUAL, slotSeconds: 20 })).experiments).toBe(0);
    expect(found(ended('abort_harm', {})).experiments).toBe(0);
    expect(found(ended('cancelled'), ended('error_infrastructure')).experiments).toBe(0);
    expect(selfTestOf([alike], { ...wanted, nodes: NODES.slice(1) }).experiments).toBe(0);
    expect(found(experimentIn('running')).experiments).toBe(0);
  });
});

describe('what people read', () => {
  test('beside a promotion: how often this set-up raised a false alarm, with its interval', () => {
    expect(selfTestWords(found())).toMatch(/^Nobody has measured equal variants under these conditions yet/);
    expect(selfTestWords(found(alike, alike))).toBe(
      'Under these conditions 2 experiments with equal variants raised no false alarm (0 % to 65.8 %): the self-test is passed.',
    );
    expect(selfTestWords(found(alike, ended('abort_limit')))).toBe(
      'Under these conditions 2 experiments with equal variants raised 1 false alarm (9.5 % to 90.5 %): the self-test is not passed, be careful.',
    );
  });

  test('of the self-test itself', () => {
    expect(ownSelfTestWords(verdict('inconclusive_underpowered'))).toContain('It is passed');
    expect(ownSelfTestWords(verdict('abort_harm'))).toContain('It is not passed');
    const incomplete = { name: 'completeness', outcome: 'failed', sentence: 'Too few.' } as const;
    expect(ownSelfTestWords({ ...verdict('inconclusive_no_data'), trust: [incomplete] })).toContain('It is not passed');
  });
});
