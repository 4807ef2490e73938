import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { pointerOf } from '../../kernel/pointer.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { type ComponentKind, canonicalType } from './components/registry.ts';
import { explain } from './explanation.ts';
import { FRAME_SAYS, frameOf, HOST_ROOT, LIMITER, STAMP, STORE } from './frame.ts';
import { isHostMetrics } from './metric-set.ts';
import { fieldErrorsOf } from './revision.ts';
import { isSettings, mergeSettings, type Settings, type SettingsNode, settingsAt } from './settings-tree.ts';
import { toYaml } from './settings-yaml.ts';
import { shadowOf } from './shadow.ts';
import { type FrameSettings, NO_NEEDS, type RenderedPipeline, type RevisionRef } from './template.ts';
import type { Finding } from './validation/finding.ts';
import type { ClusterPolicy } from './validation/policy.ts';
import { readSettings } from './validation/settings-text.ts';
import { validateSettings } from './validation/validate-settings.ts';
import { type Pipeline, pipelinesOf } from './validation/wiring.ts';

export type OwnSettingsRefusal = Refusal<'pipeline-not-comparable'>;

/**
 * An author's own settings as one variant of an experiment: their receivers and processors in the frame that every
 * template has, as far as those can run beside the original: see `shadowOf`. What they send elsewhere is sent to the
 * measurement store instead, so nobody's paying path is touched; hosts are read as often as the other variant reads them.
 * The same revision gives the same bytes.
 */
