import type { Call, Condition, Path, Statement, Value } from './syntax.ts';

/** Everything that is a value in a statement or a condition, from the outside inwards and from left to right. */
export const valuesOfStatement = ({ editor, where }: Statement): readonly Value[] => [
  ...valuesOfCall(editor),
  ...(where === undefined ? [] : valuesOfCondition(where)),
];

export const valuesOfCondition = (condition: Condition): readonly Value[] =>
  plainPartsOf(condition).flatMap(valuesOfPlainPart);

/** Calls that are conditions themselves; those inside of values are among the values. */
export const callsOfCondition = (condition: Condition): readonly Call[] =>
  plainPartsOf(condition).flatMap((part) => (part.kind === 'truth' ? [part.call] : []));

export const comparisonsIn = (condition: Condition) =>
  plainPartsOf(condition).filter((part) => part.kind === 'comparison');

type PlainPart = Extract<Condition, { readonly kind: 'comparison' | 'truth' | 'constant' }>;

/** What `and`, `or` and `not` join. */
const plainPartsOf = (condition: Condition): readonly PlainPart[] => {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.operands.flatMap(plainPartsOf);
    case 'not':
      return plainPartsOf(condition.operand);
    case 'comparison':
    case 'truth':
    case 'constant':
      return [condition];
  }
};

const valuesOfPlainPart = (part: PlainPart): readonly Value[] => {
  switch (part.kind) {
    case 'comparison':
      return [...valuesIn(part.left), ...valuesIn(part.right)];
    case 'truth':
      return valuesOfCall(part.call);
    case 'constant':
      return [];
  }
};

export const pathsIn = (values: readonly Value[]): readonly Path[] =>
  values.flatMap((value) => (value.kind === 'path' ? [value.path] : []));

/** What stands before the first dot, if nothing is in brackets there: it may be the name of a context. */
export const contextNameOf = ({ segments: [first, second] }: Path): string | undefined =>
  first === undefined || second === undefined || first.keys.length > 0 ? undefined : first.name;

export const callsIn = (values: readonly Value[]): readonly Call[] =>
  values.flatMap((value) => (value.kind === 'call' ? [value.call] : []));

const valuesOfCall = (call: Call): readonly Value[] => [
  ...call.arguments.flatMap(({ value }) => (value.kind === 'function' ? [] : valuesIn(value))),
  ...call.keys.flatMap(valuesIn),
];

const valuesIn = (value: Value): readonly Value[] => [value, ...valuesBelow(value)];

const valuesBelow = (value: Value): readonly Value[] => {
  switch (value.kind) {
    case 'path':
      return value.path.segments.flatMap(({ keys }) => keys.flatMap(valuesIn));
    case 'call':
      return valuesOfCall(value.call);
    case 'arithmetic':
      return [...valuesIn(value.left), ...valuesIn(value.right)];
    case 'signed':
    case 'grouped':
      return valuesIn(value.operand);
    case 'list':
      return value.items.flatMap(valuesIn);
    case 'map':
      return value.entries.flatMap((entry) => valuesIn(entry.value));
    case 'nil':
    case 'text':
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'bytes':
    case 'enum':
    case 'lambda':
      return [];
  }
};
