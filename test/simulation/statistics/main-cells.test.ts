import { describe, expect, test } from 'vitest';
import { rateOf, replicate } from './measurements.ts';
import { fastestAlarm, RIVALS } from './rivals.ts';
import { autoregressive, makeArms } from './series.ts';
import { isPlausible, TARGETS } from './targets.ts';

const REPLICATES = 600;
const SEED = 20_261_121;

describe('the simulator reproduces known error rates of Welch tests (else it proves nothing)', () => {
  test.each([
    ['Welch once at the end, two-sided 5 %', 0, 0.05],
    ['Welch once at the end, two-sided 5 %', 0.6, 0.34],
    ['Welch each minute, two-sided 5 %', 0.6, 0.88],
  ])('%s, correlation %d: %d', (name, rho, expected) => {
    const rival = RIVALS.find((candidate) => candidate.name === name);
    const alarms = replicate(SEED, REPLICATES, (chance) =>
      rival?.alarms(makeArms(chance, { length: 120, rho, shared: 0 })),
    ).filter(Boolean).length;
    const { lower, upper } = rateOf(alarms, REPLICATES);
    expect(lower).toBeLessThan(expected + 0.01);
    expect(upper).toBeGreaterThan(expected - 0.01);
  });
});

test('the fastest possible test is wrong no more often than its level, and finds what it was told', () => {
  const told = { rho: 0.6, deviation: 0.07, harm: 0.075, alpha: 0.05 };
  const alarms = (shift: number): number =>
    replicate(SEED, REPLICATES, (chance) =>
      fastestAlarm(
        autoregressive(chance, 120, told.rho).map((value) => told.deviation * value + shift),
        told,
      ),
    ).filter(Number.isFinite).length;
  expect(rateOf(alarms(0), REPLICATES).lower).toBeLessThan(told.alpha);
  expect(rateOf(alarms(told.harm), REPLICATES).rate).toBeGreaterThan(0.99);
});

describe(`${REPLICATES} experiments of each main cell, seed ${SEED}`, () => {
  test.each(
    TARGETS.filter(({ isMain }) => isMain).map((target) => [`${target.promise}: ${target.condition}`, target] as const),
  )('%s', (_, target) => {
    const measured = target.measure(SEED, REPLICATES);
    expect(isPlausible(target, measured), `${JSON.stringify(measured)} misses ${target.sense} ${target.limit}`).toBe(
      true,
    );
  });
});
