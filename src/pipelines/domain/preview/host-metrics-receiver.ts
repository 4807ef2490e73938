import { HOST_METRICS, PROCESS_ATTRIBUTES } from '../components/host-scrapers.ts';
import { goDurationSeconds } from '../go-duration.ts';
import type { RecordedProcess } from '../recorded-processes.ts';
import { isSettings, type Settings, settingsAt } from '../settings-tree.ts';
import type { Path } from '../validation/finding.ts';
import { type Aggregation, aggregatePoints } from './aggregate-points.ts';
import { type HostScraperName, hostMetric, isTold, type Reading } from './host-metrics.ts';
import { cannotPredict, type Limit, leftOut, type Ready } from './limits.ts';
import { makeNameChoice, textsOf } from './matching.ts';
import type { Attributes, Metric, ResourceMetrics } from './metrics.ts';
import { disksOf, type HostState, loadOf, memoryOf, processorTimes, uptimeSecondsOf } from './recorded-host.ts';

/** A receiver that reads a recorded host; it remembers what it read before. */
export interface HostReceiver {
  readonly everySeconds: number;
  scrape(state: HostState): ResourceMetrics[];
}

const DEFAULT_INTERVAL_SECONDS = 60;

/** `host_metrics` as the pinned collector does it, as far as a recording shows what it reads. */
export const readyHostMetrics = (settings: Settings, path: Path): Ready<() => HostReceiver> => {
  const interval = settings['collection_interval'] ?? `${DEFAULT_INTERVAL_SECONDS}s`;
  const seconds = typeof interval === 'string' ? goDurationSeconds(interval) : undefined;
  const scrapers = Object.entries(settingsAt(settings, 'scrapers')).map(([name, given]) =>
    readyScraper(name, isSettings(given) ? given : {}, [...path, 'scrapers', name]),
  );
  const limits = scrapers.flatMap((scraper) => scraper.limits);
  const badInterval = cannotPredict([...path, 'collection_interval'], 'how often the host is read is not known');
  return {
    limits: seconds === undefined || seconds <= 0 ? [badInterval, ...limits] : limits,
    run: () => {
      const started = scrapers.map(({ run }) => run());
      return { everySeconds: seconds ?? 0, scrape: (state) => started.flatMap((scrape) => scrape(state)) };
    },
  };
};

type Scrape = (state: HostState) => ResourceMetrics[];

const readyScraper = (name: string, given: Settings, path: Path): Ready<() => Scrape> => {
  if (name === 'process') return readyProcesses(given, path);
  const make = Object.hasOwn(NODE_SCRAPERS, name) ? NODE_SCRAPERS[name] : undefined;
  if (make === undefined || !Object.hasOwn(HOST_METRICS, name))
    return {
      limits: [
        leftOut(path, `a recording does not hold what the scraper ${name} reads, so its series are not counted`),
      ],
      run: () => () => [],
    };
  const scraper = name as HostScraperName;
  const { wanted, limits } = wantedMetrics(scraper, given, path);
  const read = make(given);
  return {
    limits,
    run: () => (state) => {
      const times = { timeMs: state.timeMs, startMs: state.bootMs };
      const readings = read(state);
      const metrics = wanted.flatMap(({ name: metric, shape }) => {
        const values = readings[metric] ?? [];
        return values.length === 0 ? [] : [shape(hostMetric(scraper, metric, values, times))];
      });
      return metrics.length === 0 ? [] : [{ attributes: new Map(), metrics }];
    },
  };
};

type NodeScraper = (given: Settings) => (state: HostState) => Readonly<Record<string, readonly Reading[]>>;

