import type { MetricCriterion } from '../contract/criteria.ts';
import type { Change } from '../contract/judgement.ts';

/** Plain words for numbers: no symbols, no decimals that nobody reads. */

export type Unit = 'share' | 'number';

/** A metric as people call it. */
export const titleOf = ({ title, name }: Pick<MetricCriterion, 'title' | 'name'>): string =>
  title ?? capitalised(name.replaceAll('_', ' ').trim());

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export const lowered = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

const digits = (value: number): string => {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6) return value.toPrecision(3);
  if (size >= 100) return trimmed(value.toFixed(0));
  if (size >= 1) return trimmed(value.toFixed(1));
  return trimmed(Number(value.toPrecision(2)).toString());
};

const trimmed = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** Size of a change without its direction: `18.3 %`, `0.21 percentage points`, `12`. */
export const sizeOf = (value: number, scale: Change['scale'], unit: Unit): string => {
  const size = Math.abs(value);
  if (scale === 'ratio') return `${digits(size * 100)} %`;
  return unit === 'share' ? `${digits(size * 100)} percentage points` : digits(size);
};

const IS_LATE = /latency|delay|lag\b|freshness|staleness|\bage\b/i;

/** What more or less of this metric is called. */
export const directionWord = (value: number, criterion: Pick<MetricCriterion, 'name' | 'title'>): string => {
  const isAboutTime = IS_LATE.test(`${criterion.name.replaceAll('_', ' ')} ${criterion.title ?? ''}`);
  if (value < 0) return isAboutTime ? 'earlier' : 'less';
  return isAboutTime ? 'later' : 'more';
};

/** `18.3 % less`, `the same`. */
export const changeWords = (value: number, scale: Change['scale'], unit: Unit, criterion: MetricCriterion): string =>
  value === 0 ? 'the same' : `${sizeOf(value, scale, unit)} ${directionWord(value, criterion)}`;

/** After the estimate: `(15.9 to 20.6)` or, across zero, `(5 % less to 1 % more)`; empty without an interval. */
export const intervalWords = (change: Change, unit: Unit, criterion: MetricCriterion): string => {
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
