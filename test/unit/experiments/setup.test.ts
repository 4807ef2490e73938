import { describe, expect, test } from 'vitest';
import {
  DEFAULT_CRITERIA,
  type ExperimentSettings,
  type VariantPipeline,
} from '../../../src/experiments/domain/settings.ts';
import {
  checkSetup,
  completeSettings,
  type Floors,
  type Rendered,
  tooMuchToJudge,
} from '../../../src/experiments/domain/setup.ts';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { renderAsVariant } from '../../../src/pipelines/domain/render.ts';
import { PipelineChoice, TemplateName } from '../../../src/pipelines/domain/template.ts';
import { CLUSTER, settings } from '../../support/builders.ts';

const FLOORS: Floors = { minimumHorizonSeconds: 60, minimumWarmupSeconds: 30 };
const FRAME = { remoteWriteAuth: 'none', collectionIntervalSeconds: 5, criticalProcesses: [] } as const;

type Render = (pipeline: VariantPipeline) => Rendered['candidatePipeline'];
const renders: Render = () => accept({ slowestIntervalSeconds: FRAME.collectionIntervalSeconds });
const really: Render = (pipeline) => renderAsVariant(PipelineChoice.parse(pipeline), FRAME, sha256);

const codes = (change: Partial<ExperimentSettings>, render: Render = renders): readonly string[] => {
  const asked = { ...settings(), ...change };
  const rendered = {
    baselinePipeline: render(asked.baselinePipeline),
    candidatePipeline: render(asked.candidatePipeline),
  };
  return checkSetup(asked, FLOORS, rendered).map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('the clock', () => {
  test('what the stage allows is fine', () => {
    expect(codes({})).toEqual([]);
  });
  test('a slot holds at least two collections', () => {
    expect(codes({ slotSeconds: 10, collectionIntervalSeconds: 5 })).toEqual([]);
    expect(codes({ slotSeconds: 10, collectionIntervalSeconds: 6 })).toEqual(['/slot_seconds slot-too-short']);
  });
  test('a template that reads more rarely has to be read twice in a slot as well', () => {
    const candidatePipeline = { template: TemplateName.parse('two-speed'), parameters: { slow_factor: 4 } };
    const clock = { collectionIntervalSeconds: 5, candidatePipeline };
    expect(codes({ ...clock, slotSeconds: 40, durationSeconds: 300 }, really)).toEqual([]);
    expect(codes({ ...clock, slotSeconds: 39, durationSeconds: 300 }, really)).toEqual([
      '/candidate_pipeline slot-too-short',
    ]);
  });
  test('duration and warm-up keep the floors of the stage', () => {
    expect(codes({ durationSeconds: 60, warmupSeconds: 30 })).toEqual([]);
    expect(codes({ durationSeconds: 59, warmupSeconds: 29 })).toEqual([
      '/duration_seconds duration-too-short',
      '/warmup_seconds warmup-too-short',
    ]);
  });
  test('a duration that nobody says is chosen, and one that somebody says stays', () => {
    const { durationSeconds: _, ...without } = settings();
    expect(codes({ durationSeconds: undefined })).toEqual([]);
    expect(completeSettings(without, 450).durationSeconds).toBe(450);
    expect(completeSettings(settings({ durationSeconds: 100 }), 450).durationSeconds).toBe(100);
  });
  test('six slots can decide something, five cannot', () => {
    expect(codes({ durationSeconds: 120, slotSeconds: 20 })).toEqual([]);
    expect(codes({ durationSeconds: 100, slotSeconds: 20 })).toEqual(['/duration_seconds too-few-slots']);
  });
});

describe('criteria', () => {
  const primary = { role: 'primary', metric: 'exported_points', minimumSavingRatio: 0.05 } as const;
  const also = { role: 'primary', metric: 'active_series', minimumSavingRatio: 0.05 } as const;
  const third = { role: 'primary', metric: 'exported_bytes', minimumSavingRatio: 0.05 } as const;

  test('one or two primaries; none and three are findings', () => {
    expect(codes({ successCriteria: [primary] })).toEqual([]);
    expect(codes({ successCriteria: [primary, also] })).toEqual([]);
    expect(codes({ successCriteria: [{ role: 'diagnostic', metric: 'active_series' }] })).toEqual([
      '/success_criteria primaries-count',
    ]);
    expect(codes({ successCriteria: [primary, also, third] })).toEqual(['/success_criteria primaries-count']);
  });
  test('a primary saves something that costs', () => {
    const wrong = { role: 'primary', metric: 'failed_points', minimumSavingRatio: 0.1 } as const;
    expect(codes({ successCriteria: [wrong] })).toEqual(['/success_criteria/0/metric primary-is-no-cost']);
  });
  test('an abort margin lies within its margin', () => {
    const guard = (abortMarginRatio: number) =>
      ({ role: 'guardrail', metric: 'failed_points', marginRatio: 0.1, abortMarginRatio }) as const;
    expect(codes({ successCriteria: [primary, guard(0.1)] })).toEqual([]);
    expect(codes({ successCriteria: [primary, guard(0.11)] })).toEqual([
      '/success_criteria/1/abort_margin_ratio abort-margin-above-margin',
    ]);
  });
  test('more breaches than slots can never be seen', () => {
    const limit = { role: 'limit', metric: 'collector_memory_bytes', maximum: 1, breaches: 4, of: 3 } as const;
    expect(codes({ successCriteria: [primary, limit] })).toEqual(['/success_criteria/1/breaches breaches-above-of']);
  });
  test('a metric is asked one question and has one line', () => {
    const limit = { role: 'limit', metric: 'collector_memory_bytes', maximum: 1, breaches: 2, of: 3 } as const;
    const shown = { role: 'diagnostic', metric: 'collector_memory_bytes' } as const;
    expect(codes({ successCriteria: [primary, limit, shown] })).toEqual([]);
    expect(codes({ successCriteria: [primary, limit, shown, shown] })).toEqual([
      '/success_criteria/3/metric criterion-repeated',
    ]);
  });
  test('omitted means the documented defaults, never zero', () => {
    const { successCriteria: _, ...without } = settings();
    expect(completeSettings(without, 60).successCriteria).toEqual(DEFAULT_CRITERIA);
  });
  test('without critical processes the defaults do not ask about any, and who asks is told', () => {
    const { successCriteria: _, ...without } = settings({ criticalProcesses: [] });
    expect(completeSettings(without, 60).successCriteria.map(({ metric }) => metric)).not.toContain(
      'critical_coverage',
    );
    const asked = { role: 'guardrail', metric: 'critical_coverage', marginRatio: 0.005 } as const;
    expect(codes({ criticalProcesses: [], successCriteria: [primary, asked] })).toEqual([
      '/success_criteria/1/metric critical-processes-missing',
    ]);
  });
});

test('a worker has to hold what it judges: nodes, slots and metrics together', () => {
  // eight criteria and equal input, over a day of minutes
  const day = settings({ durationSeconds: 86_400, slotSeconds: 60 });
  expect(tooMuchToJudge(day, 72)).toBeNull();
  expect(tooMuchToJudge(day, 73)).toMatchObject({
    code: 'too-much-to-judge',
    message:
      '73 nodes, 2310 slots (those watched after the verdict are among them) and 9 metrics are more than 1500000 readings of a variant; use longer slots or fewer nodes',
  });
});

describe('targets, names, pipelines', () => {
  test('a target says names or labels, and each cluster once', () => {
    expect(
      codes({
        targets: [{ clusterId: CLUSTER, nodeNames: ['a'], nodeSelector: { zone: 'a' } }, { clusterId: CLUSTER }],
      }),
    ).toEqual(['/targets/0 target-ambiguous', '/targets/1/cluster_id target-repeated']);
  });
  test('a critical process is named once', () => {
    expect(codes({ criticalProcesses: ['nginx', 'nginx'] })).toEqual(['/critical_processes/1 name-repeated']);
  });
  test('an unknown template and a wrong parameter are found where they stand', () => {
    const unknown = { template: TemplateName.parse('top-q'), parameters: {} };
    expect(codes({ candidatePipeline: unknown }, really)).toEqual([
      '/candidate_pipeline/template pipeline-template-not-found',
    ]);
    const wrong = { template: TemplateName.parse('top-k'), parameters: { cpu_threshold_ratio: 7 } };
    expect(codes({ candidatePipeline: wrong }, really)).toEqual([
      expect.stringMatching(/^\/candidate_pipeline\/parameters\/cpu_threshold_ratio /),
    ]);
  });
  test('a template that measures no node is no variant', () => {
    const template = TemplateName.parse('log-noise');
    expect(codes({ candidatePipeline: { template, parameters: {} } }, really)).toEqual([
      '/candidate_pipeline/template pipeline-not-comparable',
    ]);
  });
  test('what is written over a template makes it another pipeline', () => {
    const choice = { template: TemplateName.parse('top-k'), parameters: {} };
    const overrides = { processors: { 'transform/flag': { error_mode: 'propagate' } } };
    expect(codes({ baselinePipeline: choice, candidatePipeline: { ...choice, overrides } }, really)).toEqual([]);
  });
  test('two equal variants are refused, unless the label says that noise is what one asks for', () => {
    const { baselinePipeline } = settings();
    expect(codes({ candidatePipeline: baselinePipeline })).toEqual(['/candidate_pipeline variants-equal']);
    expect(codes({ candidatePipeline: baselinePipeline, labels: { control: 'aa' } })).toEqual([]);
    const pipelineId = PipelineId.parse('pipe-00000000000a');
    const revisions = (one: number, other: number) =>
      codes({ baselinePipeline: { pipelineId, revision: one }, candidatePipeline: { revision: other, pipelineId } });
    expect(revisions(1, 1)).toEqual(['/candidate_pipeline variants-equal']);
    expect(revisions(1, 2)).toEqual([]);
  });
});
