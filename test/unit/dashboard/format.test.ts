import { describe, expect, test } from 'vitest';
import {
  formatBounds,
  formatChange,
  formatCount,
  formatExact,
  formatNumber,
  formatOnScale,
  formatQuantity,
} from '../../../dashboard/src/format/numbers.ts';
import { formatRelative } from '../../../dashboard/src/format/times.ts';
import { minutesAfter, secondsAfter } from '../../../src/kernel/instant.ts';
import { T0 } from '../../support/platform.ts';

const plain = (text: string): string => text.replaceAll('\u2009', ' ').replaceAll('\u00a0', ' ');

describe('numbers', () => {
  test('have three significant digits and thin spaces between thousands', () => {
    expect(formatNumber(12_345)).toBe('12\u2009300');
    expect(formatNumber(1_234_567)).toBe('1\u2009230\u2009000');
    expect(formatNumber(1234)).toBe('1230');
    expect(formatNumber(0.041_23)).toBe('0.0412');
  });

  test('are exact on hover, and whole when things are counted', () => {
    expect(formatExact(12_345.678)).toBe('12345.678');
    expect(formatCount(12_345)).toBe('12\u2009345');
  });

  test('carry a true minus', () => {
    expect(formatNumber(-7.5)).toBe('\u22127.5');
  });

  test('that do not exist are a dash, never a zero', () => {
    for (const format of [formatNumber, formatChange, formatExact]) expect(format(null)).toBe('–');
    expect(formatQuantity(null, 'bytes')).toBe('–');
  });
});

describe('a change', () => {
  test('is signed and in percent', () => {
    expect(plain(formatChange(-0.8613))).toBe('−86.1 %');
    expect(plain(formatChange(0.03))).toBe('+3 %');
    expect(plain(formatChange(0))).toBe('0 %');
  });

  test('of a share is told in percentage points, of a count as a difference', () => {
    expect(plain(formatOnScale(0.005, { scale: 'difference', unit: 'share' }))).toBe('+0.5 pp');
    expect(plain(formatOnScale(-2, { scale: 'difference', unit: 'processes' }))).toBe('−2');
  });

  test('has bounds, and a bound that is not known is infinite', () => {
    const interval = { effect: -0.86, lower: -0.88, upper: -0.85, scale: 'ratio', unit: 'points per slot' } as const;
    expect(plain(formatBounds(interval))).toBe('−88 % … −85 %');
    expect(plain(formatBounds({ ...interval, lower: null }))).toBe('−∞ … −85 %');
    expect(formatBounds({ ...interval, lower: null, upper: null })).toBe('');
  });
});

describe('a quantity', () => {
  test('of bytes takes the power that reads best', () => {
    expect(plain(formatQuantity(71_300_000, 'bytes'))).toBe('68 MiB');
    expect(plain(formatQuantity(1023, 'bytes'))).toBe('1020 B');
    expect(plain(formatQuantity(1024, 'bytes'))).toBe('1 KiB');
    expect(plain(formatQuantity(0, 'bytes per slot'))).toBe('0 B per slot');
  });

  test('keeps its unit', () => {
    expect(plain(formatQuantity(3368, 'points per slot'))).toBe('3370 points per slot');
  });
});

test('times are relative, into both directions', () => {
  const now = Date.parse(T0);
  expect(formatRelative(minutesAfter(T0, 12), now)).toBe('in 12 min');
  expect(formatRelative(minutesAfter(T0, -3), now)).toBe('3 min ago');
  expect(formatRelative(secondsAfter(T0, 4), now)).toBe('now');
  expect(formatRelative(secondsAfter(T0, 5), now)).toBe('in 5 s');
});
