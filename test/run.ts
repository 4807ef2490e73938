// npm test: checks and suites that only compute, beside tools (built once into the user's cache) and then the real ones.
// Ends with what failed, a table of where the time went, and one line of counts.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { setPriority, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
  /** a sentence for each test that failed, and why */
  readonly failures: readonly string[];
}

type Result = Pick<Step, 'counts' | 'failures'>;

/** What is read of a report of vitest. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

const DONE: Result = { counts: { passed: 0, failed: 0, skipped: 0 }, failures: [] };
const failedBecause = (why: string): Result => ({ counts: { ...DONE.counts, failed: 1 }, failures: [why] });
const folder = mkdtempSync(join(tmpdir(), 'phoenix-test-'));

interface How {
  /** as it is written, or all at its end where suites run side by side */
  readonly output: 'inherit' | 'pipe';
  /** as of nice(1) */
  readonly priority: number;
}
const AS_IT_COMES: How = { output: 'inherit', priority: 0 };
const AT_ITS_END: How = { ...AS_IT_COMES, output: 'pipe' };
/** about a third of a core that somebody else wants, too: slower, but never so slow that a test runs out of time */
const IN_THE_BACKGROUND: How = { output: 'pipe', priority: 5 };

const run = (command: string, args: readonly string[], { output, priority }: How) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output] });
    if (child.pid !== undefined) setPriority(child.pid, priority);
    const parts: Buffer[] = [];
    child.stdout?.on('data', (part) => parts.push(part));
    child.stderr?.on('data', (part) => parts.push(part));
    child.on('error', () => resolve(false));
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(parts));
      resolve(code === 0);
    });
  });

const timed = async (name: string, work: () => Promise<Result>): Promise<Step> => {
  process.stdout.write(`\n── ${name}\n`);
  const startedAt = performance.now();
  const result = await work().catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`${message}\n`);
    return failedBecause(`${name}: ${message}`);
  });
  return { name, seconds: (performance.now() - startedAt) / 1000, ...result };
};

const resultIn = (project: string, file: string, succeeded: boolean): Result => {
  const report: Report = JSON.parse(readFileSync(file, 'utf8'));
  const found = report.testResults.flatMap(({ name, message, assertionResults }) => {
    const where = relative(root, name);
    const failed = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${where} › ${fullName}\n${opening(failureMessages?.[0] ?? '')}`);
    return failed.length === 0 && message ? [`${where}\n${opening(message)}`] : failed;
  });
  const { numFailedTests, numPassedTests, numPendingTests } = report;
  // a suite that breaks outside a test fails the run without failing a test
  const isBrokenOutside = numFailedTests === 0 && !succeeded;
  return {
    counts: { passed: numPassedTests, failed: isBrokenOutside ? 1 : numFailedTests, skipped: numPendingTests },
    failures: isBrokenOutside && found.length === 0 ? [`${project}: broke outside a test, see above`] : found,
  };
};

/** The first lines of a message, indented: the whole stands further up, where the suite ran. */
const opening = (message: string): string =>
  message
    .split('\n')
    .slice(0, 6)
    .map((row) => `      ${row.slice(0, 400)}`)
    .join('\n');

const suite = (project: string, how: How) =>
  timed(project, async () => {
    const file = join(folder, `${project}.json`);
    const succeeded = await run(
      bin('vitest'),
      ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      how,
    );
    return resultIn(project, file, succeeded);
  });

const only = process.argv.slice(2);
const wanted = (name: string) => only.length === 0 || only.includes(name);
const steps: Step[] = [];
const startedAt = performance.now();

const inOrder = async (works: readonly (() => Promise<Step>)[]): Promise<readonly Step[]> => {
  const done: Step[] = [];
  for (const work of works) done.push(await work());
  return done;
};
/** Runs only when it is named: whole grids and what needs tools that nothing else does. */
const ASKED_FOR = 'full';
const suites = (projects: readonly string[], how: How): readonly (() => Promise<Step>)[] =>
  projects.filter(wanted).map((project) => () => suite(project, how));
const check = (): Promise<Step> =>
  timed('types, format, unused code', async () =>
    (await run(process.execPath, [join(root, 'test/check.ts'), '--without-tests'], IN_THE_BACKGROUND))
      ? DONE
      : failedBecause('types, format or unused code: see above'),
  );
const tools = (): Promise<Step> =>
  timed('tools', async () => {
    await prepareTools();
    return DONE;
  });

// what only computes yields to what waits for real parts: both cores are busy, and no deadline of a real part is missed
const computing = inOrder([
  ...(wanted('check') ? [check] : []),
  ...suites(['unit', 'workflows', 'stacks', 'simulation'], IN_THE_BACKGROUND),
]);
const real = async (): Promise<readonly Step[]> => {
  if (!['line', 'browser', 'ports', 'e2e'].some(wanted)) return [];
  const prepared = await tools();
  const lanes = await Promise.all([
    inOrder(suites(['line', 'browser'], AS_IT_COMES)),
    inOrder(suites(['ports', 'e2e'], AT_ITS_END)),
  ]);
  return [prepared, ...lanes.flat()];
};
steps.push(...(await Promise.all([computing, real()])).flat());
if (only.includes(ASKED_FOR)) steps.push(await suite(ASKED_FOR, AS_IT_COMES));
rmSync(folder, { recursive: true, force: true });

const failures = steps.flatMap((step) => step.failures);
if (failures.length > 0) process.stdout.write(`\n── what failed\n${failures.map((each) => `  ✘ ${each}\n`).join('')}`);
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
