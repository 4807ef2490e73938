import type { Interval } from '../../src/cost/domain/interval.ts';

/** Three significant digits and thin spaces between thousands; a dash for what does not exist. */
export const number = (value: number | null): string => {
  if (value === null) return '–';
  if (value === 0) return '0';
  const rounded = Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
  const [whole = '', fraction] = String(Math.abs(rounded)).split('.');
  const spaced = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
  return `${rounded < 0 ? '−' : ''}${spaced}${fraction === undefined ? '' : `.${fraction}`}`;
};

/** `430 (420 … 441)`; one number where nothing is uncertain. */
export const span = ({ low, estimate, high }: Interval, show: (value: number) => string = number): string =>
  low === high ? show(estimate) : `${show(estimate)} (${show(low)} … ${show(high)})`;

/** A ratio as people say it: `−86.1 %`, `+3 %`. */
export const percent = (ratio: number | null): string => {
  if (ratio === null) return '–';
  const value = Number((ratio * 100).toPrecision(3));
  return `${value < 0 ? '−' : '+'}${Math.abs(value)} %`;
};

/** An effect with its interval: `−86.1 % (−88 … −85)`; never a bare point where an interval exists. */
export const interval = (effect: {
  readonly effect: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly scale: 'ratio' | 'difference';
}): string => {
  if (effect.effect === null) return 'no data';
  const show = effect.scale === 'ratio' ? percent : number;
  const bounds =
    effect.lower === null || effect.upper === null ? '' : ` (${show(effect.lower)} … ${show(effect.upper)})`;
  return `${show(effect.effect)}${bounds}`;
};

const MIB = 1024 * 1024;

/** A quantity with its unit; bytes from a mebibyte on in MiB. */
export const quantity = (value: number | null, unit: string): string => {
  if (value === null) return 'no data';
  return unit === 'bytes' && Math.abs(value) >= MIB ? `${number(value / MIB)} MiB` : `${number(value)} ${unit}`;
};
