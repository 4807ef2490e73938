import * as z from 'zod';
import { epochMsOf, Instant } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';

/** Files of /proc that the scrapers of a collector read, and nothing else: no environment, no arguments. */
export const HOST_FILES = ['cpuinfo', 'diskstats', 'loadavg', 'meminfo', 'stat', 'uptime'] as const;
export const PROCESS_FILES = ['cgroup', 'cmdline', 'comm', 'io', 'stat', 'statm', 'status'] as const;

const hostPath = `proc/(?:${HOST_FILES.join('|')})`;
const processPath = (names: string): string => `proc/[1-9]\\d{0,9}/(?:${names})`;

const paths = (pattern: string) => z.string().regex(new RegExp(`^(?:${pattern})$`), 'no path of a recording');

/** A host at one instant: texts of files, targets of links, and how many entries a folder has. Paths begin at its root. */
export const Moment = z.strictObject({
  /** since the recording began */
  atSeconds: z.number().min(0).max(86_400),
  files: z.record(paths(`${hostPath}|${processPath(PROCESS_FILES.join('|'))}`), z.string().max(262_144)),
  links: z.record(paths(processPath('exe')), z.string().max(4096)),
  counts: z.record(paths(processPath('fd')), z.int().min(0).max(1_048_576)),
});
export type Moment = z.infer<typeof Moment>;

/**
 * What the scraper of processes saw of a host, as one file: unpacked to a folder it is the `root_path` of a real collector,
 * read here it is the input of a preview, so that both see the same. One moment shows sizes; rates need two.
 */
export const Recording = z.strictObject({
  kind: z.literal('phoenix-recording'),
  version: z.literal(1),
  recordedAt: Instant,
  /** units of times in /proc/PID/stat, and of sizes in /proc/PID/statm */
  ticksPerSecond: z.int().min(1).max(10_000),
  pageBytes: z.int().min(512).max(1_048_576),
  /** names of users by their number, as the host had them */
  owners: z.record(z.string().regex(/^\d{1,10}$/), z.string().max(64)),
  moments: z.array(Moment).min(1).max(1000),
});
export type Recording = z.infer<typeof Recording>;

/** Processes of all moments together that one request may ask about: some seconds of work. */
const MOST_PROCESSES = 6000;

/** Refuses a recording that would take longer than a request may. */
export const checkRecordingSize = ({ moments }: Recording): Outcome<void, Refusal<'recording-too-large'>> => {
  const processCount = moments.reduce(
    (sum, { files }) => sum + Object.keys(files).filter((path) => path.endsWith('/statm')).length,
    0,
  );
  return processCount <= MOST_PROCESSES
    ? accept(undefined)
    : refuse(
        'recording-too-large',
        `the recording has ${processCount} processes in ${moments.length} moments, at most ${MOST_PROCESSES} are looked at here; record fewer moments, or use the command line, which has no such limit`,
        { processCount, moments: moments.length, most: MOST_PROCESSES },
        [{ pointer: '/recording/moments', code: 'recording-too-large', message: 'record fewer moments' }],
      );
};

/** When the host of a moment was started, since 1970; undefined where its file does not say. */
export const bootSecondsIn = (files: Moment['files']): number | undefined => {
  const found = /^btime (\d+)$/m.exec(files['proc/stat'] ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};

/** The machine that plays a recording, and when it begins to. */
export interface Player {
  readonly now: Instant;
  readonly bootedAt: Instant;
}

/**
 * The files of a moment for a collector on another machine: it takes the time when *its* machine was started for that of
 * the host, so the begin of each process is moved to where the process is as old as it was in the recording. None can be
 * older than the machine.
 */
export const filesFor = (recording: Recording, { files }: Moment, { now, bootedAt }: Player): Moment['files'] => {
  const { recordedAt, ticksPerSecond } = recording;
  const recordedBoot = bootSecondsIn(files) ?? 0;
  const boot = Math.round(epochMsOf(bootedAt) / 1000);
  const later = (epochMsOf(now) - epochMsOf(recordedAt)) / 1000;
  const movedTicks = Math.round((recordedBoot + later - boot) * ticksPerSecond);
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => {
      if (path === 'proc/stat') return [path, text.replace(/^btime \d+$/m, `btime ${boot}`)];
      return /^proc\/\d+\/stat$/.test(path) ? [path, startMoved(text, movedTicks)] : [path, text];
    }),
  );
};

/** Field 22 of proc_pid_stat(5); the name before may hold anything but ends with the last bracket. */
const startMoved = (stat: string, ticks: number): string => {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  return `${stat.slice(0, end + 2)}${fields.map((field, index) => (index === 19 ? Math.max(0, Number(field) + ticks) : field)).join(' ')}`;
};
