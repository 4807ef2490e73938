/** What may stand in settings and queries without a meaning of its own beside `.` and `+`, which are escaped. */
const SAFE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

export const SAFE_NAME_RULE = 'up to 64 letters, digits, dots, underscores, plus signs and hyphens';

export const isSafeExecutableName = (name: string): boolean => SAFE_NAME.test(name);

/**
 * A regular expression (RE2) that matches exactly these names. Throws on a name that is not safe: callers refuse those
 * before, with a message.
 */
export const exactlyThese = (names: readonly string[]): string => {
  const unsafe = names.find((name) => !isSafeExecutableName(name));
  if (unsafe !== undefined) throw new Error(`"${unsafe}" is not the name of an executable`);
  return `^(${sorted(names).map(escapeRe2).join('|')})$`;
};

/** A text as an OTTL string literal. */
export const ottlString = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const escapeRe2 = (name: string): string => name.replaceAll(/[.+]/g, '\\$&');

/** Sorted and without repetitions, so that the same wish gives the same bytes. */
const sorted = (names: readonly string[]): readonly string[] => [...new Set(names)].sort();
