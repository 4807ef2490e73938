import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountText, Currency, DecimalPrice, microsOf, moneyText } from '../../../src/kernel/money.ts';

test.each([
  ['0.40', 400_000],
  ['6.5', 6_500_000],
  ['19', 19_000_000],
  ['0.000001', 1],
  ['123456789.999999', 123_456_789_999_999],
])('%s is %d millionths', (price, micros) => {
  expect(microsOf(price)).toBe(micros);
});

test.each(['0.0000001', '-1', '1e3', '1,50', '', '.5', '1.', ' 1', '1234567890'])('"%s" is no price', (text) => {
  expect(DecimalPrice.safeParse(text).success).toBe(false);
});

test('every price is read exactly', () => {
  fc.assert(
    fc.property(fc.nat(999_999_999), fc.nat(999_999), (whole, fraction) => {
      expect(microsOf(`${whole}.${String(fraction).padStart(6, '0')}`)).toBe(whole * 1_000_000 + fraction);
    }),
  );
});

test.each([
  [430_530_000, '430.53'],
  [1_234_567_890_000, '1\u2009234\u2009567.89'],
  [0, '0.00'],
  [500_000, '0.50'],
  [4200, '0.0042'],
  [1, '0.000001'],
  [-1_319_000_000, '−1\u2009319.00'],
  [-300, '−0.0003'],
])('%d millionths read %s', (micros, text) => {
  expect(amountText(micros)).toBe(text);
});

test('money names its currency', () => {
  expect(moneyText({ micros: 19_000_000, currency: Currency.parse('EUR') })).toBe('19.00 EUR');
  expect(Currency.safeParse('euro').success).toBe(false);
});
