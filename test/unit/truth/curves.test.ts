import { expect, test } from 'vitest';
import type { Series } from '../../../src/measurement/domain/answers.ts';
import { type Curves, withAnswers } from '../../../src/truth/domain/curves.ts';

const EMPTY: Curves = { fromMs: 1_000_000, stepMs: 30_000, instants: 0, parts: [[]] };
const series = (variant: string, labels: Record<string, string>, points: Series['points']): Series => ({
  labels: { phx_experiment: 'exp-0123456789ab', phx_epoch: 'e1', phx_variant: variant, phx_part: '0', ...labels },
  points,
});

test('answers of both variants meet by the labels that are their own', () => {
  const curves = withAnswers(EMPTY, {
    instants: 2,
    aboutCollector: [false],
    series: [
      series('baseline', { a: '1' }, [
        [1000, 1.234_567_8],
        [1030, 2],
      ]),
      series('candidate', { a: '1' }, [[1030, Number.NaN]]),
      series('candidate', { b: '1' }, [[1030, 3]]),
    ],
  });
  expect(curves.parts).toEqual([
    [
      { labels: { a: '1' }, baseline: [1.234_57, 2], candidate: [null, null] },
      { labels: { b: '1' }, baseline: [null, null], candidate: [null, 3] },
    ],
  ]);
});

test('later answers go on where earlier ones ended', () => {
  const first = withAnswers(EMPTY, {
    instants: 1,
    aboutCollector: [false],
    series: [series('baseline', {}, [[1000, 1]])],
  });
  const second = withAnswers(first, {
    instants: 2,
    aboutCollector: [false],
    series: [
      series('baseline', {}, [
        [1000, 9],
        [1060, 2],
      ]),
    ],
  });
  expect(second).toMatchObject({ instants: 3, parts: [[{ baseline: [1, null, 2], candidate: [null, null, null] }]] });
});

test('what tells two collectors apart is no label of what they say about themselves', () => {
  const own = (variant: string) =>
    series(variant, { exporter: 'x', service_instance_id: variant, k8s_pod_name: variant }, [[1000, 1]]);
  const answers = { instants: 1, series: [own('baseline'), own('candidate')] };
  expect(withAnswers(EMPTY, { ...answers, aboutCollector: [true] }).parts[0]).toHaveLength(1);
  expect(withAnswers(EMPTY, { ...answers, aboutCollector: [false] }).parts[0]).toHaveLength(2);
});
