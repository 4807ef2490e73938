import { cpus } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { type HostScraper, processMetricNames } from '../../src/pipelines/domain/metric-set.ts';
import { processesOf, type RecordedProcess } from '../../src/pipelines/domain/recorded-processes.ts';
import type { ParameterValue, RenderedPipeline } from '../../src/pipelines/domain/template.ts';
import { findTemplate } from '../../src/pipelines/domain/templates.ts';
import { HOSTS } from '../support/hosts/hosts.ts';
import { recordingOf } from '../support/hosts/simulated-host.ts';
import type { ReceivedPoint } from '../support/otlp-sink.ts';
import { renderedOf } from '../support/template-grid.ts';
import { playTo, type TemplateRun } from '../support/template-runs.ts';

// What each template keeps, drops and sums, out of real collectors that read the same recorded hosts at the same time. What
// should come out is worked out here from the recording alone, in the words of the template's documentation.

const MEBIBYTE = 1_048_576;
/** A process is busy when it takes half a core between two scrapes: nobody on these hosts is near that line. */
const BUSY_RATIO = Math.min(1, 0.5 / cpus().length);
const BUSY_SECONDS = 0.5;
const CRITICAL = ['nginx', 'systemd-journald'];
const IMPORTANT = ['chronyd', 'sshd', 'systemd'];
const RUNTIMES = ['MainThread', 'java', 'python3'];

const FRAME = { collectionIntervalSeconds: 1, criticalProcesses: CRITICAL } as const;

const CPU_TIME = ['user', 'system', 'wait'].map((state) => `process.cpu.time ${state}`);
const DISK = ['read', 'write'].map((direction) => `process.disk.io ${direction}`);
const MEMORY = 'process.memory.usage';
const VIRTUAL = 'process.memory.virtual';
const UTILIZATION = 'process.cpu.utilization';
const THREADS = 'process.threads';
const WHOLE = [...CPU_TIME, ...DISK, MEMORY, VIRTUAL];

interface Seen extends RecordedProcess {
  readonly isBusy: boolean;
  readonly mostResidentBytes: number;
}

interface Case {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** the series of a process, empty when it is not shown at all */
  readonly series: (process: Seen) => readonly string[];
  /** the pipeline that this is about, where there are several that end */
  readonly pipeline?: string;
}

const isIn = (...lists: readonly (readonly string[])[]) => {
  const names = lists.flat();
  return ({ name }: Seen): boolean => names.includes(name);
};
const uses = (mebibytes: number) => (process: Seen) => process.mostResidentBytes >= mebibytes * MEBIBYTE;

const ONE_BY_ONE: Readonly<Record<string, Case>> = {
  baseline: {
    parameters: {},
    series: () => [
      ...WHOLE,
      ...['user', 'system', 'wait'].map((state) => `${UTILIZATION} ${state}`),
      THREADS,
      'process.open_file_descriptors',
    ],
  },
  'top-k': {
    parameters: {
      cpu_threshold_ratio: BUSY_RATIO,
      memory_threshold_bytes: 256 * MEBIBYTE,
      minimum_age_seconds: 0,
      pinned_processes: ['cron'],
    },
    series: (process) =>
      process.isBusy || uses(256)(process) || isIn(CRITICAL, ['cron'])(process) ? [...WHOLE, UTILIZATION] : [],
  },
  'priority-filter': {
    parameters: {
      critical_processes: ['postgres'],
      important_processes: IMPORTANT,
      runtime_processes: RUNTIMES,
      runtime_memory_bytes: 100 * MEBIBYTE,
    },
    series: (process) => {
      if (isIn(CRITICAL, ['postgres'])(process)) return WHOLE;
      if (isIn(IMPORTANT)(process)) return [...CPU_TIME, MEMORY];
      return isIn(RUNTIMES)(process) && uses(100)(process) ? WHOLE : [];
    },
  },
  'two-speed': { parameters: { slow_factor: 2, critical_processes: [] }, series: () => WHOLE },
  'pruned-attributes': { parameters: {}, series: () => ['process.cpu.time', 'process.disk.io', MEMORY] },
  adaptive: {
    parameters: {
      cpu_threshold_ratio: BUSY_RATIO,
      memory_threshold_bytes: 50 * MEBIBYTE,
      critical_processes: ['postgres'],
    },
    series: (process) => {
      if (isIn(CRITICAL, ['postgres'])(process)) return [...WHOLE, UTILIZATION, THREADS];
      return process.isBusy || uses(50)(process) ? [...CPU_TIME, MEMORY, UTILIZATION, THREADS] : [];
    },
  },
  intelligent: {
    parameters: {
      cpu_threshold_ratio: BUSY_RATIO,
      memory_threshold_bytes: 100 * MEBIBYTE,
      critical_processes: ['postgres'],
      important_processes: IMPORTANT,
      slow_factor: 2,
    },
    series: (process) =>
      process.isBusy || uses(100)(process) || isIn(CRITICAL, ['postgres'], IMPORTANT)(process)
        ? [...WHOLE, UTILIZATION]
        : [],
  },
  minimal: {
    parameters: {
      cpu_threshold_ratio: BUSY_RATIO,
      memory_threshold_bytes: 100 * MEBIBYTE,
      allowed_processes: ['postgres', ...RUNTIMES],
    },
    series: (process) =>
      isIn(CRITICAL)(process) || (isIn(['postgres'], RUNTIMES)(process) && (process.isBusy || uses(100)(process)))
        ? [MEMORY, UTILIZATION]
        : [],
  },
  'same-input-shadow': {
    parameters: { kept_processes: ['postgres'] },
    pipeline: 'metrics/candidate',
    series: (process) => (isIn(CRITICAL, ['postgres'])(process) ? WHOLE : []),
  },
};

