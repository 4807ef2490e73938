import { createServer, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import { epochMsOf, type Instant, secondsAfter, secondsBetween } from '../../../src/kernel/instant.ts';
import { systemClock, systemPauses } from '../../../src/kernel/system.ts';
import { memoryMetricsSource } from '../../../src/measurement/adapters/memory-metrics-source.ts';
import { prometheusSource } from '../../../src/measurement/adapters/prometheus-source.ts';
import { urlTransport } from '../../../src/measurement/adapters/prometheus-transport.ts';
import type { MetricsSource } from '../../../src/measurement/application/ports.ts';
import { metricQueries, type QueryScope } from '../../../src/measurement/domain/queries.ts';
import { T0 } from '../../support/platform.ts';
import { startTestStore, type TestStore } from '../../support/prometheus.ts';
import { metricsSourceSuite } from './metrics-source-suite.ts';

const NODE = 'node-1';
const SCOPE: QueryScope = {
  experimentId: 'exp-0123456789ab' as ExperimentId,
  epoch: 1 as Epoch,
  slotSeconds: 4,
  collectionIntervalSeconds: 1,
};

describe('a store in memory', () => {
  const source = memoryMetricsSource({
    scope: SCOPE,
    nodes: [NODE],
    criticalProcesses: [],
    world: { value: (_, { instant }) => 100 + secondsBetween(T0, instant), processes: () => [] },
  });
  metricsSourceSuite(() => ({ source, scope: SCOPE, from: T0, node: NODE }));
});

describe('Prometheus', () => {
  let store: TestStore;
  let told: Server;
  let source: MetricsSource;
  let from: Instant;
  let end: Instant;
  let exposition = '';

  /** What both collectors would tell about themselves; a counter that is not given has not counted yet. */
  const tell = (counters: Readonly<Record<string, number>>): void => {
    const lines = ['baseline', 'candidate'].flatMap((variant) => {
      const labels = `phx_experiment="exp-0123456789ab",phx_epoch="e1",phx_variant="${variant}",k8s_node_name="${NODE}"`;
      return Object.entries(counters).map(
        ([name, value]) => `${name}{${labels},exporter="prometheus_remote_write"} ${value}`,
      );
    });
    exposition = `${lines.join('\n')}\n`;
  };

  beforeAll(async () => {
    store = await startTestStore();
    told = createServer((_, answer) => answer.setHeader('content-type', 'text/plain; version=0.0.4').end(exposition));
    await new Promise<void>((resolve) => told.listen(0, '127.0.0.1', resolve));
    const address = told.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    source = prometheusSource(urlTransport(new URL(store.prometheus.url), { isListed: true }), systemPauses);
    tell({ otelcol_process_uptime: 100, otelcol_exporter_sent_metric_points: 100 });
    store.scrape([`127.0.0.1:${port}`]);
    const uptime = metricQueries(SCOPE).collector_uptime;
    for (let tries = 0; tries < 100; tries += 1) {
      const now = systemClock.now();
      const outcome = await source.range({ promql: uptime, from: now, to: now, stepSeconds: 1 });
      if (outcome.accepted && outcome.value.series.length === 2) break;
      await pause(100);
    }
    from = systemClock.now();
    await pause(3500);
    // a label that was not there before, and the first failure of all
    tell({
      otelcol_process_uptime: 104,
      otelcol_exporter_sent_metric_points: 150,
      otelcol_exporter_send_failed_metric_points: 5,
    });
    await pause(3000);
    end = systemClock.now();
  }, 120_000);
  afterAll(async () => {
    told?.close();
    await store?.stop();
  });

  metricsSourceSuite(() => ({ source, scope: SCOPE, from, node: NODE }));

  const valuesAt = async (promql: string, at: Instant): Promise<readonly number[]> => {
    const outcome = await source.range({ promql, from: at, to: at, stepSeconds: 1 });
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    return outcome.value.series.flatMap(({ points }) => points.map(([, value]) => value));
  };

  test('an experiment that nobody knows has no series, and that is an answer', async () => {
    const unknown = { ...SCOPE, experimentId: 'exp-zzzzzzzzzzzz' as ExperimentId };
    for (const promql of Object.values(metricQueries(unknown))) expect(await valuesAt(promql, end)).toEqual([]);
  });

  test('a counter is what it grew by in the slot', async () => {
    expect(await valuesAt(metricQueries(SCOPE).exported_points, end)).toEqual([50, 50]);
  });

  test('failures are zero while there were none, and the very first ones count', async () => {
    const { failed_points: failed } = metricQueries(SCOPE);
    expect(await valuesAt(failed, secondsAfter(from, 3))).toEqual([0, 0]);
    expect(await valuesAt(failed, end)).toEqual([5, 5]);
  });

  test('without a counter of points sent there is no zero either', async () => {
    const before = new Date(epochMsOf(from) - 600_000).toISOString() as Instant;
    expect(await valuesAt(metricQueries(SCOPE).failed_points, before)).toEqual([]);
  });
});
