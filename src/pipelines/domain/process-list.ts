import * as z from 'zod';
import { epochMsOf, Instant } from '../../kernel/instant.ts';
import type { Recording } from './recording.ts';

/** A size at each of the moments; null where the process was not there, or did not tell. */
const AtEach = z.array(z.number().nullable());

/** A process as a collector told of it. */
export const ListedProcess = z.strictObject({
  pid: z.int().min(1),
  parentPid: z.int().min(0),
  name: z.string(),
  path: z.string(),
  command: z.string(),
  owner: z.string().nullable(),
  user: AtEach,
  system: AtEach,
  wait: AtEach,
  resident: AtEach,
  virtual: AtEach,
  read: AtEach,
  written: AtEach,
  threads: AtEach,
  files: AtEach,
});
export type ListedProcess = z.infer<typeof ListedProcess>;

/** The processes of one node at a few moments, read back from what a collector had sent of them. */
export const ProcessList = z.strictObject({
  kind: z.literal('phoenix-process-list'),
  version: z.literal(1),
  node: z.string(),
  at: Instant,
  /** since `at`; every size of a process has as many places */
  momentSeconds: z.array(z.number()).min(1).max(10),
  processors: z.int().min(1).max(4096),
  memoryBytes: z.record(z.string(), z.number()),
  disks: z.array(z.string()).max(500),
  processes: z.array(ListedProcess),
});
export type ProcessList = z.infer<typeof ProcessList>;

const TICKS = 100;
const PAGE = 4096;
/** How long ago each process and its host began: a collector does not send it, and no template asks. */
const AGE_SECONDS = 86_400;

/**
 * The same as a recording, so that a preview takes it for a host: the files of /proc that say what is known. What a list
 * does not hold is not there, as on a host that does not let it be read; counters of disks and processors of the node are
 * zero, because a preview counts series and points and not what they say.
 */
export const recordingOf = (list: ProcessList): Recording => {
  const boot = Math.floor(epochMsOf(list.at) / 1000) - 2 * AGE_SECONDS;
  const owners = [...new Set(list.processes.flatMap(({ owner }) => owner ?? []))];
  return {
    kind: 'phoenix-recording',
    version: 1,
    recordedAt: list.at,
    ticksPerSecond: TICKS,
    pageBytes: PAGE,
    owners: Object.fromEntries(owners.map((owner, index) => [String(index), owner])),
    moments: list.momentSeconds.map((atSeconds, index) => {
      const there = list.processes.filter(({ resident }) => resident[index] != null);
      return {
        atSeconds,
        files: {
          ...hostFiles(list, boot),
          ...Object.fromEntries(there.flatMap((process) => filesOf(process, index, owners))),
        },
        links: Object.fromEntries(
          there.flatMap(({ pid, path }) => (path === '' ? [] : [[`proc/${pid}/exe`, path] as const])),
        ),
        counts: Object.fromEntries(
          there.flatMap(({ pid, files }) => (files[index] == null ? [] : [[`proc/${pid}/fd`, files[index]] as const])),
        ),
      };
    }),
  };
};

const hostFiles = ({ processors, memoryBytes, disks }: ProcessList, boot: number): Record<string, string> => {
  const kib = (...states: readonly string[]): number =>
    Math.round(states.reduce((sum, state) => sum + (memoryBytes[state] ?? 0), 0) / 1024);
  const each = Array.from({ length: processors }, (_, index) => index);
  return {
    'proc/stat': [...each.map((index) => `cpu${index} 0 0 0 0 0 0 0 0 0 0`), `btime ${boot}`, ''].join('\n'),
    'proc/cpuinfo': each.map((index) => `processor\t: ${index}\n`).join(''),
    // as the collector takes it apart: cached is without what of it can be reclaimed
    'proc/meminfo': [
      `MemTotal: ${kib('used', 'free', 'buffered', 'cached')} kB`,
      `MemFree: ${kib('free')} kB`,
      `Buffers: ${kib('buffered')} kB`,
      `Cached: ${kib('cached') - kib('slab_reclaimable')} kB`,
      `SReclaimable: ${kib('slab_reclaimable')} kB`,
      `SUnreclaim: ${kib('slab_unreclaimable')} kB`,
      '',
    ].join('\n'),
    'proc/diskstats': disks.map((device, index) => `8 ${index} ${device} 0 0 0 0 0 0 0 0 0 0 0\n`).join(''),
    'proc/loadavg': '0.00 0.00 0.00 1/1 1\n',
    'proc/uptime': `${2 * AGE_SECONDS}.00 0.00\n`,
  };
};

const filesOf = (
  process: ListedProcess,
  index: number,
  owners: readonly string[],
): readonly (readonly [string, string])[] => {
  const { pid, parentPid, name, command, owner, read, written } = process;
  const at = (sizes: readonly (number | null)[]): number => sizes[index] ?? 0;
  const ticks = (seconds: readonly (number | null)[]): number => Math.round(at(seconds) * TICKS);
  const pages = (bytes: readonly (number | null)[]): number => Math.round(at(bytes) / PAGE);
  // numbers of proc_pid_stat(5), counted from 3 after the name
  const fields = Array.from({ length: 50 }, () => '0');
  const set = (field: number, value: number | string): void => void fields.splice(field - 3, 1, String(value));
  set(3, 'S');
  set(4, parentPid);
  set(14, ticks(process.user));
  set(15, ticks(process.system));
  set(22, AGE_SECONDS * TICKS);
  set(42, ticks(process.wait));
  const uid = owner === null ? NOBODY_KNOWS : owners.indexOf(owner);
  const folder = `proc/${pid}`;
  return [
    [`${folder}/stat`, `${pid} (${name}) ${fields.join(' ')}\n`],
    [`${folder}/statm`, `${pages(process.virtual)} ${pages(process.resident)} 0 0 0 0 0\n`],
    [`${folder}/status`, `Name:\t${name}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\nThreads:\t${at(process.threads)}\n`],
    [`${folder}/comm`, `${name}\n`],
    ...(command === '' ? [] : [[`${folder}/cmdline`, `${command}\0`] as const]),
    ...(read[index] == null || written[index] == null
      ? []
      : [[`${folder}/io`, `rchar: ${read[index]}\nwchar: ${written[index]}\n`] as const]),
  ];
};

/** The number of no owner. */
const NOBODY_KNOWS = 4_294_967_294;
