import { expect, test } from 'vitest';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { validityOf } from '../../../src/pipelines/domain/validation/validity.ts';
import { WHOLE_TEXT } from '../../support/settings-corpus.ts';

const withInterval = (value: string): string =>
  WHOLE_TEXT.replace(/collection_interval: \S+/, `collection_interval: ${value}`);

test.each([
  ['what the collector takes', WHOLE_TEXT, true, 'starts'],
  ['what is refused by us alone', withInterval('60'), false, 'starts'],
  ['what the collector refuses', withInterval('soon'), false, 'refuses'],
  ['both', withInterval('60').replace('metric.name ==', 'metric.nam =='), false, 'refuses'],
  ['what would have it read a file', withInterval(`\${file:/etc/interval}`), false, 'unknown'],
  ['what is no map', '- a list', false, 'refuses'],
] as const)(
  'whether we let them run and whether the collector would start are two answers: %s',
  (_name, text, isValid, collector) => {
    expect(validityOf(validateSettings(text))).toMatchObject({ isValid, collector });
  },
);

test('the word of a collector that was asked counts', () => {
  expect(validityOf(validateSettings(WHOLE_TEXT), 'refuses')).toMatchObject({ isValid: true, collector: 'refuses' });
});
