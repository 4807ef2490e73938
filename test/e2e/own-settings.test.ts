import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../local/processes/wait.ts';
import { type Epoch, type ExperimentId, PipelineId } from '../../src/kernel/identity.ts';
import { systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { renderOwnSettings } from '../../src/pipelines/domain/frame-own-settings.ts';
import { renderVariants } from '../../src/pipelines/domain/render-variants.ts';
import { PipelineChoice } from '../../src/pipelines/domain/template.ts';
import { startTestCollector } from '../support/collector.ts';
import { askCollector } from '../support/collector-answers.ts';
import { INCUMBENT_SETTINGS, settingsOfIncumbents } from '../support/incumbents.ts';
import { askPrometheus, startTestStore, type TestStore } from '../support/prometheus.ts';

// Settings that somebody wrote for production, as one variant of an experiment in the real collector.

const OWN = `# what runs today
receivers:
  hostmetrics:
    collection_interval: 60s
    scrapers:
      memory: {}
      process:
        mute_process_all_errors: true
        metrics: {process.threads: {enabled: true}}
        resource_attributes: {process.command_line: {enabled: false}}
processors:
  memory_limiter: {check_interval: 5s, limit_percentage: 50, spike_limit_percentage: 10}
  filter/threads: {error_mode: ignore, metric_conditions: ['metric.name == "process.threads"']}
  batch: {timeout: 1s}
exporters:
  otlphttp: {endpoint: "http://127.0.0.1:9/nobody"}
connectors: {forward: {}}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics/in: {receivers: [hostmetrics], processors: [memory_limiter], exporters: [forward]}
    metrics/out: {receivers: [forward], processors: [filter/threads, batch], exporters: [otlphttp]}
`;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
}, 120_000);
afterAll(() => store?.stop());

const rendered = () => {
  const outcome = renderVariants(
    {
      baseline: { kind: 'template', choice: PipelineChoice.parse({ template: 'baseline' }), revision: null },
      candidate: {
        kind: 'settings',
        yaml: OWN,
        revision: { pipelineId: PipelineId.parse('pipe-00000000000a'), revision: 1 },
      },
    },
    { remoteWriteAuth: 'none', collectionIntervalSeconds: 1, criticalProcesses: [] },
    sha256,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

test('both variants are valid for the collector itself', async () => {
  const { baseline, candidate } = rendered();
  const [ofBaseline, ofCandidate] = await askCollector([baseline.yaml, candidate.yaml]);
  expect(ofBaseline).toBe('');
  expect(ofCandidate).toBe('');
});

test('the shadow of everything that people run is valid for the collector itself', async () => {
  const frame = { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [] } as const;
  const shadows = [...INCUMBENT_SETTINGS, ...(await settingsOfIncumbents())].map(([name, yaml]) => {
    const ref = { pipelineId: PipelineId.parse('pipe-00000000000a'), revision: 1 };
    const shadow = renderOwnSettings({ ...ref, yaml }, frame, sha256);
    if (!shadow.accepted) throw new Error(`${name}: ${shadow.refusal.message}`);
    return { name, yaml: shadow.value.yaml };
  });
  expect(shadows.length).toBeGreaterThanOrEqual(20);
  const answers = await askCollector(shadows.map(({ yaml }) => yaml));
  expect(shadows.map(({ name }, index) => [name, answers[index]])).toEqual(shadows.map(({ name }) => [name, '']));
});

test('they read the same, send to the store only, and differ in what the author leaves out', async () => {
  const experimentId = `exp-${systemIds.short()}` as ExperimentId;
  const { baseline, candidate } = rendered();
  const start = (variant: string, yaml: string, podIp: string) =>
    startTestCollector(store, { yaml, experimentId, epoch: 1 as Epoch, variant, node: 'node-1', podIp });
  const [one, other] = await Promise.all([
    start('baseline', baseline.yaml, '127.1.0.21'),
    start('candidate', candidate.yaml, '127.1.0.22'),
  ]);
  const variantsWith = async (metric: string): Promise<readonly string[]> => {
    const query = `count by (phx_variant, k8s_node_name) (${metric}{phx_experiment="${experimentId}"})`;
    const series = await askPrometheus(store.prometheus.url, query, Date.now() / 1000);
    return series.map(({ metric: labels }) => `${labels['phx_variant']} ${labels['k8s_node_name']}`).sort();
  };
  await waitFor({ what: 'memory of processes from both variants', deadlineSeconds: 30 }, async () =>
    (await variantsWith('process_memory_usage_bytes')).length === 2 ? true : undefined,
  );
  expect(await variantsWith('process_memory_usage_bytes')).toEqual(['baseline node-1', 'candidate node-1']);
  expect(await variantsWith('process_threads')).toEqual(['baseline node-1']);
  const accepted = async (collector: typeof one) => {
    const { otelcol_receiver_accepted_metric_points: points = 0, otelcol_scraper_scraped_metric_points: scraped = 0 } =
      await collector.selfMetrics();
    return points > 0 ? points : scraped;
  };
  // one may be a scrape ahead of the other: that weighs less with each one that follows
  await waitFor({ what: 'both to have read as much', deadlineSeconds: 60, everyMs: 500 }, async () => {
    const [few = 0, many = 0] = [await accepted(one), await accepted(other)].toSorted((a, b) => a - b);
    return few > 0.8 * many && few > 0 ? true : undefined;
  });
  const { otelcol_exporter_send_failed_metric_points: failed = 0 } = await other.selfMetrics();
  expect(failed).toBe(0);
}, 120_000);
