import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { COMPONENT_KINDS, COMPONENTS, type ComponentKind } from '../../src/pipelines/domain/components/registry.ts';
import { SERVICE } from '../../src/pipelines/domain/components/service.ts';
import type { Shape } from '../../src/pipelines/domain/components/shape.ts';
import {
  CONTEXTS,
  type Context,
  contextNames,
  type PathShape,
  pathsOf,
} from '../../src/pipelines/domain/ottl/contexts.ts';
import { functionsOf, type Kind } from '../../src/pipelines/domain/ottl/functions.ts';
import { isSettings, type Settings, type SettingsNode, settingsAt } from '../../src/pipelines/domain/settings-tree.ts';
import { withCollectorsWord } from '../../src/pipelines/domain/validation/collector-words.ts';
import { askCollector, componentsOfCollector } from '../support/collector-answers.ts';
import { WHOLE_TEXT } from '../support/settings-corpus.ts';

// What we say about the pinned collector is held against the program itself, which has the last word.

const BUILT = COMPONENT_KINDS.flatMap((kind) =>
  Object.entries(COMPONENTS[kind]).flatMap(([name, component]) =>
    component.settings === undefined ? [] : [{ kind, name, component, settings: component.settings }],
  ),
);

test('the components are those of the program, as settled as it says', async () => {
  const reported: Record<string, readonly { name: string; stability: Record<string, string> }[]> = parse(
    await componentsOfCollector(),
  );
  const levels = (stability: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(stability).flatMap(([key, level]) => (level === 'Undefined' ? [] : [[key, level.toLowerCase()]])),
    );
  for (const kind of COMPONENT_KINDS)
    expect(
      Object.fromEntries(
        BUILT.filter((each) => each.kind === kind).map(({ name, component }) => [
          name,
          kind === 'connectors'
            ? Object.fromEntries(
                Object.entries(component.pairs).flatMap(([from, out]) =>
                  Object.entries(out).map(([to, level]) => [`${from}-to-${to}`, level]),
                ),
              )
            : kind === 'extensions'
              ? { extension: component.stability }
              : component.signals,
        ]),
      ),
      kind,
    ).toEqual(Object.fromEntries((reported[kind] ?? []).map(({ name, stability }) => [name, levels(stability)])));
});

test('the program takes every name of before', async () => {
  const aliases = BUILT.flatMap(({ kind, component }) => component.aliases.map((alias) => ({ kind, alias })));
  const answers = await askCollector(
    aliases.map(({ kind, alias }) => WHOLE_TEXT.replace(`${kind}:\n`, `${kind}:\n  ${alias}/old: {}\n`)),
  );
  // a component that no pipeline uses is looked up all the same
  expect(aliases.filter((_alias, index) => answers[index]?.includes('unknown type'))).toEqual([]);
  expect(aliases.length).toBeGreaterThan(6);
});

test('what the program says is shown at its place in the text', async () => {
  const text = WHOLE_TEXT.replace('metric.name ==', 'metric.nam ==');
  const [answer = ''] = await askCollector([text]);
  expect(withCollectorsWord(text, [], answer)).toMatchObject([
    { rule: 'collector-refuses', pointer: '/processors/filter~1quiet' },
  ]);
});

/** Every key of a shape, with nothing in it. */
const everyKey = (shape: Shape): SettingsNode => {
  switch (shape.kind) {
    case 'section':
      return Object.fromEntries(Object.entries(shape.keys).map(([key, below]) => [key, everyKey(below)]));
    case 'list':
      return shape.of.kind === 'section' ? [everyKey(shape.of)] : [];
    case 'either': {
      const form = shape.forms.find(
        (each) => each.kind === 'section' || (each.kind === 'list' && each.of.kind === 'section'),
      );
      return form === undefined ? null : everyKey(form);
    }
    case 'map':
      return {};
    default:
      return null;
  }
};

const around = (kind: ComponentKind, name: string, settings: SettingsNode): string => {
  const whole = parse(WHOLE_TEXT) as Settings;
  return stringify({ ...whole, [kind]: { ...settingsAt(whole, kind), [`${name}/asked`]: settings } });
};

