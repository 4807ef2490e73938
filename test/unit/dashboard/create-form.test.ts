import { describe, expect, test } from 'vitest';
import {
  EMPTY_FORM,
  type ExperimentForm,
  readForm,
  suggestedName,
} from '../../../dashboard/src/experiments/create/form.ts';
import { parameterTexts, parameterValues } from '../../../dashboard/src/templates/parameter-values.ts';
import { DEFAULT_CRITERIA, ExperimentSettings } from '../../../src/experiments/domain/settings.ts';
import { findTemplate, TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { CLUSTER } from '../../support/fixture-experiments.ts';

const filled: ExperimentForm = {
  ...EMPTY_FORM,
  baseline: { runs: 'baseline', parameters: {} },
  candidate: { runs: 'top-k', parameters: { cpu_threshold_ratio: '0.02', pinned_processes: 'sshd, cron' } },
  clusterId: CLUSTER,
  critical: 'nginx, postgres',
};
const read = (form: ExperimentForm) => readForm(form, TEMPLATES, 'local');
const pointersOf = (form: ExperimentForm) => read(form).errors.map(({ pointer }) => pointer);

describe('the form', () => {
  test('becomes settings that the schema of the API accepts', () => {
    const { settings, errors } = read(filled);
    expect(errors).toEqual([]);
    const parsed = ExperimentSettings.parse(settings);
    expect(parsed.name).toBe('top-k against baseline on local');
    expect(parsed.candidatePipeline).toMatchObject({
      parameters: { cpu_threshold_ratio: 0.02, pinned_processes: ['sshd', 'cron'] },
    });
    expect(parsed.criticalProcesses).toEqual(['nginx', 'postgres']);
    expect([parsed.durationSeconds, parsed.warmupSeconds, parsed.slotSeconds]).toEqual([undefined, 300, 60]);
  });

  test('an empty duration is for the planner to choose', () => {
    expect(read({ ...filled, duration: ' ' }).settings).not.toHaveProperty('durationSeconds');
    expect(read({ ...filled, duration: '1h 30m' }).settings?.durationSeconds).toBe(5400);
  });

  test('begins with the documented criteria, unchanged by the way through percent and MiB', () => {
    expect(read(filled).settings?.successCriteria).toEqual(DEFAULT_CRITERIA);
  });

  test('names the place of everything that it cannot read, in the words of the API', () => {
    expect(pointersOf({ ...filled, duration: 'an hour', clusterId: '' })).toEqual([
      '/targets/0/cluster_id',
      '/duration_seconds',
    ]);
    expect(
      pointersOf({ ...filled, candidate: { runs: 'top-k', parameters: { cpu_threshold_ratio: 'much' } } }),
    ).toEqual(['/candidate_pipeline/parameters/cpu_threshold_ratio']);
    expect(read({ ...filled, duration: 'an hour' }).settings).toBeNull();
  });

  test('asks for a margin instead of assuming one', () => {
    const criteria = [
      ...filled.criteria,
      { role: 'guardrail', metric: 'failed_points', marginPercent: '', abortMarginPercent: '' } as const,
    ];
    expect(pointersOf({ ...filled, criteria })).toEqual([`/success_criteria/${criteria.length - 1}/margin_ratio`]);
  });

  test('wants a critical process as long as a criterion asks about them', () => {
    expect(pointersOf({ ...filled, critical: ' ' })).toEqual(['/critical_processes']);
    const criteria = filled.criteria.filter(({ metric }) => !metric.startsWith('critical_'));
    expect(pointersOf({ ...filled, critical: '', criteria })).toEqual([]);
  });

  test('leaves an empty parameter to the default of its template', () => {
    const { settings } = read({
      ...filled,
      candidate: { runs: 'top-k', parameters: { cpu_threshold_ratio: ' ' } },
    });
    expect(settings?.candidatePipeline).toEqual({ template: 'top-k', parameters: {} });
  });

  test('suggests no name before both sides are chosen', () => {
    expect(suggestedName(EMPTY_FORM, 'local')).toBe('');
  });
});

describe('parameters in the address', () => {
  const topK = findTemplate('top-k');
  if (!topK.accepted) throw new Error('there is no template top-k');
  const { template } = topK.value;

  test('come back as they were typed', () => {
    const values = parameterValues(template, { cpu_threshold_ratio: '0.02', pinned_processes: 'sshd, cron' });
    expect(values).toEqual({ cpu_threshold_ratio: 0.02, pinned_processes: ['sshd', 'cron'] });
    expect(parameterTexts(values)).toEqual({ cpu_threshold_ratio: '0.02', pinned_processes: 'sshd, cron' });
  });

  test('stay text while a number is on its way', () => {
    expect(parameterValues(template, { cpu_threshold_ratio: '0.' })).toEqual({ cpu_threshold_ratio: '0.' });
  });
});
