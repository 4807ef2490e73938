import { expect, test } from 'vitest';
import { epochMsOf, type Instant, secondsAfter } from '../../../src/kernel/instant.ts';
import type { MetricsSource } from '../../../src/measurement/application/ports.ts';
import { metricQueries, type QueryScope } from '../../../src/measurement/domain/queries.ts';

export interface MetricsSourceSetUp {
  readonly source: MetricsSource;
  /** of an experiment with one node whose collectors of both variants ran all the time */
  readonly scope: QueryScope;
  readonly from: Instant;
  readonly node: string;
}

/** What every store of metrics promises. */
export const metricsSourceSuite = (setUp: () => MetricsSourceSetUp): void => {
  const range = (stepCount: number) => {
    const { from } = setUp();
    return { from, to: secondsAfter(from, stepCount), stepSeconds: 1 };
  };
  const ask = async (promql: string, stepCount = 3) => {
    const outcome = await setUp().source.range({ promql, ...range(stepCount) });
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    return outcome.value;
  };

  test('points stand exactly on the grid, both ends included, for both variants in one answer', async () => {
    const { scope, from, node } = setUp();
    const { series } = await ask(metricQueries(scope).collector_uptime);
    expect(series.map(({ labels }) => labels['phx_variant']).sort()).toEqual(['baseline', 'candidate']);
    for (const { labels, points } of series) {
      expect(labels['k8s_node_name']).toBe(node);
      expect(points.map(([seconds]) => Math.round(seconds * 1000))).toEqual(
        [0, 1, 2, 3].map((index) => epochMsOf(from) + index * 1000),
      );
    }
  });

  test('one instant is a range too', async () => {
    const { series } = await ask(metricQueries(setUp().scope).collector_uptime, 0);
    expect(series.map(({ points }) => points.length)).toEqual([1, 1]);
  });

  test('the same question about the past has the same answer and the same hash', async () => {
    const { collector_uptime: uptime } = metricQueries(setUp().scope);
    const [one, other] = [await ask(uptime), await ask(uptime)];
    expect(other).toEqual(one);
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await ask(uptime, 2)).sha256).not.toBe(one.sha256);
  });

  test('a query that it cannot answer is refused with its text', async () => {
    const outcome = await setUp().source.range({ promql: 'sum by (', ...range(1) });
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: { code: 'metrics-query-refused', facts: { promql: 'sum by (' } },
    });
  });
};
