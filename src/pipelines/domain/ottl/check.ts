import { nearestWord } from '../../../kernel/words.ts';
import { hopelessFault, type Written, writtenFault } from './arguments.ts';
import { type Context, contextNames, ENUMS, type PathShape, pathsOf } from './contexts.ts';
import { functionsOf, type Parameter, type Use } from './functions.ts';
import { describe, fits, KIND_ADVICE, KIND_NAMES } from './kinds.ts';
import { callsOfCondition, contextNameOf, valuesOfCondition, valuesOfStatement } from './parts.ts';
import { patternAdvice } from './pattern-advice.ts';
import { isGlob, patternFault } from './patterns.ts';
import type { Argument, Call, Condition, Path, Segment, Statement, Value } from './syntax.ts';

/** Something wrong in an OTTL text; `at` counts its characters from 0. */
export interface OttlFault {
  readonly rule: OttlRule;
  readonly at: number;
  readonly message: string;
  readonly fix: string;
}

export const OTTL_RULES = [
  'ottl-syntax',
  'ottl-editor-expected',
  'ottl-editor-as-value',
  'ottl-function-unknown',
  'ottl-arguments',
  'ottl-arguments-ignored',
  'ottl-argument-kind',
  'ottl-lambda',
  'ottl-path-unknown',
  'ottl-context-missing',
  'ottl-enum-unknown',
  'ottl-pattern',
  'ottl-always-fails',
] as const;
export type OttlRule = (typeof OTTL_RULES)[number];

/** What a text is read for. */
export interface Scope {
  readonly use: Use;
  readonly context: Context;
  /** each path begins with the name of its context: so it is where nobody said which context is meant */
  readonly pathsNameContext: boolean;
}

/** Everything that the collector would refuse in a statement, and what could never work. */
export const checkStatement = (statement: Statement, scope: Scope): readonly OttlFault[] => [
  ...judgeEditor(statement.editor),
  ...judgeCall(statement.editor, scope),
  ...valuesOfStatement(statement).flatMap((value) => judgeValue(value, scope)),
  ...(statement.where === undefined ? [] : judgeTruths(statement.where, scope)),
];

/** Everything that the collector would refuse in a condition, and what could never work. */
export const checkCondition = (condition: Condition, scope: Scope): readonly OttlFault[] => [
  ...valuesOfCondition(condition).flatMap((value) => judgeValue(value, scope)),
  ...judgeTruths(condition, scope),
];

/** Calls that are conditions themselves are no values, so they are judged here. */
const judgeTruths = (condition: Condition, scope: Scope): readonly OttlFault[] =>
  callsOfCondition(condition).flatMap((call) => [
    ...judgeCall(call, scope),
    ...(!isFunction(call.name, scope) || mayBeTrue(call)
      ? []
      : [
          fault(
            'ottl-always-fails',
            call,
            `${call.name} gives no true or false, so this condition fails at each item`,
            `compare it: ${call.name}(…) == …`,
          ),
        ]),
  ]);

/** A converter that gives true or false, or anything; what is in brackets may be anything as well. */
const mayBeTrue = ({ name, keys }: Call): boolean =>
  keys.length > 0 ||
  /^(Is|Has)[A-Z]/.test(name) ||
  ['All', 'Any', 'Bool', 'Coalesce', 'ContainsValue', 'Find', 'ParseJSON', 'Reduce', 'When'].includes(name);

const judgeEditor = ({ name, keys, ...call }: Call): readonly OttlFault[] => [
  ...(/^[A-Z]/.test(name)
    ? [
        fault(
          'ottl-editor-expected',
          call,
          `a statement begins with an editor, and ${name} only gives a value`,
          `write set(path, ${name}(…))`,
        ),
      ]
    : []),
  ...(keys.length > 0
    ? [fault('ottl-syntax', call, `${name}(…) changes something and gives nothing to index`, 'leave out the brackets')]
    : []),
];

const judgeValue = (value: Value, scope: Scope): readonly OttlFault[] => {
  switch (value.kind) {
    case 'path':
      return judgePath(value.path, scope);
    case 'call':
      return /^[a-z]/.test(value.call.name)
        ? [
            fault(
              'ottl-editor-as-value',
              value,
              `${value.call.name} is an editor or no function; only converters give a value`,
              'names of converters begin with a capital',
            ),
          ]
        : judgeCall(value.call, scope);
    case 'lambda':
      return [
        fault(
          'ottl-lambda',
          value,
          'this collector takes no functions as arguments',
          'they are behind the feature gate ottl.functions.enableLambda, which we do not open',
        ),
      ];
    case 'enum':
      // names of functions, as arguments, look the same
      return isEnum(value.name, scope) || isFunction(value.name, scope) ? [] : [unknownEnum(value, scope)];
    case 'arithmetic':
    case 'signed':
    case 'grouped':
    case 'list':
    case 'map':
    case 'nil':
    case 'text':
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'bytes':
      return [];
  }
};

