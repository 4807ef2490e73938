import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { diffSettings, diffTexts } from '../../../src/pipelines/domain/diff.ts';
import type { Settings } from '../../../src/pipelines/domain/settings-tree.ts';

const BASE = `
receivers:
  host_metrics:
    collection_interval: 60s
    scrapers: {cpu: {}, memory: {}, process: {}}
  otlp: {protocols: {grpc: {}}}
processors:
  memory_limiter: {check_interval: 1s, limit_percentage: 80}
  filter/noise:
    error_mode: ignore
    metric_conditions:
      - 'metric.name == "process.threads"'
      - 'metric.name == "process.disk.io"'
  resource/team: {attributes: [{key: timeout, value: 60s, action: upsert}]}
  batch: {timeout: 5s}
exporters:
  otlp_http: {endpoint: https://otlp.example.com}
service:
  pipelines:
    metrics:
      receivers: [host_metrics, otlp]
      processors: [memory_limiter, filter/noise, resource/team, batch]
      exporters: [otlp_http]
`;

const changesTo = (edit: (text: string) => string) => {
  const outcome = diffTexts({ name: 'one', yaml: BASE }, { name: 'other', yaml: edit(BASE) });
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
const sentences = (edit: (text: string) => string) => changesTo(edit).map(({ sentence }) => sentence);

describe('what means the same', () => {
  test.each<[string, (text: string) => string]>([
    ['keys in another order', (text) => stringify(reversed(parse(text)))],
    ['comments and blank lines', (text) => text.replace('processors:', '# why\n\nprocessors:')],
    [
      'a component under its old name, where it is defined and where it is used',
      (text) => text.replaceAll('host_metrics', 'hostmetrics').replaceAll('otlp_http', 'otlphttp'),
    ],
    ['a duration in another unit', (text) => text.replace('60s\n', '1m0s\n').replace('timeout: 5s', 'timeout: 5000ms')],
    ['a number written in another way', (text) => text.replace('limit_percentage: 80', 'limit_percentage: 8e1')],
    ['receivers in another order', (text) => text.replace('[host_metrics, otlp]', '[otlp, host_metrics]')],
    ['an empty map and nothing', (text) => text.replace('grpc: {}', 'grpc: ')],
  ])('%s', (_, edit) => {
    expect(edit(BASE)).not.toBe(BASE);
    expect(changesTo(edit)).toEqual([]);
  });
});

const reversed = (node: unknown): unknown =>
  typeof node !== 'object' || node === null || Array.isArray(node)
    ? node
    : Object.fromEntries(
        Object.entries(node)
          .toReversed()
          .map(([key, each]) => [key, reversed(each)]),
      );

describe('what does not', () => {
  test('a value, with its place and both values', () => {
    expect(changesTo((text) => text.replace('collection_interval: 60s', 'collection_interval: 15s'))).toEqual([
      {
        kind: 'changed',
        pointer: '/receivers/host_metrics/collection_interval',
        before: '60s',
        after: '15s',
        sentence: 'receiver host_metrics: collection_interval is "15s", was "60s"',
      },
    ]);
  });

  test('processors in another order, told as one change', () => {
    expect(
      changesTo((text) => text.replace('filter/noise, resource/team, batch', 'batch, filter/noise, resource/team')),
    ).toMatchObject([
      {
        kind: 'changed',
        pointer: '/service/pipelines/metrics/processors',
        sentence:
          'pipeline metrics runs its processors in another order: memory_limiter → batch → filter/noise → resource/team, was memory_limiter → filter/noise → resource/team → batch',
      },
    ]);
  });

  test('an attribute whose value only looks like a duration', () => {
    expect(sentences((text) => text.replace('value: 60s', 'value: 1m'))).toEqual([
      'processor resource/team: attributes › 0 › value is "1m", was "60s"',
    ]);
  });

  test('a component that came, and where it runs', () => {
    expect(
      sentences((text) =>
        text
          .replace('  batch: {', '  interval: {interval: 2m}\n  batch: {')
          .replace('resource/team, batch', 'resource/team, interval, batch'),
      ),
    ).toEqual(['processor interval is new', 'pipeline metrics runs interval after resource/team']);
  });

  test('a component that went, under the name of today', () => {
    const old = BASE.replaceAll('otlp_http', 'otlphttp');
    const now = BASE.replaceAll('otlp_http', 'nop').replace('{endpoint: https://otlp.example.com}', '');
    const outcome = diffTexts({ name: 'one', yaml: old }, { name: 'other', yaml: now });
    expect(outcome.accepted && outcome.value.map(({ pointer, sentence }) => [pointer, sentence])).toEqual([
      ['/exporters/otlp_http', 'exporter otlp_http is gone'],
      ['/exporters/nop', 'exporter nop is new'],
      ['/service/pipelines/metrics/exporters/0', 'pipeline metrics no longer sends to otlp_http'],
      ['/service/pipelines/metrics/exporters/0', 'pipeline metrics also sends to nop'],
    ]);
  });

  test('a statement that came, without those that only moved down', () => {
    expect(
      changesTo((text) =>
        text.replace('metric_conditions:\n', 'metric_conditions:\n      - \'metric.name == "system.load"\'\n'),
      ),
    ).toMatchObject([
      {
        kind: 'added',
        pointer: '/processors/filter~1noise/metric_conditions/0',
        after: 'metric.name == "system.load"',
      },
    ]);
  });

  test('statements in another order', () => {
    const [one, other] = ['"process.threads"', '"process.disk.io"'];
    expect(
      sentences((text) =>
        text
          .replace(one ?? '', 'X')
          .replace(other ?? '', one ?? '')
          .replace('X', other ?? ''),
      ),
    ).toEqual(['processor filter/noise: metric_conditions has another order']);
  });

  test('a pipeline that came is told by its flow', () => {
    expect(
      sentences((text) => `${text}    metrics/raw: {receivers: [otlp], processors: [], exporters: [otlp_http]}\n`),
    ).toEqual(['pipeline metrics/raw is new: otlp → otlp_http']);
  });

  test('telemetry of the collector itself, and a key that no collector has', () => {
    expect(sentences((text) => `${text}  telemetry: {metrics: {level: none}}\nsurprise: 1\n`)).toEqual([
      'service: telemetry is {"metrics":{"level":"none"}}, was not set',
      'settings: surprise is 1, was not set',
    ]);
  });

  test('both names of a component side by side stay two', () => {
    const both = 'receivers: {hostmetrics: {a: 1}, host_metrics: {a: 2}}';
    const outcome = diffTexts({ name: 'one', yaml: both }, { name: 'other', yaml: both.replace('1', '3') });
    expect(outcome.accepted && outcome.value.map(({ pointer }) => pointer)).toEqual(['/receivers/hostmetrics/a']);
  });
});

test('a text that cannot be read is named, with its line', () => {
  expect(diffTexts({ name: 'revision 1', yaml: BASE }, { name: 'revision 2', yaml: 'a: [\n' })).toMatchObject({
    accepted: false,
    refusal: { code: 'pipeline-invalid-config', message: expect.stringMatching(/^revision 2 cannot be read.*line \d/) },
  });
});

describe('whatever the settings are', () => {
  const scalar = fc.oneof(fc.constantFrom('60s', '1m', 'a', ''), fc.integer(), fc.boolean(), fc.constant(null));
  const { node } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'timeout'), tie('node'), { maxKeys: 3 }),
    ),
  }));
  const settings = fc.record(
    {
      receivers: fc.dictionary(fc.constantFrom('otlp', 'hostmetrics', 'host_metrics'), node, { maxKeys: 2 }),
      processors: fc.dictionary(fc.constantFrom('batch', 'filter/a'), node, { maxKeys: 2 }),
      service: fc.record({
        pipelines: fc.dictionary(
          fc.constantFrom('metrics', 'logs/b'),
          fc.record({
            receivers: fc.array(fc.constantFrom('otlp', 'hostmetrics')),
            processors: fc.uniqueArray(fc.constantFrom('batch', 'filter/a', 'x')),
          }),
        ),
      }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Settings>;

  test('nothing differs from itself', () => {
    fc.assert(
      fc.property(settings, (one) => {
        expect(diffSettings(one, structuredClone(one))).toEqual([]);
      }),
    );
  });

  test('there and back are as many changes in as many places', () => {
    fc.assert(
      fc.property(settings, settings, (one, other) => {
        const there = diffSettings(one, other);
        const back = diffSettings(other, one);
        expect(there.length === 0).toBe(back.length === 0);
        expect(there.filter(({ kind }) => kind === 'added')).toHaveLength(
          back.filter(({ kind }) => kind === 'removed').length,
        );
      }),
    );
  });
});
