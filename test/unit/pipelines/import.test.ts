import { describe, expect, test } from 'vitest';
import { importSettings } from '../../../src/pipelines/domain/import.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';

const SETTINGS = `# what the web hosts send
receivers:
  hostmetrics: # every minute
    collection_interval: 60s
    scrapers: {cpu: {}, process: {}}
exporters:
  otlphttp:
    endpoint: https://otlp.example.com
service:
  pipelines:
    # one is enough
    metrics: {receivers: [hostmetrics], exporters: [otlphttp]}
`;

const imported = (text: string) => {
  const outcome = importSettings(text);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
const indent = (text: string, by: number) => text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

describe('where settings are found', () => {
  test('settings alone stay as they are, byte for byte', () => {
    expect(imported(SETTINGS)).toEqual({ yaml: SETTINGS, notes: [] });
  });

  test('in a ConfigMap, beside other keys', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: otel-agent}\ndata:\n  readme: hello\n  relay: |\n${indent(SETTINGS, 4)}`;
    expect(imported(text)).toEqual({
      yaml: SETTINGS,
      notes: [{ line: 1, pointer: '', sentence: 'taken from data.relay of the ConfigMap otel-agent' }],
    });
  });

  test.each([
    [
      'OpenTelemetryCollector',
      ['apiVersion: opentelemetry.io/v1beta1', 'kind: OpenTelemetryCollector', 'spec:', '  config:'],
      4,
    ],
    ['Helm values', ['mode: daemonset', 'config:'], 2],
    ['alternateConfig', ['alternateConfig:'], 2],
  ] as const)('as a map in %s, with its comments and without those around it', (_, head, by) => {
    const text = `# theirs\n${head.join('\n')}\n${indent(SETTINGS, by)}# image\nimage: {repository: x}\n`;
    expect(imported(text).yaml).toBe(SETTINGS);
  });

  test('as a text in an older OpenTelemetryCollector', () => {
    const text = `kind: OpenTelemetryCollector\nmetadata: {name: agent}\nspec:\n  config: |\n${indent(SETTINGS, 4)}`;
    expect(imported(text).yaml).toBe(SETTINGS);
  });

  test('in one of several documents', () => {
    expect(imported(`kind: Namespace\nmetadata: {name: x}\n---\n${SETTINGS}`).yaml).toBe(SETTINGS);
  });
});

describe('secrets', () => {
  const withSecrets = (value: string) =>
    SETTINGS.replace('    endpoint:', `    headers: {api-key: ${value}} # of team web\n    endpoint:`);

  test.each([
    ['plain', 'abcdef0123456789'],
    ['in double quotes', '"abcdef0123456789"'],
    ['in single quotes', "'abcdef0123456789'"],
  ])('a value that is %s becomes a reference, and the comment beside it stays', (_, value) => {
    const { yaml, notes } = imported(withSecrets(value));
    expect(yaml).toContain(`headers: {api-key: "\${env:OTLPHTTP_API_KEY}"} # of team web\n`);
    expect(yaml).not.toContain('abcdef0123456789');
    expect(notes).toEqual([
      {
        line: 8,
        pointer: '/exporters/otlphttp/headers/api-key',
        sentence: expect.stringContaining(`a secret stood here in plain text; it is \${env:OTLPHTTP_API_KEY} now`),
      },
    ]);
    expect(yaml.split('\n')[7]).toContain('OTLPHTTP_API_KEY');
  });

  test('a block of text does so as well', () => {
    const { yaml } = imported(
      SETTINGS.replace('    endpoint:', '    headers:\n      api-key: |\n        abcdef0123456789\n    endpoint:'),
    );
    expect(yaml).toContain(`      api-key: "\${env:OTLPHTTP_API_KEY}"\n    endpoint:`);
  });

  test('two of one name get two variables, the same ones each time', () => {
    const text = SETTINGS.replace(
      '    endpoint:',
      '    headers: {api-key: abcdef0123456789}\n    auth: {api-key: fedcba9876543210}\n    endpoint:',
    );
    expect(imported(text).yaml).toMatch(/OTLPHTTP_API_KEY\}[\s\S]*OTLPHTTP_API_KEY_2\}/);
    expect(imported(text)).toEqual(imported(text));
  });

  test('nothing else is changed, and nothing of it is left to find', () => {
    const { yaml } = imported(withSecrets('abcdef0123456789'));
    expect(yaml.replace(`"\${env:OTLPHTTP_API_KEY}"`, 'abcdef0123456789')).toBe(withSecrets('abcdef0123456789'));
    expect(validateSettings(yaml).filter(({ rule }) => rule === 'secret-in-plain-text')).toEqual([]);
  });
});

describe('what cannot be imported', () => {
  const why = (text: string) => {
    const outcome = importSettings(text);
    return outcome.accepted ? null : outcome.refusal.message;
  };

  test.each([
    ['nothing', '', 'there are no collector settings in it'],
    ['another manifest', 'kind: Deployment\nspec: {}\n', 'there are no collector settings in it'],
    ['broken YAML, with its line', 'a: 1\nb: [\n', 'line 3 is no readable YAML'],
    ['a text that is too long', 'x'.repeat(400_000), '393216 are allowed'],
    ['a text that is too deep', '['.repeat(20_000), 'no readable YAML'],
    [
      'several settings',
      `${SETTINGS}---\n${SETTINGS}`,
      'there are several collector settings in it: the whole text, the whole text',
    ],
  ])('%s', (_, text, message) => {
    expect(why(text)).toContain(message);
  });
});
