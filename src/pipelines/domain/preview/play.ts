import { canonicalType, typeOf } from '../components/registry.ts';
import { isHostMetrics } from '../metric-set.ts';
import { type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';
import type { Path } from '../validation/finding.ts';
import { readOttl } from '../validation/ottl.ts';
import { type Pipeline, pipelinesOf } from '../validation/wiring.ts';
import { type HostReceiver, readyHostMetrics } from './host-metrics-receiver.ts';
import { cannotPredict, type Limit, leftOut, type Ready } from './limits.ts';
import { type Batch, copyOfBatch } from './metrics.ts';
import { PROCESSORS } from './processors/all.ts';
import type { Process } from './processors/processor.ts';
import type { HostState } from './recorded-host.ts';

/** What a collector with these settings would have sent at one reading of the host. */
export interface Sent {
  readonly pipeline: string;
  /** id of the exporter */
  readonly exporter: string;
  readonly batch: Batch;
}

/** A collector that reads the host as often as it is told to: each answer is what one reading sends. */
export type Playing = (state: HostState, reads?: (receiver: string) => boolean) => readonly Sent[];

/** The collector of these settings, whose variables are put in already, ready to be played a recording. */
export const readyCollector = (settings: Settings): Ready<() => Playing> => {
  const all = pipelinesOf(settings);
  const pipelines = all.filter(({ signal }) => signal === 'metrics');
  const otherSignals = all.filter(({ signal }) => signal !== 'metrics');
  const receivers = new Map(
    [...new Set(pipelines.flatMap(({ parts }) => parts.receivers))]
      .filter((id) => Object.hasOwn(settingsAt(settings, 'receivers'), id))
      .map((id) => [id, readyReceiver(settings, id)]),
  );
  const lines = readOttl(settings, () => false);
  const processors = new Map(
    [...new Set(pipelines.flatMap(({ parts }) => parts.processors))].map((id) => [
      id,
      readyProcessor(settings, id, lines.lines),
    ]),
  );
  const used = (path: Path): boolean => path[0] === 'processors' && processors.has(String(path[1]));
  return {
    limits: [
      ...otherSignals.map(({ path, signal }) =>
        leftOut(path, `a recording holds no ${signal ?? 'data of this kind'}, so they are not counted`),
      ),
      ...[...receivers.values(), ...processors.values()].flatMap(({ limits }) => limits),
      ...lines.faults.flatMap(({ path, at, message }) => (used(path) ? [cannotPredict(path, message, at)] : [])),
      ...connectorLimits(settings, pipelines),
    ],
    run: () => started(settings, pipelines, receivers, processors),
  };
};

const readyReceiver = (settings: Settings, id: string): Ready<() => HostReceiver> => {
  const path = ['receivers', id];
  if (!isHostMetrics(id))
    return {
      limits: [leftOut(path, `a recording does not hold what ${id} takes, so it is not counted`)],
      run: () => ({ everySeconds: 60, scrape: () => [] }),
    };
  return guarded(settings, path, readyHostMetrics(settingsAt(settings, 'receivers', id), path));
};

const readyProcessor = (
  settings: Settings,
  id: string,
  lines: ReturnType<typeof readOttl>['lines'],
): Ready<() => Process> => {
  const path = ['processors', id];
  const type = canonicalType('processors', id);
  const make = Object.hasOwn(PROCESSORS, type) ? PROCESSORS[type] : undefined;
  if (make === undefined)
    return {
      limits: [cannotPredict(path, `what ${type} makes of metrics is not part of a preview`)],
      run: () => (batch) => [batch],
    };
  const own = lines.filter(({ path: at }) => at[0] === 'processors' && at[1] === id);
  return guarded(settings, path, make({ settings: settingsAt(settings, 'processors', id), path, lines: own }));
};

/** Nothing can be said where a value is known in the pod only; of where a host is mounted nothing has to be. */
const guarded = <T>(settings: Settings, path: readonly string[], ready: Ready<T>): Ready<T> => {
  const { root_path: _mounted, ...rest } = settingsAt(settings, ...path);
  const open = openTexts(rest, path);
  return {
    ...ready,
    limits: [...ready.limits, ...open.map((at) => cannotPredict(at, 'what stands here is known in the pod only'))],
  };
};

const openTexts = (node: SettingsNode, path: Path): readonly Path[] => {
  if (typeof node === 'string') return node.includes('${') ? [path] : [];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, below]) => openTexts(below as SettingsNode, [...path, key]));
};

/** Of connectors, those that pass on what comes in. */
const connectorLimits = (settings: Settings, pipelines: readonly Pipeline[]): readonly Limit[] =>
  [...new Set(pipelines.flatMap(({ parts }) => [...parts.receivers, ...parts.exporters]))]
    .filter(
      (id) => Object.hasOwn(settingsAt(settings, 'connectors'), id) && canonicalType('connectors', id) !== 'forward',
    )
    .map((id) => cannotPredict(['connectors', id], `what ${typeOf(id)} makes of metrics is not part of a preview`));

const started = (
  settings: Settings,
  pipelines: readonly Pipeline[],
  receivers: ReadonlyMap<string, Ready<() => HostReceiver>>,
  processors: ReadonlyMap<string, Ready<() => Process>>,
): Playing => {
  const exporters = settingsAt(settings, 'exporters');
  const reading = [...receivers].map(([id, { run }]) => [id, run()] as const);
  const working = new Map(
    pipelines.map(({ key, parts }) => [key, parts.processors.flatMap((id) => processors.get(id)?.run() ?? [])]),
  );
  const through = (batch: Batch, pipeline: Pipeline): readonly Sent[] => {
    const done = (working.get(pipeline.key) ?? []).reduce<readonly Batch[]>(
      (batches, process) => batches.flatMap((each) => process(each)),
      [batch],
    );
    return done.flatMap((each) =>
      pipeline.parts.exporters.flatMap((id) =>
        Object.hasOwn(exporters, id) ? [{ pipeline: pipeline.key, exporter: id, batch: each }] : into(each, id),
      ),
    );
  };
  const into = (batch: Batch, source: string): readonly Sent[] =>
    pipelines
      .filter(({ parts }) => parts.receivers.includes(source))
      .flatMap((pipeline) => through(copyOfBatch(batch), pipeline));
  return (state, reads = () => true) =>
    reading.flatMap(([id, receiver]) => {
      if (!reads(id)) return [];
      const batch = { resources: receiver.scrape(state), timeMs: state.timeMs, everySeconds: receiver.everySeconds };
      return batch.resources.length === 0 ? [] : into(batch, id);
    });
};