export const renderOwnSettings = (
  { yaml: source, ...revision }: RevisionRef & { readonly yaml: string },
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, OwnSettingsRefusal> => {
  const framed = framedSettings(source, frame);
  if (!framed.accepted) return framed;
  const { settings, text } = framed.value;
  const yaml = `# ${revision.pipelineId}, revision ${revision.revision}\n${text}`;
  return accept({
    template: null,
    version: null,
    pipeline: revision,
    parameters: {},
    yaml,
    sha256: sha256(yaml),
    explanation: explain(settings, FRAME_SAYS, (component) => ofAuthor(component, frame)),
    collectionIntervalSeconds: frame.collectionIntervalSeconds,
    slowestIntervalSeconds: frame.collectionIntervalSeconds,
    needs: NO_NEEDS,
  });
};

/** Why settings as their author wrote them could not be measured on a cluster with this policy; empty: they could. */
export const hindrancesOf = (source: string, policy: ClusterPolicy): readonly FieldError[] => {
  const { criticalProcesses } = policy;
  const framed = framedSettings(source, { remoteWriteAuth: 'none', collectionIntervalSeconds: 60, criticalProcesses });
  return framed.accepted ? refusedBy(policy, { yaml: framed.value.text }) : (framed.refusal.errors ?? []);
};

interface Framed {
  readonly settings: Settings;
  readonly text: string;
}

const framedSettings = (source: string, frame: FrameSettings): Outcome<Framed, OwnSettingsRefusal> => {
  const read = readSettings(source);
  if (!read.readable)
    return notComparable(read.findings[0]?.message ?? 'it cannot be read', fieldErrorsOf(read.findings));
  const own = read.text.settings;
  const faults = [...reservedNames(own), ...missingMetrics(own)];
  if (faults[0] !== undefined) return notComparable(faults[0].message, faults);
  const settings = inFrame(own, frame);
  const text = toYaml(settings);
  const findings = validateSettings(text, { image: 'unknown' }).filter(
    ({ severity, pointer }) => severity === 'error' && isTheirs(pointer),
  );
  return findings[0] === undefined ? accept({ settings, text }) : notComparable(findings[0].message, inWords(findings));
};

/** By their pointers: the lines are those of a text that nobody wrote. */
const inWords = (findings: readonly Finding[]): readonly FieldError[] =>
  findings.map(({ pointer, rule, message, fix }) => ({ pointer, code: rule, message: `${message}; ${fix}` }));

/**
 * What a cluster does not take of settings in the frame, by what its owner allows: places to send to, folders to read,
 * critical processes that a filter would drop. Whether the image has every component it says itself, on the cluster.
 */
export const refusedBy = (policy: ClusterPolicy, { yaml }: Pick<RenderedPipeline, 'yaml'>): readonly FieldError[] =>
  inWords(validateSettings(yaml, { policy, image: 'unknown' }).filter(({ severity }) => severity === 'error'));

/** Exporters, extensions and telemetry are the frame's. */
const isTheirs = (pointer: string): boolean =>
  ['/receivers', '/processors', '/connectors', '/service/pipelines'].some((part) => pointer.startsWith(part));

const notComparable = (why: string, errors: readonly FieldError[]) =>
  refuse('pipeline-not-comparable', `it cannot be measured: ${why}`, {}, errors);

const fault = (pointer: string, message: string): FieldError => ({
  pointer,
  code: 'pipeline-not-comparable',
  message,
});

const reservedNames = (settings: Settings): readonly FieldError[] =>
  Object.hasOwn(settingsAt(settings, 'processors'), STAMP)
    ? [
        fault(
          pointerOf(['processors', STAMP]),
          `${STAMP} is the name of a processor of ours; call yours something else`,
        ),
      ]
    : [];

/** Why nothing of settings could be measured: no metrics, or none of the node. */
export const missingMetrics = (settings: Settings): readonly FieldError[] => {
  const pipelines = metricsPipelines(settings);
  if (pipelines.length === 0) {
    return [fault('/service/pipelines', 'it has no pipeline of metrics, and an experiment measures metrics')];
  }
  return pipelines.some(({ parts }) => parts.receivers.some(isHostMetrics))
    ? []
    : [
        fault(
          '/receivers',
          'no pipeline of metrics reads host_metrics, so on the nodes of an experiment nothing would come in',
        ),
      ];
};

const metricsPipelines = (settings: Settings): readonly Pipeline[] =>
  pipelinesOf(settings).filter(({ signal }) => signal === 'metrics');

const inFrame = (own: Settings, frame: FrameSettings): Settings => {
  const connectors = settingsAt(own, 'connectors');
  const isCommandLineUsed = JSON.stringify(own).includes(COMMAND_LINE);
  const pipelines = shadowOf(own).pipelines.map(({ key, parts }): readonly [string, Pipeline['parts']] => {
    const onwards = parts.exporters.filter((id) => Object.hasOwn(connectors, id));
    const isEnd = onwards.length < parts.exporters.length;
    const theirs = parts.processors.filter((id) => canonicalType('processors', id) !== LIMITER);
    return [
      key,
      {
        receivers: parts.receivers,
        processors: [LIMITER, ...theirs, ...(isEnd ? [STAMP] : [])],
        exporters: [...onwards, ...(isEnd ? [STORE] : [])],
      },
    ];
  });
  const used = (part: keyof Pipeline['parts']) => new Set(pipelines.flatMap(([, parts]) => parts[part]));
  const [receivers, processors, exporters] = [used('receivers'), used('processors'), used('exporters')];
  const kept = (kind: ComponentKind, isUsed: (id: string) => boolean): Settings =>
    Object.fromEntries(Object.entries(settingsAt(own, kind)).filter(([id]) => isUsed(id)));
  const ours = kept('receivers', (id) => receivers.has(id));
  const between = kept('connectors', (id) => receivers.has(id) || exporters.has(id));
  return mergeSettings(frameOf(frame), {
    receivers: Object.fromEntries(
      Object.entries(ours).map(([id, node]) => [id, isHostMetrics(id) ? onNode(node, frame, isCommandLineUsed) : node]),
    ),
    processors: kept('processors', (id) => processors.has(id) && id !== LIMITER),
    ...(Object.keys(between).length === 0 ? {} : { connectors: between }),
    service: { pipelines: Object.fromEntries(pipelines) },
  });
};

/**
 * Of the node instead of the pod, and as often as the other variant reads it. Command lines, in which passwords stand,
 * are collected unless somebody says no: who never speaks of them does not miss them, and who does is told.
 */
const onNode = (
  node: SettingsNode,
  { collectionIntervalSeconds }: FrameSettings,
  isCommandLineUsed: boolean,
): Settings => {
  const read: Settings = {
    ...(isSettings(node) ? node : {}),
    root_path: HOST_ROOT,
    collection_interval: `${collectionIntervalSeconds}s`,
  };
  return isCommandLineUsed || !Object.hasOwn(settingsAt(read, 'scrapers'), 'process')
    ? read
    : mergeSettings(read, {
        scrapers: { process: { resource_attributes: { [COMMAND_LINE]: { enabled: false } } } },
      });
};

const COMMAND_LINE = 'process.command_line';

const ofAuthor = (component: string, { collectionIntervalSeconds }: FrameSettings): string =>
  isHostMetrics(component)
    ? `It reads the node every ${collectionIntervalSeconds} s, and what its author wrote of it.`
    : 'It does what its author wrote.';
