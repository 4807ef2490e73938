import { canonicalJson } from '../../kernel/canonical-json.ts';
import { accept, type FieldError, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { diffSettings } from './diff.ts';
import type { OwnSettingsRefusal } from './frame-own-settings.ts';
import { hostMetricsReceiver, isHostMetrics, type MetricSet } from './metric-set.ts';
import { isSettings, type Settings, type SettingsNode, settingsAt } from './settings-tree.ts';
import { toYaml } from './settings-yaml.ts';
import type { RenderedPipeline } from './template.ts';
import { readSettings } from './validation/settings-text.ts';

/**
 * A template beside an author's own settings: it reads of the node what they read, so that both variants get the same
 * points and a saving comes from what is done with them. Refuses where the template looks at what they do not collect.
 */
export const readingAs = (
  template: RenderedPipeline,
  neededMetrics: MetricSet['processMetrics'],
  own: RenderedPipeline,
  sha256: Sha256,
): Outcome<RenderedPipeline, OwnSettingsRefusal> => {
  const [ours, theirs] = [settingsIn(template.yaml), settingsIn(own.yaml)];
  const receivers = hostReceivers(theirs);
  if (Object.keys(hostReceivers(ours)).length !== 1) {
    return notComparable(
      `template ${template.template} reads the node in a way of its own; compare it with a template`,
    );
  }
  const missing = Object.keys(neededMetrics).filter((metric) => !collects(receivers, neededMetrics, metric));
  if (missing.length > 0) {
    return notComparable(
      `template ${template.template} looks at ${missing.join(', ')}, summed over its states, and the other variant does not collect that`,
    );
  }
  const settings = withReceivers(ours, receivers);
  const [heading = ''] = template.yaml.split('\n');
  const yaml = `${heading}\n${toYaml(settings)}`;
  return accept({
    ...template,
    yaml,
    sha256: sha256(yaml),
    explanation: [
      ...Object.keys(receivers).map((component) => ({
        component,
        sentence: `Every ${template.collectionIntervalSeconds} s it reads of the node what the other variant reads.`,
      })),
      ...template.explanation.filter(({ component }) => !isHostMetrics(component)),
    ],
  });
};

/** Two authors' settings can be compared when they read the same of the node: anything else would compare two inputs. */
export const haveEqualInput = (
  baseline: RenderedPipeline,
  candidate: RenderedPipeline,
): Outcome<void, OwnSettingsRefusal> => {
  const [one, other] = [settingsIn(baseline.yaml), settingsIn(candidate.yaml)].map(byContent) as [Settings, Settings];
  const [first, ...more] = diffSettings({ receivers: one }, { receivers: other });
  if (first === undefined) return accept(undefined);
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return notComparable(
    `the variants read different things of the node: ${first.sentence}${rest}; let both read the same and leave out in processors`,
  );
};

const notComparable = (why: string) =>
  refuse('pipeline-not-comparable', why, {}, [
    { pointer: '', code: 'pipeline-not-comparable', message: why } satisfies FieldError,
  ]);

/** What was rendered a moment ago can be read. */
const settingsIn = (yaml: string): Settings => {
  const read = readSettings(yaml);
  if (!read.readable) throw new Error('settings that were just rendered cannot be read');
  return read.text.settings;
};

const hostReceivers = (settings: Settings): Settings =>
  Object.fromEntries(Object.entries(settingsAt(settings, 'receivers')).filter(([id]) => isHostMetrics(id)));

/** Under the same names on both sides, whatever their authors called them. */
const byContent = (settings: Settings): Settings =>
  Object.fromEntries(
    Object.values(hostReceivers(settings))
      .toSorted((one, other) => (canonicalJson(one) < canonicalJson(other) ? -1 : 1))
      .map((node, index) => [`host_metrics${index === 0 ? '' : `/${index + 1}`}`, node]),
  );

const collects = (receivers: Settings, needed: MetricSet['processMetrics'], metric: string): boolean => {
  const wanted = settingsAt(hostMetricsReceiver({ scrapers: [], processMetrics: needed }, 1), ...PROCESS_METRICS)[
    metric
  ];
  return Object.values(receivers).some(
    (node) => isSettings(node) && canonicalJson(settingsAt(node, ...PROCESS_METRICS)[metric]) === canonicalJson(wanted),
  );
};

const PROCESS_METRICS = ['scrapers', 'process', 'metrics'];

const withReceivers = (settings: Settings, receivers: Settings): Settings => {
  const others = Object.entries(settingsAt(settings, 'receivers')).filter(([id]) => !isHostMetrics(id));
  const ids = Object.keys(receivers);
  const reading = (node: SettingsNode | undefined): SettingsNode =>
    (Array.isArray(node) ? node : []).flatMap((id: SettingsNode) => (isHostMetrics(String(id)) ? ids : [id]));
  const pipelines = Object.entries(settingsAt(settings, 'service', 'pipelines')).map(([key, pipeline]) => [
    key,
    isSettings(pipeline) ? { ...pipeline, receivers: reading(pipeline['receivers']) } : pipeline,
  ]);
  return {
    ...settings,
    receivers: { ...(Object.fromEntries(others) as Settings), ...receivers },
    service: { ...settingsAt(settings, 'service'), pipelines: Object.fromEntries(pipelines) as Settings },
  };
};
