import { canonicalJson } from '../../kernel/canonical-json.ts';

/** Equal in JSON with sorted names: stores may reorder them. What is not there is no null. */
export const isSame = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);

/** What people read; a newer version may say it better. */
const WORDS: ReadonlySet<string> = new Set(['sentence', 'explanation', 'whatWouldHaveChanged', 'question', 'title']);

/** Whether everything that was stored is found again, apart from its words; what is known besides by now does not matter. */
export const hasSameNumbers = (now: unknown, stored: unknown): boolean => {
  if (typeof stored !== 'object' || stored === null) return Object.is(now, stored);
  if (typeof now !== 'object' || now === null) return false;
  if (Array.isArray(stored) && (!Array.isArray(now) || now.length !== stored.length)) return false;
  const found = new Map(Object.entries(now));
  return Object.entries(stored).every(([name, value]) => WORDS.has(name) || hasSameNumbers(found.get(name), value));
};
