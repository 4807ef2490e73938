import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

// The one place of the local environment where this machine's environment variables, its clock and chance enter.

export const machineEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** Per user, shared by all checkouts: `$PHOENIX_CACHE` or `~/.cache/phoenix`. */
export const cacheFolder = (): string => process.env['PHOENIX_CACHE'] ?? join(homedir(), '.cache', 'phoenix');

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Seconds since the call. */
export const startStopwatch = (): (() => number) => {
  const begin = performance.now();
  return () => (performance.now() - begin) / 1000;
};

export const randomToken = (): string => randomBytes(24).toString('base64url');

export const randomLife = (): string => randomUUID();

/** Marks every process of one life of the environment, so that a later one can tell which are ours. */
export const LIFE_VARIABLE = 'PHOENIX_LOCAL_LIFE';

/** Whatever resolves AWS credentials finds these and never asks the metadata address. */
export const DUMMY_CREDENTIALS: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_EC2_METADATA_DISABLED: 'true',
};

/**
 * What a part sees of this machine: where programs are (our own Node first), who we are, and dummy AWS keys.
 * Nothing else is inherited, so that a variable of the person's shell cannot change a measurement.
 */
export const childEnvironment = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const inherited = Object.fromEntries(
    ['HOME', 'USER', 'LANG', 'TZ', 'TMPDIR'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...inherited,
    PATH: [dirname(process.execPath), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(':'),
    ...DUMMY_CREDENTIALS,
    ...extra,
  };
};

/**
 * When a process began, in a form that only serves to be compared: a pid alone may have been given to somebody else.
 * Undefined when there is no such process.
 */
export const processBegin = (pid: number): string | undefined => {
  if (process.platform !== 'linux') {
    const answer = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return answer.status === 0 ? answer.stdout.trim() || undefined : undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name may hold spaces and brackets: count fields behind the last bracket; 3 is the state, 22 the start time
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
};
