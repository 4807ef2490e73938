import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { childEnvironment } from '../local/processes/machine.ts';
import { ensureCollector } from '../local/toolchain/build.ts';
import { sha256 } from '../src/kernel/system-sha256.ts';
import { frameOf } from '../src/pipelines/domain/frame.ts';
import { CollectorPlace, generate } from '../src/pipelines/domain/generate.ts';
import { mergeSettings } from '../src/pipelines/domain/settings-tree.ts';
import type { PipelineChoice } from '../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../src/pipelines/domain/templates.ts';
import { toolCache, toolContext } from '../test/support/tools.ts';

/**
 * The generator over all templates, from a wish to settings with digest and explanation and the objects of a cluster; beside
 * it what others do for less of that: to merge two files of settings as texts (as a chart or two `--config` do), and to
 * start the collector to hear whether it takes the settings.
 *
 *     npm run bench -- generator
 */

const ROUNDS = 200;
const FRAME = {
  remoteWriteAuth: 'none',
  collectionIntervalSeconds: 60,
  criticalProcesses: ['nginx', 'postgres'],
} as const;
const PLACE = CollectorPlace.parse({
  name: 'bench',
  clusterName: 'bench',
  remoteWriteUrl: 'https://store.example.com/api/v1/write',
  image: 'registry.example.com/collector@sha256:0',
  nodeNames: Array.from({ length: 100 }, (_, index) => `node-${index}`),
  addresses: { PHX_LOGS_OTLP: 'https://logs.example.com', PHX_TRACES_OTLP: 'https://traces.example.com' },
});

const ENVIRONMENT = {
  K8S_POD_IP: '127.0.0.1',
  PHX_HOSTFS: '/',
  PHX_RW_URL: 'http://127.0.0.1:9',
  PHX_EXPERIMENT: 'exp-0123456789ab',
  PHX_EPOCH: 'e1',
  PHX_VARIANT: 'baseline',
};

const wishes: readonly PipelineChoice[] = TEMPLATES.filter(({ use }) => use !== 'not_yet').map(({ name }) => ({
  template: name,
  parameters: {},
}));

const make = (wish: PipelineChoice) => {
  const outcome = generate(wish, FRAME, PLACE, sha256);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

interface Times {
  readonly sorted: readonly number[];
  /** of this thread alone, each time on average: what other programs of a busy machine take is not in it */
  readonly cpuMs: number;
}

const timesOf = (rounds: number, acts: readonly (() => void)[]): Times => {
  const before = process.threadCpuUsage();
  const times = Array.from({ length: rounds }, () => acts)
    .flat()
    .map((act) => {
      const started = performance.now();
      act();
      return performance.now() - started;
    });
  const { user, system } = process.threadCpuUsage(before);
  return { sorted: times.toSorted((one, other) => one - other), cpuMs: (user + system) / 1000 / times.length };
};

/** What one making may take at the slowest in a hundred. */
const LIMIT_MS = 5;

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const say = (name: string, { sorted, cpuMs }: Times, isOurThread = true): void => {
  const [median, high] = [quantile(sorted, 0.5).toFixed(3), quantile(sorted, 0.99).toFixed(3)];
  const cpu = isOurThread ? `, CPU ${cpuMs.toFixed(3)} ms on average` : '';
  process.stdout.write(`${name.padEnd(36)} median ${median} ms, p99 ${high} ms${cpu}; ${sorted.length} times\n`);
};

const generating = wishes.map((wish) => () => void make(wish));
// the first rounds compile
timesOf(20, generating);
const ours = timesOf(ROUNDS, generating);
say(`generator, ${wishes.length} templates`, ours);
process.stdout.write(
  `p99 of the generator: ${quantile(ours.sorted, 0.99).toFixed(3)} ms, wanted below ${LIMIT_MS} ms\n`,
);

const frameText = stringify(frameOf(FRAME));
const texts = wishes.map((wish) => make(wish).rendered.yaml);
const merging = texts.map((text) => () => void stringify(mergeSettings(parse(frameText), parse(text))));
timesOf(5, merging);
const merged = timesOf(Math.ceil(ROUNDS / 10), merging);
say('merging frame and template as texts', merged);

const folder = mkdtempSync(join(tmpdir(), 'bench-generator-'));
try {
  const program = await ensureCollector(toolCache(), toolContext());
  const file = join(folder, 'collector.yaml');
  const slim = new Set(TEMPLATES.filter(({ build }) => build === 'slim').map(({ name }) => name as string));
  const starting = wishes.flatMap((wish, index) =>
    slim.has(wish.template)
      ? [
          () => {
            writeFileSync(file, texts[index] ?? '');
            const env = childEnvironment(ENVIRONMENT);
            const { status, stderr } = spawnSync(program, ['validate', `--config=${file}`], { env, encoding: 'utf8' });
            if (status !== 0) throw new Error(`${wish.template}: ${stderr}`);
          },
        ]
      : [],
  );
  const started = timesOf(3, starting);
  say('starting `otelcol validate`', started, false);
  const ratio = (rival: Times): string => (quantile(rival.sorted, 0.5) / quantile(ours.sorted, 0.5)).toFixed(1);
  process.stdout.write(
    `ratio of medians: ${ratio(merged)} times faster than merging texts, ${ratio(started)} times faster than asking the collector\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
