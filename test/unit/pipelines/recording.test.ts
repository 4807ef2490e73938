import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { recordHost } from '../../../cli/recording/record-host.ts';
import { unpackMoment } from '../../../cli/recording/unpack-moment.ts';
import { type Instant, secondsAfter } from '../../../src/kernel/instant.ts';
import { systemClock } from '../../../src/kernel/system.ts';
import { processesOf, type RecordedProcess } from '../../../src/pipelines/domain/recorded-processes.ts';
import { checkRecordingSize, filesFor, type Moment, Recording } from '../../../src/pipelines/domain/recording.ts';
import { CHURN, HOSTS, WEB } from '../../support/hosts/hosts.ts';
import { recordingOf } from '../../support/hosts/simulated-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-recording-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const first = ({ moments }: Recording): Moment => {
  const [moment] = moments;
  if (moment === undefined) throw new Error('no moment');
  return moment;
};
const named = (processes: readonly RecordedProcess[], name: string) => processes.find((each) => each.name === name);

describe('a recording', () => {
  test.each(HOSTS.map((host) => [host.name, host] as const))(
    'of the host %s parses, and is the same each time',
    (_, host) => {
      const recording = recordingOf(host, [0, 10]);
      expect(Recording.parse(JSON.parse(JSON.stringify(recording)))).toEqual(recording);
      expect(recordingOf(host, [0, 10])).toEqual(recording);
    },
  );

  test('is looked at by a request up to 6000 processes, and refused with one more', () => {
    const withProcesses = (count: number): Recording => {
      const recording = recordingOf(WEB, [0]);
      const files = Object.fromEntries(Array.from({ length: count }, (_, pid) => [`proc/${pid}/statm`, '1']));
      return { ...recording, moments: [{ ...first(recording), files }] };
    };
    expect(checkRecordingSize(withProcesses(6000))).toMatchObject({ accepted: true });
    expect(checkRecordingSize(withProcesses(6001))).toMatchObject({ refusal: { code: 'recording-too-large' } });
  });

  test('shows processes as the scraper sees them', () => {
    const recording = recordingOf(WEB, [10]);
    const processes = processesOf(recording, first(recording));
    expect(processes).toHaveLength(WEB.processes.length);
    expect(named(processes, 'redis-server')).toEqual({
      pid: 700,
      parentPid: 1,
      name: 'redis-server',
      path: '/usr/bin/redis-server',
      command: '/usr/bin/redis-server',
      owner: 'daemon',
      ageSeconds: 3610,
      cpuSeconds: { user: 144.4, system: 0, wait: 0 },
      residentBytes: 300 * 1_048_576,
      virtualBytes: 900 * 1_048_576,
      disk: { readBytes: 0, writtenBytes: 0 },
      threads: 5,
      openFiles: 60,
    });
  });

  test('knows names longer than the kernel keeps, and threads of the kernel without a program', () => {
    const recording = recordingOf(WEB, [0]);
    const processes = processesOf(recording, first(recording));
    expect(named(processes, 'containerd-shim-runc-v2')).toBeDefined();
    expect(named(processes, 'systemd-journald')).toBeDefined();
    expect(named(processes, 'kthreadd')).toMatchObject({ path: '', command: '', residentBytes: 0 });
  });

  test('shows processes that come and go', () => {
    const recording = recordingOf(CHURN, [5, 15]);
    const [before, after] = recording.moments.map((moment) =>
      processesOf(recording, moment).flatMap(({ pid, name }) => (name === 'cc1plus' ? [pid] : [])),
    );
    expect(before?.length).toBeGreaterThan(3);
    expect(before?.filter((pid) => after?.includes(pid))).toEqual([]);
  });

  test('leaves out what is torn or not ours to read', () => {
    const recording = recordingOf(WEB, [0]);
    const { files, links, counts } = first(recording);
    const { 'proc/700/stat': _stat, 'proc/500/io': _io, ...others } = files;
    const { 'proc/500/fd': _fd, ...readable } = counts;
    const { 'proc/500/exe': _exe, ...linked } = links;
    const torn = {
      ...first(recording),
      files: { ...others, 'proc/1/stat': '1 (systemd' },
      links: linked,
      counts: readable,
    };
    const processes = processesOf(recording, torn);
    expect(named(processes, 'redis-server')).toBeUndefined();
    expect(named(processes, 'systemd')).toBeUndefined();
    expect(processes.find(({ pid }) => pid === 500)).toMatchObject({ disk: null, openFiles: null, path: '' });
  });

  test.each([
    'proc/1/environ',
    'proc/1/../../etc/shadow',
    '/proc/1/stat',
    'proc/self/stat',
    'proc/1/stat\n',
    'etc/passwd',
  ])('has no place for %j', (path) => {
    const recording = recordingOf(WEB, [0]);
    const moment = { ...first(recording), files: { [path]: 'x' } };
    expect(Recording.safeParse({ ...recording, moments: [moment] }).success).toBe(false);
  });
});

describe('played on another machine', () => {
  const recording = recordingOf(WEB, [0]);
  const now = '2027-03-01T00:00:00.000Z' as Instant;
  const startTicks = (files: Moment['files'], pid: number): number =>
    Number(files[`proc/${pid}/stat`]?.split(') ')[1]?.split(' ')[19]);

  test('processes are as old as they were, by the clock of that machine', () => {
    const bootedAt = secondsAfter(now, -10_000);
    const files = filesFor(recording, first(recording), { now, bootedAt });
    expect(startTicks(files, 700)).toBe((10_000 - 3600) * 100);
    expect(files['proc/stat']).toContain(`btime ${Date.parse(bootedAt) / 1000}\n`);
  });

  test('none is older than the machine', () => {
    const files = filesFor(recording, first(recording), { now, bootedAt: secondsAfter(now, -60) });
    expect(startTicks(files, 700)).toBe(0);
  });

  test('it is unpacked in the form of /proc', () => {
    const bootedAt = secondsAfter(now, -10_000);
    unpackMoment(recording, first(recording), folder, { now, bootedAt });
    expect(readFileSync(join(folder, 'proc/700/comm'), 'utf8')).toBe('redis-server\n');
    expect(readlinkSync(join(folder, 'proc/700/exe'))).toBe('/usr/bin/redis-server');
  });
});

test('this machine can be recorded: itself is there, its arguments and its environment are not', async () => {
  const recorded = await recordHost({
    root: '/',
    moments: 2,
    everySeconds: 0.2,
    clock: systemClock,
    ticksPerSecond: 100,
    pageBytes: 4096,
  });
  const recording = Recording.parse(JSON.parse(JSON.stringify(recorded)));
  expect(recording.moments).toHaveLength(2);
  const me = processesOf(recording, first(recording)).find(({ pid }) => pid === process.pid);
  expect(me?.residentBytes).toBeGreaterThan(10 * 1_048_576);
  expect(me?.path).toBe(process.execPath);
  expect(me?.disk).not.toBeNull();
  expect(me?.ageSeconds).toBeGreaterThan(0);
  const files = Object.keys(first(recording).files);
  expect(files.filter((path) => path.includes('environ'))).toEqual([]);
  const commands = files.filter((path) => path.endsWith('/cmdline')).map((path) => first(recording).files[path]);
  expect(commands.filter((text) => text?.includes('\0'))).toEqual([]);
});
