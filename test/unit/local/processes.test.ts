import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Children, makeChildren } from '../../../local/processes/child.ts';
import { AlreadyRunning, beginLife, isAlive, type Life, readLife } from '../../../local/processes/life.ts';
import { logTail } from '../../../local/processes/log-tail.ts';
import { childEnvironment, LIFE_VARIABLE, processBegin } from '../../../local/processes/machine.ts';
import { freePorts, isFree } from '../../../local/processes/ports.ts';
import { run } from '../../../local/processes/run.ts';
import { waitFor } from '../../../local/processes/wait.ts';

let folder: string;
let life: Life;
let children: Children;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-processes-'));
  life = await beginLife(folder);
  children = makeChildren(life);
});
afterEach(async () => {
  await children.stopAll();
  rmSync(folder, { recursive: true, force: true });
});

const start = (script: string, graceSeconds = 5) =>
  children.start({
    name: 'sleeper',
    command: 'sh',
    args: ['-c', script],
    env: childEnvironment(),
    logFile: join(folder, 'logs', 'sleeper.log'),
    graceSeconds,
  });

const lineInLog = (line: string): Promise<true> =>
  waitFor({ what: `"${line}" in the log`, deadlineSeconds: 5, everyMs: 10 }, () =>
    readFileSync(join(folder, 'logs', 'sleeper.log'), 'utf8').includes(line) ? (true as const) : undefined,
  );

describe('a child', () => {
  test('that ends by itself is a crash, told with its last words', async () => {
    const child = start('echo first; echo cannot listen; exit 3');
    const crash = await children.crashed;
    expect(crash.sentence).toMatch(
      /^sleeper ended with code 3 after \d+ s; its last lines:\n {4}first\n {4}cannot listen\n/,
    );
    expect(crash.sentence).toContain(child.logFile);
    await expect(child.died).rejects.toThrow('sleeper ended with code 3');
  });

  test('whose program is missing says so', async () => {
    children.start({
      name: 'ghost',
      command: '/no/such/program',
      args: [],
      env: {},
      logFile: join(folder, 'ghost.log'),
    });
    expect((await children.crashed).sentence).toContain('is /no/such/program there?');
  });

  test('that is asked to end is no crash', async () => {
    const child = start('exec sleep 60');
    await child.stop();
    expect((await child.exited).signal).toBe('SIGTERM');
    expect(await Promise.race([children.crashed, Promise.resolve('quiet')])).toBe('quiet');
  });

  test('that does not listen is ended when its time is over', async () => {
    const child = start(`trap '' TERM; echo deaf; while true; do sleep 0.1; done`, 0.2);
    await lineInLog('deaf');
    await child.stop();
    expect((await child.exited).signal).toBe('SIGKILL');
  });

  test('takes what it started with it', async () => {
    start('sleep 61 & echo grandchild $!; wait');
    await lineInLog('grandchild');
    const pid = Number(/grandchild (\d+)/.exec(readFileSync(join(folder, 'logs', 'sleeper.log'), 'utf8'))?.[1]);
    await children.stopAll();
    await waitFor({ what: 'the grandchild to be gone', deadlineSeconds: 5, everyMs: 10 }, () =>
      processBegin(pid) === undefined ? true : undefined,
    );
  });

  test('has dummy AWS keys and asks no metadata address', async () => {
    start('env; exec sleep 60');
    await lineInLog('AWS_EC2_METADATA_DISABLED=true');
    await lineInLog('AWS_ACCESS_KEY_ID=test');
    await lineInLog(`${LIFE_VARIABLE}=${life.id}`);
  });
});

