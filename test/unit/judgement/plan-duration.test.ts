import { describe, expect, test } from 'vitest';
import { PlanRequest } from '../../../src/judgement/contract/plan.ts';
import { planDuration } from '../../../src/judgement/domain/plan-duration.ts';
import { noisy } from './evidence-of.ts';

const plan = (criteria: readonly object[], rest: object = {}) =>
  planDuration(PlanRequest.parse({ stepSeconds: 60, criteria, ...rest }));
const cost = { name: 'cost', role: 'primary', minimumSaving: 0.05 };
const latency = (margin: number) => ({ name: 'latency', role: 'guardrail', margin });

test('the narrowest margin decides', () => {
  const found = plan([cost, latency(0.03)]);
  expect(found).toMatchObject({ enough: true, decidedBy: 'latency' });
  expect(found.sentence).toContain('latency');
  expect(found.slots).toBeGreaterThan(plan([cost, latency(0.1)]).slots ?? Number.NaN);
});

test('quiet history shortens it', () => {
  const quiet = {
    baseline: noisy({ length: 720, variation: 0.005 }),
    candidate: noisy({ seed: 2, length: 720, variation: 0.005 }),
  };
  const found = plan([cost, latency(0.03)], { history: { latency: quiet, cost: quiet } });
  expect(found.slots).toBe(30);
  expect(found.decidedBy).toBeNull();
  expect(found.metrics.every(({ varianceFrom }) => varianceFrom === 'history')).toBe(true);
});

describe('refuses with the reason', () => {
  test('when the longest allowed run is not enough', () => {
    const found = plan([cost, latency(0.001)]);
    expect(found).toMatchObject({ enough: false, decidedBy: 'latency' });
    expect(found.sentence).toMatch(/No allowed duration is enough: .* would be needed for latency, 1 d are allowed/);
  });

  test('when the hoped-for saving is not above the minimum', () => {
    expect(plan([cost], { expectedSaving: { cost: 0.05 } })).toMatchObject({ enough: false, slots: null });
  });

  test('when a margin of zero can never be proven', () => {
    expect(plan([cost, latency(0)]).sentence).toContain('margin of zero');
  });

  test('when nothing asks for a proof', () => {
    expect(plan([{ name: 'x', role: 'diagnostic' }])).toMatchObject({ enough: false });
  });
});
