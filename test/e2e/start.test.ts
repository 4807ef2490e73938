import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../local/parts/emulator.ts';
import { makeChildren } from '../../local/processes/child.ts';
import { beginLife, pidsMarkedWith, readLife } from '../../local/processes/life.ts';
import { processBegin } from '../../local/processes/machine.ts';
import { freePorts } from '../../local/processes/ports.ts';
import { waitFor } from '../../local/processes/wait.ts';
import { ensureEmulatorPython } from '../../local/toolchain/python.ts';
import { type Ran, startProgram } from '../support/program.ts';
import { toolCache, toolContext } from '../support/tools.ts';

// The local environment as people start, look at and end it: other processes, a state folder of its own, no terminal.

const folder = mkdtempSync(join(tmpdir(), 'phoenix-start-'));
const stateFolder = join(folder, 'state');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PHOENIX_STATE: stateFolder,
  PHOENIX_HOME: join(folder, 'home'),
  // what the bootstrap hands on
  PHOENIX_STARTED_AT_MS: String(Date.now()),
  PHOENIX_INSTALL_SECONDS: '14',
});

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

const run = (file: string, args: readonly string[]) => {
  const { child, stdout, ended } = startProgram(file, args, { env: environment() });
  started.push(child);
  return {
    ended,
    /** Waits until it has said so; fails at once when it has ended without. */
    says: (pattern: RegExp, deadlineSeconds = 120): Promise<RegExpExecArray> =>
      waitFor(
        { what: `the launcher to say ${pattern}`, deadlineSeconds, abort: whenEnded(ended) },
        () => pattern.exec(stdout()) ?? undefined,
      ),
    /** Ctrl-C of a terminal reaches every process of the group. */
    interrupt: () => process.kill(-(child.pid ?? 0), 'SIGINT'),
  };
};

const whenEnded = (ended: Promise<Ran>): AbortSignal => {
  const over = new AbortController();
  ended.then(({ exitCode, stdout, stderr }) =>
    over.abort(new Error(`it has ended with ${exitCode}:\n${stdout}${stderr}`)),
  );
  return over.signal;
};

const start = (...args: readonly string[]) => run('local/main.ts', ['--no-open', '--no-experiment', ...args]);
const phoenix = (...args: readonly string[]): Promise<Ran> => run('cli/phoenix.ts', args).ended;

const DASHBOARD = /✔ dashboard .*(http:\/\/127\.0\.0\.1:\d+)/;

/** Every process of the environment that runs now, by id. */
const everyPart = (): { readonly lifeId: string; readonly pids: readonly number[] } => {
  const life = readLife(stateFolder);
  expect(life).toBeDefined();
  return { lifeId: life?.id ?? '', pids: life?.processes.map(({ pid }) => pid) ?? [] };
};
const expectGone = ({ lifeId, pids }: ReturnType<typeof everyPart>): void => {
  expect(pids.filter((pid) => processBegin(pid) !== undefined)).toEqual([]);
  expect(pidsMarkedWith(lifeId)).toEqual([]);
  expect(readLife(stateFolder)).toBeUndefined();
};

test('a part that dies is named, and all others are ended with it', async () => {
  const launcher = start();
  const [, webUrl = ''] = await launcher.says(DASHBOARD);
  await launcher.says(/✔ Prometheus /);

  const { exitCode, stdout } = await phoenix('status', '-o', 'json');
  expect(exitCode).toBe(0);
  const status = JSON.parse(stdout);
  expect(status.web_url).toBe(webUrl);
  expect(status.parts).toContainEqual(expect.objectContaining({ label: 'Prometheus', state: 'ready' }));
  expect((await fetch(webUrl)).status).toBe(200);
  const parts = everyPart();
  expect(parts.pids).toEqual(expect.arrayContaining(status.processes.map(({ pid }: { pid: number }) => pid)));

  const prometheus = status.processes.find(({ name }: { name: string }) => name === 'Prometheus');
  process.kill(prometheus.pid, 'SIGKILL');
  const ended = await launcher.ended;
  expect(ended.stdout).toMatch(/\n {2}✘ Prometheus was ended by SIGKILL after \d+ s; /);
  expect(ended.stdout).toMatch(/ending everything else\n {2}✔ everything else has ended\n$/);
  expect(ended.exitCode).toBe(1);
  expectGone(parts);
  expect((await phoenix('status')).exitCode).toBe(4);
});

