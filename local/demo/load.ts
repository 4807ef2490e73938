import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { endsWithLauncher } from '../processes/child.ts';
import { childEnvironment, LIFE_VARIABLE } from '../processes/machine.ts';

/** Names that a platform engineer expects on a node. */
export const CRITICAL_PROCESSES = ['nginx', 'postgres', 'redis-server', 'java'] as const;

interface Kind {
  readonly name: string;
  readonly count: number;
  /** share of one core; 0 sleeps */
  readonly busyRatio: number;
  /** ends and is started anew after so long; absent: lives as long as the load */
  readonly lifeSeconds?: number;
}

const KINDS: readonly Kind[] = [
  { name: 'nginx', count: 4, busyRatio: 0 },
  { name: 'postgres', count: 3, busyRatio: 0 },
  { name: 'redis-server', count: 1, busyRatio: 0 },
  { name: 'java', count: 1, busyRatio: 0.04 },
  { name: 'chrome', count: 8, busyRatio: 0 },
  { name: 'python-worker', count: 4, busyRatio: 0 },
  { name: 'sidecar', count: 6, busyRatio: 0 },
  { name: 'cron-job', count: 2, busyRatio: 0, lifeSeconds: 12 },
];

export interface Load {
  readonly processCount: number;
  stop(): Promise<void>;
}

/**
 * Starts real processes with well-known names, so that a baseline has something to see and a candidate something to
 * leave out. Names are those that the kernel lists: a symbolic link gives a sleeping one its name, the worker sets its own.
 */
export const startLoad = ({ folder, lifeId }: { readonly folder: string; readonly lifeId: string }): Load => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const running = new Set<ChildProcess>();
  let isStopping = false;

  const start = (kind: Kind): void => {
    const [program, given] = programOf(folder, kind);
    const [command, args] = endsWithLauncher(program, given, 'SIGKILL');
    const child = spawn(command, args, { stdio: 'ignore', env: childEnvironment({ [LIFE_VARIABLE]: lifeId }) });
    running.add(child);
    child.on('error', () => running.delete(child));
    child.on('exit', () => {
      running.delete(child);
      if (!isStopping) start(kind);
    });
  };

  for (const kind of KINDS) {
    if (kind.busyRatio === 0) symlinkSync('/bin/sleep', join(folder, kind.name));
    for (let i = 0; i < kind.count; i += 1) start(kind);
  }
  const killAll = (): void => {
    isStopping = true;
    for (const child of running) child.kill('SIGKILL');
  };
  process.on('exit', killAll);

  return {
    processCount: running.size,
    stop: async () => {
      const gone = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
      killAll();
      process.off('exit', killAll);
      await Promise.all(gone);
    },
  };
};

const programOf = (folder: string, kind: Kind): readonly [string, readonly string[]] =>
  kind.busyRatio > 0
    ? [process.execPath, [join(import.meta.dirname, 'worker.mjs'), kind.name, String(kind.busyRatio)]]
    : [join(folder, kind.name), [String(kind.lifeSeconds ?? 86_400)]];
