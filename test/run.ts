// npm test: checks, tools (built once into the user's cache), then every suite, cheap ones first.
// Ends with a table of where the time went and one line of counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareTools } from './support/tools.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Step {
  readonly name: string;
  readonly seconds: number;
  readonly counts: Counts;
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };
const folder = mkdtempSync(join(tmpdir(), 'phoenix-test-'));

/** Output comes as it is written, or all at its end where suites run side by side. */
const run = (command: string, args: readonly string[], isBuffered = false) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', isBuffered ? 'pipe' : 'inherit', isBuffered ? 'pipe' : 'inherit'],
    });
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part) => parts.push(part));
    child.stderr?.on('data', (part) => parts.push(part));
    child.on('error', () => resolve(false));
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(parts));
      resolve(code === 0);
    });
  });

const timed = async (name: string, work: () => Promise<Counts>): Promise<Step> => {
  process.stdout.write(`\n── ${name}\n`);
  const startedAt = performance.now();
  const counts = await work().catch((cause: unknown) => {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
    return FAILED;
  });
  return { name, seconds: (performance.now() - startedAt) / 1000, counts };
};

const countsIn = (file: string, succeeded: boolean): Counts => {
  const report: { numPassedTests: number; numFailedTests: number; numPendingTests: number } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const failed = report.numFailedTests;
  // a suite that breaks outside a test fails the run without failing a test
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: report.numPendingTests,
  };
};

const suite = (project: string, isBuffered = false) =>
  timed(project, async () => {
    const file = join(folder, `${project}.json`);
    const succeeded = await run(
      bin('vitest'),
      ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      isBuffered,
    );
    return countsIn(file, succeeded);
  });

const only = process.argv.slice(2);
const wanted = (name: string) => only.length === 0 || only.includes(name);
const steps: Step[] = [];
const startedAt = performance.now();

if (wanted('check')) {
  steps.push(
    await timed('types, format, unused code', async () =>
      (await run(process.execPath, [join(root, 'test/check.ts'), '--without-tests'])) ? NONE : FAILED,
    ),
  );
}
for (const project of ['unit', 'workflows', 'simulation', 'stacks'])
  if (wanted(project)) steps.push(await suite(project));
const real = ['ports', 'e2e', 'browser', 'line'].filter(wanted);
if (real.length > 0) {
  steps.push(
    await timed('tools', async () => {
      await prepareTools();
      return NONE;
    }),
  );
  // the line waits for its experiments most of the time; suites beside it use that time and are told when they are done
  const lane = async (projects: readonly string[], isBuffered: boolean): Promise<readonly Step[]> => {
    const done: Step[] = [];
    for (const project of projects.filter(wanted)) done.push(await suite(project, isBuffered));
    return done;
  };
  const lanes = await Promise.all([lane(['line', 'browser'], false), lane(['ports', 'e2e'], true)]);
  steps.push(...lanes.flat());
}
rmSync(folder, { recursive: true, force: true });

process.stdout.write('\n');
for (const { name, seconds, counts } of steps) {
  process.stdout.write(
    `  ${counts.failed === 0 ? '✔' : '✘'} ${name.padEnd(28)}${seconds.toFixed(1).padStart(7)} s   ${counts.passed} passed${counts.failed > 0 ? `, ${counts.failed} failed` : ''}\n`,
  );
}
const sum = (key: keyof Counts) => steps.reduce((total, step) => total + step.counts[key], 0);
process.stdout.write(`  together ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n\n`);
process.stdout.write(
  `${sum('passed')} passed, ${sum('failed')} failed${sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : ''}\n`,
);
process.exitCode = sum('failed') === 0 ? 0 : 1;
