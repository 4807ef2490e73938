import { describe, expect, test } from 'vitest';
import {
  binomialUpperTail,
  chiSquareUpperTail,
  logGamma,
  logNormalCdf,
  normalUpperQuantile,
  normalUpperTail,
  studentUpperQuantile,
  studentUpperTail,
} from '../../../src/judgement/domain/special-functions.ts';
import references from '../../references/statistics.json' with { type: 'json' };

const CALCULATE = {
  binomialUpperTail,
  chiSquareUpperTail,
  logGamma,
  logNormalCdf,
  normalUpperQuantile,
  normalUpperTail,
  studentUpperQuantile,
  studentUpperTail,
};
const ACCURACY = 1e-10;

const expectClose = (actual: number, expected: number, input: unknown): void => {
  const error = expected === 0 ? Math.abs(actual) : Math.abs(actual / expected - 1);
  expect(error, `${JSON.stringify(input)} gives ${actual}, expected ${expected}`).toBeLessThan(ACCURACY);
};

describe('distribution functions agree with scipy to 1e-10 relative, far tails included', () => {
  test.each(Object.entries(references.distributions))('%s', (name, rows) => {
    const calculate = CALCULATE[name as keyof typeof references.distributions] as (...input: number[]) => number;
    for (const row of rows) expectClose(calculate(...row.slice(0, -1)), row.at(-1) as number, row);
  });
});

test('a tail is never zero where it can be told from zero', () => {
  expect(normalUpperTail(37)).toBeGreaterThan(0);
  expect(studentUpperTail(1e4, 60)).toBeGreaterThan(0);
});

test('quantiles undo their tails', () => {
  for (const df of [0.7, 1.5, 4.9, 5.1, 33.3, 4000]) {
    for (const p of [1e-12, 6.25e-4, 0.05, 0.3, 0.4999, 0.7, 0.99]) {
      expectClose(studentUpperTail(studentUpperQuantile(p, df), df), p, { p, df });
    }
  }
});
