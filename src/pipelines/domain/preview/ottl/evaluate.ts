import { ENUMS } from '../../ottl/contexts.ts';
import { functionsOf } from '../../ottl/functions.ts';
import type { Call, Condition, Statement, Value } from '../../ottl/syntax.ts';
import { CONVERTERS } from './converters.ts';
import { EDITORS } from './editors.ts';
import { placeOf } from './items.ts';
import type { Change, Getter, Given, Purpose, Reading, Truth } from './reading.ts';
import { calculate, compare, type Evaluated, FAILED, type OttlValue } from './values.ts';

// Lines of OTTL made ready to run. Whatever cannot be evaluated here is reported with its place, and the line is then
// never run: nothing is guessed.

/** What a statement does with an item. */
export const readyStatement = ({ editor, where }: Statement, purpose: Purpose): Change => {
  const reading = readingFor(purpose);
  const isMeant = where === undefined ? undefined : truthOf(where, reading);
  const change = readyEditor(editor, reading);
  return (item) => {
    const meant = isMeant === undefined ? true : isMeant(item);
    if (meant === FAILED) return FAILED;
    return meant ? change(item) : undefined;
  };
};

/** Whether a condition is true of an item. */
export const readyCondition = (condition: Condition, purpose: Purpose): Truth =>
  truthOf(condition, readingFor(purpose));

const readingFor = (purpose: Purpose): Reading => {
  const reading: Reading = { ...purpose, ready: (value) => readyValue(value, reading) };
  return reading;
};

const truthOf = (condition: Condition, reading: Reading): Truth => {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const operands = condition.operands.map((operand) => truthOf(operand, reading));
      const decides = condition.kind === 'or';
      // from left to right, and no further than needed: what fails behind that is never asked
      return (item) => {
        for (const operand of operands) {
          const truth = operand(item);
          if (truth === FAILED || truth === decides) return truth;
        }
        return !decides;
      };
    }
    case 'not': {
      const operand = truthOf(condition.operand, reading);
      return (item) => {
        const truth = operand(item);
        return truth === FAILED ? FAILED : !truth;
      };
    }
    case 'comparison': {
      const [left, right] = [readyValue(condition.left, reading), readyValue(condition.right, reading)];
      return (item) => {
        const one = left(item);
        const other = right(item);
        return one === FAILED || other === FAILED ? FAILED : compare(condition.operator, one, other);
      };
    }
    case 'constant':
      return () => condition.value;
    case 'truth': {
      const value = readyCall(condition.call, reading);
      return (item) => {
        const truth = value(item);
        return typeof truth === 'boolean' ? truth : FAILED;
      };
    }
  }
};

const readyValue = (value: Value, reading: Reading): Getter => {
  const unknown = (message: string): Getter => {
    reading.report(value, message);
    return () => FAILED;
  };
  switch (value.kind) {
    case 'nil':
      return () => null;
    case 'text':
    case 'boolean':
    case 'integer':
    case 'decimal': {
      const constant: OttlValue = value.value;
      return () => constant;
    }
    case 'enum': {
      const number = ENUMS[reading.context][value.name];
      return number === undefined ? unknown(`${value.name} is not known here`) : () => BigInt(number);
    }
    case 'path': {
      const place = placeOf(value.path, reading.context);
      return place === undefined ? unknown(`what stands at ${nameOf(value.path)} is not part of a preview`) : place.get;
    }
    case 'call':
      return readyCall(value.call, reading);
    case 'grouped':
      return readyValue(value.operand, reading);
    case 'signed': {
      const operand = readyValue(value.operand, reading);
      return value.sign === '+' ? operand : (item) => negated(operand(item));
    }
    case 'arithmetic': {
      const [left, right] = [readyValue(value.left, reading), readyValue(value.right, reading)];
      return (item) => {
        const one = left(item);
        const other = right(item);
        return one === FAILED || other === FAILED ? FAILED : calculate(value.operator, one, other);
      };
    }
    case 'bytes':
    case 'list':
    case 'map':
    case 'lambda':
      return unknown(`a ${value.kind === 'lambda' ? 'function' : value.kind} as a value is not part of a preview`);
  }
};

const negated = (value: Evaluated): Evaluated => {
  if (typeof value === 'bigint') return -value;
  return typeof value === 'number' ? -value : FAILED;
};

const readyCall = (call: Call, reading: Reading): Getter => {
  const converter = Object.hasOwn(CONVERTERS, call.name) ? CONVERTERS[call.name] : undefined;
  const getter = call.keys.length > 0 ? undefined : converter?.(givenTo(call, reading), reading);
  if (getter !== undefined) return getter;
  reading.report(call, `what ${call.name} gives cannot be predicted here`);
  return () => FAILED;
};

const readyEditor = (call: Call, reading: Reading): Change => {
  const editor = Object.hasOwn(EDITORS, call.name) ? EDITORS[call.name] : undefined;
  const change = editor?.(givenTo(call, reading), reading);
  if (change !== undefined) return change;
  reading.report(call, `what ${call.name} does here cannot be predicted`);
  return () => FAILED;
};

const givenTo = (call: Call, { use, context }: Reading): Given => {
  const parameters = functionsOf(use, context)[call.name] ?? [];
  return (parameter) =>
    call.arguments.find((argument, index) => (argument.name ?? parameters[index]?.name) === parameter)?.value;
};

const nameOf = ({ segments }: { readonly segments: readonly { readonly name: string }[] }): string =>
  segments.map(({ name }) => name).join('.');
