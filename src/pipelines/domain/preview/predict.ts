import * as z from 'zod';
import { Interval } from '../../../cost/domain/interval.ts';
import { pointerOf } from '../../../kernel/pointer.ts';
import { canonicalType } from '../components/registry.ts';
import { SERIES_LABELS } from '../labels.ts';
import { type Settings, settingsAt } from '../settings-tree.ts';
import type { SettingsText } from '../validation/settings-text.ts';
import { type Limit, LimitKind, supposed } from './limits.ts';
import { attributesKey } from './metrics.ts';
import { readyCollector, type Sent } from './play.ts';
import type { HostState } from './recorded-host.ts';
import { seriesBytes } from './remote-write.ts';
import { type Environment, withVariables } from './variables.ts';

/** Where a preview ends, and where in the author's text that is; line and column count from 1. */
export const PlacedLimit = z.object({
  kind: LimitKind,
  /** JSON pointer into the settings */
  pointer: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  message: z.string(),
});
export type PlacedLimit = z.infer<typeof PlacedLimit>;

/** What becomes of a process that must stay visible. */
const CriticalProcesses = z.object({
  /** every one of this name shows in every scrape */
  kept: z.array(z.string()),
  /** some, or not always */
  partly: z.array(z.string()),
  lost: z.array(z.string()),
  /** the recording has none of this name */
  notRunning: z.array(z.string()),
});

const Contributor = z.object({ name: z.string(), series: z.int(), pointsPerMinute: z.number(), share: z.number() });
export type Contributor = z.infer<typeof Contributor>;

/** What one collector on the recorded host sends; intervals are the least, the mean and the most over its moments. */
export const Figures = z.object({
  /** distinct over the whole recording */
  series: z.int(),
  /** of one scrape */
  seriesAtOnce: Interval,
  /** so many that were not there before come each minute; null: the recording is one moment */
  newSeriesPerMinute: z.number().nullable(),
  pointsPerMinute: Interval,
  /** as remote write before compression */
  bytesPerMinute: Interval,
  /** each way out of the collector; a point that leaves by two counts in both, and twice above */
  outputs: z.array(
    z.object({ exporter: z.string(), series: z.int(), pointsPerMinute: z.number(), bytesPerMinute: z.number() }),
  ),
  critical: CriticalProcesses,
  /** executables with most series, and metrics with most series */
  processes: z.array(Contributor),
  metrics: z.array(Contributor),
});
export type Figures = z.infer<typeof Figures>;

export const Prediction = z.object({
  /** null where something cannot be predicted: `limits` says what, and where */
  figures: Figures.nullable(),
  limits: z.array(PlacedLimit),
});
export type Prediction = z.infer<typeof Prediction>;

export interface Sample {
  /** the host at each moment, in time */
  readonly states: readonly HostState[];
  readonly criticalProcesses: readonly string[];
}

/** What a collector with these settings would send from a recorded host. Never throws, whatever the settings are. */
export const predict = (
  { settings, placeOf }: SettingsText,
  { states, criticalProcesses }: Sample,
  environment: Environment,
): Prediction => {
  const filled = withVariables(settings, environment);
  const ready = readyCollector(filled);
  const limits = [...ready.limits, ...momentLimits(states), ...outputLimits(filled)];
  const placed = limits.map(
    ({ kind, path, at, message }): PlacedLimit => ({
      kind,
      pointer: pointerOf(path),
      ...placeOf(path, at),
      message,
    }),
  );
  if (limits.some(({ kind }) => kind === 'cannot_predict')) return { figures: null, limits: placed };
  const playing = ready.run();
  const [first] = states;
  // what needs two readings begins with the second: the first is not counted
  const scrapes = states.length === 1 && first !== undefined ? [first, aMinuteLater(first)] : states;
  const [, ...steady] = scrapes.map((state) => ({ state, series: seriesIn(playing(state), filled) }));
  return { figures: figuresOf(steady, criticalProcesses), limits: placed };
};

const aMinuteLater = (state: HostState): HostState => ({
  ...state,
  timeMs: state.timeMs + 60_000,
  processes: state.processes.map((process) => ({ ...process, ageSeconds: process.ageSeconds + 60 })),
});

const momentLimits = (states: readonly HostState[]): readonly Limit[] =>
  states.length > 1 ? [] : [supposed([], 'the recording is one moment: nothing in it is busy, begins or ends')];

/** Exporters that send nothing that anybody pays for. */
const SILENT = ['debug', 'nop'];

const outputLimits = (settings: Settings): readonly Limit[] => {
  const paid = Object.keys(settingsAt(settings, 'exporters')).filter((id) => !isSilent(id));
  return paid.length > 1
    ? [supposed(['exporters'], `${paid.join(' and ')} each count: a point that leaves by both is there twice`)]
    : [];
};

const isSilent = (exporter: string): boolean => SILENT.includes(canonicalType('exporters', exporter));

/** A series in a scrape. */
interface Series {
  readonly id: string;
  readonly exporter: string;
  readonly metric: string;
  /** executable; null: of the node */
  readonly process: string | null;
  readonly pid: string | null;
  readonly pointsPerMinute: number;
  readonly bytesPerMinute: number;
}

