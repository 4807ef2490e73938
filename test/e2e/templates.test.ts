import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment } from '../../local/processes/machine.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { epochMsOf } from '../../src/kernel/instant.ts';
import { systemClock, systemIds, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { prometheusSource } from '../../src/measurement/adapters/prometheus-source.ts';
import { urlTransport } from '../../src/measurement/adapters/prometheus-transport.ts';
import type { Series } from '../../src/measurement/domain/answers.ts';
import { metricQueries } from '../../src/measurement/domain/queries.ts';
import { renderPipeline } from '../../src/pipelines/domain/render.ts';
import { type ParameterValue, type RenderedPipeline, TemplateName } from '../../src/pipelines/domain/template.ts';
import { startTestCollector } from '../support/collector.ts';
import { askCollector } from '../support/collector-answers.ts';
import { askPrometheus, startTestStore, type TestStore } from '../support/prometheus.ts';

// What the templates say, as the real collector understands it.

const EPOCH = 1 as Epoch;
const NODE = 'node-1';
const SLOT_SECONDS = 5;
const INTERVAL_SECONDS = 1;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
}, 120_000);
afterAll(() => store?.stop());

const topK = (parameters: Readonly<Record<string, ParameterValue>>): RenderedPipeline => {
  const outcome = renderPipeline(
    { template: TemplateName.parse('top-k'), parameters: { ...parameters } },
    { remoteWriteAuth: 'none', collectionIntervalSeconds: INTERVAL_SECONDS, criticalProcesses: [] },
    sha256,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

/** A process that sleeps under a name of its own. */
const startNamed = (name: string): void => {
  const program = join(store.folder, name);
  symlinkSync('/bin/sleep', program);
  const logFile = join(store.folder, 'logs', `${name}.log`);
  store.children.start({ name, command: program, args: ['600'], env: childEnvironment(), logFile });
};

describe('a collector that cannot send', () => {
  test('counts what it lost as failed, and nothing as sent, under the name of its node as it is written', async () => {
    const scope = {
      experimentId: `exp-${systemIds.short()}` as ExperimentId,
      epoch: EPOCH,
      slotSeconds: SLOT_SECONDS,
      collectionIntervalSeconds: INTERVAL_SECONDS,
    };
    const nowhere = {
      ...store,
      prometheus: { ...store.prometheus, remoteWriteUrl: 'http://127.0.0.1:9/api/v1/write' },
    };
    await startTestCollector(nowhere, {
      yaml: topK({}).yaml,
      experimentId: scope.experimentId,
      epoch: EPOCH,
      variant: 'candidate',
      node: '007',
      podIp: '127.1.0.3',
    });
    store.scrape(['127.1.0.3:8888']);
    // its exporter gives a request up after 5 s
    await pause(16_000);
    const now = systemClock.now();
    const source = prometheusSource(urlTransport(new URL(store.prometheus.url), { isListed: true }), systemPauses);
    const seriesNow = async (promql: string): Promise<Series | undefined> => {
      const outcome = await source.range({ promql, from: now, to: now, stepSeconds: SLOT_SECONDS });
      if (!outcome.accepted) throw new Error(outcome.refusal.message);
      return outcome.value.series[0];
    };
    const valueNow = async (promql: string) => (await seriesNow(promql))?.points[0]?.[1];
    const queries = metricQueries(scope);
    expect(await valueNow(queries.failed_points)).toBeGreaterThan(0);
    expect(await valueNow(queries.exported_points)).toBe(0);
    expect(await valueNow(queries.accepted_points)).toBeGreaterThan(0);
    expect((await seriesNow(queries.accepted_points))?.labels['k8s_node_name']).toBe('007');
  }, 60_000);
});

describe('top-k and young processes', () => {
  test('a young process is left out until it is old enough, a pinned one is there from the start', async () => {
    const experimentId = `exp-${systemIds.short()}` as ExperimentId;
    const { yaml } = topK({
      memory_threshold_bytes: 1_048_576,
      minimum_age_seconds: 8,
      pinned_processes: ['phx-pinned'],
    });
    await startTestCollector(store, {
      yaml,
      experimentId,
      epoch: EPOCH,
      variant: 'candidate',
      node: NODE,
      podIp: '127.1.0.4',
    });
    startNamed('phx-young');
    startNamed('phx-pinned');
    const shown = async (): Promise<readonly string[]> => {
      const selector = `process_memory_usage_bytes{phx_experiment="${experimentId}",process_executable_name=~"phx-young|phx-pinned"}`;
      const now = epochMsOf(systemClock.now()) / 1000;
      const series = await askPrometheus(store.prometheus.url, `last_over_time(${selector}[2s])`, now);
      return series.map(({ metric }) => metric['process_executable_name'] ?? '').sort();
    };
    await pause(4000);
    expect(await shown()).toEqual(['phx-pinned']);
    await pause(7000);
    expect(await shown()).toEqual(['phx-pinned', 'phx-young']);
  }, 60_000);
});

test('the collector itself refuses what is wrong, so its silence means something', async () => {
  const broken = topK({}).yaml.replace('!= nil', '!! nil');
  const [answer] = await askCollector([broken]);
  expect(answer).toContain('processors::filter/topk');
});