/** The name of the group of a process, and whether it is one of its own. */
interface Sums {
  readonly template: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly groupOf: (process: RecordedProcess) => string;
}

const byNameAndOwner = ({ name, owner }: RecordedProcess): string => `${name} of ${owner}`;
const alone = ({ name, owner, pid }: RecordedProcess): string => `${name} of ${owner} as ${pid}`;

const SUMMED: Readonly<Record<string, Sums>> = {
  aggregated: { template: 'aggregated', parameters: {}, groupOf: byNameAndOwner },
  'aggregated-named': {
    template: 'aggregated',
    parameters: { named_processes: ['postgres'], individual_processes: ['java'], group_by_owner: false },
    groupOf: (process) => {
      if (process.name === 'java') return alone(process);
      return ['postgres', ...CRITICAL].includes(process.name) ? process.name : 'other';
    },
  },
  hybrid: {
    template: 'hybrid',
    parameters: { critical_processes: ['postgres'], important_processes: ['cc1plus', 'sshd'] },
    groupOf: (process) => {
      if (['postgres', ...CRITICAL].includes(process.name)) return alone(process);
      return ['cc1plus', 'sshd'].includes(process.name) ? byNameAndOwner(process) : `other of ${process.owner}`;
    },
  },
};

const PIPELINES: Readonly<Record<string, RenderedPipeline>> = {
  ...Object.fromEntries(
    Object.entries(ONE_BY_ONE).map(([name, { parameters }]) => [name, renderedOf(name, parameters, FRAME)]),
  ),
  ...Object.fromEntries(
    Object.entries(SUMMED).map(([name, { template, parameters }]) => [name, renderedOf(template, parameters, FRAME)]),
  ),
};

