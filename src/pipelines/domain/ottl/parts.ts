import type { Call, Condition, Path, Statement, Value } from './syntax.ts';

/** Everything that is a value in a statement or a condition, from the outside inwards and from left to right. */
export const valuesOfStatement = ({ editor, where }: Statement): readonly Value[] => [
  ...valuesOfCall(editor),
  ...(where === undefined ? [] : valuesOfCondition(where)),
];

export const valuesOfCondition = (condition: Condition): readonly Value[] => {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.operands.flatMap(valuesOfCondition);
    case 'not':
      return valuesOfCondition(condition.operand);
    case 'comparison':
      return [...valuesIn(condition.left), ...valuesIn(condition.right)];
    case 'truth':
      return valuesOfCall(condition.call);
    case 'constant':
      return [];
  }
};

/** Calls that are conditions themselves; those inside of values are among the values. */
export const callsOfCondition = (condition: Condition): readonly Call[] => {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.operands.flatMap(callsOfCondition);
    case 'not':
      return callsOfCondition(condition.operand);
    case 'truth':
      return [condition.call];
    case 'comparison':
    case 'constant':
      return [];
  }
};

export type Comparison = Extract<Condition, { readonly kind: 'comparison' }>;

export const comparisonsIn = (condition: Condition): readonly Comparison[] => {
  switch (condition.kind) {
    case 'or':
    case 'and':
      return condition.operands.flatMap(comparisonsIn);
    case 'not':
      return comparisonsIn(condition.operand);
    case 'comparison':
      return [condition];
    case 'truth':
    case 'constant':
      return [];
  }
};

export const pathsIn = (values: readonly Value[]): readonly Path[] =>
  values.flatMap((value) => (value.kind === 'path' ? [value.path] : []));

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
