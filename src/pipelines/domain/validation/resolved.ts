import { parseDocument } from 'yaml';
import { isSettings, type SettingsNode } from '../settings-tree.ts';

/** A value that only the pod knows. */
export const LATER: unique symbol = Symbol('known in the pod');

/** A text of which only the pod knows a part. */
export const LATER_TEXT: unique symbol = Symbol('a text, known in the pod');

/** A text with its variables put in, as far as they are known, and the value that the collector reads in it. */
export interface Resolved {
  readonly text: string;
  readonly value: SettingsNode;
}

const WHOLE = /^\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\}$/;
const PART = /\$\$|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\}/g;

/**
 * What the collector makes of a text before it reads settings in it. A variable that nobody sets has its default; one
 * that `isSet` names is known in the pod only. A default that stands alone is read as YAML, as the collector does.
 */
export const resolveText = (
  text: string,
  isSet: (variable: string) => boolean,
): Resolved | typeof LATER | typeof LATER_TEXT => {
  if (!text.includes('$')) return { text, value: text };
  const whole = WHOLE.exec(text);
  if (whole !== null) {
    const [, name = '', usual] = whole;
    if (isSet(name) || usual === undefined) return LATER;
    return { text: usual, value: usual === '' ? '' : readScalar(usual) };
  }
  let isKnown = true;
  const filled = text.replace(PART, (part, name: string | undefined, usual: string | undefined) => {
    if (part === '$$') return '$';
    isKnown &&= usual !== undefined && !isSet(name ?? '');
    return usual ?? '';
  });
  if (!isKnown || text.replace(PART, '').includes('${')) return LATER_TEXT;
  return { text: filled, value: filled };
};

const readScalar = (text: string): SettingsNode => {
  const document = parseDocument(text, { version: '1.2', prettyErrors: false });
  if (document.errors.length > 0) return text;
  const value = document.toJS({ maxAliasCount: 0 }) as SettingsNode;
  // a default is no place for sections
  return isSettings(value) ? text : value;
};