const seriesIn = (sent: readonly Sent[], settings: Settings): readonly Series[] =>
  sent.flatMap(({ exporter, batch }) => {
    if (isSilent(exporter)) return [];
    const isStore = canonicalType('exporters', exporter) === 'prometheus_remote_write';
    const external = settingsAt(settings, 'exporters', exporter, 'external_labels');
    const labels = Object.fromEntries(
      (isStore ? Object.entries(external) : Object.values(SERIES_LABELS).map((name) => [name, ''] as const)).map(
        ([name, value]) => [name, String(value)],
      ),
    );
    const perMinute = 60 / batch.everySeconds;
    return batch.resources.flatMap((resource) => {
      const ofResource = attributesKey(resource.attributes);
      const process = resource.attributes.get('process.executable.name');
      const pid = resource.attributes.get('process.pid');
      return resource.metrics.flatMap((metric) =>
        // what tells only what changed is no series to this store, and it takes none of it
        isStore && metric.temporality === 'delta'
          ? []
          : metric.points.map(
              (point): Series => ({
                id: JSON.stringify([exporter, metric.name, ofResource, attributesKey(point.attributes)]),
                exporter,
                metric: metric.name,
                process: process === undefined ? null : String(process),
                pid: pid === undefined ? null : String(pid),
                pointsPerMinute: perMinute,
                bytesPerMinute: perMinute * seriesBytes(resource, metric, point, labels),
              }),
            ),
      );
    });
  });

interface Scrape {
  readonly state: HostState;
  readonly series: readonly Series[];
}

const figuresOf = (scrapes: readonly Scrape[], criticalProcesses: readonly string[]): Figures => {
  const all = scrapes.flatMap(({ series }) => series);
  const distinct = distinctIn(all);
  return {
    series: distinct,
    seriesAtOnce: over(scrapes, (series) => distinctIn(series)),
    newSeriesPerMinute: newPerMinute(scrapes),
    pointsPerMinute: over(scrapes, (series) => total(series, 'pointsPerMinute')),
    bytesPerMinute: over(scrapes, (series) => total(series, 'bytesPerMinute')),
    outputs: [...Map.groupBy(all, ({ exporter }) => exporter)].map(([exporter, series]) => ({
      exporter,
      series: distinctIn(series),
      pointsPerMinute: total(series, 'pointsPerMinute') / scrapes.length,
      bytesPerMinute: total(series, 'bytesPerMinute') / scrapes.length,
    })),
    critical: criticalIn(scrapes, criticalProcesses),
    processes: contributors(all, scrapes.length, ({ process }) => process),
    metrics: contributors(all, scrapes.length, ({ metric }) => metric),
  };
};

const distinctIn = (series: readonly Series[]): number => new Set(series.map(({ id }) => id)).size;

const total = (series: readonly Series[], key: 'pointsPerMinute' | 'bytesPerMinute'): number =>
  series.reduce((sum, each) => sum + each[key], 0);

const over = (scrapes: readonly Scrape[], of: (series: readonly Series[]) => number): Interval =>
  spreadOf(scrapes.map(({ series }) => of(series)));

/** The least, the mean and the most. */
export const spreadOf = (values: readonly number[]): Interval => ({
  low: Math.min(...values),
  estimate: values.reduce((sum, value) => sum + value, 0) / values.length,
  high: Math.max(...values),
});

const newPerMinute = (scrapes: readonly Scrape[]): number | null => {
  const [first, last] = [scrapes[0], scrapes.at(-1)];
  if (first === undefined || last === undefined || last.state.timeMs <= first.state.timeMs) return null;
  const came = distinctIn(scrapes.flatMap(({ series }) => series)) - distinctIn(first.series);
  return (came * 60_000) / (last.state.timeMs - first.state.timeMs);
};

const MOST_CONTRIBUTORS = 10;

const contributors = (
  all: readonly Series[],
  scrapeCount: number,
  nameOf: (series: Series) => string | null,
): readonly Contributor[] & Contributor[] => {
  const distinct = distinctIn(all);
  return [...Map.groupBy(all, nameOf)]
    .flatMap(([name, series]): Contributor[] => {
      if (name === null) return [];
      const count = distinctIn(series);
      return [
        {
          name,
          series: count,
          pointsPerMinute: total(series, 'pointsPerMinute') / scrapeCount,
          share: count / distinct,
        },
      ];
    })
    .sort((one, other) => other.series - one.series || (one.name < other.name ? -1 : 1))
    .slice(0, MOST_CONTRIBUTORS);
};

/** Where ids of processes are gone, one series under the name is all that can be asked for. */
const criticalIn = (scrapes: readonly Scrape[], names: readonly string[]): z.infer<typeof CriticalProcesses> => {
  const found = names.toSorted().map((name) => {
    const running = scrapes.flatMap(({ state, series }) => {
      const ids = state.processes.filter((process) => process.name === name).map(({ pid }) => String(pid));
      const shown = series.filter(({ process }) => process === name);
      return ids.length === 0
        ? []
        : [
            {
              shown: shown.length > 0,
              whole: shown.some(({ pid }) => pid === null) || ids.every((id) => shown.some(({ pid }) => pid === id)),
            },
          ];
    });
    if (running.length === 0) return { name, is: 'notRunning' as const };
    if (running.every(({ shown, whole }) => shown && whole)) return { name, is: 'kept' as const };
    return { name, is: running.some(({ shown }) => shown) ? ('partly' as const) : ('lost' as const) };
  });
  const those = (is: (typeof found)[number]['is']): string[] =>
    found.flatMap((each) => (each.is === is ? [each.name] : []));
  return { kept: those('kept'), partly: those('partly'), lost: those('lost'), notRunning: those('notRunning') };
};
