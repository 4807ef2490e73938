import { cpus } from 'node:os';
import { parse } from 'yaml';
import { attributesKey } from '../../src/pipelines/domain/preview/metrics.ts';
import { readyCollector, type Sent } from '../../src/pipelines/domain/preview/play.ts';
import { type HostState, statesOf } from '../../src/pipelines/domain/preview/recorded-host.ts';
import { seriesBytes } from '../../src/pipelines/domain/preview/remote-write.ts';
import { withVariables } from '../../src/pipelines/domain/preview/variables.ts';
import type { Recording } from '../../src/pipelines/domain/recording.ts';
import { type Settings, settingsAt } from '../../src/pipelines/domain/settings-tree.ts';
import type { ReceivedPoint } from './otlp-sink.ts';
import type { TemplateRun } from './template-runs.ts';

/** What came out of a pipeline of a real collector, beside what a preview says of the same readings. */
export interface Agreement {
  readonly pipeline: string;
  /** as many as came out, and those that only the one or the other has */
  readonly series: {
    readonly measured: number;
    readonly unpredicted: readonly string[];
    readonly unmeasured: readonly string[];
  };
  readonly points: { readonly measured: number; readonly predicted: number };
  /** of each reading, as remote write before compression */
  readonly predictedBytes: readonly number[];
}

/** A reading that began while a moment was replaced may have seen some of both. */
const TORN_MS = 200;

/** Plays the recording once more, as the collector of the run was seen to read it, and compares reading by reading. */
export const agreementsOf = (run: TemplateRun, yaml: string, recording: Recording): readonly Agreement[] => {
  const settings = withVariables(parse(yaml) as Settings, {
    K8S_NODE_NAME: 'node-1',
    PHX_CLUSTER: 'this-machine',
    PHX_EXPERIMENT: 'exp-0123456789ab',
    PHX_EPOCH: 'e1',
    PHX_VARIANT: run.name,
  });
  const ready = readyCollector(settings);
  if (ready.limits.length > 0) throw new Error(`${run.name} has limits: ${JSON.stringify(ready.limits)}`);
  // the scraper of a player counts the processors of its own machine
  const states = statesOf(recording).map((state) => ({ ...state, logicalCores: cpus().length }));
  return Object.entries(run.pointsByPipeline).map(([pipeline, points]) => {
    const playing = ready.run();
    const measured = new Set<string>();
    const predicted = new Set<string>();
    const predictedBytes: number[] = [];
    let [measuredPoints, predictedPoints, isTorn] = [0, 0, false];
    for (const reading of readingsIn(points, run.shownAtMs)) {
      const sent = playing(stateOf(reading, states), (receiver) =>
        isRead(settings, pipeline, receiver, reading.points),
      );
      const own = sent.filter((each) => each.pipeline === pipeline);
      const series = seriesOf(own, settings);
      predictedBytes.push(series.reduce((sum, { bytes }) => sum + bytes, 0));
      const wasTorn = isTorn;
      isTorn = reading.isTorn;
      if (isTorn || wasTorn) continue;
      measuredPoints += reading.points.length;
      predictedPoints += series.length;
      for (const point of reading.points) measured.add(nameOf(point));
      for (const { id } of series) predicted.add(id);
    }
    return {
      pipeline,
      series: {
        measured: measured.size,
        unpredicted: [...measured].filter((series) => !predicted.has(series)),
        unmeasured: [...predicted].filter((series) => !measured.has(series)),
      },
      points: { measured: measuredPoints, predicted: predictedPoints },
      predictedBytes,
    };
  });
};

interface Read {
  readonly atMs: number;
  readonly moment: number;
  readonly isTorn: boolean;
  readonly points: readonly ReceivedPoint[];
}

const readingsIn = (points: readonly ReceivedPoint[], shownAtMs: readonly number[]): readonly Read[] =>
  [...Map.groupBy(points, ({ request }) => request).values()]
    .map((own) => ({ own, atMs: Math.min(...own.map(({ timeMs }) => timeMs)) }))
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ own, atMs }) => ({
      atMs,
      moment: Math.max(
        0,
        shownAtMs.findLastIndex((shown) => shown <= atMs),
      ),
      isTorn: shownAtMs.some((shown) => Math.abs(atMs - shown) < TORN_MS),
      points: own,
    }));

const stateOf = ({ moment, atMs }: Read, states: readonly HostState[]): HostState => {
  const state = states[moment];
  if (state === undefined) throw new Error(`the recording has no moment ${moment}`);
  return { ...state, timeMs: atMs };
};

/** Of several receivers before a pipeline one alone reads the node as a whole. */
const isRead = (settings: Settings, pipeline: string, receiver: string, points: readonly ReceivedPoint[]): boolean => {
  const of = [settingsAt(settings, 'service', 'pipelines', pipeline)['receivers']].flat().map(String);
  if (!of.includes(receiver)) return false;
  if (of.length === 1) return true;
  const readsNode = Object.keys(settingsAt(settings, 'receivers', receiver, 'scrapers')).length > 1;
  return readsNode === points.some(({ metric }) => metric.startsWith('system.'));
};

const nameOf = ({ metric, resource, attributes }: ReceivedPoint): string =>
  [metric, textKey(Object.entries(resource)), textKey(Object.entries(attributes))].join(' ');

const textKey = (entries: readonly (readonly [string, unknown])[]): string =>
  attributesKey(new Map(entries.map(([key, value]) => [key, String(value)])));

const seriesOf = (sent: readonly Sent[], settings: Settings) => {
  const [first] = sent;
  return sent
    .filter(({ exporter }) => exporter === first?.exporter)
    .flatMap(({ exporter, batch }) => {
      const labels = Object.fromEntries(
        Object.entries(settingsAt(settings, 'exporters', exporter, 'external_labels')).map(([name, value]) => [
          name,
          String(value),
        ]),
      );
      return batch.resources.flatMap((resource) =>
        resource.metrics.flatMap((metric) =>
          metric.points.map((point) => ({
            id: [metric.name, textKey([...resource.attributes]), textKey([...point.attributes])].join(' '),
            bytes: seriesBytes(resource, metric, point, labels),
          })),
        ),
      );
    });
};
