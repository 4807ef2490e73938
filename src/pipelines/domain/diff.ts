import * as z from 'zod';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { commonSubsequence } from '../../kernel/common-subsequence.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { pointerOf } from '../../kernel/pointer.ts';
import { canonicalSettings } from './canonical-settings.ts';
import { COMPONENT_KINDS } from './components/registry.ts';
import { goDurationSeconds } from './go-duration.ts';
import { type KeptOrigin, type Revision, RevisionNumber } from './revision.ts';
import { idsIn, isSettings, type Settings, type SettingsNode, settingsAt } from './settings-tree.ts';
import type { Path } from './validation/finding.ts';
import { readSettings } from './validation/settings-text.ts';

/** One difference in meaning. */
export const SettingsChange = z.object({
  kind: z.enum(['added', 'removed', 'changed']),
  /** JSON pointer into the settings, components by their names of today */
  pointer: z.string(),
  /** null where there was nothing */
  before: z.unknown(),
  after: z.unknown(),
  sentence: z.string(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;

/** What differs between two revisions; both lists are empty when they mean the same, however they are written. */
export const PipelineDiff = z.object({
  from: RevisionNumber,
  to: RevisionNumber,
  /** template, version and parameters */
  origin: z.array(SettingsChange),
  settings: z.array(SettingsChange),
});
export type PipelineDiff = z.infer<typeof PipelineDiff>;

/** Compares two revisions by what they mean; refuses when the text of one cannot be read. */
export const diffRevisions = (
  before: Revision,
  after: Revision,
): Outcome<PipelineDiff, Refusal<'pipeline-invalid-config'>> => {
  const settings = diffTexts(
    { name: `revision ${before.number}`, yaml: before.yaml },
    { name: `revision ${after.number}`, yaml: after.yaml },
  );
  return settings.accepted
    ? accept({
        from: before.number,
        to: after.number,
        origin: [...originChanges(before.origin, after.origin)],
        settings: [...settings.value],
      })
    : settings;
};

interface NamedText {
  readonly name: string;
  readonly yaml: string;
}

/** Compares two texts by what they mean. */
export const diffTexts = (
  before: NamedText,
  after: NamedText,
): Outcome<readonly SettingsChange[], Refusal<'pipeline-invalid-config'>> => {
  const one = settingsIn(before);
  if (!one.accepted) return one;
  const other = settingsIn(after);
  return other.accepted ? accept(diffSettings(one.value, other.value)) : other;
};

const settingsIn = ({ name, yaml }: NamedText): Outcome<Settings, Refusal<'pipeline-invalid-config'>> => {
  const read = readSettings(yaml);
  if (read.readable) return accept(read.text.settings);
  const [first] = read.findings;
  return refuse(
    'pipeline-invalid-config',
    `${name} cannot be read, so it cannot be compared: line ${first?.line}, ${first?.message}`,
    { name },
  );
};

/**
 * Everything that two settings do differently. The order of keys and of receivers, exporters and extensions means
 * nothing, that of processors and of statements does. A component is the same under its old and its new name, a number
 * or duration however it is written.
 */
export const diffSettings = (before: Settings, after: Settings): readonly SettingsChange[] => {
  const [one, other] = [canonicalSettings(before), canonicalSettings(after)];
  return [
    ...COMPONENT_KINDS.flatMap((kind) => componentChanges(kind, settingsAt(one, kind), settingsAt(other, kind))),
    ...serviceChanges(settingsAt(one, 'service'), settingsAt(other, 'service')),
    ...restChanges(one, other),
  ];
};

// ── components

const componentChanges = (
  kind: (typeof COMPONENT_KINDS)[number],
  before: Settings,
  after: Settings,
): readonly SettingsChange[] =>
  keysOf(before, after).flatMap((id) => {
    const called = `${kind.slice(0, -1)} ${id}`;
    return comparedKey(before, after, id, {
      added: (node) => added([kind, id], node, `${called} is new`),
      removed: (node) => removed([kind, id], node, `${called} is gone`),
      both: (one, other) => nodeChanges(called, [kind, id], one, other, []),
    });
  });

/** Differences below a place; `steps` lead to it from what is called by name. */
const nodeChanges = (
  called: string,
  path: Path,
  before: SettingsNode,
  after: SettingsNode,
  steps: Path,
): readonly SettingsChange[] => {
  if (isSameNode(before, after, steps)) return [];
  const [one, other] = [emptyAsMap(before), emptyAsMap(after)];
  if (isSettings(one) && isSettings(other)) {
    return keysOf(one, other).flatMap((key) => {
      const place = [...path, key];
      const below = [...steps, key];
      return comparedKey(one, other, key, {
        added: (node) => added(place, node, `${called}: ${words(below)} is ${shown(node)}, was not set`),
        removed: (node) => removed(place, node, `${called}: ${words(below)} is not set, was ${shown(node)}`),
        both: (left, right) => nodeChanges(called, place, left, right, below),
      });
    });
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(called, path, before, after, steps);
  return [changed(path, before, after, `${called}: ${words(steps)} is ${shown(after)}, was ${shown(before)}`)];
};

/** Entries that came and went; what stayed keeps its order, else the list as a whole has changed. */
const listChanges = (
  called: string,
  path: Path,
  before: readonly SettingsNode[],
  after: readonly SettingsNode[],
  steps: Path,
): readonly SettingsChange[] => {
  const isPairwise = before.length === after.length && [...before, ...after].every(isSettings);
  if (isPairwise) {
    return before.flatMap((node, index) =>
      nodeChanges(called, [...path, index], node, after[index] ?? null, [...steps, index]),
    );
  }
  if (before.length * after.length > MOST_COMPARISONS)
    return [changed(path, before, after, `${called}: ${words(steps)} differs`)];
  const kept = commonSubsequence(before, after, (one, other) => isSameNode(one, other, steps));
  const gone = before.flatMap((node, index) => (kept.before.has(index) ? [] : [{ node, index }]));
  const come = after.flatMap((node, index) => (kept.after.has(index) ? [] : [{ node, index }]));
  const isReordered = gone.some(({ node }) => come.some((each) => isSameNode(node, each.node, steps)));
  if (isReordered) return [changed(path, before, after, `${called}: ${words(steps)} has another order`)];
  return [
    ...gone.map(({ node, index }) =>
      removed([...path, index], node, `${called}: ${words(steps)} no longer has ${shown(node)}`),
    ),
    ...come.map(({ node, index }) =>
      added([...path, index], node, `${called}: ${words(steps)} now has ${shown(node)}`),
    ),
  ];
};

/** More would keep others waiting who share the function. */
const MOST_COMPARISONS = 250_000;

// ── service

const serviceChanges = (before: Settings, after: Settings): readonly SettingsChange[] => [
  ...keysOf(settingsAt(before, 'pipelines'), settingsAt(after, 'pipelines')).flatMap((key) => {
    const path = ['service', 'pipelines', key];
    return comparedKey(settingsAt(before, 'pipelines'), settingsAt(after, 'pipelines'), key, {
      added: (node) => added(path, node, `pipeline ${key} is new: ${flow(node)}`),
      removed: (node) => removed(path, node, `pipeline ${key} is gone: ${flow(node)}`),
      both: (one, other) => pipelineChanges(key, path, one, other),
    });
  }),
  ...setChanges(['service', 'extensions'], idsIn(before['extensions']), idsIn(after['extensions']), {
    added: (id) => `extension ${id} is started now`,
    removed: (id) => `extension ${id} is no longer started`,
  }),
  ...nodeChanges('service', ['service'], without(before, SHOWN_APART), without(after, SHOWN_APART), []),
];

const SHOWN_APART = ['pipelines', 'extensions'];

const pipelineChanges = (
  key: string,
  path: Path,
  before: SettingsNode,
  after: SettingsNode,
): readonly SettingsChange[] => {
  const [one, other] = [isSettings(before) ? before : {}, isSettings(after) ? after : {}];
  const ids = (part: string) => [idsIn(one[part]), idsIn(other[part])] as const;
  return [
    ...setChanges([...path, 'receivers'], ...ids('receivers'), {
      added: (id) => `pipeline ${key} also receives from ${id}`,
      removed: (id) => `pipeline ${key} no longer receives from ${id}`,
    }),
    ...processorChanges(key, [...path, 'processors'], ...ids('processors')),
    ...setChanges([...path, 'exporters'], ...ids('exporters'), {
      added: (id) => `pipeline ${key} also sends to ${id}`,
      removed: (id) => `pipeline ${key} no longer sends to ${id}`,
    }),
  ];
};

/** Processors run in their order: one that only moved is a change as well. */
const processorChanges = (
  key: string,
  path: Path,
  before: readonly string[],
  after: readonly string[],
): readonly SettingsChange[] => {
  const stayed = before.filter((id) => after.includes(id));
  const stayedNow = after.filter((id) => before.includes(id));
  return [
    ...setChanges(path, before, after, {
      added: (id) => {
        const previous = after[after.indexOf(id) - 1];
        return `pipeline ${key} runs ${id}${previous === undefined ? ' first' : ` after ${previous}`}`;
      },
      removed: (id) => `pipeline ${key} no longer runs ${id}`,
    }),
    ...(canonicalJson(stayed) === canonicalJson(stayedNow)
      ? []
      : [
          changed(
            path,
            before,
            after,
            `pipeline ${key} runs its processors in another order: ${stayedNow.join(' → ')}, was ${stayed.join(' → ')}`,
          ),
        ]),
  ];
};

const setChanges = (
  path: Path,
  before: readonly string[],
  after: readonly string[],
  say: { readonly added: (id: string) => string; readonly removed: (id: string) => string },
): readonly SettingsChange[] => [
  ...before.flatMap((id, index) => (after.includes(id) ? [] : [removed([...path, index], id, say.removed(id))])),
  ...after.flatMap((id, index) => (before.includes(id) ? [] : [added([...path, index], id, say.added(id))])),
];

const flow = (pipeline: SettingsNode): string =>
  isSettings(pipeline)
    ? [pipeline['receivers'], pipeline['processors'], pipeline['exporters']]
        .map((ids) => idsIn(ids).join(', '))
        .filter((ids) => ids !== '')
        .join(' → ')
    : 'nothing';

/** Keys that no collector has; they are told all the same. */
const restChanges = (before: Settings, after: Settings): readonly SettingsChange[] => {
  const known = [...COMPONENT_KINDS, 'service'];
  return nodeChanges('settings', [], without(before, known), without(after, known), []);
};

// ── origin

const originChanges = (before: KeptOrigin, after: KeptOrigin): readonly SettingsChange[] => {
  if (before.kind === 'settings' || after.kind === 'settings') {
    return before.kind === after.kind
      ? []
      : [changed(['kind'], before.kind, after.kind, `it is ${originWords(after)} now, was ${originWords(before)}`)];
  }
  if (before.template !== after.template || before.version !== after.version) {
    const words = `it is ${originWords(after)} now, was ${originWords(before)}`;
    return [changed(['template'], nameOf(before), nameOf(after), words)];
  }
  return keysOf(before.parameters, after.parameters).flatMap((name) => {
    const [was, is] = [before.parameters[name], after.parameters[name]];
    return canonicalJson(was) === canonicalJson(is)
      ? []
      : [changed(['parameters', name], was, is, `parameter ${name} is ${shown(is)}, was ${shown(was)}`)];
  });
};

type TemplateOrigin = Extract<KeptOrigin, { kind: 'template' }>;
const nameOf = ({ template, version }: TemplateOrigin): string => `${template} ${version}`;
const originWords = (origin: KeptOrigin): string =>
  origin.kind === 'settings' ? 'settings of its own' : `template ${nameOf(origin)}`;

// ── equality

/** Same meaning. `steps` say where: texts that are compared or sent as they are have no other form. */
const isSameNode = (one: SettingsNode, other: SettingsNode, steps: Path): boolean => {
  const [before, after] = [emptyAsMap(one), emptyAsMap(other)];
  if (Array.isArray(before) && Array.isArray(after)) {
    return (
      before.length === after.length &&
      before.every((each: SettingsNode, index) => isSameNode(each, after[index] ?? null, [...steps, index]))
    );
  }
  if (isSettings(before) && isSettings(after)) {
    const keys = keysOf(before, after);
    return keys.every(
      (key) =>
        Object.hasOwn(before, key) &&
        Object.hasOwn(after, key) &&
        isSameNode(before[key] ?? null, after[key] ?? null, [...steps, key]),
    );
  }
  return before === after || isSameDuration(before, after, steps);
};

const isSameDuration = (one: SettingsNode, other: SettingsNode, steps: Path): boolean => {
  if (typeof one !== 'string' || typeof other !== 'string' || isVerbatim(steps)) return false;
  const seconds = goDurationSeconds(one);
  return seconds !== undefined && seconds === goDurationSeconds(other);
};

/** Below these, and in lists, a text is a text: `1m` and `60s` are two values of an attribute. */
const VERBATIM = ['attributes', 'headers', 'external_labels', 'const_labels', 'value', 'new_value', 'labels'];

const isVerbatim = (steps: Path): boolean =>
  steps.some((step) => typeof step === 'number' || VERBATIM.includes(step)) || steps.length === 0;

/** `debug:` and `debug: {}` are the same to a collector. */
const emptyAsMap = (node: SettingsNode): SettingsNode => node ?? {};

// ── words and small parts

const place = (path: Path) => pointerOf(path);
const added = (path: Path, after: unknown, sentence: string): SettingsChange => ({
  kind: 'added',
  pointer: place(path),
  before: null,
  after,
  sentence,
});
const removed = (path: Path, before: unknown, sentence: string): SettingsChange => ({
  kind: 'removed',
  pointer: place(path),
  before,
  after: null,
  sentence,
});
const changed = (path: Path, before: unknown, after: unknown, sentence: string): SettingsChange => ({
  kind: 'changed',
  pointer: place(path),
  before: before ?? null,
  after: after ?? null,
  sentence,
});

const keysOf = (one: object, other: object): readonly string[] => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
];

const comparedKey = (
  before: Settings,
  after: Settings,
  key: string,
  say: {
    readonly added: (node: SettingsNode) => SettingsChange;
    readonly removed: (node: SettingsNode) => SettingsChange;
    readonly both: (one: SettingsNode, other: SettingsNode) => readonly SettingsChange[];
  },
): readonly SettingsChange[] => {
  const [one, other] = [before[key] ?? null, after[key] ?? null];
  if (!Object.hasOwn(before, key)) return [say.added(other)];
  if (!Object.hasOwn(after, key)) return [say.removed(one)];
  return say.both(one, other);
};

const without = (settings: Settings, keys: readonly string[]): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => !keys.includes(key)));

const words = (steps: Path): string => (steps.length === 0 ? 'its value' : steps.join(' › '));

const MOST_SHOWN = 80;

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN - 1)}…` : text;
};
