import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Life } from './life.ts';
import { logTail } from './log-tail.ts';
import { LIFE_VARIABLE, startStopwatch } from './machine.ts';
import { pause } from './wait.ts';

/** A part that ended by itself. */
export interface Crash {
  readonly name: string;
  /** Which part, how it ended, the last lines of its log, and where the rest is. */
  readonly sentence: string;
  readonly logFile: string;
}

export interface ChildSpecification {
  /** As people call it: `Kubernetes API server`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Between SIGTERM and SIGKILL. Default 10. */
  readonly graceSeconds?: number;
  /** What it gets when the launcher is gone without a word. Default SIGTERM. */
  readonly whenOrphaned?: 'SIGTERM' | 'SIGKILL';
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  /** Rejects with the crash's sentence if the child ends before it was asked to; otherwise stays pending. */
  readonly died: Promise<never>;
  /** SIGTERM, grace, SIGKILL; resolves when the process is gone. */
  stop(): Promise<void>;
}

/** The processes of one life: each with a log of its own, watched, and ended by its id. */
export interface Children {
  start(specification: ChildSpecification): Child;
  /** Ends all at once and waits for the last. */
  stopAll(): Promise<void>;
  /** Resolves with the first child that ended without being asked. */
  readonly crashed: Promise<Crash>;
}

export const makeChildren = (life: Life): Children => {
  const running = new Set<Child>();
  const crash = Promise.withResolvers<Crash>();
  let closed = false;

  // the last resort when this process ends without having called stopAll; kill -9 is covered by the parent-death signal
  const endAllNow = (): void => {
    for (const child of running) signalGroup(child.pid, 'SIGTERM');
  };
  process.once('exit', endAllNow);

  return {
    crashed: crash.promise,
    start: (specification) => {
      if (closed) throw new Error(`${specification.name} is not started: everything is being stopped`);
      const child = startChild(life, specification, (crashOfChild) => crash.resolve(crashOfChild));
      running.add(child);
      child.exited.then(() => running.delete(child));
      return child;
    },
    stopAll: async () => {
      closed = true;
      await Promise.all([...running].map((child) => child.stop()));
      process.removeListener('exit', endAllNow);
    },
  };
};

const startChild = (life: Life, specification: ChildSpecification, onCrash: (crash: Crash) => void): Child => {
  mkdirSync(dirname(specification.logFile), { recursive: true });
  const log = openSync(specification.logFile, 'a');
  const [command, args] = endsWithLauncher(specification.command, specification.args, specification.whenOrphaned);
  const spawned = spawn(command, args, {
    env: { ...specification.env, [LIFE_VARIABLE]: life.id },
    ...(specification.cwd === undefined ? {} : { cwd: specification.cwd }),
    stdio: ['ignore', log, log],
    // a group of its own: Ctrl-C reaches only the launcher, and what the child starts can be ended with it
    detached: true,
  });
  closeSync(log);
  const elapsedSeconds = startStopwatch();
  const pid = spawned.pid ?? -1;
  const forget = pid > 0 ? life.record(specification.name, pid) : () => {};
  let asked = false;

  const exited = exitOf(spawned).then((exit) => {
    forget();
    if (pid > 0) signalGroup(pid, 'SIGKILL');
    return exit;
  });
  const died = exited.then(async (exit): Promise<never> => {
    if (asked) return new Promise<never>(() => {});
    const crash = {
      name: specification.name,
      logFile: specification.logFile,
      sentence: crashSentence(specification, exit, elapsedSeconds()),
    };
    onCrash(crash);
    throw new Error(crash.sentence);
  });
  died.catch(() => {});

  return {
    name: specification.name,
    pid,
    logFile: specification.logFile,
    exited,
    died,
    stop: async () => {
      asked = true;
      signalGroup(pid, 'SIGTERM');
      const over = new AbortController();
      const killLater = pause((specification.graceSeconds ?? 10) * 1000, over.signal).then(
        () => signalGroup(pid, 'SIGKILL'),
        () => {},
      );
      await exited;
      over.abort();
      await killLater;
    },
  };
};

const exitOf = (spawned: ChildProcess & { startError?: Error }): Promise<Exit> =>
  new Promise((resolve) => {
    spawned.once('error', () => resolve({ code: 127, signal: null }));
    spawned.once('exit', (code, signal) => resolve({ code, signal }));
  });

export const crashSentence = (
  { name, command, logFile }: Pick<ChildSpecification, 'name' | 'command' | 'logFile'>,
  exit: Exit,
  afterSeconds: number,
): string => {
  const how = exit.signal === null ? `ended with code ${exit.code}` : `was ended by ${exit.signal}`;
  const missing = exit.code === 127 ? ` (is ${command} there?)` : '';
  const tail = logTail(logFile, 6);
  const last = tail === '' ? 'it logged nothing' : `its last lines:\n${tail.replaceAll(/^/gm, '    ')}`;
  return `${name} ${how} after ${Math.round(afterSeconds)} s${missing}; ${last}\n  the whole log: ${logFile}`;
};

/** Signals a process and all it started. A process that is gone is fine. */
export const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // gone already
  }
};

/**
 * Command and arguments of a process that does not outlive this one: on Linux the kernel ends it even after kill -9.
 * Elsewhere the next start cleans up.
 */
export const endsWithLauncher = (
  command: string,
  args: readonly string[],
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): readonly [string, readonly string[]] =>
  hasSetpriv() ? ['setpriv', ['--pdeathsig', signal.replace('SIG', ''), '--', command, ...args]] : [command, args];

let setprivFound: boolean | undefined;
const hasSetpriv = (): boolean => {
  setprivFound ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', '--', 'true']).status === 0;
  return setprivFound;
};