test('Ctrl-C ends every part, also while the stacks are being deployed', async () => {
  const launcher = start();
  await launcher.says(DASHBOARD);
  await launcher.says(/✔ nodes /);
  const parts = everyPart();
  expect(parts.pids.length).toBeGreaterThanOrEqual(7);
  launcher.interrupt();
  const { exitCode, stdout, stderr } = await launcher.ended;
  expect(stdout).toMatch(/ending everything that was started\n {2}✔ everything has ended\n$/);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expectGone(parts);
});

describe('an emulator that somebody else runs', () => {
  let endpoint: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const state = join(folder, 'emulator');
    const python = await ensureEmulatorPython(toolCache(), toolContext());
    const life = await beginLife(state);
    const children = makeChildren(life);
    const [port = 0] = await freePorts(1);
    ({ endpoint } = await startEmulator(children, { python, port, region: 'us-east-1', stateFolder: state }));
    stop = async () => {
      await children.stopAll();
      life.end();
    };
  });
  afterAll(() => stop());

  test('takes the stacks, and is not ended with everything else', async () => {
    const launcher = start('--endpoint', endpoint);
    await launcher.says(/✔ registration /, 270);
    const [, table = ''] = await launcher.says(/(where the time went[\s\S]*)\n\n.*Ctrl-C ends everything/);
    expect(table).toMatch(/^ {2}dependencies · npm ci +0\.0 s +14\.0 s$/m);
    for (const step of ['Kubernetes · starting', 'nodes · joining', 'Prometheus · starting', 'stacks · deploying'])
      expect(table).toMatch(new RegExp(`^  ${step} +\\d+\\.\\d s +\\d+\\.\\d s$`, 'm'));
    expect(table).not.toContain('AWS emulator · starting');

    const parts = everyPart();
    const second = await start().ended;
    expect(second.stderr).toMatch(/✘ a local environment runs already \(process \d+, http:\/\/127\.0\.0\.1:\d+\)\n/);
    expect(second.exitCode).toBe(5);
    expect(everyPart()).toEqual(parts);

    expect((await phoenix('status')).stdout).toMatch(/^dashboard +http:\/\/127\.0\.0\.1:\d+$/m);
    const down = await phoenix('down');
    expect(down.stderr).toMatch(
      /^✔ the local environment at http:\/\/\S+ has ended: process \d+ and \d+ parts, after \d+ s\n$/,
    );
    expect(down.exitCode).toBe(0);
    const { exitCode, stdout } = await launcher.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`the emulator at ${endpoint} goes on, with the stacks`);
    expectGone(parts);
    expect((await fetch(`${endpoint}/_ministack/ready`)).ok).toBe(true);
  });

  test('that has the stacks of an earlier start is refused, and nothing is started', async () => {
    const { exitCode, stderr } = await start('--endpoint', endpoint).ended;
    expect(stderr).toContain(`the emulator at ${endpoint} has the stacks of an earlier start`);
    expect(exitCode).toBe(5);
    expect(readLife(stateFolder)).toBeUndefined();
  });

  test('and does not answer is told at once, and nothing is started', async () => {
    const [port = 0] = await freePorts(1);
    const { exitCode, stderr } = await start('--endpoint', `http://127.0.0.1:${port}`).ended;
    expect(stderr).toMatch(/✘ no AWS emulator answers at http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    expect(exitCode).toBe(6);
    expect(readLife(stateFolder)).toBeUndefined();
  });
});
