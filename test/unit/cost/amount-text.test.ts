import { describe, expect, test } from 'vitest';
import { parseAmount, parseUsage } from '../../../src/cost/domain/amount-text.ts';

describe('amounts', () => {
  test.each([
    ['210000', 210_000],
    ['210k', 210_000],
    ['1.2M', 1_200_000],
    ['9G', 9e9],
    ['0', 0],
    ['200k..210k..230k', { low: 200_000, estimate: 210_000, high: 230_000 }],
    ['10..20', { low: 10, estimate: 15, high: 20 }],
  ])('%s', (text, amount) => {
    expect(parseAmount(text)).toEqual({ accepted: true, value: amount });
  });

  test.each([
    ['', 'is not an amount'],
    ['-3', 'is not an amount'],
    ['3kk', 'is not an amount'],
    ['1e6', 'is not an amount'],
    ['30..20..40', 'does not rise'],
    ['1..2..3..4', 'does not rise'],
  ])('"%s" %s', (text, why) => {
    expect(parseAmount(text)).toMatchObject({ accepted: false, refusal: { message: expect.stringContaining(why) } });
  });
});

test('what people typed per axis is usage, with what cannot be read beside it', () => {
  expect(parseUsage({ series: '210k', pointsPerMinute: ' ', bytesPerPoint: 'many', hosts: '90..110' })).toEqual({
    usage: { series: 210_000, hosts: { low: 90, estimate: 100, high: 110 } },
    findings: { bytesPerPoint: '"many" is not an amount; write for example 210000, 210k or 1.2M' },
  });
});
