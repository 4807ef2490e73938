import type { ComparisonOperator } from '../../ottl/syntax.ts';
import { type AttributeValue, textOfValue } from '../metrics.ts';

/** A value as OTTL has it while it looks at an item: whole numbers are bigint, null is nil. */
export type OttlValue = null | AttributeValue | Moment | Span;
/** A point in time. */
interface Moment {
  readonly kind: 'time';
  readonly ms: number;
}
/** A length of time. */
interface Span {
  readonly kind: 'duration';
  readonly ms: number;
}

/** What a function gives that fails at an item: the line is then skipped, or the whole batch is lost. */
export const FAILED: unique symbol = Symbol('it fails at this item');
export type Evaluated = OttlValue | typeof FAILED;

export const timeAt = (ms: number): OttlValue => ({ kind: 'time', ms });
export const lasting = (ms: number): OttlValue => ({ kind: 'duration', ms });

export const isTime = (value: Evaluated): value is Moment => isKind(value, 'time');
export const isDuration = (value: Evaluated): value is Span => isKind(value, 'duration');
const isKind = (value: Evaluated, kind: string): boolean =>
  typeof value === 'object' && value !== null && value.kind === kind;

export const isAttributeValue = (value: Evaluated): value is AttributeValue =>
  value !== null && value !== FAILED && typeof value !== 'object';

/** Values of unlike kinds are unequal, and neither is the greater; numbers are compared as numbers. */
export const compare = (operator: ComparisonOperator, left: OttlValue, right: OttlValue): boolean => {
  const order = orderOf(left, right);
  switch (operator) {
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order === -1;
    case '<=':
      return order === -1 || order === 0;
    case '>':
      return order === 1;
    case '>=':
      return order === 1 || order === 0;
  }
};

const orderOf = (left: OttlValue, right: OttlValue): -1 | 0 | 1 | undefined => {
  if (left === null || right === null) return left === right ? 0 : undefined;
  if (isNumber(left) && isNumber(right))
    return typeof left === typeof right ? signOf(left, right) : signOf(Number(left), Number(right));
  if (typeof left === 'string' && typeof right === 'string') return signOf(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return signOf(Number(left), Number(right));
  if (isTime(left) && isTime(right)) return signOf(left.ms, right.ms);
  return isDuration(left) && isDuration(right) ? signOf(left.ms, right.ms) : undefined;
};

const isNumber = (value: OttlValue): value is bigint | number => typeof value === 'bigint' || typeof value === 'number';

const signOf = <T extends bigint | number | string>(left: T, right: T): -1 | 0 | 1 | undefined =>
  left < right ? -1 : left > right ? 1 : left === right ? 0 : undefined;

/** Sums and products as OTTL makes them: whole numbers stay whole, times and durations mix as they should. */
export const calculate = (operator: '+' | '-' | '*' | '/', left: OttlValue, right: OttlValue): Evaluated => {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    if (operator === '/') return right === 0n ? FAILED : left / right;
    return operator === '+' ? left + right : operator === '-' ? left - right : left * right;
  }
  if (isNumber(left) && isNumber(right)) {
    const [one, other] = [Number(left), Number(right)];
    return operator === '+'
      ? one + other
      : operator === '-'
        ? one - other
        : operator === '*'
          ? one * other
          : one / other;
  }
  if (operator === '*' || operator === '/') return FAILED;
  const sign = operator === '+' ? 1 : -1;
  if (isTime(left) && isTime(right)) return operator === '-' ? lasting(left.ms - right.ms) : FAILED;
  if (isTime(left) && isDuration(right)) return timeAt(left.ms + sign * right.ms);
  return isDuration(left) && isDuration(right) ? lasting(left.ms + sign * right.ms) : FAILED;
};

/** The value as a text where a function wants one; null where there is none. */
export const textLike = (value: OttlValue): string | null | typeof FAILED => {
  if (value === null) return null;
  return isAttributeValue(value) ? textOfValue(value) : FAILED;
};
