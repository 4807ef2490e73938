import * as z from 'zod';

export const Currency = z.string().regex(/^[A-Z]{3}$/, 'expected a currency such as USD');
export type Currency = z.infer<typeof Currency>;

/** Exact money: whole millionths of a currency, so that sums add up. */
export const Money = z.object({ micros: z.int(), currency: Currency });
export type Money = z.infer<typeof Money>;

const MICROS = 1_000_000;
const DECIMAL = /^(\d{1,9})(?:\.(\d{1,6}))?$/;

/** A price as contracts write it: up to six decimals, never negative. */
export const DecimalPrice = z.string().regex(DECIMAL, 'expected a price such as 0.40, with at most six decimals');
export type DecimalPrice = z.infer<typeof DecimalPrice>;

/** `0.40` → 400000; the text was parsed before. */
export const microsOf = (price: DecimalPrice): number => {
  const [, whole = '', fraction = ''] = DECIMAL.exec(price) ?? [];
  if (whole === '') throw new Error(`"${price}" is not a price`);
  return Number(whole) * MICROS + Number(fraction.padEnd(6, '0'));
};

/** `1 234.50`; below one, up to six decimals: what is small is not nothing. */
export const amountText = (micros: number): string => {
  const isSmall = micros !== 0 && Math.abs(micros) < MICROS;
  const decimals = isSmall ? Math.max(2, 6 - trailingZeros(Math.abs(micros))) : 2;
  const [whole = '', fraction = ''] = (Math.abs(micros) / MICROS).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '\u2009');
  return `${micros < 0 ? '−' : ''}${grouped}.${fraction}`;
};

/** `1 234.50 USD` */
export const moneyText = ({ micros, currency }: Money): string => `${amountText(micros)} ${currency}`;

const trailingZeros = (micros: number): number => /0*$/.exec(String(micros))?.[0].length ?? 0;
