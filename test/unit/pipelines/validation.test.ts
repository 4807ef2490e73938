import { describe, expect, test } from 'vitest';
import { circumstancesOf } from '../../../src/pipelines/domain/template-circumstances.ts';
import { Finding } from '../../../src/pipelines/domain/validation/finding.ts';
import { RULES, type RuleId } from '../../../src/pipelines/domain/validation/rules.ts';
import { TEXT_LIMITS } from '../../../src/pipelines/domain/validation/settings-text.ts';
import { type Circumstances, validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { EXFILTRATION_ATTEMPTS } from '../../support/exfiltration-attempts.ts';
import { FOREIGN_SETTINGS } from '../../support/foreign-settings.ts';
import { OTTL_CASES, ottlText } from '../../support/ottl-corpus.ts';
import { renderedTemplates } from '../../support/rendered-templates.ts';
import { CLUSTER_MUTANTS, MUTANTS, POLICY, put, WHOLE_TEXT } from '../../support/settings-corpus.ts';
import { EXAMPLES, textAround } from '../../support/settings-examples.ts';
import { generatedMutants, type Mutant } from '../../support/settings-mutations.ts';

const IN_CLUSTER: Circumstances = { policy: POLICY };

const errorsIn = (text: string, circumstances: Circumstances = {}) =>
  validateSettings(text, circumstances).filter(({ severity }) => severity === 'error');
const rulesIn = (text: string, circumstances: Circumstances = {}) => [
  ...new Set(errorsIn(text, circumstances).map(({ rule }) => rule)),
];
const titled = (mutants: readonly Mutant[]) => mutants.map((mutant) => [mutant.title, mutant] as const);

describe('settings without a fault', () => {
  test('have no finding in a cluster', () => {
    expect(validateSettings(WHOLE_TEXT, IN_CLUSTER)).toEqual([]);
  });

  test.each(EXAMPLES.map((example) => [example.id, example] as const))('%s has no error', (_id, example) => {
    expect(errorsIn(textAround(example))).toEqual([]);
  });
});

describe('one fault is named by its rule', () => {
  test.each(titled(MUTANTS))('%s', (_title, { text, rule }) => {
    expect(rulesIn(text)).toEqual([rule]);
  });

  test('in each key of each component', () => {
    const mistaken = generatedMutants().filter(({ text, rule }) => rulesIn(text).join() !== rule);
    expect(mistaken.map(({ title, text, rule }) => [title, rule, rulesIn(text)])).toEqual([]);
  });

  test.each(titled(CLUSTER_MUTANTS))('in a cluster only: %s', (_title, { text, rule }) => {
    expect(rulesIn(text, IN_CLUSTER)).toEqual([rule]);
    expect(rulesIn(text)).toEqual([]);
  });
});

describe('OTTL', () => {
  test.each(OTTL_CASES.map((each) => [each.rule ?? 'right', each.text, each] as const))(
    '%s: %s',
    (_rule, _text, each) => {
      expect(rulesIn(ottlText([each]))).toEqual(each.rule === undefined ? [] : [each.rule]);
    },
  );

  const placeOf = (lines: string) => {
    const text = `processors:\n  filter:\n    metric_conditions:\n${lines}\n`;
    const finding = validateSettings(text).find(({ rule }) => rule === ('ottl-function-unknown' satisfies RuleId));
    return [finding?.line, finding?.column];
  };

  test.each([
    ['plain', '      - metric.name == Fo("a")', [4, 24]],
    ['in double quotes', '      - "metric.name == \\"\\u00e9\\" or metric.unit == Fo(\\"a\\")"', [4, 54]],
    ['in single quotes', `      - 'metric.name == "it''s" or metric.unit == Fo("a")'`, [4, 51]],
    ['in a block', '      - |\n        metric.name == "a"\n          or metric.unit == Fo("b")', [6, 29]],
    ['in a block with its indentation', '      - |2\n          metric.name == Fo("b")', [5, 26]],
    [
      'in a folded block',
      '      - >-\n        metric.name == "a"\n        or\n\n        metric.unit == Fo("b")',
      [8, 24],
    ],
    ['over lines', '      - metric.name ==\n          Fo("b")', [5, 11]],
    ['over lines in quotes', '      - "metric.name ==\n\n          Fo(\\"b\\")"', [6, 11]],
  ])('is shown where it is written: %s', (_title, lines, place) => {
    expect(placeOf(lines)).toEqual(place);
  });
});

describe('a finding', () => {
  test('says where it stands: line, column and pointer', () => {
    const text =
      'receivers:\n  otlp: {protocols: {grpc: {}}}\nexporters:\n  debug: {}\nservice:\n  pipelines:\n    traces/a:\n      receivers: [otlp, zipkin]\n      exporters: [debug]\n';
    expect(errorsIn(text)).toEqual([
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

  test('names what was probably meant', () => {
    const fixOf = (from: string, to: string) => errorsIn(WHOLE_TEXT.replace(from, to))[0]?.fix;
    expect(fixOf('collection_interval: 60s', 'collection_interval: 60s\n    collection_intervals: 5s')).toBe(
      'write collection_interval',
    );
    expect(fixOf('- debug', '- debbug')).toContain('write debug');
    expect(fixOf('metric.name ==', 'metric.nam ==')).toBe('write name');
  });

  test('whatever it is about, has a rule that is listed, a place in the text, a sentence and something that would work', () => {
    for (const { text } of [...MUTANTS, ...EXFILTRATION_ATTEMPTS]) {
      const lines = text.split('\n');
      for (const finding of validateSettings(text, IN_CLUSTER)) {
        const { rule, pointer, line, column, message, fix } = Finding.parse(finding);
        expect(Object.keys(RULES)).toContain(rule);
        expect(pointer).toMatch(/^(\/|$)/);
        expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
        expect(Math.min(message.length, fix.length)).toBeGreaterThan(3);
      }
    }
  });

  test('comes with all others, in the order of the text', () => {
    const text = WHOLE_TEXT.replace('- debug', '- debugger')
      .replace('- host_metrics', '- hostmetric')
      .replace('60s', 'soon');
    const lines = errorsIn(text).map(({ line }) => line);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines).toEqual(lines.toSorted((one, other) => one - other));
  });

  test('is a warning where the collector would start and do what was meant', () => {
    const text = WHOLE_TEXT.replaceAll('host_metrics', 'hostmetrics').replace(
      'nop/spare: {}',
      'nop/spare: {}\n  nop: {}',
    );
    expect(validateSettings(text, IN_CLUSTER).map(({ rule, severity }) => [rule, severity])).toEqual([
      ['component-renamed', 'warning'],
      ['component-unused', 'warning'],
    ]);
  });

  test.each([
    [
      'a batch in the middle',
      'batch-not-last',
      ['- filter/quiet\n        - batch', '- batch\n        - filter/quiet2'],
    ],
    [
      'a key of before',
      'key-deprecated',
      ['metric_conditions:\n      - metric.name ==', 'metrics:\n      metric:\n        - name =='],
    ],
    [
      'a metric by a name of before',
      'ottl-name-unknown',
      ['metric.name == "system.uptime"', 'metric.name == "process.memory.physical"'],
    ],
    [
      'an attribute with a typing error',
      'ottl-name-unknown',
      ['metric.name == "system.uptime"', 'resource.attributes["process.executable.nam"] == "a"'],
    ],
    ['two limits', 'limit-passed-over', ['limit_percentage: 80', 'limit_percentage: 80\n    limit_mib: 400']],
    ['sums that may fall', 'interval-passes-sums', ['- filter/quiet\n        - batch', '- interval\n        - batch']],
    ['an interval that Prometheus forgets', 'interval-too-long', ['60s', '300s']],
    ['a receiver twice', 'receiver-twice', ['- host_metrics\n', '- host_metrics\n        - host_metrics\n']],
  ])('is a warning for %s', (_title, rule, [from, to]) => {
    const text = WHOLE_TEXT.replace(from as string, to as string)
      .replace('filter/quiet2', 'batch/third')
      .replace('  batch/second: {}', '  batch/second: {}\n  batch/third: {}\n  interval: {}')
      .replace('        - nop/spare', '        - prometheus')
      .replace('  nop/spare: {}', `  nop/spare: {}\n  prometheus: {endpoint: "\${env:K8S_POD_IP}:9464"}`);
    expect(validateSettings(text).filter((each) => each.rule === rule)).toMatchObject([{ severity: 'warning' }]);
  });
});

describe('variables', () => {
  const withInterval = (value: string) =>
    WHOLE_TEXT.replace('collection_interval: 60s', () => `collection_interval: ${value}`);

  test.each([`\${env:K8S_NODE_NAME}`, `\${K8S_NODE_NAME}`])('%s is in order in a cluster', (value) => {
    expect(validateSettings(withInterval(value), IN_CLUSTER)).toEqual([]);
  });

  test('a default is judged as what it stands for', () => {
    expect(rulesIn(withInterval(`\${env:ANYTHING:-60s}`))).toEqual([]);
    expect(rulesIn(withInterval(`\${env:ANYTHING:-often}`))).toEqual(['duration-unreadable']);
    expect(rulesIn(withInterval(`\${env:ANYTHING:-60}`))).toEqual(['duration-without-unit']);
  });

  test('one that is put in a thousand times is told once', () => {
    const findings = validateSettings(withInterval(`"${`\${env:SOME}`.repeat(1000)}"`), IN_CLUSTER);
    expect(findings.map(({ rule }) => rule)).toEqual(['variable-not-allowed']);
  });

  test('two dollars are one, and put nothing in', () => {
    expect(rulesIn(withInterval(`$\${file:/etc/shadow}`))).toEqual(['duration-unreadable']);
  });

  test('one that nothing sets is told where nobody knows better, and refused in a cluster', () => {
    expect(validateSettings(withInterval(`\${env:INTERVAL}`)).find(({ line }) => line === 4)).toMatchObject({
      rule: 'variable-not-set',
      severity: 'warning',
    });
    const [refused] = errorsIn(withInterval(`\${env:INTERVAL:-60s}`), IN_CLUSTER);
    expect(refused).toMatchObject({ rule: 'variable-not-allowed' });
    expect(refused?.fix).toContain('K8S_NODE_NAME');
  });
});

describe('templates of ours', () => {
  test.each(renderedTemplates().map((each) => [each.title, each] as const))(
    '%s has no error in a cluster whose owner has said nothing',
    (_title, { text, template }) => {
      const { policy } = circumstancesOf(template);
      expect(errorsIn(text, { policy: { ...policy, criticalProcesses: ['postgres'] }, image: 'contrib' })).toEqual([]);
    },
  );
});

describe('whoever writes a pipeline does not get at what others hold', () => {
  test.each(titled(EXFILTRATION_ATTEMPTS))('%s', (_title, { text, rule }) => {
    expect(rulesIn(text, { policy: POLICY, image: 'contrib' })).toContain(rule);
  });

  test('in more than a hundred ways', () => {
    expect(new Set(EXFILTRATION_ATTEMPTS.map(({ text }) => text)).size).toBeGreaterThan(100);
  });

  test('a secret may stand where it opens a door, and nowhere else', () => {
    const withHeader = (value: string) =>
      put(
        [
          [['exporters'], 'otlp_http'],
          { endpoint: 'https://store.example.com:4318', headers: { authorization: value } },
        ],
        [[['service', 'pipelines', 'traces'], 'exporters'], ['otlp_http']],
      );
    expect(validateSettings(withHeader(`Bearer \${env:STORE_TOKEN}`), IN_CLUSTER)).toEqual([]);
    for (const plain of [
      'Bearer abcdefghijk',
      `\${env:STORE_TOKEN:-Bearer abcdefghijk}`,
      `\${env:STORE_TOKEN:-abcdefghijkl}`,
      `Bearer abcdefghijkl\${env:STORE_TOKEN}`,
    ])
      expect(rulesIn(withHeader(plain), IN_CLUSTER), plain).toEqual(['secret-in-plain-text']);
    for (const right of [`Basic \${env:STORE_TOKEN:-}`, `GenieKey \${env:STORE_TOKEN}`, `\${env:STORE_TOKEN:-none}`])
      expect(rulesIn(withHeader(right), IN_CLUSTER), right).toEqual([]);
  });
});

describe('settings of other people', () => {
  test.each(FOREIGN_SETTINGS.map(({ title, text }) => [title, text] as const))('%s', (_title, text) => {
    expect(errorsIn(text, { image: 'contrib' })).toEqual([]);
  });

  test('are a hundred and more', () => {
    expect(FOREIGN_SETTINGS.length).toBeGreaterThanOrEqual(100);
    expect(FOREIGN_SETTINGS.filter(({ title }) => title === '')).toEqual([]);
  });
});

describe('the image and promotion', () => {
  const withSampler = WHOLE_TEXT.replace(
    'processors:\n',
    'processors:\n  tail_sampling: {policies: []}\n  unheard_of: {}\n',
  );

  test('the project’s own image has what our build lacks, and hundreds that nobody here knows', () => {
    expect(rulesIn(withSampler, { image: 'contrib' })).toEqual([]);
    expect(rulesIn(withSampler)).toEqual(['component-not-in-build', 'component-not-available']);
  });

  test('where nobody knows the image, what only the full build has is advice', () => {
    expect(rulesIn(withSampler, { image: 'unknown' })).toEqual(['component-not-available']);
    expect(validateSettings(withSampler, { image: 'unknown' })).toContainEqual(
      expect.objectContaining({
        rule: 'component-perhaps-not-in-build',
        severity: 'warning',
        pointer: '/processors/tail_sampling',
      }),
    );
  });

  test('what is promoted is beta or better, unless somebody has reviewed it', () => {
    const promoted = (...promotionWaivers: readonly string[]) =>
      errorsIn(WHOLE_TEXT, { policy: { ...POLICY, promotionWaivers: [...promotionWaivers] } }).map(
        ({ pointer }) => pointer,
      );
    expect(promoted()).toEqual(['/processors/filter~1quiet', '/exporters/debug', '/extensions/health_check']);
    expect(promoted('filter', 'debug', 'health_check')).toEqual([]);
  });
});

describe('hostile texts are refused with a sentence', () => {
  const laughs = Array.from({ length: 20 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`,
  ).join('\n');
  const long = (line: string) => `processors:\n  filter:\n    metric_conditions:\n      - '${line}'\n`;

  test.each([
    ['a billion laughs', laughs, 'yaml-alias'],
    ['lists in lists', `a: ${'['.repeat(80)}${']'.repeat(80)}`, 'text-too-deep'],
    ['lists in lists that never close', `a: ${'['.repeat(100_000)}`, 'text-too-deep'],
    ['maps in maps', Array.from({ length: 80 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'), 'text-too-deep'],
    ['very many values', `a: [${'1,'.repeat(TEXT_LIMITS.nodes)}]`, 'text-too-many-values'],
    ['one character too many', ' '.repeat(TEXT_LIMITS.characters + 1), 'text-too-large'],
    ['a tag of its own', 'a: !!js/function x', 'yaml-tag'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'yaml-broken'],
  ])('%s', (_title, text, rule) => {
    expect(rulesIn(text)).toEqual([rule]);
  });

  test.each([
    ['brackets in brackets', long(`${'('.repeat(50_000)}metric.name == "a"${')'.repeat(50_000)}`)],
    ['calls in calls', long(`${'IsMatch('.repeat(20_000)}metric.name`)],
    ['lambdas in lambdas', long(`Any(metric.name, ${'(a) => '.repeat(5000)}true)`)],
    ['words without an end', long('metric.name == "a" and '.repeat(8000))],
    ['a pattern of brackets', long(`IsMatch(metric.name, "${'('.repeat(100_000)}")`)],
    ['a pattern that would never end elsewhere', long(`IsMatch(metric.name, "${'(a+)+'.repeat(2000)}$")`)],
    [
      'keys that nobody knows',
      `processors:\n  batch:\n${Array.from({ length: 9000 }, (_, at) => `    send_batch_siz${at}: 1\n`).join('')}`,
    ],
    [
      'very many pipelines in circles',
      `service:\n  pipelines:\n${Array.from({ length: 900 }, (_, at) => `    metrics/${at}: {receivers: [forward], exporters: [forward]}\n`).join('')}connectors: {forward: {}}\n`,
    ],
    ['dollars', `a: "${'${'.repeat(50_000)}"`],
  ])('%s ends in findings', (_title, text) => {
    expect(errorsIn(text).length).toBeGreaterThan(0);
  });

  test('names of prototypes are names like others', () => {
    expect(rulesIn(`${WHOLE_TEXT}__proto__:\n  polluted: true\n`)).toEqual(['key-unknown']);
    expect(rulesIn(WHOLE_TEXT.replace('- otlp', '- constructor'))).toEqual(['reference-undefined']);
    expect(rulesIn(WHOLE_TEXT.replace('batch: {}', 'batch: {constructor: 1, toString: 2}'))).toEqual(['key-unknown']);
    expect(rulesIn(WHOLE_TEXT.replace('metric.name ==', 'metric.constructor =='))).toEqual(['ottl-path-unknown']);
    expect(rulesIn(WHOLE_TEXT.replace('"system.uptime"', 'Constructor()'))).toEqual(['ottl-function-unknown']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('values of the wrong kind in every place end in findings, never in an exception', () => {
    for (const value of [
      'null',
      '1',
      'text',
      '[]',
      '[[]]',
      '{a: 1}',
      '{otlp: 1}',
      '{host_metrics: []}',
      '~',
      '""',
      `\${env:X}`,
    ])
      for (const key of ['receivers', 'processors', 'exporters', 'connectors', 'extensions', 'service'])
        for (const circumstances of [{}, IN_CLUSTER])
          expect(Array.isArray(validateSettings(`${key}: ${value}\n`, circumstances))).toBe(true);
  });

  test('any value of an example may be anything', () => {
    const wrong = ['null', '[]', '{}', '7', '"x"', 'true', `\${env:X}`, '[null]', '{x: null}'];
    for (const example of EXAMPLES)
      textAround(example)
        .split('\n')
        .forEach((line, at, lines) => {
          const [, key] = /^(\s*(?:- )?[\w./]+:) \S/.exec(line) ?? [];
          const value = wrong[at % wrong.length];
          if (key !== undefined)
            expect(Array.isArray(validateSettings(lines.with(at, `${key} ${value}`).join('\n'), IN_CLUSTER))).toBe(
              true,
            );
        });
  });
});
