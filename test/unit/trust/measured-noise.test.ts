import { describe, expect, test } from 'vitest';
import { Evidence } from '../../../src/judgement/contract/evidence.ts';
import { deviationWithin, lagOneWithin, measuredNoise } from '../../trust/measured-noise.ts';

describe('variation within experiments', () => {
  test('is around the own mean of each, so a node at another level adds nothing', () => {
    // each series deviates by ±1: four squares over two degrees of freedom
    expect(
      deviationWithin([
        [1, 3],
        [101, 103],
      ]),
    ).toBe(Math.SQRT2);
    expect(deviationWithin([[5], [9]])).toBeNull();
  });

  test('neighbours are alike, opposite, or not comparable across a gap', () => {
    expect(lagOneWithin([[-1, -1, 1, 1]])).toBe(0.25);
    expect(lagOneWithin([[1, -1, 1, -1]])).toBe(-0.75);
    expect(lagOneWithin([[1, null, -1]])).toBe(0);
    expect(lagOneWithin([[7, 7, 7]])).toBeNull();
  });

  test('a metric is described once, with its missing slots, as a ratio only while nothing is zero', () => {
    const pair = (baseline: number, candidate: number) => ({
      baseline: { n: { value: baseline } },
      candidate: { n: { value: candidate } },
    });
    const evidence = Evidence.parse({
      design: {
        stepSeconds: 6,
        horizonSlots: 3,
        criteria: [
          { role: 'limit', name: 'memory', line: 9 },
          { role: 'diagnostic', name: 'memory' },
          { role: 'diagnostic', name: 'lost', scale: 'difference' },
        ],
      },
      slots: [
        { slot: 1, metrics: { memory: pair(2, 2), lost: pair(0, 0.5) } },
        { slot: 3, metrics: { memory: pair(4, 4), lost: pair(0, -0.5) } },
      ],
    });
    expect(measuredNoise([evidence])).toMatchObject([
      { metric: 'memory', pairs: 2, missing: 1, level: 3, contrastScale: 'ratio', contrastDeviation: 0 },
      { metric: 'lost', level: 0, variation: null, contrastScale: 'difference', contrastDeviation: Math.SQRT1_2 },
    ]);
  });
});