const isEnum = (name: string, { context }: Scope): boolean => Object.hasOwn(ENUMS[context], name);

const isFunction = (name: string, { use, context }: Scope): boolean => Object.hasOwn(functionsOf(use, context), name);

const judgePath = (path: Path, scope: Scope): readonly OttlFault[] => {
  const names = contextNames(scope.context);
  const [first, ...rest] = path.segments;
  if (first === undefined) return [];
  const named = contextNameOf(path);
  if (named !== undefined && names.includes(named)) return judgeSegments(pathsOf(scope.context, named), rest, scope);
  if (!scope.pathsNameContext) return judgeSegments(pathsOf(scope.context, scope.context), path.segments, scope);
  const near = nearestWord(first.name, names);
  return [
    fault(
      'ottl-context-missing',
      first,
      named === undefined
        ? `"${first.name}" does not say whose it is`
        : `a path cannot begin with "${named}" in the context ${scope.context}`,
      near !== undefined && named !== undefined
        ? `write ${near}`
        : `begin with ${names.join(', ')}: ${scope.context}.${first.name}`,
    ),
  ];
};

const judgeSegments = (
  names: Readonly<Record<string, PathShape>>,
  segments: readonly Segment[],
  scope: Scope,
): readonly OttlFault[] => {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [];
  const shape = Object.hasOwn(names, segment.name) ? names[segment.name] : undefined;
  if (shape === undefined) {
    const near = nearestWord(segment.name, Object.keys(names));
    return [
      fault(
        'ottl-path-unknown',
        segment,
        Object.keys(names).length === 0
          ? `nothing comes behind the dot before "${segment.name}"`
          : `there is no "${segment.name}" here`,
        near === undefined
          ? Object.keys(names).length === 0
            ? 'leave it out, or put a key in brackets: ["key"]'
            : `there are ${Object.keys(names).join(', ')}`
          : `write ${near}`,
      ),
    ];
  }
  const isLast = rest.length === 0;
  const taken = segment.keys.length;
  const isIndexedWrongly = taken > 0 && (!isLast || shape.keys === 'none' || (shape.keys === 'one' && taken > 1));
  if (isIndexedWrongly)
    return [
      fault(
        'ottl-path-unknown',
        segment,
        `"${segment.name}" cannot be followed by ${taken > 1 ? 'these' : 'this'} in brackets`,
        shape.keys === 'one' ? 'name one key' : 'leave out the brackets',
      ),
    ];
  if (isLast && shape.incomplete)
    return [
      fault(
        'ottl-path-unknown',
        segment,
        `"${segment.name}" alone is nothing`,
        `go on with ${Object.keys(shape.next).join(', ')}`,
      ),
    ];
  return judgeSegments(shape.next, rest, scope);
};

const judgeCall = (call: Call, scope: Scope): readonly OttlFault[] => {
  const functions = functionsOf(scope.use, scope.context);
  const parameters = Object.hasOwn(functions, call.name) ? functions[call.name] : undefined;
  if (parameters === undefined) return [unknownFunction(call, scope)];
  const matched = matchArguments(call, parameters);
  if (matched.fault !== undefined) return [matched.fault];
  const faults = matched.pairs.flatMap(([parameter, argument]) => judgeArgument(parameter, argument, scope));
  if (faults.length > 0) return faults;
  const written: Written = Object.fromEntries(
    matched.pairs.flatMap(([{ name }, { value }]) => (value.kind === 'function' ? [] : [[name, value] as const])),
  );
  const complaint = writtenFault(call.name, written);
  if (complaint !== undefined)
    return [fault('ottl-arguments', call, `${call.name}: ${complaint}`, 'change this argument')];
  const hopeless = hopelessFault(call.name, written);
  return hopeless === undefined
    ? []
    : [fault('ottl-always-fails', call, `${call.name}: ${hopeless}`, 'change this argument')];
};

const unknownFunction = (call: Call, scope: Scope): OttlFault => {
  const functions = Object.keys(functionsOf(scope.use, scope.context));
  const near = nearestWord(call.name, functions);
  return fault(
    'ottl-function-unknown',
    call,
    `there is no function ${call.name} for the context ${scope.context}${scope.use === 'condition' ? ' in a condition' : ''}`,
    near === undefined ? 'look at the functions of OTTL, or at those of another context' : `write ${near}`,
  );
};

type Matched =
  | { readonly fault: OttlFault; readonly pairs?: never }
  | { readonly fault?: never; readonly pairs: readonly (readonly [Parameter, Argument])[] };

