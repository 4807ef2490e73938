import { pointerOf } from '../../../kernel/pointer.ts';
import { COMPONENT_KINDS, canonicalId } from '../components/registry.ts';
import { isSettings, type Settings } from '../settings-tree.ts';
import { byPlace, type Finding, type Path, remark } from './finding.ts';
import type { RuleId } from './rules.ts';
import { readSettings } from './settings-text.ts';

/**
 * What a collector itself says against settings, each line of it a finding at the part that it speaks of. Where an error
 * of ours stands at that part already, or inside it, ours says the same with a place and a fix, and the collector's is left out.
 * @param said its output when it was asked to validate; empty: it would start
 */
export const withCollectorsWord = (text: string, ours: readonly Finding[], said: string): readonly Finding[] => {
  const read = readSettings(text);
  if (!read.readable) return ours;
  const { settings, locate } = read.text;
  const theirs = complaintsIn(said, settings).map(({ path, message }) =>
    locate(remark('collector-refuses', path, message, 'the collector has the last word: mend what it names'), true),
  );
  const isTold = ({ pointer }: Finding): boolean =>
    ours.some(
      (each) => each.severity === 'error' && (each.pointer === pointer || each.pointer.startsWith(`${pointer}/`)),
    );
  return [...ours, ...theirs.filter((each) => !isTold(each))].sort(byPlace);
};

/**
 * Whether a collector may be shown these settings: to validate it fetches files and addresses that they name, so what was
 * refused for that is not shown to it.
 */
export const mayAskCollector = (ours: readonly Finding[]): boolean =>
  !ours.some(({ rule }) => READS_ON_ITS_OWN.includes(rule));

const READS_ON_ITS_OWN: readonly string[] = [
  'text-too-large',
  'text-too-deep',
  'text-too-many-values',
  'yaml-broken',
  'yaml-tag',
  'yaml-alias',
  'settings-not-a-map',
  'provider-not-allowed',
  'variable-name-built',
  'key-in-key',
] satisfies readonly RuleId[];

interface Complaint {
  readonly path: Path;
  readonly message: string;
}

const complaintsIn = (said: string, settings: Settings): readonly Complaint[] => {
  const lines = said
    .split('\n')
    .map((line) => line.replace(/^Error: /, '').trim())
    // a heading of what follows says nothing itself
    .filter((line) => line !== '' && !line.endsWith(OPENS_A_LIST));
  const found = new Map(
    lines.map((message) => {
      const path = placeOf(message, settings);
      return [`${pointerOf(path)} ${message}`, { path, message }];
    }),
  );
  return [...found.values()];
};

const OPENS_A_LIST = 'the following error(s):';

/** `processors::filter/a: …`, `service::pipelines::metrics: …`, `'exporters' error reading configuration for "debug": …`. */
const placeOf = (message: string, settings: Settings): Path => {
  const [, before = ''] = /^((?:[\w/.-]+::)+[\w/.-]+): /.exec(message) ?? [];
  const [, kind, id] = /^'(\w+)' .*for (?:id: )?"([^"]+)"/.exec(message) ?? [];
  const [, type, part, pipeline] =
    /failed to create "([^"]+)" (\w+),? (?:in|for) .*pipeline "([^"]+)"/.exec(message) ?? [];
  const wanted =
    before !== ''
      ? before.split('::')
      : kind !== undefined && id !== undefined
        ? [kind, id]
        : type !== undefined && part !== undefined
          ? [`${part}s`, type]
          : pipeline !== undefined
            ? ['service', 'pipelines', pipeline]
            : [];
  return deepest(settings, wanted);
};

/** As far as the settings have it; a component also under a name of before. */
const deepest = (settings: Settings, wanted: readonly string[]): Path => {
  const path: string[] = [];
  let here: Settings = settings;
  for (const step of wanted) {
    const key = Object.keys(here).find((each) => each === step || isSameComponent(path, each, step));
    if (key === undefined) break;
    path.push(key);
    const below = here[key];
    if (!isSettings(below)) break;
    here = below;
  }
  return path;
};

const isSameComponent = (path: readonly string[], one: string, other: string): boolean => {
  const kind = COMPONENT_KINDS.find((each) => each === path[0]);
  return path.length === 1 && kind !== undefined && canonicalId(kind, one) === canonicalId(kind, other);
};
