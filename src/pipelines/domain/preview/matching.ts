import { RE2JS } from 're2js';
import { type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';

/** Whether a text is matched somewhere by a regular expression of the collector. What was asked once is remembered. */
export const makeMatcher = (pattern: string): ((text: string) => boolean) => {
  const compiled = RE2JS.compile(pattern);
  const known = new Map<string, boolean>();
  return (text) => {
    const answer = known.get(text) ?? compiled.matcher(text).find();
    known.set(text, answer);
    return answer;
  };
};

/** A list of names with a `match_type`, as in `include` and `exclude`; undefined where no name is given. */
export const makeNameFilter = (given: Settings, key: string): ((name: string) => boolean) | undefined => {
  const names = textsOf(given[key]);
  if (names.length === 0) return undefined;
  if (given['match_type'] !== 'regexp') return (name) => names.includes(name);
  const matchers = names.map(makeMatcher);
  return (name) => matchers.some((matches) => matches(name));
};

/** Whether `include` and `exclude` leave a name; where neither names any, every name stays. */
export const makeNameChoice = (given: Settings, key: string): ((name: string) => boolean) => {
  const isIncluded = makeNameFilter(settingsAt(given, 'include'), key);
  const isExcluded = makeNameFilter(settingsAt(given, 'exclude'), key);
  return (name) => isIncluded?.(name) !== false && isExcluded?.(name) !== true;
};

export const textsOf = (node: SettingsNode | undefined): readonly string[] =>
  Array.isArray(node) ? (node as readonly SettingsNode[]).map(String) : [];
