import { describe, expect, test } from 'vitest';
import { TEXT_LIMITS } from '../../../src/pipelines/domain/validation/settings-text.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { MUTANTS, WHOLE_TEXT } from '../../support/settings-corpus.ts';

const errorsIn = (text: string) => validateSettings(text).filter(({ severity }) => severity === 'error');
const rulesIn = (text: string) => [...new Set(errorsIn(text).map(({ rule }) => rule))];

test('settings without a fault have no finding', () => {
  expect(validateSettings(WHOLE_TEXT)).toEqual([]);
});

describe('one fault is named by its rule', () => {
  test.each(MUTANTS.map((mutant) => [mutant.title, mutant] as const))('%s', (_title, { text, rule }) => {
    expect(rulesIn(text)).toEqual([rule]);
  });
});

describe('a finding', () => {
  test('says where it stands: line, column and pointer', () => {
    const text =
      'receivers:\n  otlp: {}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces/a:\n      receivers: [otlp, zipkin]\n      exporters: [debug]\n';
    expect(validateSettings(text)).toEqual([
      {
        rule: 'reference-undefined',
        severity: 'error',
        pointer: '/service/pipelines/traces~1a/receivers/1',
        line: 8,
        column: 25,
        message: 'pipeline traces/a uses receiver "zipkin", which is not defined',
        fix: 'define it under receivers, or use otlp',
      },
    ]);
  });

  test('comes with all others, in the order of the text', () => {
    const text = WHOLE_TEXT.replace('- debug', '- debugger').replace('- host_metrics', '- hostmetric');
    const lines = errorsIn(text).map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines).toEqual(lines.toSorted((one, other) => one - other));
  });

  test('is a warning where the collector would start and do what was meant', () => {
    const text = WHOLE_TEXT.replaceAll('host_metrics', 'hostmetrics').replace(
      'nop/spare: {}',
      'nop/spare: {}\n  nop: {}',
    );
    expect(validateSettings(text).map(({ rule, severity }) => [rule, severity])).toEqual([
      ['component-renamed', 'warning'],
      ['component-unused', 'warning'],
    ]);
  });
});

describe('variables', () => {
  const withInterval = (value: string) =>
    WHOLE_TEXT.replace('collection_interval: 60s', () => `collection_interval: ${value}`);

  test.each([`\${env:K8S_NODE_NAME}`, `\${K8S_NODE_NAME}`, `\${env:ANYTHING:-60s}`, `$\${file:/etc/shadow}`])(
    '%s is in order',
    (value) => {
      expect(validateSettings(withInterval(value))).toEqual([]);
    },
  );

  test('one that nothing sets is told, with those that exist', () => {
    const [finding] = validateSettings(withInterval(`\${env:INTERVAL}`));
    expect(finding).toMatchObject({ rule: 'variable-not-set', severity: 'warning' });
    expect(finding?.fix).toContain('K8S_NODE_NAME');
  });
});

describe('hostile texts are refused with a sentence', () => {
  const laughs = Array.from({ length: 20 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
  ).join('\n');

  test.each([
    ['a billion laughs', laughs, 'yaml-alias'],
    ['lists in lists', `a: ${'['.repeat(80)}${']'.repeat(80)}`, 'text-too-deep'],
    ['lists in lists that never close', `a: ${'['.repeat(100_000)}`, 'yaml-broken'],
    ['maps in maps', Array.from({ length: 80 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'text-too-deep'],
    ['very many values', `a: [${'1,'.repeat(TEXT_LIMITS.nodes)}]`, 'text-too-many-values'],
    ['one character too many', ' '.repeat(TEXT_LIMITS.characters + 1), 'text-too-large'],
    ['a tag of its own', 'a: !!js/function x', 'yaml-tag'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'yaml-broken'],
  ])('%s', (_title, text, rule) => {
    expect(rulesIn(text)).toEqual([rule]);
  });

  test('names of prototypes are names like others', () => {
    expect(rulesIn(`${WHOLE_TEXT}__proto__:\n  polluted: true\n`)).toEqual(['key-unknown']);
    expect(rulesIn(WHOLE_TEXT.replace('- otlp', '- constructor'))).toEqual(['reference-undefined']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('values of the wrong kind in every place end in findings, never in an exception', () => {
    for (const value of ['null', '1', 'text', '[]', '[[]]', '{a: 1}', '~', '""'])
      for (const key of ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'])
        expect(Array.isArray(validateSettings(`${key}: ${value}\n`))).toBe(true);
  });
});
