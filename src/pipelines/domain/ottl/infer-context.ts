import type { OttlFault } from './check.ts';
import { type Context, contextNames, ENUMS } from './contexts.ts';
import { functionsOf, type Use } from './functions.ts';
import { callsIn, callsOfCondition, contextNameOf, pathsIn, valuesOfCondition, valuesOfStatement } from './parts.ts';
import type { Call, Condition, Path, Statement, Value } from './syntax.ts';

export type Inferred =
  | { readonly found: Context }
  | {
      readonly found?: undefined;
      readonly faults: readonly OttlFault[];
      /** which line is to blame */
      readonly line: number;
    };

/** The innermost first: whoever looks at a data point needs all that it is part of. */
const PRIORITY: readonly string[] = [
  'log',
  'exemplar',
  'datapoint',
  'metric',
  'spanevent',
  'span',
  'scope',
  'instrumentation_scope',
  'resource',
];

/**
 * The context of lines that do not name one, as the collector finds it: the innermost that a path begins with; if that
 * one lacks a function or a number with a name, the first further inside that has them all.
 */
export const inferContext = (hints: readonly Hints[], use: Use, possible: readonly Context[]): Inferred => {
  const wanted = hints
    .flatMap(({ paths }) => paths.flatMap((path) => contextNameOf(path) ?? []))
    .reduce(innermost, undefined);
  if (wanted === undefined)
    return noContext(
      hints.findIndex(({ paths }) => paths.length > 0),
      hints,
      possible,
    );
  const functions = hints.flatMap((each) => each.functions);
  const enums = hints.flatMap((each) => each.enums);
  const offers = (context: Context): boolean =>
    functions.every((name) => Object.hasOwn(functionsOf(use, context), name)) &&
    enums.every((name) => Object.hasOwn(ENUMS[context], name));
  const known = possible.find((context) => context === wanted);
  if (known !== undefined && offers(known)) return { found: known };
  const meant = hints.findIndex(({ paths }) => paths.some((path) => contextNameOf(path) === wanted));
  if (known === undefined) return noContext(meant, hints, possible);
  const further = possible
    .filter((context) => context !== wanted && contextNames(context).includes(wanted))
    .sort((one, other) => PRIORITY.indexOf(one) - PRIORITY.indexOf(other))
    .find(offers);
  if (further !== undefined) return { found: further };
  const taken = enums.find((name) => Object.hasOwn(functionsOf(use, known), name));
  // judged in the context that was meant, it shows what is missing
  return taken === undefined ? { found: known } : takenForNumber(taken, hints, known);
};

/** Names of functions in capitals alone look like numbers with a name, and no context has one of that name. */
const takenForNumber = (name: string, hints: readonly Hints[], context: Context): Inferred => ({
  line: Math.max(
    hints.findIndex(({ enums }) => enums.includes(name)),
    0,
  ),
  faults: [
    {
      rule: 'ottl-enum-unknown',
      at: 0,
      message: `the collector takes ${name} for a number with a name, and finds no context that has it`,
      fix: `say which context is meant: {context: ${context}, statements: […]}`,
    },
  ],
});

/** What a line tells of its context. */
export interface Hints {
  readonly paths: readonly Path[];
  readonly functions: readonly string[];
  readonly enums: readonly string[];
}

export const hintsOfStatement = (statement: Statement): Hints =>
  hintsOf(valuesOfStatement(statement), [
    statement.editor,
    ...(statement.where === undefined ? [] : callsOfCondition(statement.where)),
  ]);

export const hintsOfCondition = (condition: Condition): Hints =>
  hintsOf(valuesOfCondition(condition), callsOfCondition(condition));

const hintsOf = (values: readonly Value[], calls: readonly Call[]): Hints => ({
  paths: pathsIn(values),
  functions: [...calls, ...callsIn(values)].map(({ name }) => name),
  enums: values.flatMap((value) => (value.kind === 'enum' ? [value.name] : [])),
});

const innermost = (best: string | undefined, name: string): string =>
  best === undefined || rank(name) < rank(best) ? name : best;

const rank = (name: string): number => {
  const place = PRIORITY.indexOf(name);
  return place < 0 ? Number.POSITIVE_INFINITY : place;
};

const noContext = (line: number, hints: readonly Hints[], possible: readonly Context[]): Inferred => {
  const path = hints[line]?.paths[0];
  return {
    line: Math.max(line, 0),
    faults: [
      {
        rule: 'ottl-context-missing',
        at: path?.start ?? 0,
        message:
          path === undefined
            ? 'nothing here says what is looked at'
            : `"${path.segments[0]?.name}" does not begin with the name of a context`,
        fix: `begin a path with ${possible.join(', ')}`,
      },
    ],
  };
};