describe('settings', () => {
  test('each key that we know is one that the program knows', async () => {
    const asked = [
      ...BUILT.map(({ kind, name, settings }) => ({ name, text: around(kind, name, everyKey(settings)) })),
      {
        name: 'telemetry',
        text: stringify({
          ...(parse(WHOLE_TEXT) as Settings),
          service: {
            ...settingsAt(parse(WHOLE_TEXT) as Settings, 'service'),
            telemetry: everyKey(SERVICE.keys['telemetry'] as Shape),
          },
        }),
      },
    ];
    const answers = await askCollector(asked.map(({ text }) => text));
    const unknown = asked.flatMap(({ name }, index) =>
      [...(answers[index] ?? '').matchAll(/'(.*)' has invalid keys: (.*)/g)].map(
        ([, where, keys]) => `${name} ${where}: ${keys}`,
      ),
    );
    expect(unknown).toEqual([]);
  });

  const SCRAPERS = COMPONENTS.receivers['host_metrics']?.settings?.keys['scrapers'];

  /** Settings with each part in it, so that the program prints what it takes for granted. */
  const ASKED: Settings = {
    receivers: {
      otlp: { protocols: { grpc: {}, http: {} } },
      host_metrics: {
        scrapers: Object.fromEntries(
          SCRAPERS?.kind === 'section' ? Object.keys(SCRAPERS.keys).map((name) => [name, {}]) : [],
        ),
      },
    },
    ...Object.fromEntries(
      (['processors', 'exporters', 'connectors', 'extensions'] as const).map((kind) => [
        kind,
        Object.fromEntries(BUILT.filter((each) => each.kind === kind).map(({ name }) => [name, {}])),
      ]),
    ),
    service: { pipelines: { metrics: { receivers: ['otlp'], exporters: ['debug'] } } },
  };

  /** What differs between a default that the program prints and ours. */
  const differences = (shape: Shape | undefined, printed: SettingsNode, path: string): readonly string[] => {
    if (shape === undefined) return [`${path}: we do not know it`];
    if (isSettings(printed) && shape.kind === 'section')
      return Object.entries(printed).flatMap(([key, below]) => differences(shape.keys[key], below, `${path}.${key}`));
    const isNothing =
      printed === null ||
      printed === '' ||
      (typeof printed === 'object' && Object.keys(printed as object).length === 0);
    if (isNothing || !('default' in shape || ['text', 'integer', 'decimal', 'flag', 'duration'].includes(shape.kind)))
      return [];
    const ours = (shape as { readonly default?: string | number | boolean }).default;
    const zero = [0, false, '0s'].includes(printed as never);
    const isSame = ours === undefined ? zero : String(ours).toLowerCase() === String(printed).toLowerCase();
    // the largest number of all: it cannot be written in this language
    return isSame || Number(printed) > Number.MAX_SAFE_INTEGER ? [] : [`${path}: ${printed}, ours ${ours}`];
  };

  test('each default that the program prints is ours', async () => {
    const [answer = ''] = await askCollector([stringify(ASKED)], {
      args: ['print-config', '--validate=false', '--mode=unredacted'],
    });
    const printed = parse(answer) as Settings;
    const found = BUILT.flatMap(({ kind, name, settings }) =>
      differences(settings, settingsAt(printed, kind)[name] ?? {}, name),
    );
    expect([
      ...found,
      ...differences(SERVICE.keys['telemetry'], settingsAt(printed, 'service', 'telemetry'), 'telemetry'),
    ]).toEqual([]);
    expect(Object.keys(settingsAt(printed, 'exporters', 'otlp_http')).length).toBeGreaterThan(10);
  });
});