const NODE_SCRAPERS: Readonly<Record<string, NodeScraper>> = {
  cpu: () => (state) => ({
    'system.cpu.time': processorTimes(state).flatMap(([cpu, byState]) =>
      Object.entries(byState).map(([name, seconds]): Reading => [seconds, cpu, name]),
    ),
    'system.cpu.logical.count': [[state.logicalCores]],
  }),
  memory: () => (state) => {
    const { total, byState } = memoryOf(state);
    const each = (scale: number) => Object.entries(byState).map(([name, bytes]): Reading => [bytes / scale, name]);
    return {
      'system.memory.usage': each(1),
      'system.memory.utilization': each(total),
      'system.memory.limit': [[total]],
    };
  },
  disk: (given) => {
    const isChosen = makeNameChoice(given, 'devices');
    return (state) => {
      const disks = disksOf(state).filter(({ device }) => isChosen(device));
      const both = (
        read: 'readBytes' | 'reads' | 'readsMerged' | 'readSeconds',
        write: 'writtenBytes' | 'writes' | 'writesMerged' | 'writeSeconds',
      ): Reading[] =>
        disks.flatMap((disk): Reading[] => [
          [disk[read], disk.device, 'read'],
          [disk[write], disk.device, 'write'],
        ]);
      return {
        'system.disk.io': both('readBytes', 'writtenBytes'),
        'system.disk.operations': both('reads', 'writes'),
        'system.disk.merged': both('readsMerged', 'writesMerged'),
        'system.disk.operation_time': both('readSeconds', 'writeSeconds'),
        'system.disk.io_time': disks.map(({ device, busySeconds }) => [busySeconds, device]),
        'system.disk.weighted_io_time': disks.map(({ device, weightedSeconds }) => [weightedSeconds, device]),
        'system.disk.pending_operations': disks.map(({ device, pending }) => [pending, device]),
      };
    };
  },
  load: (given) => (state) => {
    const each = given['cpu_average'] === true ? state.logicalCores : 1;
    const [one, five, fifteen] = loadOf(state);
    return {
      'system.cpu.load_average.1m': [[one / each]],
      'system.cpu.load_average.5m': [[five / each]],
      'system.cpu.load_average.15m': [[fifteen / each]],
    };
  },
  system: () => (state) => ({ 'system.uptime': [[uptimeSecondsOf(state)]] }),
};

/** A metric that is collected, and what its settings make of it. */
interface Wanted {
  readonly name: string;
  readonly shape: (metric: Metric) => Metric;
}

const wantedMetrics = (
  scraper: HostScraperName,
  given: Settings,
  path: Path,
): { readonly wanted: readonly Wanted[]; readonly limits: readonly Limit[] } => {
  const enabled = Object.entries(HOST_METRICS[scraper]).filter(([name, { isDefault }]) => {
    const said = settingsAt(given, 'metrics', name)['enabled'];
    return typeof said === 'boolean' ? said : isDefault;
  });
  return {
    wanted: enabled.flatMap(([name]) =>
      isTold(name) ? [{ name, shape: shapeOf(name, settingsAt(given, 'metrics', name)) }] : [],
    ),
    limits: enabled.flatMap(([name]) =>
      isTold(name)
        ? []
        : [leftOut([...path, 'metrics', name], `a recording does not hold ${name}, so its series are not counted`)],
    ),
  };
};

const STRATEGIES: Readonly<Record<string, Aggregation>> = { sum: 'sum', avg: 'mean', min: 'min', max: 'max' };

/** Attributes that are kept where nothing is said, of a metric that has others besides. */
const USUAL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = { 'system.cpu.time': ['state'] };

/** `attributes` that are kept; what becomes equal is put together at the source. */
const shapeOf = (name: string, { attributes, aggregation_strategy: strategy }: Settings): Wanted['shape'] => {
  const kept = Array.isArray(attributes) ? textsOf(attributes) : USUAL_ATTRIBUTES[name];
  if (kept === undefined) return (metric) => metric;
  return (metric) => {
    for (const point of metric.points)
      point.attributes = new Map([...point.attributes].filter(([key]) => kept.includes(key)));
    const usual = metric.kind === 'gauge' ? 'mean' : 'sum';
    return { ...metric, points: aggregatePoints(metric, STRATEGIES[String(strategy)] ?? usual) };
  };
};

// ── processes, each a resource of its own

