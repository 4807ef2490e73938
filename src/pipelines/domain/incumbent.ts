import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { COLLECTOR_VERSION } from './components/registry.ts';
import { hindrancesOf, missingMetrics } from './frame-own-settings.ts';
import { type Imported, importSettings } from './import.ts';
import { type IncumbentSource, SettingsYaml } from './revision.ts';
import { mergeSettings, type Settings } from './settings-tree.ts';
import { toYaml } from './settings-yaml.ts';
import { shadowOf, shadowSettings } from './shadow.ts';
import { STRICTEST_POLICY } from './validation/policy.ts';
import { readSettings } from './validation/settings-text.ts';

/** Settings of a collector that somebody runs, and what is known of where it runs. */
export interface Incumbent {
  /** in the order in which it merges them */
  readonly texts: readonly string[];
  /** of the collector; null: not known */
  readonly version: string | null;
  /** where its cluster's owner lets data go beside the measurement store */
  readonly allowedDestinations: readonly string[];
}

/** What can be done with them, see `Fitness` of clusters. */
export interface Judged {
  readonly fitness: 'testable' | 'preview_only' | 'not';
  readonly reasons: string[];
  /** with secrets as references */
  readonly settings: string | null;
}

/**
 * Whether what runs today can be the baseline of an experiment, can be played to a preview only, or neither. Told with a
 * sentence for each thing that hinders it; secrets leave the text before anybody keeps it.
 */
export const judgeIncumbent = ({ texts, version, allowedDestinations }: Incumbent): Judged => {
  const merged = mergedText(texts);
  if (merged === null) return not('its settings are no readable YAML');
  const imported = importSettings(merged);
  if (!imported.accepted) return not(imported.refusal.errors?.[0]?.message ?? imported.refusal.message);
  const { yaml } = imported.value;
  if (!SettingsYaml.safeParse(yaml).success) return not('its settings are longer than 256 KiB');
  const read = readSettings(yaml);
  if (!read.readable) return not(read.findings[0]?.message ?? 'its settings cannot be read');
  const missing = missingMetrics(read.text.settings);
  if (missing.length > 0) return { fitness: 'not', reasons: missing.map(({ message }) => message), settings: yaml };
  const policy = { ...STRICTEST_POLICY, destinations: [...allowedDestinations] };
  const hindrances = new Set(hindrancesOf(yaml, policy).map(({ pointer, message }) => `${pointer}: ${message}`));
  if (hindrances.size > 0) return { fitness: 'preview_only', reasons: firstOf([...hindrances]), settings: yaml };
  const changes = shadowOf(read.text.settings).changes.map(({ sentence }) => sentence);
  return { fitness: 'testable', reasons: firstOf([...otherVersion(version), ...changes]), settings: yaml };
};

/** Settings of a collector that runs, as a text of their own: what of them can run beside it, and what was left out. */
export const adoptedSettings = (
  settings: string,
  { collector, seenAt, image, imageDigest }: IncumbentSource,
): Outcome<Imported, Refusal<'pipeline-import-unreadable'>> => {
  const read = readSettings(settings);
  if (!read.readable) return cannotBeAdopted(read.findings[0]?.message ?? 'its settings cannot be read');
  const [missing] = missingMetrics(read.text.settings);
  if (missing !== undefined) return cannotBeAdopted(missing.message);
  const heading = `# what ran as ${collector} at ${seenAt}, by ${imageDigest === null ? image : `${image}, ${imageDigest}`}\n`;
  const notes = shadowOf(read.text.settings).changes.map((change) => ({ line: 1, ...change }));
  return accept({ yaml: `${heading}${toYaml(shadowSettings(read.text.settings))}`, notes });
};

const cannotBeAdopted = (why: string) =>
  refuse('pipeline-import-unreadable', `this collector cannot be a baseline: ${why}`);

const not = (why: string): Judged => ({ fitness: 'not', reasons: [why], settings: null });

/** One text stays as its author wrote it. null: one of several cannot be read. */
const mergedText = (texts: readonly string[]): string | null => {
  const [only = '', ...more] = texts;
  if (more.length === 0) return only;
  const read = texts.map(readSettings);
  const settings = read.flatMap((each) => (each.readable ? [each.text.settings] : []));
  return settings.length < read.length ? null : toYaml(settings.reduce<Settings>(mergeSettings, {}));
};

const MOST_REASONS = 20;

const firstOf = (reasons: readonly string[]): string[] =>
  reasons.length <= MOST_REASONS
    ? [...reasons]
    : [...reasons.slice(0, MOST_REASONS), `and ${reasons.length - MOST_REASONS} more`];

const otherVersion = (version: string | null): string[] =>
  version === null || version === COLLECTOR_VERSION
    ? []
    : [`it runs in version ${version}; beside it its settings run in version ${COLLECTOR_VERSION} of the collector`];
