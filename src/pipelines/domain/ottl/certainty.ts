import { RE2JS } from 're2js';
import { contextNameOf } from './parts.ts';
import { patternFault } from './patterns.ts';
import type { Condition, Value } from './syntax.ts';

/** What is known of an item: a value, that there is one, or nothing. */
export type Known = { readonly value: string } | 'something' | undefined;

/**
 * Whether a condition is true of every item of which so much is known; undefined if it depends on more. Sums, times and
 * most functions always depend on more.
 * @param known by the path as it is written, with the name of its context: `resource.attributes["a"]`
 */
export const certainTruth = (
  condition: Condition,
  known: (path: string) => Known,
  context: string,
): boolean | undefined => {
  const judge = (each: Condition): boolean | undefined => {
    switch (each.kind) {
      case 'constant':
        return each.value;
      case 'not': {
        const truth = judge(each.operand);
        return truth === undefined ? undefined : !truth;
      }
      case 'and':
      case 'or': {
        const decisive = each.kind === 'or';
        const truths = each.operands.map(judge);
        if (truths.includes(decisive)) return decisive;
        return truths.includes(undefined) ? undefined : !decisive;
      }
      case 'truth':
        return match(
          each.call.name,
          each.call.arguments.map(({ value }) => value as Value),
        );
      case 'comparison':
        return compare(each.operator, side(each.left), side(each.right));
    }
  };

  const side = (value: Value): Side => {
    switch (value.kind) {
      case 'nil':
        return { kind: 'nothing' };
      case 'text':
        return { kind: 'value', value: value.value };
      case 'integer':
      case 'decimal':
        return { kind: 'value', value: Number(value.value) };
      case 'boolean':
        return { kind: 'value', value: value.value };
      case 'path': {
        const found = known(writtenPath(value, context));
        if (found === undefined) return { kind: 'unknown' };
        return found === 'something' ? { kind: 'something' } : { kind: 'value', value: found.value };
      }
      case 'enum':
      case 'bytes':
      case 'call':
      case 'arithmetic':
      case 'signed':
      case 'grouped':
      case 'list':
      case 'map':
      case 'lambda':
        return { kind: 'unknown' };
    }
  };

  const match = (name: string, [target, pattern]: readonly Value[]): boolean | undefined => {
    if (name !== 'IsMatch' || target === undefined || pattern?.kind !== 'text') return undefined;
    const given = side(target);
    if (given.kind === 'nothing') return false;
    if (given.kind === 'unknown' || patternFault(pattern.value) !== undefined) return undefined;
    // whatever text there is
    if (/^\^?(\.\*)?\$?$/.test(pattern.value)) return true;
    return given.kind === 'value' ? RE2JS.compile(pattern.value).matcher(String(given.value)).find() : undefined;
  };

  return judge(condition);
};

type Side =
  | { readonly kind: 'value'; readonly value: string | number | boolean }
  | { readonly kind: 'nothing' | 'something' | 'unknown' };

const compare = (operator: string, left: Side, right: Side): boolean | undefined => {
  if (left.kind === 'unknown' || right.kind === 'unknown') return undefined;
  const isEqual = equality(left, right);
  switch (operator) {
    case '==':
      return isEqual;
    case '!=':
      return isEqual === undefined ? undefined : !isEqual;
    default:
      return undefined;
  }
};

const equality = (left: Side, right: Side): boolean | undefined => {
  if (left.kind === 'value' && right.kind === 'value') return left.value === right.value;
  if (left.kind === 'nothing' || right.kind === 'nothing') return left.kind === right.kind;
  return undefined;
};

/** The path with its context in front and its keys as texts. */
export const writtenPath = ({ path }: Value & { readonly kind: 'path' }, context: string): string => {
  const written = path.segments
    .map(
      ({ name, keys }) =>
        `${name}${keys.map((key) => (key.kind === 'text' ? `[${JSON.stringify(key.value)}]` : '[…]')).join('')}`,
    )
    .join('.');
  return contextNameOf(path) === undefined ? `${context}.${written}` : written;
};
