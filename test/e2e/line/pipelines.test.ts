import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runPhoenix } from '../../support/cli.ts';
import { askPrometheus, clientOf, line, objectsOnCluster } from '../../support/line.ts';
import type { Ran } from '../../support/program.ts';

// Settings that somebody wrote for production: imported, mended, published, compared on the cluster, exported.

const folder = mkdtempSync(join(tmpdir(), 'phoenix-owned-'));

const phoenix = (...args: readonly string[]): Promise<Ran> =>
  runPhoenix(args, { PHOENIX_HOME: folder, PHOENIX_STATE: join(folder, 'none'), PHOENIX_API_URL: line().webUrl });

const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

const settings = (exporters: string) => `# what runs today
receivers:
  host_metrics:
    collection_interval: 60s
    root_path: /hostfs
    scrapers:
      memory: {}
      process:
        mute_process_all_errors: true
        metrics: {process.threads: {enabled: true}}
processors:
  memory_limiter: {check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 20}
  filter/threads: {error_mode: ignore, metric_conditions: ['metric.name == "process.threads"']}
exporters:
  otlp_http: {endpoint: "https://otlp.example.com", headers: {api-key: "\${env:VENDOR_KEY}"}}
service:
  pipelines:
    metrics: {receivers: [host_metrics], processors: [memory_limiter, filter/threads], exporters: [${exporters}]}
`;

beforeAll(async () => {
  const person = line().people.find(({ role }) => role === 'experimenter');
  if (person === undefined) throw new Error('nobody experiments');
  const home = { PHOENIX_HOME: folder, PHOENIX_API_URL: line().webUrl };
  const { exitCode } = await runPhoenix(
    ['login', '-u', person.email, '--password-stdin'],
    home,
    `${person.password}\n`,
  );
  expect(exitCode).toBe(0);
});

test('own settings are mended, published, measured against a template on the cluster, and exported', async () => {
  const broken = written('broken.yaml', settings('otlp_htp'));
  const imported = await phoenix('pipeline', 'import', broken, '-n', 'line hosts', '-o', 'json');
  const { id: pipelineId, revision } = JSON.parse(imported.stdout);
  expect(JSON.stringify(revision.findings)).toContain('otlp_htp');
  const refused = await phoenix('pipeline', 'publish', 'line hosts');
  expect(refused.exitCode, refused.stderr).toBe(2);

  const asked = [
    ...['--candidate', pipelineId, '--cluster', 'local', '--node', line().nodes[8] ?? '', '-d', '48s'],
    ...['--warmup', '12s', '--slot', '6s', '--interval', '2s', '--critical', 'nginx', '--may-end-inconclusive'],
  ];
  const tooEarly = await phoenix('experiment', 'create', ...asked);
  expect(tooEarly.exitCode).toBe(2);
  expect(tooEarly.stderr).toContain('has no published revision');

  const mended = written('mended.yaml', settings('otlp_http'));
  expect((await phoenix('pipeline', 'update', 'line hosts', '-f', mended, '--note', 'the name')).exitCode).toBe(0);
  expect((await phoenix('pipeline', 'publish', 'line hosts')).exitCode).toBe(0);
  const changed = await phoenix('pipeline', 'diff', 'line hosts@1', 'line hosts@2');
  expect(changed.stdout).toContain('otlp_htp');

  const created = await phoenix('experiment', 'create', ...asked, '--start', '-o', 'json');
  expect(created.stderr).toContain('has started');
  const { id } = JSON.parse(created.stdout);
  await phoenix('experiment', 'watch', id);
  const { body } = await (await clientOf('viewer')).getExperiment({ params: { experimentId: id } });
  expect(body.candidatePipeline).toEqual({ pipelineId, revision: 2 });
  expect(body.slotsMeasured).toBe(8);
  expect(body.verdict?.sentence, body.reason ?? '').toBeDefined();

  // what the author leaves out is missing of the candidate alone, seen past everything of ours
  const threads = (variant: string) =>
    askPrometheus(
      `count(last_over_time({phx_experiment="${id}",phx_variant="${variant}",__name__=~"process_threads.*"}[10m]))`,
    );
  expect((await threads('baseline'))[0]?.value).toBeGreaterThan(0);
  expect(await threads('candidate')).toEqual([]);

  if (body.state === 'awaiting_approval') await phoenix('experiment', 'stop', id, '-r', 'not needed', '--wait');
  expect(await objectsOnCluster(id)).toEqual([]);

  const to = join(folder, 'deploy');
  expect((await phoenix('pipeline', 'export', 'line hosts', '--format', 'kustomize', '--to', to)).exitCode).toBe(0);
  expect(readdirSync(to)).toContain('kustomization.yaml');
}, 300_000);
