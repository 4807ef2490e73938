import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, type Progress, startEnvironment } from '../../local/environment.ts';
import { pidsMarkedWith, readLife } from '../../local/processes/life.ts';
import { waitFor } from '../../local/processes/wait.ts';

// The launcher itself: what it tells, where its parts listen, and that nothing outlives it.

const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-local-environment-'));
afterAll(() => rmSync(stateFolder, { recursive: true, force: true }));

describe('all parts together', () => {
  let environment: Environment;
  const told: Progress[] = [];

  beforeAll(async () => {
    environment = await startEnvironment({ stateFolder }, (progress) => told.push(progress));
    await Promise.all(Object.values(environment.ready));
  });
  afterAll(() => environment?.stop());

  test('tell when each of them is ready, and where', () => {
    const ready = told.filter(({ state }) => state === 'ready');
    expect(ready.map(({ part }) => part).sort()).toEqual(['cluster', 'collector', 'emulator', 'nodes', 'prometheus']);
    expect(ready.find(({ part }) => part === 'emulator')?.detail).toBe(environment.addresses.emulator);
    expect(told.filter(({ state }) => state === 'failed')).toEqual([]);
  });

  test('listen on loopback addresses only', () => {
    const pids = pidsMarkedWith(readLife(stateFolder)?.id ?? '');
    const listening = listeningAddresses(pids);
    expect(listening.length).toBeGreaterThanOrEqual(5);
    expect(listening.filter((address) => !address.startsWith('127.'))).toEqual([]);
  });

  test('are found by the addresses that were known before they came up', async () => {
    const { emulator, prometheus } = environment.addresses;
    expect((await fetch(`${emulator}/_ministack/ready`)).ok).toBe(true);
    expect((await fetch(`${prometheus}/-/ready`)).ok).toBe(true);
  });

  test('refuse a second life in the same folder', async () => {
    const second = spawnLauncher();
    expect(await second.output()).toMatch(/Phoenix already runs here \(process \d+/);
  });

  test('leave no process when they are stopped', async () => {
    const life = readLife(stateFolder);
    await environment.stop();
    expect(pidsMarkedWith(life?.id ?? '')).toEqual([]);
    expect(readLife(stateFolder)).toBeUndefined();
  });
});

describe('when something goes wrong', () => {
  test('a part that dies is named, with its last words', async () => {
    const environment = await startEnvironment({ stateFolder, parts: ['prometheus'] }, () => {});
    try {
      await environment.ready.prometheus;
      const victim = readLife(stateFolder)?.processes.find(({ name }) => name === 'Prometheus');
      process.kill(victim?.pid ?? -1, 'SIGKILL');
      const crash = await environment.crashed;
      expect(crash.sentence).toMatch(/^Prometheus was ended by SIGKILL after \d+ s; /);
      expect(crash.sentence).toContain(crash.logFile);
    } finally {
      await environment.stop();
    }
  });

  test('kill -9 of the launcher ends all that it started', async () => {
    const launcher = spawnLauncher();
    await launcher.says('all ready');
    const life = readLife(stateFolder);
    expect(pidsMarkedWith(life?.id ?? '').length).toBeGreaterThanOrEqual(7);
    launcher.child.kill('SIGKILL');
    await waitFor({ what: 'all processes of a killed launcher to be gone', deadlineSeconds: 10 }, () =>
      pidsMarkedWith(life?.id ?? '').length === 0 ? true : undefined,
    );
  });

  test('a stop while parts are still coming up leaves nothing either', async () => {
    const environment = await startEnvironment({ stateFolder }, () => {});
    const life = readLife(stateFolder);
    await environment.ready.emulator;
    await environment.stop();
    expect(pidsMarkedWith(life?.id ?? '')).toEqual([]);
    await expect(environment.ready.nodes).rejects.toThrow();
  });
});

// --- what the sentences above are made of

/** A launcher in a process of its own, as a person starts it. */
const spawnLauncher = () => {
  const script = `
    import { startEnvironment } from '${join(import.meta.dirname, '../../local/environment.ts')}';
    try {
      const environment = await startEnvironment({ stateFolder: ${JSON.stringify(stateFolder)} }, () => {});
      await Promise.all(Object.values(environment.ready));
      console.log('all ready');
    } catch (error) {
      console.log(error.message);
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    child,
    output: async () => {
      await ended;
      return text;
    },
    says: (words: string) =>
      waitFor({ what: `the launcher to say "${words}"`, deadlineSeconds: 900 }, () => {
        if (text.includes(words)) return true;
        if (text !== '') throw new Error(text);
        return undefined;
      }),
  };
};

/** Addresses on which these processes accept TCP connections. */
const listeningAddresses = (pids: readonly number[]): readonly string[] => {
  const sockets = new Set(pids.flatMap(socketsOf));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && sockets.has(inode ?? ''))
      .map(([, local = '']) => readableAddress(local)),
  );
};

const LISTEN = '0A';

const socketsOf = (pid: number): readonly string[] => {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode === undefined ? [] : [inode];
    });
  } catch {
    return [];
  }
};

// the kernel prints an IPv4 address as a little-endian number: 0100007F:1F90 is 127.0.0.1:8080
const readableAddress = (text: string): string => {
  const [address = '', port = '0'] = text.split(':');
  if (address.length !== 8) return `[${address}]:${Number.parseInt(port, 16)}`;
  const bytes = (address.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16));
  return `${bytes.join('.')}:${Number.parseInt(port, 16)}`;
};
