import { describe, expect, test } from 'vitest';
import { barScaleOf } from '../../../dashboard/src/experiments/detail/bar-scale.ts';
import {
  chartDataOf,
  lonelyIntervals,
  marksOf,
  stretchesOf,
} from '../../../dashboard/src/experiments/detail/chart-data.ts';
import { changeRangeOf } from '../../../dashboard/src/experiments/detail/chart-range.ts';
import { lineDiff } from '../../../dashboard/src/ui/line-diff.ts';
import { fixtureExperiment } from '../../support/fixture-experiments.ts';
import { T0 } from '../../support/platform.ts';

const running = fixtureExperiment({
  id: 'exp-running00001',
  name: 'running',
  state: 'running',
  createdAt: T0,
  measured: 20,
  gaps: [12, 13],
  allowedCommands: ['stop'],
});
const judged = { looks: running.looks, verdict: null };
const series = running.series('exported_points');

describe('the bar of a metric', () => {
  test('places zero, margin, estimate and bounds on one scale', () => {
    const scale = barScaleOf({ effect: -0.86, lower: -0.88, upper: -0.85, margin: -0.05 });
    expect(scale?.from).toBeLessThan(scale?.effect ?? 0);
    expect(scale?.effect).toBeLessThan(scale?.to ?? 0);
    expect(scale?.to).toBeLessThan(scale?.margin ?? 0);
    expect(scale?.margin).toBeLessThan(scale?.zero ?? 0);
  });

  test('runs to the edge where a bound is not known', () => {
    expect(barScaleOf({ effect: 0.1, lower: null, upper: 0.2, margin: null })).toMatchObject({
      from: 0,
      isOpenLeft: true,
      isOpenRight: false,
    });
  });

  test('is only a tick where there is no interval at all', () => {
    const scale = barScaleOf({ effect: 0.1, lower: null, upper: null, margin: 0.2 });
    expect(scale).toMatchObject({ from: scale?.effect, to: scale?.effect, isOpenLeft: false, isOpenRight: false });
  });

  test('is not drawn without an estimate', () => {
    expect(barScaleOf({ effect: null, lower: null, upper: null, margin: 0.1 })).toBeNull();
  });

  test('survives a point without width', () => {
    expect(barScaleOf({ effect: 0, lower: 0, upper: 0, margin: null })?.zero).toBeGreaterThan(0);
  });
});

describe('the chart', () => {
  const data = chartDataOf(series, judged, 'exported_points');

  test('joins slots and looks on one time axis', () => {
    expect(data.times).toHaveLength(26);
    expect(data.estimate.filter((value) => value !== null)).toHaveLength(running.looks.length);
    expect(data.estimate.at(-1)).toBe(running.looks.at(-1)?.effects[0]?.effect);
    expect(data.margin).toBe(-0.05);
  });

  test('leaves a gap with its reason where a value is missing, and never a zero', () => {
    expect(data.candidate[12]).toBeNull();
    expect(data.slotChange[12]).toBeNull();
    expect(data.baseline[12]).toBeGreaterThan(0);
    expect(stretchesOf(data.gaps)).toEqual([{ from: 12, to: 13, reason: 'candidate: metrics source unreachable' }]);
  });

  test('has no ratio over a baseline of zero', () => {
    const zero = chartDataOf(running.series('failed_points'), { looks: [], verdict: null }, 'failed_points');
    expect(zero.baseline.every((value) => value === 0)).toBe(true);
    expect(zero.slotChange.every((value) => value === null)).toBe(true);
  });

  test('shows one node without the interval of all', () => {
    const node = chartDataOf(series, judged, 'exported_points', 'node-2');
    expect(node.baseline[0]).not.toBe(data.baseline[0]);
    expect(node.estimate.every((value) => value === null)).toBe(true);
  });

  test('of a derived metric has looks only', () => {
    const derived = chartDataOf(null, judged, 'critical_coverage');
    expect(derived.times).toHaveLength(running.looks.length);
    expect(derived.scale).toBe('difference');
    expect(derived.gaps).toEqual([]);
  });

  test('always shows zero, the margin and the newest interval', () => {
    const [least, most] = changeRangeOf(data);
    expect(least).toBeLessThan(data.lower.at(-1) ?? 0);
    expect(most).toBeGreaterThan(0);
  });

  test('is not flattened by a first look as wide as a barn', () => {
    const lower = [...data.lower];
    lower[10] = -40;
    const [least] = changeRangeOf({ ...data, lower });
    expect(least).toBeGreaterThan(-2);
  });

  test('takes the interval of the verdict where it was decided, as a bar when no look had one', () => {
    const decided = fixtureExperiment({
      id: 'exp-promote00001',
      name: 'decided',
      state: 'awaiting_approval',
      createdAt: T0,
      measured: 20,
      verdict: 'promote',
      allowedCommands: ['promote'],
    });
    const looks = decided.looks.map((look) => ({
      ...look,
      effects: look.effects.map((effect) => ({ ...effect, lower: null, upper: null })),
    }));
    const points = decided.series('exported_points');
    expect(lonelyIntervals(chartDataOf(points, { looks, verdict: null }, 'exported_points'))).toEqual([]);
    const [bar, ...others] = lonelyIntervals(
      chartDataOf(points, { looks, verdict: decided.view.verdict }, 'exported_points'),
    );
    expect(bar?.time).toBe(Date.parse(points.slots.at(-1)?.endsAt ?? '') / 1000);
    expect(bar?.upper).toBeLessThan(0);
    expect(others).toEqual([]);
  });

  test('never puts the line of a limit among changes, and draws it for one node only', () => {
    const looks = running.looks.map((look) => ({
      ...look,
      effects: look.effects.map((effect) =>
        effect.metric === 'collector_memory_bytes' ? { ...effect, effect: null, margin: 419_430_400 } : effect,
      ),
    }));
    const memory = running.series('collector_memory_bytes');
    const pooled = chartDataOf(memory, { looks, verdict: null }, 'collector_memory_bytes');
    expect([pooled.margin, pooled.limit, pooled.scale]).toEqual([null, null, 'ratio']);
    expect(changeRangeOf(pooled)[1]).toBeLessThan(1);
    expect(chartDataOf(memory, { looks, verdict: null }, 'collector_memory_bytes', 'node-1').limit).toBe(419_430_400);
  });

  test('marks the states of this epoch', () => {
    expect(marksOf(running.transitions, 1).map(({ label }) => label)).toEqual([
      'validating',
      'provisioning',
      'warming up',
      'running',
    ]);
  });
});

describe('the difference of two settings', () => {
  test('tells what goes and what comes, in place', () => {
    const lines = lineDiff('a\nb\nc\n', 'a\nx\nc\nd\n').map(({ kind, text }) => `${kind} ${text}`);
    expect(lines).toEqual(['same a', 'removed b', 'added x', 'same c', 'added d']);
  });

  test('of the same text is all same', () => {
    expect(lineDiff('a\nb', 'a\nb\n').every(({ kind }) => kind === 'same')).toBe(true);
  });
});
