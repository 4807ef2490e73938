import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { makeChildren } from '../../local/processes/child.ts';
import { beginLife } from '../../local/processes/life.ts';
import { startStopwatch } from '../../local/processes/machine.ts';
import { waitFor, waitForOrElse } from '../../local/processes/wait.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { systemClock } from '../../src/kernel/system.ts';
import type { Recording } from '../../src/pipelines/domain/recording.ts';
import { mergeSettings, type Settings, settingsAt } from '../../src/pipelines/domain/settings-tree.ts';
import type { RenderedPipeline } from '../../src/pipelines/domain/template.ts';
import { type CollectorHome, startTestCollector, type TestCollector } from './collector.ts';
import { startReplay } from './hosts/replay.ts';
import { type OtlpSink, type ReceivedPoint, startOtlpSink } from './otlp-sink.ts';

/** Everything that a collector with these settings gave out while a recording was played to it. */
export interface TemplateRun {
  readonly name: string;
  /** by the pipeline that it left through */
  readonly pointsByPipeline: Readonly<Record<string, readonly ReceivedPoint[]>>;
  readonly points: readonly ReceivedPoint[];
  /** what the collector counted as failed, as its telemetry says it */
  readonly failures: readonly string[];
}

/**
 * Plays a recording to real collectors, all at once. The host changes at the pace of the recording, and no sooner than each
 * of them has read a moment twice, so that one whole scrape of each has seen it.
 */
export const playTo = async (
  recording: Recording,
  pipelines: Readonly<Record<string, RenderedPipeline>>,
): Promise<Readonly<Record<string, TemplateRun>>> => {
  const sink = await startOtlpSink();
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-play-'));
  const life = await beginLife(folder);
  const children = makeChildren(life);
  const replay = startReplay(recording, systemClock.now());
  const elapsedSeconds = startStopwatch();
  try {
    const entries = Object.entries(pipelines);
    const home = (name: string): CollectorHome => ({
      children,
      folder,
      prometheus: { remoteWriteUrl: sink.remoteWriteOf(name) },
    });
    const started: Started[] = [];
    const start = async ([name, { yaml }]: (typeof entries)[number], index: number): Promise<void> => {
      const { settings, leaving } = tapped(yaml, name, sink);
      const collector = await startTestCollector(home(name), {
        yaml: settings,
        experimentId: 'exp-0123456789ab' as ExperimentId,
        epoch: 1 as Epoch,
        variant: name,
        node: 'node-1',
        podIp: `127.2.${index + 1}.1`,
        hostRoot: replay.root,
      });
      started.push({ name, collector, leaving });
    };
    await Promise.all(entries.map(start));
    for (const [index, { atSeconds }] of recording.moments.entries()) {
      await waitFor({ what: 'the next moment', deadlineSeconds: 60, everyMs: 20 }, () =>
        elapsedSeconds() >= atSeconds ? true : undefined,
      );
      replay.show(index);
      await Promise.all(started.map(readTwice));
    }
    const failures = await Promise.all(started.map(({ collector }) => failuresOf(collector)));
    // what is on its way arrives
    await children.stopAll();
    return Object.fromEntries(
      started.map(({ name, leaving }, index) => {
        const pointsByPipeline = Object.fromEntries(leaving.map((key) => [key, sink.pointsOf(senderOf(name, key))]));
        const points = Object.values(pointsByPipeline).flat();
        return [name, { name, pointsByPipeline, points, failures: failures[index] ?? [] }];
      }),
    );
  } finally {
    await children.stopAll();
    life.end();
    replay.stop();
    await sink.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

interface Started {
  readonly name: string;
  readonly collector: TestCollector;
  readonly leaving: readonly string[];
}

const failuresOf = async ({ exposition }: TestCollector): Promise<readonly string[]> =>
  (await exposition()).split('\n').filter((line) => FAILURE.test(line) && !line.endsWith(' 0') && !IS_MEANT.test(line));

const FAILURE = /^otelcol_\w*(failed|refused|dropped)\w*\{|^otelcol_deltatocumulative\w*\{.*error="/;
/** Of a process that is seen for the first time there is no difference to tell. */
const IS_MEANT = /^otelcol_cumulativetodelta_datapoints_dropped\{.*reason="initial"/;

/** Until each of its receivers has read the whole host again, from begin to end. */
const readTwice = async ({ name, collector }: Started): Promise<void> => {
  const before = scrapedPoints(await collector.exposition());
  const changes = new Map<string, number>();
  const last = new Map(Object.entries(before));
  await waitForOrElse(
    { what: `${name} to read its host twice`, deadlineSeconds: 60, everyMs: 150 },
    collector.child.died,
    async () => {
      const now = scrapedPoints(await collector.exposition());
      for (const [receiver, points] of Object.entries(now)) {
        if (last.get(receiver) !== points) changes.set(receiver, (changes.get(receiver) ?? 0) + 1);
        last.set(receiver, points);
      }
      const receivers = Object.keys(now);
      return receivers.length > 0 && receivers.every((each) => (changes.get(each) ?? 0) >= 2) ? true : undefined;
    },
  );
};

/** How many points each receiver has read of processes; one that finds none is not there. */
const scrapedPoints = (exposition: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    exposition
      .split('\n')
      .filter((line) => line.startsWith('otelcol_scraper_scraped_metric_points{') && line.includes('scraper="process"'))
      .map((line) => [/receiver="([^"]*)"/.exec(line)?.[1] ?? '', line.split(' ').at(-1) ?? '']),
  );

const senderOf = (name: string, pipeline: string): string => `${name}--${pipeline.replace('/', '-')}`;

/**
 * The settings with one more exporter behind each pipeline that leaves the collector, so that what would reach the store is
 * seen point by point; and without the pause before the first scrape.
 */
export const tapped = (
  yaml: string,
  name: string,
  sink: OtlpSink,
): { settings: string; leaving: readonly string[] } => {
  const settings = parse(yaml) as Settings;
  const pipelines = settingsAt(settings, 'service', 'pipelines');
  const leaving = Object.keys(pipelines).filter((key) =>
    [settingsAt(pipelines, key)['exporters']]
      .flat()
      .some((id) => Object.hasOwn(settingsAt(settings, 'exporters'), String(id))),
  );
  const tapOf = (key: string): string => `otlp_http/tap_${key.replace('/', '_')}`;
  const receivers = Object.keys(settingsAt(settings, 'receivers')).filter((id) => id.startsWith('host_metrics'));
  return {
    leaving,
    settings: stringify(
      mergeSettings(settings, {
        receivers: Object.fromEntries(receivers.map((id) => [id, { initial_delay: '50ms' }])),
        exporters: Object.fromEntries(
          leaving.map((key) => [
            tapOf(key),
            { endpoint: sink.endpointOf(senderOf(name, key)), encoding: 'json', compression: 'none' },
          ]),
        ),
        service: {
          pipelines: Object.fromEntries(
            leaving.map((key) => [
              key,
              { exporters: [...[settingsAt(pipelines, key)['exporters']].flat().map(String), tapOf(key)] },
            ]),
          ),
        },
      }),
      { lineWidth: 0, version: '1.1' },
    ),
  };
};
