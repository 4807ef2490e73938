import type { MetricCriterion } from '../contract/criteria.ts';
import type { Change } from '../contract/judgement.ts';

/** Plain words for numbers: no symbols, no decimals that nobody reads. */

export type Unit = 'share' | 'number';

type Named = Pick<MetricCriterion, 'name' | 'title'>;

/** A metric as people call it. */
export const titleOf = ({ title, name }: Named): string => title ?? capitalised(name.replaceAll('_', ' ').trim());

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const lowered = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/** A number without exponents: `0.21`, `18.3`, `419 million`. */
export const amountWords = (value: number): string => {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e15) return 'more than a thousand trillion';
  const large = LARGE.find(([from]) => size >= from);
  if (large !== undefined) return `${trimmed((value / large[0]).toPrecision(3))} ${large[1]}`;
  if (size >= 100) return value.toFixed(0);
  if (size >= 1) return trimmed(value.toFixed(1));
  return size < 1e-4 ? 'less than 0.0001' : Number(value.toPrecision(2)).toString();
};

const LARGE = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Size of a change without its direction: `18.3 %`, `0.21 percentage points`, `12`. */
export const sizeOf = (value: number, scale: Change['scale'], unit: Unit): string => {
  const size = Math.abs(value);
  if (scale === 'ratio') return `${amountWords(size * 100)} %`;
  return unit === 'share' ? `${amountWords(size * 100)} percentage points` : amountWords(size);
};

const IS_LATE = /latency|delay|lag\b|freshness|staleness|\bage\b/i;

/** What more or less of this metric is called. */
export const directionWord = (value: number, criterion: Named): string => {
  const isAboutTime = IS_LATE.test(`${criterion.name.replaceAll('_', ' ')} ${criterion.title ?? ''}`);
  if (value < 0) return isAboutTime ? 'earlier' : 'less';
  return isAboutTime ? 'later' : 'more';
};

/** `18.3 % less`, `the same`. */
export const changeWords = (value: number, scale: Change['scale'], unit: Unit, criterion: Named): string =>
  value === 0 ? 'the same' : `${sizeOf(value, scale, unit)} ${directionWord(value, criterion)}`;

/** After the estimate: `(15.9 to 20.6)` or, across zero, `(5 % less to 1 % more)`; empty without an interval. */
export const intervalWords = (change: Change, unit: Unit, criterion: Named): string => {
  const { lower, upper, scale } = change;
  if (lower === null || upper === null) return '';
  if (lower * upper > 0) {
    const [small, large] = Math.abs(lower) < Math.abs(upper) ? [lower, upper] : [upper, lower];
    const bare = (value: number): string => sizeOf(value, scale, unit).replace(/ (%|percentage points)$/, '');
    return `(${bare(small)} to ${bare(large)})`;
  }
  return `(${changeWords(lower, scale, unit, criterion)} to ${changeWords(upper, scale, unit, criterion)})`;
};

/** `critical coverage, latency and loss`. */
export const listed = (words: readonly string[]): string =>
  words.length <= 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** Names as far as anybody reads them: `node-1, node-2 and 40 more`. */
export const fewOf = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? listed(names)
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

const MOST_NAMES = 5;
