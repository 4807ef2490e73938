// npm run check: types, format, arrows, unused code and unit tests, under a minute.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

type Step = readonly [name: string, command: string, args: readonly string[]];

const UNIT: Step = ['unit tests, arrows, house rules', bin('vitest'), ['run', '--project', 'unit', '--reporter=dot']];

const STEPS: readonly Step[] = [
  ['types', bin('tsc'), ['-p', '.']],
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']],
  ['unused code', bin('knip'), ['--no-progress']],
  ...(process.argv.includes('--without-tests') ? [] : [UNIT]),
];

const run = (name: string, command: string, args: readonly string[]) =>
  new Promise<boolean>((resolve) => {
    const startedAt = performance.now();
    execFile(command, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (failure, stdout, stderr) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      process.stdout.write(`  ${failure === null ? '✔' : '✘'} ${name.padEnd(34)}${seconds.padStart(6)} s\n`);
      if (failure !== null) process.stdout.write(`${stdout}${stderr}\n`);
      resolve(failure === null);
    });
  });

const results: boolean[] = [];
for (const [name, command, args] of STEPS) results.push(await run(name, command, args));
process.exitCode = results.every(Boolean) ? 0 : 1;