describe.each(HOSTS.map((host) => [host.name, host] as const))('on the host "%s"', (_name, host) => {
  const recording = recordingOf(host, [0, 4, 8]);
  const moments = recording.moments.map((moment) => processesOf(recording, moment));
  let runs: Readonly<Record<string, TemplateRun>>;
  beforeAll(async () => {
    runs = await playTo(recording, PIPELINES);
  }, 240_000);

  const runOf = (name: string): TemplateRun => {
    const run = runs[name];
    if (run === undefined) throw new Error(`${name} was not run`);
    return run;
  };

  test.each(Object.entries(ONE_BY_ONE))(
    '%s shows the processes that it promises, with the metrics that it promises',
    (name, wanted) => {
      const points = pointsOfProcesses(wanted, runOf(name));
      const shown = Map.groupBy(points, whoIs);
      const expected = seenIn(moments).flatMap((process) => {
        const series = wanted.series(process);
        return series.length === 0 ? [] : [[`${process.name} ${process.pid}`, series.toSorted()] as const];
      });
      expect([...shown.keys()].toSorted()).toEqual(expected.map(([who]) => who).toSorted());
      for (const [who, series] of expected)
        expect([...new Set(shown.get(who)?.map(seriesName))].toSorted(), who).toEqual(series);
    },
  );

  test.each(Object.entries(ONE_BY_ONE))('%s tells of each process what the host told', (name, wanted) => {
    const told = toldBy(moments);
    for (const point of pointsOfProcesses(wanted, runOf(name))) {
      if (point.metric === UTILIZATION) continue;
      const key = `${whoIs(point)} ${name === 'pruned-attributes' ? point.metric : seriesName(point)}`;
      const values = told.get(key)?.map((value) => value.toFixed(6));
      expect(values, key).toContain(point.value.toFixed(6));
    }
  });

  test.each(Object.entries(SUMMED))(
    '%s: each counter of a group grows by what its processes did, whoever of them ends',
    (name, sums) => {
      const counters = runOf(name).points.filter(
        ({ kind, metric }) => kind === 'counter' && metric.startsWith('process.'),
      );
      const last = lastOfEach(counters);
      const expected = grownBy(moments, sums.groupOf);
      expect(new Set([...last.keys()])).toEqual(new Set(expected.keys()));
      for (const [series, value] of expected) expect(last.get(series), series).toBeCloseTo(value, 6);
      expect(counters.every(({ temporality }) => temporality === 'cumulative')).toBe(true);
      expect(fallsIn(counters)).toEqual([]);
    },
  );

  test.each(Object.entries(SUMMED))(
    '%s: memory and threads of a group are those of its processes, in each moment',
    (name, sums) => {
      const points = runOf(name).points;
      for (const [index, processes] of moments.entries())
        for (const [group, members] of Map.groupBy(processes, sums.groupOf)) {
          const sizes = {
            [MEMORY]: sum(members, 'residentBytes'),
            [VIRTUAL]: sum(members, 'virtualBytes'),
            [THREADS]: sum(members, 'threads'),
          };
          for (const [metric, value] of Object.entries(sizes)) {
            const shown = points
              .filter((point) => point.metric === metric && groupIn(point) === group)
              .map((point) => point.value);
            expect(shown, `${metric} of ${group} in moment ${index}`).toContain(value);
          }
        }
    },
  );

  test('totals of the node are the same before and after summing', () => {
    const grownOf = (points: readonly ReceivedPoint[], metric: string): number => {
      const counters = points.filter((point) => point.metric === metric);
      const [first, last] = [firstOfEach(counters), lastOfEach(counters)];
      return [...last].reduce((total, [series, value]) => total + value - (first.get(series) ?? 0), 0);
    };
    for (const metric of ['process.cpu.time', 'process.disk.io']) {
      const before = grownOf(runOf('baseline').points, metric);
      expect(before).toBeGreaterThan(0);
      for (const name of Object.keys(SUMMED)) {
        const counted = [...lastOfEach(runOf(name).points.filter((point) => point.metric === metric)).values()];
        expect(
          counted.reduce((total, value) => total + value, 0),
          `${metric} ${name}`,
        ).toBeCloseTo(before, 6);
      }
    }
  });

  test.each(Object.keys(PIPELINES))(
    '%s: no two points are the same, the node is there, and nothing leaves that should not',
    (name) => {
      for (const points of Object.values(runOf(name).pointsByPipeline)) {
        expect(points.length).toBeGreaterThan(0);
        expect(new Set(points.map(({ series, timeMs }) => `${series} ${timeMs}`)).size).toBe(points.length);
        for (const { resource, metric } of points) {
          expect(resource).toMatchObject({ 'k8s.node.name': 'node-1', 'k8s.cluster.name': 'this-machine' });
          expect(
            Object.keys(resource).filter((key) => key === 'process.command_line' || key.startsWith('phx.')),
          ).toEqual([]);
          if (name === 'pruned-attributes')
            expect(
              Object.keys(resource).filter((key) => /command|path|parent/.test(key)),
              metric,
            ).toEqual([]);
        }
      }
      expect(runOf(name).points.some(({ metric }) => metric === 'system.cpu.time')).toBe(true);
    },
  );

  test('two speeds: critical processes are read each second, all others every other', () => {
    const memory = runOf('two-speed').points.filter(({ metric }) => metric === MEMORY);
    const gaps = (isWanted: (name: string) => boolean): number => {
      const wanted = memory.filter(({ resource }) => isWanted(resource['process.executable.name'] ?? ''));
      return median(
        [...Map.groupBy(inTime(wanted), ({ series }) => series).values()].flatMap((points) =>
          points.slice(1).map(({ timeMs }, index) => timeMs - (points[index]?.timeMs ?? 0)),
        ),
      );
    };
    expect(Math.round(gaps((name) => CRITICAL.includes(name)) / 500)).toBe(2);
    expect(Math.round(gaps((name) => !CRITICAL.includes(name)) / 500)).toBe(4);
  });

  test.each(Object.keys(PIPELINES))('%s fails at nothing', (name) => {
    expect(runOf(name).failures).toEqual([]);
  });

  test('how many series are left', () => {
    for (const name of Object.keys(PIPELINES)) {
      const { pipeline } = ONE_BY_ONE[name] ?? {};
      const points = pipeline === undefined ? runOf(name).points : runOf(name).pointsByPipeline[pipeline];
      const left = new Set(points?.map(({ series }) => series)).size;
      const before = seriesBeside(SUMMED[name]?.template ?? name, runOf('baseline').points);
      seriesLeft.set(name, [...(seriesLeft.get(name) ?? []), { left, before }]);
    }
  });
});

