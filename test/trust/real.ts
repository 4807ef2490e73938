// npm run trust -- --real: experiments with two equal variants, real collectors, the whole product. Writes docs/trust-real.md.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isSettled } from '../../cli/watch.ts';
import { firstExperiment } from '../../local/first-experiment.ts';
import { startDemoLoad, startLine } from '../../local/line.ts';
import type { Client } from '../../src/client/client.ts';
import type { EvidenceBundle, ExperimentView } from '../../src/experiments/contract/views.ts';
import { type Criterion, DEFAULT_CRITERIA } from '../../src/experiments/domain/settings.ts';
import { describeDuration, parseDuration } from '../../src/kernel/duration.ts';
import type { ClusterId } from '../../src/kernel/identity.ts';
import { TemplateName } from '../../src/pipelines/domain/template.ts';
import { renderRealReport } from './real-report.ts';

const { values: given } = parseArgs({
  options: {
    /** short experiments, beside the long ones */
    experiments: { type: 'string', default: '50' },
    nodes: { type: 'string', default: '5' },
    duration: { type: 'string', default: '48s' },
    /** a long one on each node first: the short ones then know how noisy the node is, and may act from slot 6 on */
    calibration: { type: 'string', default: '6m' },
    report: { type: 'string', default: 'docs/trust-real.md' },
  },
});
const ROOT = join(import.meta.dirname, '../..');
const EXPERIMENTS = Number(given.experiments);
const NODES = Number(given.nodes);
const SLOT_SECONDS = 6;
const INTERVAL_SECONDS = 2;
/** An experiment that takes longer than it should by this much is given up, and counts as what it then is. */
const PATIENCE_SECONDS = 300;

const seconds = (text: string): number => {
  const read = parseDuration(text);
  if (!read.accepted) throw new Error(read.refusal.message);
  return read.value;
};

/** Beside the defaults, guardrails on metrics that vary by themselves: a monitor that is never tempted proves nothing. */
const CRITERIA: readonly Criterion[] = [
  ...DEFAULT_CRITERIA.filter(({ role }) => role !== 'diagnostic'),
  { role: 'guardrail', metric: 'exported_bytes', marginRatio: 0.05 },
  { role: 'guardrail', metric: 'active_series', marginRatio: 0.05 },
  { role: 'guardrail', metric: 'collector_cpu_seconds', marginRatio: 0.25 },
  { role: 'diagnostic', metric: 'collector_memory_bytes' },
];

