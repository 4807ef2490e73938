import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processBegin, randomLife } from '../processes/machine.ts';
import { waitFor } from '../processes/wait.ts';

/** What was built or fetched once and is kept for all later starts, by all checkouts of one person. */
export interface Cache {
  readonly folder: string;
  /**
   * The folder of an entry; fills it first where it is missing. An entry appears complete or not at all, and is made by
   * one process at a time: others wait for it.
   */
  entry(request: EntryRequest): Promise<string>;
  /** Whether the entry is there already. */
  has(name: string, key: string): boolean;
  /** Whether there is any complete entry of this name, of whatever version. */
  hasAny(name: string): boolean;
  /** Runs `work` while no other process of this person holds the lock with this name. */
  exclusively<T>(lock: string, options: LockOptions, work: () => Promise<T>): Promise<T>;
}

export interface EntryRequest extends LockOptions {
  readonly name: string;
  /** Made by {@link cacheKey} from everything that the content depends on. */
  readonly key: string;
  readonly fill: (folder: string) => Promise<void>;
}

export interface LockOptions {
  /** How long to wait for another process that is at it. */
  readonly deadlineSeconds: number;
  readonly abort?: AbortSignal;
  readonly onWaiting?: () => void;
}

export const makeCache = (folder: string): Cache => {
  mkdirSync(folder, { recursive: true });
  const pathOf = (name: string, key: string): string => join(folder, `${name}-${key}`);
  const exclusively: Cache['exclusively'] = async (lock, options, work) => {
    const release = await acquire(join(folder, `${lock}.lock`), lock, options);
    try {
      return await work();
    } finally {
      release();
    }
  };
  return {
    folder,
    exclusively,
    hasAny: (name) => readdirSync(folder).some((entry) => new RegExp(`^${name}-[0-9a-f]{16}$`).test(entry)),
    has: (name, key) => existsSync(pathOf(name, key)),
    entry: async ({ name, key, fill, ...options }) => {
      const path = pathOf(name, key);
      if (existsSync(path)) return path;
      return exclusively(`${name}-${key}`, options, async () => {
        if (existsSync(path)) return path;
        removeUnfinished(folder, name, key);
        const unfinished = `${path}.unfinished-${randomLife()}`;
        mkdirSync(unfinished, { recursive: true });
        try {
          await fill(unfinished);
          renameSync(unfinished, path);
        } catch (error) {
          rmSync(unfinished, { recursive: true, force: true });
          throw error;
        }
        return path;
      });
    },
  };
};

/** Sixteen hex digits that change with any of the parts, their names or their order. */
export const cacheKey = (parts: Readonly<Record<string, string>>): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(parts)))
    .digest('hex')
    .slice(0, 16);

/** The content of the files of a folder whose names pass, in a stable order: one part of a cache key per file. */
export const sourcesOf = (folder: string, isSource: (name: string) => boolean): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => isSource(name) && statSync(join(folder, name)).isFile())
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );

const removeUnfinished = (folder: string, name: string, key: string): void => {
  for (const left of readdirSync(folder).filter((entry) => entry.startsWith(`${name}-${key}.unfinished-`)))
    rmSync(join(folder, left), { recursive: true, force: true });
};

const acquire = async (file: string, lock: string, options: LockOptions): Promise<() => void> => {
  let told = false;
  return waitFor(
    {
      what: `another process that works on ${lock}`,
      deadlineSeconds: options.deadlineSeconds,
      everyMs: 250,
      ...(options.abort === undefined ? {} : { abort: options.abort }),
    },
    () => {
      if (tryLock(file)) return () => rmSync(file, { force: true });
      const holder = holderOf(file);
      if (holder !== undefined && processBegin(holder.pid) !== holder.began) rmSync(file, { force: true });
      else if (!told) {
        told = true;
        options.onWaiting?.();
      }
      return undefined;
    },
  );
};

const tryLock = (file: string): boolean => {
  try {
    // wx: fails when the file is there, in one step
    writeFileSync(file, `${process.pid}\n${processBegin(process.pid)}\n`, { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
};

const holderOf = (file: string): { readonly pid: number; readonly began: string } | undefined => {
  try {
    const [pid = '', began = ''] = readFileSync(file, 'utf8').split('\n');
    return pid === '' || began === '' ? undefined : { pid: Number(pid), began };
  } catch {
    return undefined;
  }
};
