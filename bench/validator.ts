import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCollector } from '../local/toolchain/build.ts';
import { STRICTEST_POLICY } from '../src/pipelines/domain/validation/policy.ts';
import { validateSettings } from '../src/pipelines/domain/validation/validate-settings.ts';
import { validationEnvironment } from '../test/support/collector.ts';
import { FOREIGN_SETTINGS } from '../test/support/foreign-settings.ts';
import { renderedTemplates } from '../test/support/rendered-templates.ts';
import { MUTANTS } from '../test/support/settings-corpus.ts';
import { toolCache, toolContext } from '../test/support/tools.ts';

/**
 * The validator over templates, settings of other people and settings with a fault, as a cluster demands it; beside it
 * the start of the collector that says whether it would run them. Both take turns at each text. The ratio is that of a
 * text, by processor time: on a busy machine the clock tells mostly how long each of them waited.
 *
 *     npm run bench -- validator
 */

const ROUNDS = 5;
const STARTS = 3;
/** Every so many are shown to the collector: one start takes as long as dozens of ours. */
const SHOWN_ONE_OF = 4;

interface Time {
  readonly clockMs: number;
  readonly cpuMs: number;
}

const timeOf = (act: () => void, cpuMs: () => number): Time => {
  const [started, before] = [performance.now(), cpuMs()];
  act();
  return { clockMs: performance.now() - started, cpuMs: cpuMs() - before };
};

const ownCpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Of programs that have ended and were waited for, in hundredths of a second, as the kernel counts them. */
const startedCpuMs = (): number => {
  const [, afterName = ''] = readFileSync('/proc/self/stat', 'utf8').split(') ');
  const [user, system] = afterName.split(' ').slice(13, 15).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 10;
};

/** Of values in any order; `share` 0.5 is the median. */
const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
};

const mean = (times: readonly Time[]): number => times.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / times.length;

const median = (values: readonly number[]): number => quantile(values, 0.5);

const say = (name: string, times: readonly Time[]): void => {
  const clock = times.map(({ clockMs }) => clockMs);
  const cpu = mean(times).toFixed(2);
  const [middle, high] = [median(clock).toFixed(2), quantile(clock, 0.99).toFixed(2)];
  process.stdout.write(
    `${name.padEnd(30)} median ${middle} ms, p99 ${high} ms, CPU ${cpu} ms on average; ${times.length} times\n`,
  );
};

const times = (count: number, act: () => void, cpuMs: () => number): readonly Time[] =>
  Array.from({ length: count }, () => timeOf(act, cpuMs));

const texts = [...renderedTemplates(), ...FOREIGN_SETTINGS, ...MUTANTS].map(({ text }) => text);
const validate = (text: string): void => {
  validateSettings(text, { policy: STRICTEST_POLICY });
};
// the first rounds compile
for (const text of [...texts, ...texts]) validate(text);

const folder = mkdtempSync(join(tmpdir(), 'bench-validator-'));
try {
  const program = await ensureCollector(toolCache(), toolContext());
  const file = join(folder, 'collector.yaml');
  const env = validationEnvironment();
  const start = (): void => {
    const { error } = spawnSync(program, ['validate', `--config=${file}`], { env });
    if (error !== undefined) throw error;
  };
  const measured = texts
    .filter((_text, index) => index % SHOWN_ONE_OF === 0)
    .map((text) => {
      writeFileSync(file, text);
      return { ours: times(ROUNDS, () => validate(text), ownCpuMs), started: times(STARTS, start, startedCpuMs) };
    });
  say(
    `validator, ${measured.length} settings`,
    measured.flatMap(({ ours }) => ours),
  );
  say(
    'starting `otelcol validate`',
    measured.flatMap(({ started }) => started),
  );
  const ratios = measured.map(({ ours, started }) => mean(started) / median(ours.map(({ cpuMs }) => cpuMs)));
  process.stdout.write(
    `times less processor time than asking the collector, per text: median ${median(ratios).toFixed(1)}, the slowest in a hundred ${quantile(ratios, 0.01).toFixed(1)}; load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
