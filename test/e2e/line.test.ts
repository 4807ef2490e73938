import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childEnvironment } from '../../local/processes/machine.ts';
import type { Epoch, ExperimentId, TenantId } from '../../src/kernel/identity.ts';
import { epochMsOf, type Instant } from '../../src/kernel/instant.ts';
import { systemClock, systemIds, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { memorySampleStore } from '../../src/measurement/adapters/memory-sample-store.ts';
import { prometheusSource } from '../../src/measurement/adapters/prometheus-source.ts';
import { urlTransport } from '../../src/measurement/adapters/prometheus-transport.ts';
import {
  type MeasuredSlots,
  type MeasureSlots,
  makeMeasureSlots,
} from '../../src/measurement/application/measure-slots.ts';
import type { MetricsSource } from '../../src/measurement/application/ports.ts';
import { METRICS, type Reading, type Sample, VARIANTS, type Variant } from '../../src/measurement/domain/sample.ts';
import { renderComparison } from '../../src/pipelines/domain/render.ts';
import { TemplateName } from '../../src/pipelines/domain/template.ts';
import { startTestCollector, type TestCollector } from '../support/collector.ts';
import { askPrometheus, startTestStore, type TestStore } from '../support/prometheus.ts';

// The loop without Kubernetes: real collectors of this machine's processes, both templates as rendered, a real
// Prometheus, and our measuring; every number is asked for a second time without any code of ours.

const EXPERIMENT = `exp-${systemIds.short()}` as ExperimentId;
const EPOCH = 2 as Epoch;
const TENANT = 'acme' as TenantId;
const NODE = 'node-1';
const SLOT_SECONDS = 5;
const INTERVAL_SECONDS = 1;
const CRITICAL = ['phx-critical', 'never.started'];

const IP_BY_VARIANT: Readonly<Record<Variant, string>> = { baseline: '127.1.0.1', candidate: '127.1.0.2' };

let store: TestStore;
let collectors: Readonly<Record<Variant, TestCollector>>;
let startedAt: Instant;
const samples = memorySampleStore();

const rendered = (critical: readonly string[]) => {
  const outcome = renderComparison(
    {
      baseline: { template: TemplateName.parse('baseline'), parameters: {} },
      candidate: { template: TemplateName.parse('top-k'), parameters: {} },
    },
    { remoteWriteAuth: 'none', collectionIntervalSeconds: INTERVAL_SECONDS, criticalProcesses: critical },
    sha256,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const request = (more: Partial<MeasureSlots> = {}): MeasureSlots => ({
  tenantId: TENANT,
  experimentId: EXPERIMENT,
  epoch: EPOCH,
  grid: { startedAt, slotSeconds: SLOT_SECONDS, warmupSeconds: 10 },
  slotsPlanned: 4,
  settleSeconds: 2,
  collectionIntervalSeconds: INTERVAL_SECONDS,
  criticalProcesses: CRITICAL,
  stores: [{ source: sourceOfStore(), nodes: [NODE] }],
  ...more,
});

/** A process that sleeps under a name of its own. */
const startNamed = (name: string): void => {
  const program = join(store.folder, name);
  symlinkSync('/bin/sleep', program);
  const logFile = join(store.folder, 'logs', `${name}.log`);
  store.children.start({ name, command: program, args: ['600'], env: childEnvironment(), logFile });
};

const sourceOfStore = (): MetricsSource =>
  prometheusSource(urlTransport(new URL(store.prometheus.url), { isListed: true }), systemPauses);

const start = (variant: Variant, epoch: Epoch = EPOCH): Promise<TestCollector> =>
  startTestCollector(store, {
    yaml: rendered(CRITICAL)[variant].yaml,
    experimentId: EXPERIMENT,
    epoch,
    variant,
    node: NODE,
    podIp: IP_BY_VARIANT[variant],
  });

const measureUntilDone = async (more: Partial<MeasureSlots> = {}, into = samples): Promise<MeasuredSlots> => {
  const measure = makeMeasureSlots({ samples: into, clock: systemClock });
  for (;;) {
    const measured = await measure(request(more));
    if (measured.nextDueAt === null) return measured;
    expect(measured.waitingFor).toBeNull();
    await pause(Math.max(50, epochMsOf(measured.nextDueAt) - epochMsOf(systemClock.now())));
  }
};

beforeAll(async () => {
  store = await startTestStore();
  // two sleeping processes: top-k keeps the one that it was told is critical
  startNamed('phx-critical');
  startNamed('phx-forgotten');
  // an earlier life of the experiment leaves its series in the store
  store.scrape(Object.values(IP_BY_VARIANT).map((ip) => `${ip}:8888`));
  const earlier = await start('baseline', 1 as Epoch);
  await pause(4000);
  await earlier.child.stop();

  collectors = { baseline: await start('baseline'), candidate: await start('candidate') };
  await pause(3000);
  startedAt = systemClock.now();
  await measureUntilDone();
}, 120_000);
afterAll(() => store?.stop());

const numberIn = (reading: Reading | undefined): number => {
  if (reading === undefined || !('value' in reading)) throw new Error(`no value: ${JSON.stringify(reading)}`);
  return reading.value;
};

const recorded = (): Promise<readonly Sample[]> => samples.list(TENANT, EXPERIMENT, EPOCH);

describe('a line from collectors to samples', () => {
  test('every slot is recorded once, warm-up and measured, with a number for every metric of both variants', async () => {
    const all = await recorded();
    expect(all.map(({ slot, phase }) => [slot, phase])).toEqual([
      [0, 'warmup'],
      [1, 'warmup'],
      [2, 'measured'],
      [3, 'measured'],
    ]);
    const missing = all
      .filter(({ phase }) => phase === 'measured')
      .flatMap((sample) =>
        VARIANTS.flatMap((variant) =>
          Object.keys(METRICS).flatMap((metric) => {
            const reading = sample[variant][metric]?.[NODE];
            return reading !== undefined && 'value' in reading ? [] : [{ slot: sample.slot, variant, metric, reading }];
          }),
        ),
      );
    expect(missing).toEqual([]);
  });

  test('series and points are what Prometheus says when it is asked without us', async () => {
    for (const sample of await recorded()) {
      const at = epochMsOf(sample.endsAt) / 1000;
      for (const variant of VARIANTS) {
        const labels = `phx_experiment="${EXPERIMENT}",phx_epoch="e2",phx_variant="${variant}"`;
        const series = await askPrometheus(
          store.prometheus.url,
          `last_over_time({${labels},__name__=~"process_.+|system_.+"}[${SLOT_SECONDS}s])`,
          at,
        );
        expect(numberIn(sample[variant]['active_series']?.[NODE])).toBe(series.length);

        const sent = `otelcol_exporter_sent_metric_points{${labels}}`;
        const [now] = await askPrometheus(store.prometheus.url, sent, at);
        const [before] = await askPrometheus(store.prometheus.url, sent, at - SLOT_SECONDS);
        expect(numberIn(sample[variant]['exported_points']?.[NODE])).toBe((now?.value ?? 0) - (before?.value ?? 0));
      }
    }
  });

  test("points and bytes add up to the collectors' own counters", async () => {
    const all = await recorded();
    const last = all.at(-1);
    if (last === undefined) throw new Error('nothing was recorded');
    for (const variant of VARIANTS) {
      const own = await collectors[variant].selfMetrics();
      for (const [metric, counter] of [
        ['exported_points', 'otelcol_exporter_sent_metric_points'],
        ['accepted_points', 'otelcol_receiver_accepted_metric_points'],
        ['exported_bytes', 'http_client_request_body_size_sum'],
      ] as const) {
        const selector = `${counter}{phx_experiment="${EXPERIMENT}",phx_epoch="e2",phx_variant="${variant}"}`;
        const at = epochMsOf(last.endsAt) / 1000;
        const total = async (instant: number) =>
          (await askPrometheus(store.prometheus.url, selector, instant)).reduce((sum, { value }) => sum + value, 0);
        const sum = all.reduce((added, sample) => added + numberIn(sample[variant][metric]?.[NODE]), 0);
        expect(sum).toBeCloseTo((await total(at)) - (await total(epochMsOf(startedAt) / 1000)), 6);
        // counters only grow: what the collector says of itself now is at least what had been stored then
        expect(own[counter]).toBeGreaterThanOrEqual(await total(at));
        expect(sum).toBeGreaterThan(0);
      }
    }
  });

  test('what a collector says it sent is what the store received from it', async () => {
    const labels = `phx_experiment="${EXPERIMENT}",phx_epoch="e2",phx_variant="baseline"`;
    const [last] = (await recorded()).slice(-1);
    const at = epochMsOf(last?.endsAt ?? startedAt) / 1000;
    const names = new Set(
      (
        await askPrometheus(
          store.prometheus.url,
          `last_over_time({${labels},__name__=~"process_.+|system_.+"}[15s])`,
          at,
        )
      ).map(({ metric }) => metric['__name__'] ?? ''),
    );
    let stored = 0;
    for (const name of names) {
      for (const { value } of await askPrometheus(
        store.prometheus.url,
        `count_over_time(${name}{${labels}}[15s])`,
        at,
      )) {
        stored += value;
      }
    }
    const sent = (await recorded())
      .slice(-3)
      .reduce((sum, sample) => sum + numberIn(sample.baseline['exported_points']?.[NODE]), 0);
    // scraping the counter and receiving the points happen up to a second apart at either end of 15 seconds
    expect(Math.abs(stored - sent) / sent).toBeLessThan(0.2);
  });

  test('the candidate costs less, keeps the critical process, and the baseline of another epoch is not counted', async () => {
    const [last] = (await recorded()).slice(-1);
    if (last === undefined) throw new Error('nothing was recorded');
    const [series, fewer] = VARIANTS.map((variant) => numberIn(last[variant]['active_series']?.[NODE]));
    expect(fewer).toBeLessThan((series ?? 0) / 2);
    expect(last.processes).toEqual([
      { node: NODE, seenByBaseline: ['phx-critical'], seenByCandidate: ['phx-critical'], missing: [] },
    ]);
    expect(last.candidate['critical_processes_missing']).toEqual({ [NODE]: { value: 0 } });
    const earlier = await askPrometheus(
      store.prometheus.url,
      `count(last_over_time({phx_experiment="${EXPERIMENT}",phx_epoch="e1",__name__=~"process_.+"}[2m]))`,
      epochMsOf(last.endsAt) / 1000,
    );
    expect(earlier[0]?.value).toBeGreaterThan(0);
  });
});

describe('what goes wrong on the line', () => {
  let troubled: readonly Sample[];

  beforeAll(async () => {
    const grid = { startedAt: systemClock.now(), slotSeconds: SLOT_SECONDS, warmupSeconds: 0 };
    const into = memorySampleStore();
    const secondsIntoGrid = async (seconds: number) =>
      pause(Math.max(0, epochMsOf(grid.startedAt) + seconds * 1000 - epochMsOf(systemClock.now())));
    const measuring = measureUntilDone({ grid, criticalProcesses: [...CRITICAL, 'phx-forgotten'] }, into);
    await secondsIntoGrid(6);
    await collectors.candidate.child.stop();
    await secondsIntoGrid(11);
    await start('candidate');
    await measuring;
    troubled = await into.list(TENANT, EXPERIMENT, EPOCH);
  }, 60_000);

  const pointsOf = (variant: Variant) => troubled.map((sample) => sample[variant]['exported_points']?.[NODE]);

  test('a critical process that the candidate forgot is named while both are there', () => {
    expect(troubled[0]?.processes).toEqual([
      {
        node: NODE,
        seenByBaseline: ['phx-critical', 'phx-forgotten'],
        seenByCandidate: ['phx-critical'],
        missing: ['phx-forgotten'],
      },
    ]);
    expect(troubled[0]?.candidate['critical_processes_missing']).toEqual({ [NODE]: { value: 1 } });
  });

  test('a collector that is gone has no readings, one that came back has them from the first whole slot on', () => {
    expect(pointsOf('candidate')).toEqual([
      { value: expect.any(Number) },
      { missing: 'no_series' },
      { missing: 'not_ready' },
      { value: expect.any(Number) },
    ]);
  });

  test('the other variant goes on being read', () => {
    expect(pointsOf('baseline').every((reading) => reading !== undefined && 'value' in reading)).toBe(true);
  });
});