const readyProcesses = (given: Settings, path: Path): Ready<() => Scrape> => {
  const { wanted, limits } = wantedMetrics('process', given, path);
  const isChosen = makeNameChoice(given, 'names');
  const attributes = Object.entries(PROCESS_ATTRIBUTES).flatMap(([name, isDefault]) => {
    const said = settingsAt(given, 'resource_attributes', name)['enabled'];
    return (typeof said === 'boolean' ? said : isDefault) ? [name] : [];
  });
  const delay = given['scrape_process_delay'];
  const delaySeconds = typeof delay === 'string' ? (goDurationSeconds(delay) ?? 0) : 0;
  return {
    limits: [
      ...limits,
      ...attributes.flatMap((name) => {
        const below = settingsAt(given, 'resource_attributes', name);
        const isChosen = below['metrics_include'] !== undefined || below['metrics_exclude'] !== undefined;
        const at = [...path, 'resource_attributes', name];
        if (isChosen)
          return [cannotPredict(at, `what a filter of metrics by ${name} leaves out is not part of a preview`)];
        return name === 'process.command_line'
          ? [leftOut(at, 'a recording holds no command lines: of the series only their length is too short')]
          : [];
      }),
    ],
    run: () => {
      const before = new Map<number, { readonly process: RecordedProcess; readonly timeMs: number }>();
      return (state) => {
        const seen = state.processes.filter(({ name, ageSeconds }) => isChosen(name) && ageSeconds >= delaySeconds);
        const { total: nodeBytes } = memoryOf(state);
        const resources = seen.flatMap((process) => {
          const readings = readingsOf(process, before.get(process.pid), state, nodeBytes);
          const times = { timeMs: state.timeMs, startMs: state.timeMs - process.ageSeconds * 1000 };
          const metrics = wanted.flatMap(({ name, shape }) => {
            const values = readings[name] ?? [];
            return values.length === 0 ? [] : [shape(hostMetric('process', name, values, times))];
          });
          return metrics.length === 0 ? [] : [{ attributes: identityOf(process, attributes), metrics }];
        });
        before.clear();
        for (const process of seen) before.set(process.pid, { process, timeMs: state.timeMs });
        return resources;
      };
    },
  };
};

const readingsOf = (
  process: RecordedProcess,
  before: { readonly process: RecordedProcess; readonly timeMs: number } | undefined,
  state: HostState,
  nodeBytes: number,
): Readonly<Record<string, readonly Reading[]>> => {
  const { cpuSeconds, disk, openFiles } = process;
  const elapsed = before === undefined ? 0 : (state.timeMs - before.timeMs) / 1000;
  return {
    'process.cpu.time': CPU_STATES.map((name) => [cpuSeconds[name], name]),
    // of a process that is seen for the first time there is no share to tell
    'process.cpu.utilization':
      before === undefined
        ? []
        : CPU_STATES.map((name) => [
            elapsed <= 0 ? 0 : (cpuSeconds[name] - before.process.cpuSeconds[name]) / elapsed / state.logicalCores,
            name,
          ]),
    'process.disk.io':
      disk === null
        ? []
        : [
            [disk.readBytes, 'read'],
            [disk.writtenBytes, 'write'],
          ],
    'process.memory.usage': [[process.residentBytes]],
    'process.memory.virtual': [[process.virtualBytes]],
    'process.memory.utilization': [[(100 * process.residentBytes) / nodeBytes]],
    'process.threads': [[process.threads]],
    'process.open_file_descriptors': openFiles === null ? [] : [[openFiles]],
    'process.uptime': [[process.ageSeconds]],
  };
};

const CPU_STATES = ['user', 'system', 'wait'] as const;

const identityOf = (process: RecordedProcess, wanted: readonly string[]): Attributes => {
  const all: Readonly<Record<string, string | bigint | null>> = {
    'process.pid': BigInt(process.pid),
    'process.parent_pid': BigInt(process.parentPid),
    'process.executable.name': process.name,
    'process.executable.path': process.path,
    'process.command': process.command,
    'process.command_line': process.command,
    'process.owner': process.owner,
  };
  return new Map(
    wanted.flatMap((name): [string, string | bigint][] => {
      const value = all[name] ?? null;
      return value === null ? [] : [[name, value]];
    }),
  );
};