describe('OTTL', () => {
  const SIGNAL: Readonly<Record<Context, string>> = {
    resource: 'metric',
    scope: 'metric',
    metric: 'metric',
    datapoint: 'metric',
    exemplar: 'metric',
    log: 'log',
    span: 'trace',
    spanevent: 'trace',
  };
  const inContext = (context: Context, processor: 'transform' | 'filter', lines: readonly string[]): string => {
    const part = processor === 'transform' ? 'statements' : 'conditions';
    return stringify({
      receivers: { otlp: { protocols: { grpc: {} } } },
      processors: { [processor]: { [`${SIGNAL[context]}_${part}`]: [{ context, [part]: [...lines] }] } },
      exporters: { nop: {} },
      service: { pipelines: { traces: { receivers: ['otlp'], exporters: ['nop'] } } },
    });
  };
  const ARGUMENTS = Array.from({ length: 12 }, () => '1').join(', ');
  const call = (name: string, given: string): string =>
    /^[a-z]/.test(name) ? `${name}(${given})` : `set(cache["x"], ${name}(${given}))`;

  test.each(CONTEXTS.map((context) => [context] as const))(
    'functions of %s take as many arguments as we say',
    async (context) => {
      const functions = Object.entries(functionsOf('statement', context)).filter(
        ([, parameters]) => parameters.length > 0,
      );
      const [tooMany = '', none = ''] = await askCollector([
        inContext(
          context,
          'transform',
          functions.map(([name]) => call(name, ARGUMENTS)),
        ),
        inContext(
          context,
          'transform',
          functions.map(([name]) => call(name, '')),
        ),
      ]);
      for (const [name, parameters] of functions) {
        expect(tooMany, name).toContain(
          `error while parsing arguments for call to "${name}": incorrect number of arguments. Expected: ${parameters.length} Received: 12`,
        );
        const needsSome = parameters.some(({ isOptional }) => !isOptional);
        expect(none.includes(`call to "${name}": incorrect number of arguments`), name).toBe(needsSome);
      }
      expect(tooMany).not.toContain('undefined function');
    },
  );

  test.each(CONTEXTS.filter((each) => each !== 'exemplar').map((context) => [context] as const))(
    'a filter of %s knows the functions that we say',
    async (context) => {
      const names = Object.keys(functionsOf('condition', context)).filter((name) => /^[A-Z]/.test(name));
      const [answer = ''] = await askCollector([
        inContext(context, 'filter', [...names.map((name) => `${name}(${ARGUMENTS}) == 1`), 'Unheard(1) == 1']),
      ]);
      expect([...answer.matchAll(/undefined function "(\w+)"/g)].map(([, name]) => name)).toEqual(['Unheard']);
    },
  );

  /** What stands for an argument of a kind, written out. */
  const EXAMPLE: Readonly<Record<Kind, string>> = {
    any: '1',
    text: '"a"',
    textLike: '"a"',
    pattern: '"a"',
    glob: '"a"',
    integer: '1',
    integerLike: '1',
    decimal: '1.0',
    decimalLike: '1.0',
    boolean: 'true',
    booleanLike: 'true',
    bytesLike: '0x00',
    time: 'Now()',
    duration: 'Duration("1s")',
    map: '{"a": 1}',
    list: '["a"]',
    path: 'cache["y"]',
    mapPath: 'cache',
    listPath: 'cache["z"]',
    writtenText: '"a"',
    writtenInteger: '1',
    writtenDecimal: '1.0',
    writtenBoolean: 'true',
    function: 'SHA256',
    lambda: '(k, v) => true',
  };

  test('each argument is of the kind that we say', async () => {
    const statements = Object.entries(functionsOf('statement', 'metric')).map(([name, parameters]) =>
      call(name, parameters.map(({ kind, isList }) => (isList ? `[${EXAMPLE[kind]}]` : EXAMPLE[kind])).join(', ')),
    );
    const [answer = ''] = await askCollector([inContext('metric', 'transform', statements)]);
    expect(
      [...answer.matchAll(/call to "(\w+)": invalid argument at position \d+: (.*)/g)]
        .map(([, name, fault]) => `${name}: ${fault}`)
        // behind a gate, and a converter inside that has its own opinion of what is written here
        .filter((each) => !each.includes('enableLambda') && !each.includes("couldn't create function")),
    ).toEqual([]);
  });

  const pathsIn = (names: Readonly<Record<string, PathShape>>, before: string): readonly string[] =>
    Object.entries(names).flatMap(([name, shape]) => [
      ...(shape.incomplete ? [] : [`${before}.${name}`]),
      ...(shape.keys === 'none' ? [] : [`${before}.${name}["k"]`]),
      ...pathsIn(shape.next, `${before}.${name}`),
    ]);

  test.each(CONTEXTS.map((context) => [context] as const))('paths of %s are those that we say', async (context) => {
    const paths = contextNames(context).flatMap((name) => pathsIn(pathsOf(context, name), name));
    const [right = '', wrong = ''] = await askCollector([
      inContext(
        context,
        'transform',
        paths.map((path) => `set(cache["x"], ${path})`),
      ),
      inContext(
        context,
        'transform',
        paths.map((path) => `set(cache["x"], ${path}.nothing)`),
      ),
    ]);
    expect(right).toBe('');
    const unrefused = paths.filter((path) => !wrong.includes(`, ${path.replaceAll('"', '\\"')}.nothing)`));
    expect(unrefused).toEqual([]);
  });
});
