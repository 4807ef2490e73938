import { describe, expect, test } from 'vitest';
import { toCriteria, toEvidence } from '../../../src/experiments/domain/evidence.ts';
import type { Experiment } from '../../../src/experiments/domain/experiment.ts';
import { historySeries, kindOfHistory } from '../../../src/experiments/domain/noise-history.ts';
import { historyPrior } from '../../../src/judgement/domain/history-prior.ts';
import type { Sample } from '../../../src/measurement/domain/sample.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { experimentIn, NODES, settings } from '../../support/builders.ts';

const ended = (change: Parameters<typeof settings>[0] = {}): Experiment => {
  const experiment = experimentIn('ended');
  if (experiment.state !== 'ended') throw new Error('it has not ended');
  return { ...experiment, settings: settings(change), verdict: { ...experiment.verdict, decidedAtSlot: 99 } };
};
const wanted = (change: Parameters<typeof settings>[0] = {}) => ({ settings: settings(change), nodes: NODES });
const baseline = { template: TemplateName.parse('baseline'), parameters: {} };

describe('an earlier experiment', () => {
  test('tells about noise when it measured the same pipelines, or the baseline against itself', () => {
    expect(kindOfHistory(ended(), wanted())).toBe('same_pipelines');
    expect(kindOfHistory(ended({ candidatePipeline: baseline }), wanted())).toBe('equal_variants');
    expect(kindOfHistory(ended(), wanted({ candidatePipeline: baseline }))).toBeNull();
  });

  test.each([
    ['other slots', { slotSeconds: 20 }],
    ['another collection interval', { collectionIntervalSeconds: 4 }],
    ['other critical processes', { criticalProcesses: ['nginx'] }],
    ['another parameter', { candidatePipeline: { ...settings().candidatePipeline, parameters: { pinned: 'x' } } }],
  ])('tells nothing with %s', (_, change) => {
    expect(kindOfHistory(ended(change), wanted())).toBeNull();
  });

  test('tells nothing of other nodes, before its end, or without a measured verdict', () => {
    expect(kindOfHistory(ended(), { ...wanted(), nodes: NODES.slice(1) })).toBeNull();
    expect(kindOfHistory(experimentIn('running'), wanted())).toBeNull();
    expect(kindOfHistory(experimentIn('ended'), wanted())).toBeNull();
    const gappy = ended();
    if (gappy.state !== 'ended') throw new Error('it has not ended');
    const verdict = { ...gappy.verdict, verdict: 'inconclusive_no_data' } as const;
    expect(kindOfHistory({ ...gappy, verdict }, wanted())).toBeNull();
    expect(kindOfHistory(ended(), { ...wanted(), nodes: NODES.toReversed() })).toBe('same_pipelines');
  });
});

const sample = (slot: number, points: number | null): Sample => {
  const reading = points === null ? { missing: 'late' as const } : { value: points };
  const both = { exported_points: { 'node-2': reading, 'node-1': { value: 1 } } };
  const { enteredAt: at, id } = experimentIn('running');
  return {
    ...{ experimentId: id, epoch: 1 as Sample['epoch'], slot, endsAt: at, measuredAt: at, phase: 'measured' },
    ...{ baseline: both, candidate: both, processes: [], hashes: {} },
  };
};

test('series are pooled over nodes as they are judged; a slot without one of two nodes is missing, and so is one that never came', () => {
  const evidence = toEvidence(settings(), [sample(4, 10), sample(5, null), sample(7, 30)]);
  expect(historySeries(evidence)['exported_points']).toEqual({
    baseline: [11, null, null, 31],
    candidate: [11, null, null, 31],
  });
  expect(Object.keys(historySeries(evidence))).toEqual(['exported_points', 'critical_coverage', 'lost_points_ratio']);
});

test('a share of two nodes is the share of all their points, not the mean of two shares', () => {
  const some = sample(4, 900);
  const variant = {
    exported_points: { 'node-1': { value: 90 }, 'node-2': { value: 900 } },
    failed_points: { 'node-1': { value: 10 }, 'node-2': { value: 0 } },
  };
  const evidence = toEvidence(settings(), [{ ...some, baseline: variant, candidate: variant }]);
  expect(historySeries(evidence)['lost_points_ratio']).toEqual({ baseline: [0.01], candidate: [0.01] });
});

test('evidence is the same text whatever order a table gives its maps back in', () => {
  const turned = (each: Sample): Sample => ({
    ...each,
    baseline: { exported_points: { 'node-1': { value: 1 }, 'node-2': { value: 10 } } },
  });
  const one = sample(4, 10);
  expect(JSON.stringify(toEvidence(settings(), [turned(one)]))).toBe(JSON.stringify(toEvidence(settings(), [one])));
});

test('how much a contrast varies does not depend on how large it is, so the same pipelines tell what equal ones would', () => {
  const a = Array.from({ length: 120 }, (_, slot) => 1000 * (1 + 0.03 * Math.sin(slot * 1.3)));
  const b = Array.from({ length: 120 }, (_, slot) => 1000 * (1 + 0.04 * Math.cos(slot * 0.7)));
  const [primary] = toCriteria(settings());
  if (primary === undefined) throw new Error('there is no criterion');
  const equal = historyPrior({ baseline: a, candidate: b }, primary, 'log_ratio', 60);
  const cheaper = historyPrior({ baseline: a, candidate: b.map((value) => value * 0.14) }, primary, 'log_ratio', 60);
  expect(cheaper?.variance).toBeCloseTo(equal?.variance ?? 0, 12);
  expect(cheaper?.autocorrelation).toBeCloseTo(equal?.autocorrelation ?? 0, 10);
  expect(equal?.variance).toBeGreaterThan(0);
});
