import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
 * the start of the collector that says whether it would run them.
 *
 *     npm run bench -- validator
 */

const ROUNDS = 5;
/** Every so many are shown to the collector: one start takes as long as dozens of ours. */
const SHOWN_ONE_OF = 8;

interface Times {
  readonly sorted: readonly number[];
  /** of this thread and of programs that it waited for, each time on average */
  readonly cpuMs: number;
}

const timesOf = (texts: readonly string[], act: (text: string) => void, usage: () => NodeJS.CpuUsage): Times => {
  const before = usage();
  const times = texts.map((text) => {
    const started = performance.now();
    act(text);
    return performance.now() - started;
  });
  const after = usage();
  return {
    sorted: times.toSorted((one, other) => one - other),
    cpuMs: (after.user + after.system - before.user - before.system) / 1000 / times.length,
  };
};

const quantile = ({ sorted }: Times, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;

const say = (name: string, times: Times, cpu: string): void => {
  const [median, high] = [quantile(times, 0.5).toFixed(2), quantile(times, 0.99).toFixed(2)];
  process.stdout.write(`${name.padEnd(30)} median ${median} ms, p99 ${high} ms${cpu}; ${times.sorted.length} times\n`);
};

const texts = [...renderedTemplates(), ...FOREIGN_SETTINGS, ...MUTANTS].map(({ text }) => text);
const validate = (text: string): void => {
  validateSettings(text, { policy: STRICTEST_POLICY });
};
// the first rounds compile
timesOf([...texts, ...texts], validate, process.threadCpuUsage);
const ours = timesOf(Array.from({ length: ROUNDS }, () => texts).flat(), validate, process.threadCpuUsage);
say(`validator, ${texts.length} settings`, ours, `, CPU ${ours.cpuMs.toFixed(2)} ms on average`);

const folder = mkdtempSync(join(tmpdir(), 'bench-validator-'));
try {
  const program = await ensureCollector(toolCache(), toolContext());
  const file = join(folder, 'collector.yaml');
  const env = validationEnvironment();
  const started = timesOf(
    texts.filter((_text, index) => index % SHOWN_ONE_OF === 0),
    (text) => {
      writeFileSync(file, text);
      const { error } = spawnSync(program, ['validate', `--config=${file}`], { env });
      if (error !== undefined) throw error;
    },
    process.threadCpuUsage,
  );
  say('starting `otelcol validate`', started, '');
  const ratio = (share: number): string => (quantile(started, share) / quantile(ours, share)).toFixed(1);
  process.stdout.write(`ratio of medians: ${ratio(0.5)} times faster than asking the collector\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
