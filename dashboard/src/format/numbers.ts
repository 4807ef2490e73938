/** Thin between thousands, unbroken before a unit: a number stays in one piece. */
const THIN = '\u2009';
const UNBROKEN = '\u00a0';
const MINUS = '\u2212';

/** What stands where there is no number: never a zero. */
export const NOTHING = '–';

const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false });
const exactDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 17, useGrouping: false });

const grouped = (plain: string): string => {
  const [whole = '', fraction] = plain.replace('-', '').split('.');
  const spaced = whole.length <= 4 ? whole : whole.replaceAll(/\B(?=(\d{3})+$)/g, THIN);
  return `${plain.startsWith('-') ? MINUS : ''}${spaced}${fraction === undefined ? '' : `.${fraction}`}`;
};

/** Three significant digits with thin spaces: `12 300`, `0.0412`, `−7.5`. */
export const formatNumber = (value: number | null): string =>
  value === null ? NOTHING : grouped(threeDigits.format(value));

/** Every digit there is, for hover and copy. */
export const formatExact = (value: number | null): string => (value === null ? NOTHING : exactDigits.format(value));

/** Things that are counted are shown as they are. */
export const formatCount = (value: number): string => grouped(String(Math.round(value)));

/** A share as people say it, always signed: `−86.1 %`, `+3 %`. */
export const formatChange = (ratio: number | null): string => {
  if (ratio === null) return NOTHING;
  const shown = threeDigits.format(ratio * 100);
  if (Number(shown) === 0) return `0${UNBROKEN}%`;
  return `${ratio > 0 ? '+' : ''}${grouped(shown)}${UNBROKEN}%`;
};

/** A share without a sign: a margin, a minimum. */
export const formatShare = (ratio: number | null): string =>
  ratio === null ? NOTHING : `${grouped(threeDigits.format(ratio * 100))}${UNBROKEN}%`;

const signed = (value: number): string => `${value > 0 ? '+' : ''}${formatNumber(value)}`;

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

const formatBytes = (value: number, rest: string): string => {
  const power = value === 0 ? 0 : Math.min(Math.floor(Math.log2(Math.abs(value)) / 10), BINARY.length - 1);
  return `${formatNumber(value / 1024 ** power)}${UNBROKEN}${BINARY[power]}${rest}`;
};

/** A measured value with its unit; bytes in the power that reads best. */
export const formatQuantity = (value: number | null, unit: string): string => {
  if (value === null) return NOTHING;
  if (unit.startsWith('bytes')) return formatBytes(value, unit.slice('bytes'.length));
  if (unit === 'share') return formatShare(value);
  return unit === '' ? formatNumber(value) : `${formatNumber(value)}${UNBROKEN}${unit}`;
};

/** An estimate as it may be shown: with bounds, on its own scale. */
export interface Interval {
  readonly effect: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly scale: 'ratio' | 'difference';
  readonly unit: string;
}

/** One number of an interval, on the interval's scale. Shares differ by percentage points. */
export const formatOnScale = (value: number | null, { scale, unit }: Pick<Interval, 'scale' | 'unit'>): string => {
  if (value === null) return NOTHING;
  if (scale === 'ratio') return formatChange(value);
  if (unit === 'share') return `${value > 0 ? '+' : ''}${formatNumber(value * 100)}${UNBROKEN}pp`;
  return unit.startsWith('bytes') ? `${value > 0 ? '+' : ''}${formatQuantity(value, unit)}` : signed(value);
};

/** `(−88 % … −85 %)`, or nothing where no bound is known. */
export const formatBounds = (interval: Interval): string =>
  interval.lower === null && interval.upper === null
    ? ''
    : `${interval.lower === null ? '−∞' : formatOnScale(interval.lower, interval)} … ${
        interval.upper === null ? '+∞' : formatOnScale(interval.upper, interval)
      }`;
