import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { epochMsOf } from '../../src/kernel/instant.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { HOST_FILES, type Moment, PROCESS_FILES, type Recording } from '../../src/pipelines/domain/recording.ts';

export interface RecordWish {
  /** where /proc is below: `/` on the machine itself */
  readonly root: string;
  readonly moments: number;
  readonly everySeconds: number;
  readonly clock: Clock;
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** What the scraper of processes sees of this machine, some times. */
export const recordHost = async (wish: RecordWish): Promise<Recording> => {
  const { root, moments: count, everySeconds, clock, ticksPerSecond, pageBytes } = wish;
  const recordedAt = clock.now();
  const began = epochMsOf(recordedAt);
  const moments: Moment[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await pause(Math.max(0, began + index * everySeconds * 1000 - epochMsOf(clock.now())));
    moments.push(momentOf(root, (epochMsOf(clock.now()) - began) / 1000));
  }
  return {
    kind: 'phoenix-recording',
    version: 1,
    recordedAt,
    ticksPerSecond,
    pageBytes,
    owners: owners(root),
    moments,
  };
};

const momentOf = (root: string, atSeconds: number): Moment => {
  const read = (path: string): readonly (readonly [string, string])[] => {
    const text = textOf(join(root, path));
    return text === undefined ? [] : [[path, text]];
  };
  const pids = readdirSync(join(root, 'proc')).filter((name) => /^[1-9]\d*$/.test(name));
  return {
    atSeconds,
    files: Object.fromEntries([
      ...HOST_FILES.flatMap((name) => read(`proc/${name}`).map(([path, text]) => [path, keptOfHost(name, text)])),
      ...pids.flatMap((pid) =>
        PROCESS_FILES.flatMap((name) => read(`proc/${pid}/${name}`).map(([path, text]) => [path, kept(name, text)])),
      ),
    ]),
    links: Object.fromEntries(pids.flatMap((pid) => targetOf(root, `proc/${pid}/exe`))),
    counts: Object.fromEntries(pids.flatMap((pid) => countOf(root, `proc/${pid}/fd`))),
  };
};

/**
 * Arguments can hold secrets, and some programs write them into one text with their name: only the first word is kept. Of
 * the status only what tells about owner and threads.
 */
const kept = (name: (typeof PROCESS_FILES)[number], text: string): string => {
  if (name === 'cmdline') return (text.split(/[\0\s]/)[0] ?? '').slice(0, 256);
  return name === 'status' ? linesOf(text, (line) => STATUS_LINES.has(line.split(':')[0] ?? '')) : text;
};

/** Interrupts and features of cores are long, and nothing reads them. */
const keptOfHost = (name: (typeof HOST_FILES)[number], text: string): string => {
  if (name === 'stat') return linesOf(text, (line) => !/^(intr|softirq) /.test(line));
  return name === 'cpuinfo' ? linesOf(text, (line) => line.startsWith('processor')) : text;
};

const linesOf = (text: string, isKept: (line: string) => boolean): string =>
  text
    .split('\n')
    .filter((line) => line !== '' && isKept(line))
    .map((line) => `${line}\n`)
    .join('');

const STATUS_LINES = new Set(['Name', 'State', 'Tgid', 'PPid', 'Uid', 'Gid', 'Threads']);

/** A process may end between two reads, and some files are not ours: what cannot be read is left out. */
const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const targetOf = (root: string, path: string): readonly (readonly [string, string])[] => {
  try {
    return [[path, readlinkSync(join(root, path))]];
  } catch {
    return [];
  }
};

const countOf = (root: string, path: string): readonly (readonly [string, number])[] => {
  try {
    return [[path, readdirSync(join(root, path)).length]];
  } catch {
    return [];
  }
};

const owners = (root: string): Recording['owners'] =>
  Object.fromEntries(
    (textOf(join(root, 'etc/passwd')) ?? '').split('\n').flatMap((line) => {
      const [name = '', , uid = ''] = line.split(':');
      return /^\d{1,10}$/.test(uid) && name !== '' ? [[uid, name]] : [];
    }),
  );
