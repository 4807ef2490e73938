import { describe, expect, test } from 'vitest';
import { mayAskCollector, withCollectorsWord } from '../../../src/pipelines/domain/validation/collector-words.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { WHOLE_TEXT } from '../../support/settings-corpus.ts';

// What stands here as said was said by the pinned collector.

const pointersOf = (said: string, text = WHOLE_TEXT) =>
  withCollectorsWord(text, [], said).map(({ rule, severity, pointer }) => [rule, severity, pointer]);

describe('the last word is the collector’s', () => {
  test.each([
    [
      'Error: processors::filter/quiet: condition has invalid syntax: 1:1: unexpected token',
      '/processors/filter~1quiet',
    ],
    [
      'Error: service::pipelines::metrics: references receiver "hostmetrics" which is not configured',
      '/service/pipelines/metrics',
    ],
    [
      `Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):\n\n'processors' error reading configuration for "batch": 'timeout' expected type 'time.Duration'`,
      '/processors/batch',
    ],
    [
      `'receivers' unknown type: "host_metrics" for id: "host_metrics" (valid values: [otlp])`,
      '/receivers/host_metrics',
    ],
    [
      'Error: failed to build pipelines: failed to create "batch" processor, in pipeline "metrics": no reason',
      '/processors/batch',
    ],
    ['Error: something that nobody has seen before', ''],
  ])('%s', (said, pointer) => {
    expect(pointersOf(said)).toEqual([['collector-refuses', 'error', pointer]]);
  });

  test('each line of it is a finding, told once', () => {
    const said = 'Error: processors::batch: one\nprocessors::batch: one\nprocessors::filter/quiet: two';
    expect(pointersOf(said).map(([, , pointer]) => pointer)).toEqual([
      '/processors/batch',
      '/processors/filter~1quiet',
    ]);
  });

  test('a component is found under its name of before', () => {
    const text = WHOLE_TEXT.replaceAll('host_metrics', 'hostmetrics');
    expect(pointersOf('Error: receivers::host_metrics: must specify', text)).toEqual([
      ['collector-refuses', 'error', '/receivers/hostmetrics'],
    ]);
  });

  test('says nothing more where an error of ours stands at the same part', () => {
    const text = WHOLE_TEXT.replace('metric.name ==', 'metric.nam ==');
    const ours = validateSettings(text);
    const said = 'Error: processors::filter/quiet: unable to parse OTTL condition "metric.nam"';
    expect(withCollectorsWord(text, ours, said)).toEqual(ours);
  });

  test('leaves settings as they were judged where it has nothing to say', () => {
    expect(withCollectorsWord(WHOLE_TEXT, [], '')).toEqual([]);
  });

  test.each([
    ['a file of the node', `\${file:/etc/passwd}`],
    ['an address', `\${http://evil.example}`],
    ['a name that is built', `\${env:\${env:A}}`],
  ])('is not asked for where it would read %s itself', (_title, value) => {
    expect(mayAskCollector(validateSettings(WHOLE_TEXT.replace('60s', () => `"${value}"`)))).toBe(false);
    expect(mayAskCollector(validateSettings(WHOLE_TEXT.replace('60s', 'soon')))).toBe(true);
  });
});
