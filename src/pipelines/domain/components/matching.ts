import { patternAdvice } from '../ottl/pattern-advice.ts';
import type { Settings, SettingsNode } from '../settings-tree.ts';
import {
  type Complaint,
  flag,
  isMissing,
  listOf,
  natural,
  type PatternFault,
  type SectionShape,
  section,
  text,
  word,
} from './shape.ts';

/** A regular expression (RE2) where nothing else is possible. */
export const pattern = text({
  check: (given, faultOf) => {
    const fault = faultOf(given);
    return fault === undefined ? undefined : `is no regular expression for the collector: ${fault}`;
  },
});

/** How names are compared; `regexp` keeps results of before. */
export const matchKeys = {
  match_type: word(['strict', 'regexp', '']),
  regexp: section({ cacheenabled: flag(), cachemaxnumentries: natural() }),
};

/** The same where the collector looks at neither words nor expressions before it needs them. */
export const uncheckedMatchKeys = {
  ...matchKeys,
  match_type: word(['strict', 'regexp', ''], { isUnchecked: true }),
};

/** Names, and how they are compared: strictly, or each as a regular expression. */
export const matchSection = (names: string): SectionShape =>
  section(
    { ...matchKeys, [names]: listOf(text()) },
    { rules: [(given, faultOf) => matchFault(given, names, faultOf)] },
  );

/** What the collector finds wrong with names that are to be matched; it finds nothing where there are none. */
export const matchFault = (given: Settings, names: string, faultOf: PatternFault): Complaint | undefined => {
  if (isMissing(given[names])) return undefined;
  if (isMissing(given['match_type']))
    return { key: names, message: `${names} without match_type`, fix: 'add match_type: strict, or regexp' };
  return given['match_type'] === 'regexp' ? patternsFault(given[names], names, faultOf) : undefined;
};

/** The first of several texts that is no regular expression. */
export const patternsFault = (
  node: SettingsNode | undefined,
  key: string,
  faultOf: PatternFault,
): Complaint | undefined => {
  if (!Array.isArray(node)) return undefined;
  for (const each of node as readonly SettingsNode[]) {
    const fault = typeof each === 'string' ? faultOf(each) : undefined;
    if (fault !== undefined)
      return {
        key,
        message: `"${each}" is no regular expression for the collector: ${fault}`,
        fix: patternAdvice(String(each)),
      };
  }
  return undefined;
};