const matchArguments = (call: Call, parameters: readonly Parameter[]): Matched => {
  const given = call.arguments;
  const wrong = (message: string, fix: string) => ({ fault: fault('ottl-arguments', call, message, fix) });
  const required = parameters.filter(({ isOptional }) => !isOptional).length;
  if (parameters.length === 0 && given.length > 0)
    return {
      fault: fault(
        'ottl-arguments-ignored',
        call,
        `${call.name} takes no arguments, and the collector passes over those it gets`,
        `write ${call.name}()`,
      ),
    };
  const usage = `write ${call.name}(${parameters.map(({ name, isOptional }) => (isOptional ? `${name}?` : name)).join(', ')})`;
  if (given.length < required || given.length > parameters.length) {
    const wanted = required === parameters.length ? `${required}` : `${required} to ${parameters.length}`;
    return wrong(`${call.name} takes ${wanted} arguments, not ${given.length}`, usage);
  }
  const firstNamed = given.findIndex(({ name }) => name !== undefined);
  if (firstNamed >= 0 && given.slice(firstNamed).some(({ name }) => name === undefined))
    return wrong('arguments without a name come before those with one', usage);
  const pairs = given.map((argument, index) => {
    const parameter =
      argument.name === undefined
        ? parameters[index]
        : parameters.find(({ name }) => camelCase(name) === camelCase(argument.name ?? ''));
    return parameter === undefined ? undefined : ([parameter, argument] as const);
  });
  const stranger = given.find((_argument, index) => pairs[index] === undefined);
  if (stranger !== undefined) return wrong(`${call.name} has no argument ${stranger.name}`, usage);
  return { pairs: pairs.filter((pair) => pair !== undefined) };
};

/** As the collector finds the parameter of a name. */
const camelCase = (name: string): string =>
  name.replaceAll(
    /(^|_|\d)_?([a-z])/g,
    (_whole, before: string, letter: string) => `${before.replace('_', '')}${letter.toUpperCase()}`,
  );

const judgeArgument = (parameter: Parameter, { value }: Argument, scope: Scope): readonly OttlFault[] => {
  if (parameter.kind === 'function') return judgeFunctionName(value, scope);
  if (value.kind === 'function') return [wrongKind(parameter, value, `the name of a function (${value.name})`)];
  if (!parameter.isList) return judgeKind(parameter, value, scope);
  if (value.kind !== 'list') return [wrongKind(parameter, value, describe(value))];
  return value.items.flatMap((item) => judgeKind(parameter, item, scope));
};

const judgeFunctionName = (value: Argument['value'], scope: Scope): readonly OttlFault[] => {
  const name = value.kind === 'function' || value.kind === 'enum' ? value.name : undefined;
  if (name !== undefined && isFunction(name, scope)) return [];
  return [
    fault(
      'ottl-argument-kind',
      value,
      name === undefined ? 'this is the name of no function' : `there is no function ${name}`,
      'name a converter, without brackets: SHA256',
    ),
  ];
};

const judgeKind = (parameter: Parameter, value: Value, scope: Scope): readonly OttlFault[] => {
  if (value.kind === 'enum' && !isEnum(value.name, scope))
    // judged as a value already, unless it is the name of a function
    return isFunction(value.name, scope) ? [unknownEnum(value, scope)] : [];
  if (!fits(parameter.kind, value)) return [wrongKind(parameter, value, describe(value))];
  if (value.kind !== 'text') return [];
  if (parameter.kind === 'pattern') {
    const complaint = patternFault(value.value);
    if (complaint !== undefined)
      return [
        fault(
          'ottl-pattern',
          value,
          `${JSON.stringify(value.value)} is no regular expression for the collector: ${complaint}`,
          patternAdvice(value.value),
        ),
      ];
  }
  if (parameter.kind === 'glob' && !isGlob(value.value))
    return [fault('ottl-pattern', value, `${JSON.stringify(value.value)} is no glob`, 'close its brackets')];
  return [];
};

const unknownEnum = (value: Value & { readonly kind: 'enum' }, { context }: Scope): OttlFault => {
  const near = nearestWord(value.name, Object.keys(ENUMS[context]));
  return fault(
    'ottl-enum-unknown',
    value,
    `${value.name} is no number with a name in the context ${context}`,
    near === undefined ? 'put a text in quotes' : `write ${near}`,
  );
};

const wrongKind = ({ name, kind, isList }: Parameter, value: Argument['value'], found: string): OttlFault =>
  fault(
    'ottl-argument-kind',
    value,
    `${name} has to be ${isList ? `a list, each ${KIND_NAMES[kind]}` : KIND_NAMES[kind]}, and this is ${found}`,
    KIND_ADVICE[kind] ?? `give ${KIND_NAMES[kind]}`,
  );

const fault = (rule: OttlRule, { start }: { readonly start: number }, message: string, fix: string): OttlFault => ({
  rule,
  at: start,
  message,
  fix,
});