const startedAt = performance.now();
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
const since = (): string => describeDuration((performance.now() - startedAt) / 1000);
const say = (text: string): void => void process.stderr.write(`  ${since().padStart(9)}  ${text}\n`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const measureOne = async (
  client: Client,
  clusterId: ClusterId,
  node: string,
  name: string,
  durationSeconds: number,
): Promise<EvidenceBundle> => {
  const baseline = { template: TemplateName.parse('baseline'), parameters: {} };
  const { body } = await client.createExperiment({
    body: firstExperiment(clusterId, {
      name,
      description: '',
      baselinePipeline: baseline,
      candidatePipeline: baseline,
      labels: { control: 'aa' },
      targets: [{ clusterId, nodeNames: [node] }],
      durationSeconds,
      slotSeconds: SLOT_SECONDS,
      collectionIntervalSeconds: INTERVAL_SECONDS,
      successCriteria: [...CRITERIA],
    }),
  });
  const params = { experimentId: body.id };
  await client.startExperiment({ params, ifMatch: body.version });
  const ended = await untilRested(client, body.id, durationSeconds + PATIENCE_SECONDS);
  say(`${name}: ${ended.verdict?.verdict ?? ended.state} (${ended.slotsMeasured} of ${ended.slotsPlanned} slots)`);
  return (await client.exportEvidence({ params })).body;
};

/** Until the verdict is there and the node is free again; a promotion that is offered is turned down. */
const untilRested = async (
  client: Client,
  experimentId: ExperimentView['id'],
  patienceSeconds: number,
): Promise<ExperimentView> => {
  const deadline = performance.now() + patienceSeconds * 1000;
  let isTurnedDown = false;
  for (;;) {
    const { body: view } = await client.getExperiment({ params: { experimentId } });
    const isFree = view.state !== 'awaiting_approval' && isSettled(view) && view.cleanup !== 'pending';
    if (isFree) return view;
    const isLate = performance.now() > deadline;
    if (!isTurnedDown && (view.state === 'awaiting_approval' || isLate)) {
      isTurnedDown = true;
      const reason = isLate ? 'it takes too long' : 'both variants are the same: there is nothing to promote';
      await client.stopExperiment({ params: { experimentId }, ifMatch: '*', body: { reason } });
    }
    if (performance.now() > deadline + PATIENCE_SECONDS * 1000) return view;
    await pause(1500);
  }
};

/** A worker per node takes the next number until all are taken; what fails is told and left out. */
const measureMany = async (
  client: Client,
  clusterId: ClusterId,
  nodes: readonly string[],
  kind: string,
  count: number,
  durationSeconds: number,
): Promise<readonly EvidenceBundle[]> => {
  const bundles: EvidenceBundle[] = [];
  let next = 1;
  await Promise.all(
    nodes.map(async (node) => {
      while (next <= count) {
        const name = `${kind} ${next} on ${node}`;
        next += 1;
        try {
          bundles.push(await measureOne(client, clusterId, node, name, durationSeconds));
        } catch (failure) {
          say(`${name}: ${failure instanceof Error ? failure.message : String(failure)}`);
          await pause(5000);
        }
      }
    }),
  );
  return bundles;
};

const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-trust-'));
const line = await startLine({ stateFolder, nodeCount: NODES, scrapeIntervalSeconds: 2 }, ({ part, state, detail }) => {
  if (state === 'ready' || state === 'failed') say(`${part}: ${detail}`);
});
let load: ReturnType<typeof startDemoLoad> | undefined;
let isEnding = false;
const end = async (exitCode: number): Promise<void> => {
  if (isEnding) return;
  isEnding = true;
  await load?.stop();
  await line.stop();
  rmSync(stateFolder, { recursive: true, force: true });
  process.exit(exitCode);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(130));
line.environment.crashed.then(({ sentence }) => {
  say(sentence);
  return end(1);
});

try {
  const [clusterId, nodes] = await Promise.all([line.clusterId, line.environment.ready.nodes]);
  load = startDemoLoad(line.environment);
  const client = await line.clientOf('experimenter');
  const names = nodes.map(({ name }) => name);
  const measuringSince = performance.now();
  const loads: number[] = [];
  const watchLoad = () => loads.push(loadavg()[0] ?? 0);
  watchLoad();
  setInterval(watchLoad, 10_000).unref();

  const calibrationSeconds = given.calibration === '0' ? 0 : seconds(given.calibration);
  const long =
    calibrationSeconds === 0
      ? []
      : await measureMany(client, clusterId, names, 'long', names.length, calibrationSeconds);
  const durationSeconds = seconds(given.duration);
  const short = await measureMany(client, clusterId, names, 'short', EXPERIMENTS, durationSeconds);

  const slots = (duration: number): number => Math.ceil(duration / SLOT_SECONDS);
  const [cpu] = cpus();
  const report = renderRealReport(
    {
      date: new Date().toISOString().slice(0, 10),
      minutes: (performance.now() - measuringSince) / 60_000,
      nodes: NODES,
      slotSeconds: SLOT_SECONDS,
      intervalSeconds: INTERVAL_SECONDS,
      machine: `${cpus().length} cores (${cpu?.model ?? 'unknown'}), Node ${process.version}`,
      load: [Math.min(...loads), Math.max(...loads)],
      commit,
      command: 'npm run trust -- --real',
    },
    [
      ...(long.length === 0 ? [] : [{ title: `Long: ${slots(calibrationSeconds)} slots`, bundles: long }]),
      { title: `Short: ${slots(durationSeconds)} slots`, bundles: short },
    ],
  );
  writeFileSync(join(ROOT, given.report), report);
  say(`written to ${given.report}`);
  await end(0);
} catch (failure) {
  say(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
  await end(1);
}