/** Of each template on each host, in their order; before: what a baseline beside it shows. */
const seriesLeft = new Map<string, { readonly left: number; readonly before: number }[]>();

test('docs/templates-measured.generated.md is what came out of the collectors', async () => {
  const row = ([name, counts]: readonly [string, NonNullable<ReturnType<typeof seriesLeft.get>>]): string => {
    const cells = counts.map(({ left, before }) => `${left} of ${before} (${Math.round((100 * left) / before)} %)`);
    const parameters = Object.entries((ONE_BY_ONE[name] ?? SUMMED[name])?.parameters ?? {})
      .filter(([parameter]) => parameter !== 'cpu_threshold_ratio')
      .map(([parameter, value]) => `${parameter}: ${Array.isArray(value) ? value.join(' ') : value}`);
    return `| ${[name, ...cells, parameters.join('; ')].join(' | ')} |`;
  };
  const table = [
    '# Series that templates leave',
    '',
    `Distinct series over eight seconds of three recorded hosts, as they left real collectors, of those that a baseline beside the template shows: it collects the same metrics. Made by test/e2e/template-effects.test.ts from the hosts in test/support/hosts: what a template saves on *your* nodes only an experiment says. Critical are ${CRITICAL.join(' and ')}; busy is who takes half a core. Of same-input-shadow the candidate's way is counted.`,
    '',
    `| template | ${HOSTS.map(({ name }) => name).join(' | ')} | parameters other than the usual |`,
    `| --- | ${HOSTS.map(() => '---').join(' | ')} | --- |`,
    ...[...seriesLeft].map(row),
    '',
  ].join('\n');
  await expect(table).toMatchFileSnapshot('../../docs/templates-measured.generated.md');
});

// ── what came out

const pointsOfProcesses = ({ pipeline }: Case, run: TemplateRun): readonly ReceivedPoint[] =>
  (pipeline === undefined ? run.points : (run.pointsByPipeline[pipeline] ?? [])).filter(({ metric }) =>
    metric.startsWith('process.'),
  );

const whoIs = ({ resource }: ReceivedPoint): string =>
  `${resource['process.executable.name']} ${resource['process.pid']}`;

const seriesName = ({ metric, attributes }: Pick<ReceivedPoint, 'metric' | 'attributes'>): string =>
  [metric, ...Object.values(attributes)].join(' ');

const groupIn = ({ resource }: ReceivedPoint): string => {
  const owner = resource['process.owner'];
  const pid = resource['process.pid'];
  return `${resource['process.executable.name']}${owner === undefined ? '' : ` of ${owner}`}${pid === undefined ? '' : ` as ${pid}`}`;
};

const inTime = (points: readonly ReceivedPoint[]) => points.toSorted((one, other) => one.timeMs - other.timeMs);

/** How many series of a baseline are left when it collects what the template collects, as it does in an experiment. */
const seriesBeside = (template: string, ofBaseline: readonly ReceivedPoint[]): number => {
  const found = findTemplate(template);
  if (!found.accepted) throw new Error(found.refusal.message);
  const { scrapers, processMetrics } = found.value.metricSet;
  const names = processMetricNames({ processMetrics });
  const isCollected = ({ metric }: ReceivedPoint): boolean =>
    names.includes(metric) || scrapers.some((scraper) => SCRAPED[scraper].test(metric));
  return new Set(
    ofBaseline
      .filter(isCollected)
      .map((point) => (processMetrics[point.metric] === 'summed' ? `${whoIs(point)} ${point.metric}` : point.series)),
  ).size;
};