describe('a life', () => {
  test('remembers its children while they live', async () => {
    const child = start('exec sleep 60');
    expect(readLife(folder)?.processes.map(({ pid }) => pid)).toEqual([child.pid]);
    await child.stop();
    expect(readLife(folder)?.processes).toEqual([]);
  });

  test('ends what an earlier one left behind, and nobody else', async () => {
    const left = spawn('sleep', ['62'], { detached: true, stdio: 'ignore' });
    const other = spawn('sleep', ['63'], { detached: true, stdio: 'ignore' });
    try {
      const [began, otherBegan] = [processBegin(left.pid ?? 0) ?? '', processBegin(other.pid ?? 0) ?? ''];
      writeFileSync(
        join(folder, 'life.json'),
        JSON.stringify({
          id: 'earlier',
          leader: { name: 'launcher', pid: 999999999, began: '1' },
          processes: [
            { name: 'left', pid: left.pid, began },
            // the number was given to somebody else since
            { name: 'reused', pid: other.pid, began: '1' },
          ],
        }),
      );
      await beginLife(folder);
      expect(isAlive({ pid: left.pid ?? 0, began })).toBe(false);
      expect(isAlive({ pid: other.pid ?? 0, began: otherBegan })).toBe(true);
    } finally {
      left.kill('SIGKILL');
      other.kill('SIGKILL');
    }
  });

  test('is refused while the leader of another one lives here', async () => {
    const leader = spawn('sleep', ['64'], { stdio: 'ignore' });
    try {
      writeFileSync(
        join(folder, 'life.json'),
        JSON.stringify({
          id: 'other',
          leader: { name: 'launcher', pid: leader.pid, began: processBegin(leader.pid ?? 0) },
          processes: [],
        }),
      );
      await expect(beginLife(folder)).rejects.toThrow(AlreadyRunning);
    } finally {
      leader.kill('SIGKILL');
    }
  });
});

describe('a command of the toolchain', () => {
  const command = { command: 'sh', env: childEnvironment(), deadlineSeconds: 5 };

  test('that fails says what it was for, and what it said last', async () => {
    const failing = run({
      ...command,
      what: 'compiling the collector',
      args: ['-c', 'echo no space left; exit 2'],
      logFile: join(folder, 'build.log'),
    });
    await expect(failing).rejects.toThrow(/^compiling the collector failed \(code 2\):\nno space left\n/);
  });

  test('that takes too long is ended', async () => {
    const slow = run({
      ...command,
      what: 'fetching Go',
      args: ['-c', 'sleep 65'],
      logFile: join(folder, 'slow.log'),
      deadlineSeconds: 0.1,
    });
    await expect(slow).rejects.toThrow('fetching Go took longer than 0.1 s');
  });

  test('that nobody wants any more is ended', async () => {
    const abort = new AbortController();
    const unwanted = run({
      ...command,
      what: 'fetching Go',
      args: ['-c', 'sleep 66'],
      logFile: join(folder, 'unwanted.log'),
      abort: abort.signal,
    });
    abort.abort(new Error('stopped by a person'));
    await expect(unwanted).rejects.toThrow('stopped by a person');
  });
});

describe('a wait', () => {
  test('that is over in time answers', async () => {
    let asked = 0;
    expect(
      await waitFor({ what: 'three', deadlineSeconds: 5, everyMs: 1 }, () => (++asked === 3 ? asked : undefined)),
    ).toBe(3);
  });

  test('that is not says what it waited for and what it saw', async () => {
    const wait = waitFor({ what: 'the API server', deadlineSeconds: 0.05, everyMs: 10 }, () => {
      throw new Error('connection refused');
    });
    await expect(wait).rejects.toThrow('waited 0.05 s for the API server; last seen: connection refused');
  });
});

describe('ports', () => {
  test('are different and free', async () => {
    const ports = await freePorts(5);
    expect(new Set(ports).size).toBe(5);
    expect(await Promise.all(ports.map(isFree))).toEqual([true, true, true, true, true]);
  });

  test('that somebody has are not free', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('the tail of a log', () => {
  test('is its last lines', () => {
    const file = join(folder, 'long.log');
    writeFileSync(file, Array.from({ length: 1000 }, (_, index) => `line ${index}`).join('\n'));
    expect(logTail(file, 2)).toBe('line 998\nline 999');
    expect(logTail(join(folder, 'none.log'))).toBe('');
  });
});
