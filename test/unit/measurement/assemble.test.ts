import { describe, expect, test } from 'vitest';
import { epochMsOf, secondsAfter } from '../../../src/kernel/instant.ts';
import type { Answer } from '../../../src/measurement/domain/answers.ts';
import { type Answers, makeSlotReader } from '../../../src/measurement/domain/assemble.ts';
import { METRICS, type MetricName, VARIANTS, type Variant } from '../../../src/measurement/domain/sample.ts';
import type { SlotGrid } from '../../../src/measurement/domain/slots.ts';
import { T0 } from '../../support/platform.ts';

const GRID: SlotGrid = { startedAt: T0, slotSeconds: 60, warmupSeconds: 0 };
const NODE = 'node-1';

/** `values[i]` is read `i` slots after the start; null is silence. */
const series = (variant: Variant, values: readonly (number | null)[], labels: Record<string, string> = {}) => ({
  labels: { phx_variant: variant, k8s_node_name: NODE, ...labels },
  points: values.flatMap((value, index) =>
    value === null ? [] : [[epochMsOf(secondsAfter(T0, index * 60)) / 1000, value] as const],
  ),
});

const both = (values: readonly (number | null)[]): Answer => ({
  series: VARIANTS.map((variant) => series(variant, values)),
});

const shows = (variant: Variant, names: readonly string[]) =>
  names.map((name) => series(variant, [1, 1, 1], { process_executable_name: name }));

const plain = (): Record<string, Answer> => ({
  ...Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, both([10, 10, 10])])),
  collector_uptime: both([100, 160, 220]),
  critical_processes: { series: [...shows('baseline', ['nginx', 'java']), ...shows('candidate', ['nginx', 'java'])] },
});

const read = (answers: Answers, slot = 0, critical: readonly string[] = ['nginx', 'java']) =>
  makeSlotReader(GRID, [NODE], critical, answers)(slot);

const reading = (answers: Answers, metric: MetricName, variant: Variant = 'baseline', slot = 0) =>
  read(answers, slot)[variant][metric]?.[NODE];

describe('a reading', () => {
  test('is the one number at the end of the slot', () => {
    expect(reading({ ...plain(), active_series: both([1, 2, 3]) }, 'active_series', 'candidate', 1)).toEqual({
      value: 3,
    });
    expect(reading({ ...plain(), exported_points: both([null, 0, 7]) }, 'exported_points')).toEqual({ value: 0 });
  });

  test.each([
    ['no series', [null, null, null], { missing: 'no_series' }],
    ['not a number', [1, Number.NaN, 1], { missing: 'not_finite' }],
    ['a counter that fell', [1, -5, 1], { missing: 'counter_reset' }],
  ])('is missing for %s', (_, values, expected) => {
    expect(reading({ ...plain(), exported_points: both(values) }, 'exported_points')).toEqual(expected);
  });

  test('is missing where several series answer', () => {
    const twice = [series('baseline', [1, 1], { pod: 'a' }), series('baseline', [1, 1], { pod: 'b' })];
    expect(reading({ ...plain(), active_series: { series: twice } }, 'active_series')).toEqual({
      missing: 'several_series',
    });
  });

  test('is missing with the reason of the store, for the metric that it did not answer', () => {
    const answers = { ...plain(), exported_bytes: { missing: 'query_refused' } as const };
    expect(reading(answers, 'exported_bytes')).toEqual({ missing: 'query_refused' });
    expect(reading(answers, 'exported_points')).toEqual({ value: 10 });
  });
});

describe('counters are read only from a collector that ran all the slot', () => {
  test.each([
    ['restarted, its uptime fell', [100, 20, 80], 'counter_reset'],
    ['restarted just after it had started, its uptime still grew', [3, 50, 110], 'counter_reset'],
    ['started within the slot', [null, 40, 100], 'not_ready'],
    ['is gone', [100, null, null], 'no_series'],
    ['was not scraped in the slot', [100, 100, 160], 'late'],
  ])('one that %s', (_, uptime, missing) => {
    const answers = { ...plain(), collector_uptime: both(uptime) };
    expect(reading(answers, 'exported_points')).toEqual({ missing });
    expect(reading(answers, 'failed_points')).toEqual({ missing });
    expect(reading(answers, 'active_series')).toEqual({ value: 10 });
  });

  test('one whose pod was replaced', () => {
    const replaced = [series('baseline', [100, null], { pod: 'a' }), series('baseline', [null, 70], { pod: 'b' })];
    const answers = { ...plain(), collector_uptime: { series: replaced } };
    expect(reading(answers, 'accepted_points')).toEqual({ missing: 'counter_reset' });
  });

  test('one that is scraped twice would count double', () => {
    const twice = [series('baseline', [100, 160], { job: 'a' }), series('baseline', [100, 160], { job: 'b' })];
    const answers = { ...plain(), collector_uptime: { series: twice } };
    expect(reading(answers, 'exported_points')).toEqual({ missing: 'several_series' });
  });
});

describe('critical processes', () => {
  const seen = (baseline: readonly string[], candidate: readonly string[]): Record<string, Answer> => ({
    ...plain(),
    critical_processes: { series: [...shows('baseline', baseline), ...shows('candidate', candidate)] },
  });

  test('those that the baseline shows and the candidate does not are named and counted', () => {
    const { processes, candidate, baseline } = read(seen(['java', 'nginx'], ['nginx']));
    expect(processes).toEqual([
      { node: NODE, seenByBaseline: ['java', 'nginx'], seenByCandidate: ['nginx'], missing: ['java'] },
    ]);
    expect(candidate['critical_processes_missing']?.[NODE]).toEqual({ value: 1 });
    expect(baseline['critical_processes_missing']?.[NODE]).toEqual({ value: 0 });
  });

  test('where nobody shows any, none is missing', () => {
    expect(read(seen([], [])).candidate['critical_processes_missing']?.[NODE]).toEqual({ value: 0 });
  });

  test.each(VARIANTS)('a %s that shows nothing at all has not lost processes: there is no reading', (silent) => {
    const answers = {
      ...seen(['java'], []),
      active_series: {
        series: VARIANTS.filter((each) => each !== silent).map((variant) => series(variant, [5, 5, 5])),
      },
    };
    const { processes, candidate } = read(answers);
    expect(candidate['critical_processes_missing']?.[NODE]).toEqual({ missing: 'no_series' });
    expect(processes[0]?.missing).toEqual([]);
  });

  test('where the store did not answer, there is no reading', () => {
    const answers = { ...plain(), critical_processes: { missing: 'source_unreachable' } as const };
    expect(read(answers).candidate['critical_processes_missing']?.[NODE]).toEqual({ missing: 'source_unreachable' });
  });

  test('without critical processes nothing is asked and none is missing', () => {
    const { critical_processes: _, ...answers } = plain();
    expect(read(answers, 0, []).candidate['critical_processes_missing']?.[NODE]).toEqual({ value: 0 });
  });
});
