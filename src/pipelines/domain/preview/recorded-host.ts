import { epochMsOf } from '../../../kernel/instant.ts';
import { processesOf, type RecordedProcess } from '../recorded-processes.ts';
import { bootSecondsIn, type Moment, type Recording } from '../recording.ts';

/** A recorded host at a moment, read once for all receivers. */
export interface HostState {
  readonly timeMs: number;
  readonly processes: readonly RecordedProcess[];
  /** texts of files below /proc */
  readonly files: Readonly<Record<string, string>>;
  readonly ticksPerSecond: number;
  readonly bootMs: number;
  readonly logicalCores: number;
}

/** The host at each moment, at the time at which it was recorded. */
export const statesOf = (recording: Recording): readonly HostState[] =>
  recording.moments.map((moment) => stateAt(recording, moment));

const stateAt = (recording: Recording, moment: Moment): HostState => {
  const { files } = moment;
  return {
    timeMs: epochMsOf(recording.recordedAt) + moment.atSeconds * 1000,
    processes: processesOf(recording, moment),
    files,
    ticksPerSecond: recording.ticksPerSecond,
    bootMs: (bootSecondsIn(files) ?? 0) * 1000,
    logicalCores: Math.max(1, (files['proc/cpuinfo'] ?? '').match(/^processor\s*:/gm)?.length ?? 0),
  };
};

// ── what scrapers of the node as a whole read in it

/** Seconds of each processor by state. */
export const processorTimes = ({
  files,
  ticksPerSecond,
}: HostState): readonly (readonly [string, Readonly<Record<string, number>>])[] =>
  [...(files['proc/stat'] ?? '').matchAll(/^(cpu\d+) (.*)$/gm)].map(([, name = '', numbers = '']) => {
    const ticks = numbers.trim().split(/\s+/).map(Number);
    return [
      name,
      Object.fromEntries(PROCESSOR_STATES.map((state, index) => [state, (ticks[index] ?? 0) / ticksPerSecond])),
    ];
  });

/** In the order of proc_stat(5). */
const PROCESSOR_STATES = ['user', 'nice', 'system', 'idle', 'wait', 'interrupt', 'softirq', 'steal'] as const;

/** Bytes by state, as the collector counts them. */
export const memoryOf = ({
  files,
}: HostState): { readonly total: number; readonly byState: Readonly<Record<string, number>> } => {
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(files['proc/meminfo'] ?? '')?.[1] ?? 0);
  const [total, free, buffered, reclaimable] = [
    bytes('MemTotal'),
    bytes('MemFree'),
    bytes('Buffers'),
    bytes('SReclaimable'),
  ];
  const cached = bytes('Cached') + reclaimable;
  return {
    total,
    byState: {
      used: total - free - buffered - cached,
      free,
      buffered,
      cached,
      slab_reclaimable: reclaimable,
      slab_unreclaimable: bytes('SUnreclaim'),
    },
  };
};

export interface RecordedDisk {
  readonly device: string;
  readonly reads: number;
  readonly readsMerged: number;
  readonly readBytes: number;
  readonly readSeconds: number;
  readonly writes: number;
  readonly writesMerged: number;
  readonly writtenBytes: number;
  readonly writeSeconds: number;
  readonly pending: number;
  readonly busySeconds: number;
  readonly weightedSeconds: number;
}

const SECTOR_BYTES = 512;
const FEWEST_FIELDS = 14;

export const disksOf = ({ files }: HostState): readonly RecordedDisk[] =>
  (files['proc/diskstats'] ?? '').split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    if (fields.length < FEWEST_FIELDS) return [];
    const at = (index: number): number => Number(fields[index]);
    return [
      {
        device: fields[2] ?? '',
        reads: at(3),
        readsMerged: at(4),
        readBytes: at(5) * SECTOR_BYTES,
        readSeconds: at(6) / 1000,
        writes: at(7),
        writesMerged: at(8),
        writtenBytes: at(9) * SECTOR_BYTES,
        writeSeconds: at(10) / 1000,
        pending: at(11),
        busySeconds: at(12) / 1000,
        weightedSeconds: at(13) / 1000,
      },
    ];
  });

/** Averages of one, five and fifteen minutes. */
export const loadOf = ({ files }: HostState): readonly [number, number, number] => {
  const [one = 0, five = 0, fifteen = 0] = (files['proc/loadavg'] ?? '').split(' ').map(Number);
  return [one, five, fifteen];
};

export const uptimeSecondsOf = ({ files }: HostState): number => Number((files['proc/uptime'] ?? '0').split(' ')[0]);