const SCRAPED: Readonly<Record<HostScraper, RegExp>> = {
  cpu: /^system\.cpu\.(time|logical)/,
  memory: /^system\.memory\./,
  disk: /^system\.disk\./,
  load: /^system\.cpu\.load_average/,
};

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

const keyOf = (point: ReceivedPoint): string => `${groupIn(point)}: ${seriesName(point)}`;

const lastOfEach = (points: readonly ReceivedPoint[]): ReadonlyMap<string, number> =>
  new Map(inTime(points).map((point) => [keyOf(point), point.value]));

const firstOfEach = (points: readonly ReceivedPoint[]): ReadonlyMap<string, number> =>
  new Map(
    inTime(points)
      .toReversed()
      .map((point) => [keyOf(point), point.value]),
  );

const fallsIn = (points: readonly ReceivedPoint[]): readonly string[] =>
  [...Map.groupBy(inTime(points), ({ series }) => series)].flatMap(([series, each]) =>
    each.some(({ value }, index) => index > 0 && value < (each[index - 1]?.value ?? 0)) ? [series] : [],
  );

// ── what should come out

type Moments = readonly (readonly RecordedProcess[])[];

const cpuOf = ({ cpuSeconds: { user, system, wait } }: RecordedProcess): number => user + system + wait;

const sum = (members: readonly RecordedProcess[], key: 'residentBytes' | 'virtualBytes' | 'threads'): number =>
  members.reduce((total, member) => total + member[key], 0);

/** Every process that was there in some moment, with what it did at most. */
const seenIn = (moments: Moments): readonly Seen[] =>
  [...Map.groupBy(moments.flat(), ({ pid }) => pid).values()].flatMap((states) => {
    const [first] = states;
    if (first === undefined) return [];
    const isBusy = states.some(
      (state, index) => index > 0 && cpuOf(state) - cpuOf(states[index - 1] ?? state) >= BUSY_SECONDS,
    );
    return [{ ...first, isBusy, mostResidentBytes: Math.max(...states.map(({ residentBytes }) => residentBytes)) }];
  });

const countersOf = (process: RecordedProcess): Readonly<Record<string, number>> => ({
  'process.cpu.time user': process.cpuSeconds.user,
  'process.cpu.time system': process.cpuSeconds.system,
  'process.cpu.time wait': process.cpuSeconds.wait,
  'process.disk.io read': process.disk?.readBytes ?? 0,
  'process.disk.io write': process.disk?.writtenBytes ?? 0,
});

/** Everything that the host told of each process, by what the collector calls it. */
const toldBy = (moments: Moments): ReadonlyMap<string, readonly number[]> => {
  const told = new Map<string, number[]>();
  for (const process of moments.flat()) {
    const counters = countersOf(process);
    const values = {
      ...counters,
      'process.cpu.time': cpuOf(process),
      'process.disk.io': (counters['process.disk.io read'] ?? 0) + (counters['process.disk.io write'] ?? 0),
      [MEMORY]: process.residentBytes,
      [VIRTUAL]: process.virtualBytes,
      [THREADS]: process.threads,
      'process.open_file_descriptors': process.openFiles ?? 0,
    };
    for (const [metric, value] of Object.entries(values)) {
      const key = `${process.name} ${process.pid} ${metric}`;
      told.set(key, [...(told.get(key) ?? []), value]);
    }
  }
  return told;
};

/** What each counter of a group has to show in the end: of each process what it did between its first and last moment. */
const grownBy = (moments: Moments, groupOf: Sums['groupOf']): ReadonlyMap<string, number> => {
  const grown = new Map<string, number>();
  for (const states of Map.groupBy(moments.flat(), ({ pid }) => pid).values()) {
    const [first, last] = [states[0], states.at(-1)];
    if (first === undefined || last === undefined) continue;
    const before = countersOf(first);
    for (const [metric, value] of Object.entries(countersOf(last))) {
      const key = `${groupOf(first)}: ${metric}`;
      grown.set(key, (grown.get(key) ?? 0) + value - (before[metric] ?? 0));
    }
  }
  return grown;
};
