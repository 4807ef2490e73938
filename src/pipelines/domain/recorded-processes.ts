import { epochMsOf } from '../../kernel/instant.ts';
import { bootSecondsIn, type Moment, type Recording } from './recording.ts';

/** A process as the scraper of the collector sees it. */
export interface RecordedProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** process.executable.name */
  readonly name: string;
  /** process.executable.path; empty where it cannot be read */
  readonly path: string;
  /** process.command: the first word of the command line */
  readonly command: string;
  /** process.owner; null where nobody knows the number */
  readonly owner: string | null;
  readonly ageSeconds: number;
  readonly cpuSeconds: { readonly user: number; readonly system: number; readonly wait: number };
  readonly residentBytes: number;
  readonly virtualBytes: number;
  /** null: not ours to read */
  readonly disk: { readonly readBytes: number; readonly writtenBytes: number } | null;
  readonly threads: number;
  /** null: not ours to read */
  readonly openFiles: number | null;
}

/** Every process of a moment, by id. One whose files are torn is left out, as the scraper leaves it out. */
export const processesOf = (recording: Recording, moment: Moment): readonly RecordedProcess[] => {
  const bootMs = (bootSecondsIn(moment.files) ?? Number.NaN) * 1000;
  const nowMs = epochMsOf(recording.recordedAt) + moment.atSeconds * 1000;
  const pids = Object.keys(moment.files).flatMap((path) => /^proc\/(\d+)\/stat$/.exec(path)?.[1] ?? []);
  return pids
    .map(Number)
    .toSorted((one, other) => one - other)
    .flatMap((pid) => {
      const process = processOf(recording, moment, pid, nowMs - bootMs);
      return process === undefined ? [] : [process];
    });
};

const processOf = (
  { ticksPerSecond, pageBytes, owners }: Recording,
  { files, links, counts }: Moment,
  pid: number,
  upMs: number,
): RecordedProcess | undefined => {
  const file = (name: string): string | undefined => files[`proc/${pid}/${name}`];
  const stat = statFields(file('stat') ?? '');
  const [virtualPages, residentPages] = (file('statm') ?? '').split(' ').map(Number);
  const status = linesOf(file('status') ?? '');
  const name = nameOf(file('comm'), status['Name'], file('cmdline'));
  if (stat === undefined || name === undefined || virtualPages === undefined || residentPages === undefined)
    return undefined;
  const seconds = (field: number): number => (stat[field] ?? 0) / ticksPerSecond;
  const io = linesOf(file('io') ?? '');
  return {
    pid,
    parentPid: stat[PARENT] ?? 0,
    name,
    path: links[`proc/${pid}/exe`] ?? '',
    command: firstWord(file('cmdline')),
    owner: owners[status['Uid']?.split(/\s+/)[0] ?? ''] ?? null,
    ageSeconds: upMs / 1000 - seconds(START),
    cpuSeconds: { user: seconds(USER), system: seconds(SYSTEM), wait: seconds(WAIT) },
    residentBytes: residentPages * pageBytes,
    virtualBytes: virtualPages * pageBytes,
    disk:
      io['rchar'] === undefined || io['wchar'] === undefined
        ? null
        : { readBytes: Number(io['rchar']), writtenBytes: Number(io['wchar']) },
    threads: Number(status['Threads'] ?? 0),
    openFiles: counts[`proc/${pid}/fd`] ?? null,
  };
};

// numbers of proc_pid_stat(5), counted from 1
const PARENT = 4;
const USER = 14;
const SYSTEM = 15;
const START = 22;
const WAIT = 42;
const FEWEST_FIELDS = 22;

/** Fields by their number. The second is the name, which may hold blanks and brackets itself. */
const statFields = (text: string): Readonly<Record<number, number>> | undefined => {
  const rest = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(/\s+/);
  if (rest.length + 2 < FEWEST_FIELDS) return undefined;
  return Object.fromEntries(rest.map((value, index) => [index + 3, Number(value)]));
};

/** `Name:\tvalue` a line. */
const linesOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...text.matchAll(/^(\w+):\s*(.*)$/gm)].map(([, key = '', value = '']) => [key, value.trim()]));

/** The kernel cuts names after 15 bytes; a longer one is found in the command line, if that begins with it. */
const nameOf = (
  comm: string | undefined,
  name: string | undefined,
  cmdline: string | undefined,
): string | undefined => {
  const short = comm?.replace(/\n$/, '');
  if (short !== undefined && short !== '' && short.length < 15) return short;
  if (name === undefined) return short;
  const full = firstWord(cmdline).split('/').at(-1) ?? '';
  return name.length >= 15 && full.startsWith(name) ? full : name;
};

const firstWord = (cmdline: string | undefined): string => cmdline?.split('\0')[0] ?? '';
