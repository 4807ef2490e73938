import type { Instant } from '../../../src/kernel/instant.ts';
import type { Moment, Recording } from '../../../src/pipelines/domain/recording.ts';

/** A process of a host that never was. Times are seconds since the recording began; rates are per second. */
export interface SimulatedProcess {
  readonly pid: number;
  readonly parent?: number;
  /** the whole name, of which the kernel keeps 15 bytes */
  readonly name: string;
  /** undefined: a thread of the kernel, without a program */
  readonly path?: string;
  readonly user?: number;
  readonly bornAt?: number;
  readonly diesAt?: number;
  readonly userTicks?: number;
  readonly systemTicks?: number;
  readonly waitTicks?: number;
  readonly residentMiB?: number;
  readonly readBytes?: number;
  readonly writtenBytes?: number;
  readonly threads?: number;
  readonly openFiles?: number;
}

export interface SimulatedHost {
  readonly name: string;
  readonly processes: readonly SimulatedProcess[];
}

const RECORDED_AT = '2026-01-05T10:00:00.000Z' as Instant;
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;
const PAGES_PER_MIB = 256;
/** The host has been up for ten days. */
const UP_SECONDS = 864_000;
const BOOTED_AT = Date.parse(RECORDED_AT) / 1000 - UP_SECONDS;
/** What was there before the recording began is an hour old. */
const OLD_SECONDS = 3600;

/** The host at these seconds, as `phoenix pipeline record` would have recorded it. The same wish gives the same bytes. */
export const recordingOf = (host: SimulatedHost, seconds: readonly number[]): Recording => ({
  kind: 'phoenix-recording',
  version: 1,
  recordedAt: RECORDED_AT,
  ticksPerSecond: TICKS_PER_SECOND,
  pageBytes: PAGE_BYTES,
  owners: OWNERS,
  moments: seconds.map((at) => momentAt(host, at)),
});

/** Users that every Linux has under these numbers. */
const OWNERS = { '0': 'root', '1': 'daemon', '2': 'bin', '65534': 'nobody' } as const;

const momentAt = ({ processes }: SimulatedHost, at: number): Moment => {
  const alive = processes.filter(
    ({ bornAt = -OLD_SECONDS, diesAt = Number.POSITIVE_INFINITY }) => bornAt <= at && at < diesAt,
  );
  return {
    atSeconds: at,
    files: Object.fromEntries([...hostFiles(at), ...alive.flatMap((process) => processFiles(process, at))]),
    links: Object.fromEntries(
      alive.flatMap(({ pid, path }) => (path === undefined ? [] : [[`proc/${pid}/exe`, path]])),
    ),
    counts: Object.fromEntries(alive.map(({ pid, openFiles = 0 }) => [`proc/${pid}/fd`, openFiles])),
  };
};

const hostFiles = (at: number): readonly (readonly [string, string])[] => {
  const ticks = Math.round((UP_SECONDS + at) * TICKS_PER_SECOND);
  const cpu = `${ticks} 0 ${Math.round(ticks / 4)} ${ticks * 4} ${Math.round(ticks / 50)} 0 0 0 0 0`;
  return [
    ['proc/stat', `cpu  ${cpu}\ncpu0 ${cpu}\nbtime ${BOOTED_AT}\n`],
    ['proc/cpuinfo', 'processor\t: 0\nmodel name\t: recorded\n\n'],
    ['proc/loadavg', '0.42 0.40 0.38 1/200 4242\n'],
    [
      'proc/meminfo',
      'MemTotal: 16384000 kB\nMemFree: 8192000 kB\nMemAvailable: 12000000 kB\nBuffers: 1000 kB\nCached: 900000 kB\nSlab: 50000 kB\nSReclaimable: 30000 kB\nSUnreclaim: 20000 kB\n',
    ],
    [
      'proc/diskstats',
      `   8       0 sda ${1000 + at} 0 ${8000 + at * 8} 10 ${500 + at} 0 ${4000 + at * 8} 10 0 20 20\n`,
    ],
    ['proc/uptime', `${UP_SECONDS + at}.00 ${UP_SECONDS * 4}.00\n`],
  ];
};

const processFiles = (process: SimulatedProcess, at: number): readonly (readonly [string, string])[] => {
  const { pid, parent = 1, name, path, user = 0, bornAt = -OLD_SECONDS, residentMiB = 0, threads = 1 } = process;
  const since = (rate = 0): number => Math.round(rate * (at - bornAt));
  const resident = Math.round(residentMiB * PAGES_PER_MIB);
  const short = name.slice(0, 15);
  const started = Math.round((UP_SECONDS + bornAt) * TICKS_PER_SECOND);
  // of proc_pid_stat(5): 3 state, 4 parent, 14 user, 15 system, 20 threads, 22 start, 42 waiting for disks
  const fields: number[] = Array.from({ length: 50 }, () => 0);
  const put = (number: number, value: number): void => {
    fields[number - 4] = value;
  };
  put(4, parent);
  put(14, since(process.userTicks));
  put(15, since(process.systemTicks));
  put(20, threads);
  put(22, started);
  put(42, since(process.waitTicks));
  return [
    [`proc/${pid}/comm`, `${short}\n`],
    [`proc/${pid}/stat`, `${pid} (${short}) S ${fields.join(' ')}\n`],
    [`proc/${pid}/statm`, `${resident * 3} ${resident} 10 10 0 10 0\n`],
    [
      `proc/${pid}/status`,
      `Name:\t${short}\nState:\tS (sleeping)\nTgid:\t${pid}\nPPid:\t${parent}\nUid:\t${user}\t${user}\t${user}\t${user}\nGid:\t0\t0\t0\t0\nThreads:\t${threads}\n`,
    ],
    [
      `proc/${pid}/io`,
      `rchar: ${since(process.readBytes)}\nwchar: ${since(process.writtenBytes)}\nsyscr: 1\nsyscw: 1\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n`,
    ],
    [`proc/${pid}/cmdline`, path ?? ''],
  ];
};
