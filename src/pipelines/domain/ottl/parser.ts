import { lex, type Token, type TokenKind } from './lexer.ts';
import type {
  Argument,
  ArithmeticOperator,
  Call,
  ComparisonOperator,
  Condition,
  Path,
  Segment,
  Statement,
  Value,
} from './syntax.ts';
import { unquote } from './unquote.ts';

/** Why a text is no OTTL, and where. */
export interface SyntaxFault {
  readonly at: number;
  readonly message: string;
  readonly fix: string;
}

export type Parsed<T> =
  | { readonly readable: true; readonly value: T }
  | { readonly readable: false; readonly fault: SyntaxFault };

/** Calls in calls, lists in lists: what people write needs fewer than ten. */
export const DEEPEST_NESTING = 64;

/** One line of `metric_statements`, `log_statements` or `trace_statements`. Never throws, whatever the text is. */
export const parseStatement = (text: string): Parsed<Statement> => parseWhole(text, (reader) => reader.statement());

/** One line of `metric_conditions`, of a filter or behind `conditions`. Never throws, whatever the text is. */
export const parseCondition = (text: string): Parsed<Condition> => parseWhole(text, (reader) => reader.condition());

const parseWhole = <T>(text: string, read: (reader: Reader) => T | undefined): Parsed<T> => {
  const lexed = lex(text);
  if (!lexed.readable) return { readable: false, fault: strayCharacter(text, lexed.at) };
  const broken = lexed.tokens.find((token) => token.kind === 'text' && unquote(token.text) === undefined);
  if (broken !== undefined)
    return {
      readable: false,
      fault: {
        at: broken.start,
        message: `${broken.text} has a backslash that begins nothing`,
        fix: 'write each backslash twice: "\\\\d" for the pattern \\d',
      },
    };
  const reader = makeReader(lexed.tokens);
  const value = read(reader);
  if (reader.isTooDeep())
    return {
      readable: false,
      fault: {
        at: 0,
        message: `this is nested more than ${DEEPEST_NESTING} levels deep`,
        fix: 'split it into several lines',
      },
    };
  if (value !== undefined && reader.isAtEnd()) return { readable: true, value };
  return { readable: false, fault: reader.fault() };
};

const strayCharacter = (text: string, at: number): SyntaxFault => {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === '"') return { at, message: 'this text is never closed', fix: 'close it with "' };
  if (character === "'")
    return { at, message: 'a text stands in double quotes, not in single ones', fix: 'write it with "' };
  return {
    at,
    message: `${JSON.stringify(character)} has no meaning here`,
    fix: STRAY_ADVICE[character] ?? 'leave it out',
  };
};

const STRAY_ADVICE: Readonly<Record<string, string>> = {
  '!': 'write != for unequal, and not for the opposite',
  '&': 'write and',
  '|': 'write or',
};

type Reader = ReturnType<typeof makeReader>;

/**
 * The grammar of the collector is ordered choice: the first way that fits is taken for good. Each method either reads
 * something and moves on, or answers undefined and stays. Values are kept by their place, so that trying again is free.
 */
const makeReader = (tokens: readonly Token[]) => {
  let at = 0;
  let depth = 0;
  let tooDeep = false;
  let furthest = { at: 0, expected: new Set<string>() };
  const values = new Map<number, { readonly value: Value | undefined; readonly next: number }>();

  const here = (): Token => tokens[Math.min(at, tokens.length - 1)] as Token;
  const endBefore = (): number => tokens[at - 1]?.end ?? 0;

  const missed = (expected: string): undefined => {
    if (at > furthest.at) furthest = { at, expected: new Set() };
    if (at === furthest.at) furthest.expected.add(expected);
    return undefined;
  };

  const take = (kind: TokenKind, expected: string): Token | undefined => {
    const token = here();
    if (token.kind !== kind) return missed(expected);
    at += 1;
    return token;
  };

  const mark = (text: string): Token | undefined => {
    const token = here();
    if (token.kind !== 'mark' || token.text !== text) return missed(`"${text}"`);
    at += 1;
    return token;
  };

  /** All or nothing. */
  const attempt = <T>(read: () => T | undefined): T | undefined => {
    const start = at;
    const result = read();
    if (result === undefined) at = start;
    return result;
  };

  const nested = <T>(read: () => T | undefined): T | undefined => {
    depth += 1;
    tooDeep ||= depth > DEEPEST_NESTING;
    const result = tooDeep ? undefined : read();
    depth -= 1;
    return result;
  };

  const many = <T>(read: () => T | undefined): readonly T[] => {
    const found: T[] = [];
    for (let next = attempt(read); next !== undefined; next = attempt(read)) found.push(next);
    return found;
  };

  /** Function names are several words to the lexer: IsMatch is I, s, M, atch. */
  const name = (first: 'lower' | 'upper', expected: string): string | undefined => {
    const head = take(first, expected);
    if (head === undefined) return undefined;
    let text = head.text;
    while (here().kind === 'lower' || here().kind === 'upper') {
      text += here().text;
      at += 1;
    }
    return text;
  };

  const call = (first: 'lower' | 'upper', expected: string): Call | undefined =>
    attempt(() => {
      const { start } = here();
      const called = name(first, expected);
      if (called === undefined || mark('(') === undefined) return undefined;
      const given = nested(argumentList);
      if (given === undefined || mark(')') === undefined) return undefined;
      return { name: called, arguments: given, keys: many(key), start, end: endBefore() };
    });

  const argumentList = (): readonly Argument[] => {
    const first = attempt(argument);
    return first === undefined ? [] : [first, ...many(() => (mark(',') === undefined ? undefined : argument()))];
  };

  const argument = (): Argument | undefined => {
    const { start } = here();
    const named = attempt(() => {
      const text = name('lower', 'an argument');
      return text === undefined || take('equal', '"="') === undefined ? undefined : text;
    });
    const given = value() ?? functionName();
    return given === undefined ? undefined : { name: named, value: given, start, end: endBefore() };
  };

  const functionName = () => {
    const { start } = here();
    const text = name('upper', 'a value');
    return text === undefined ? undefined : { kind: 'function' as const, name: text, start, end: endBefore() };
  };

  const value = (): Value | undefined => {
    const start = at;
    const known = values.get(start);
    if (known !== undefined) {
      at = known.next;
      return known.value;
    }
    const read = attempt(() => nested(freshValue));
    values.set(start, { value: read, next: at });
    return read;
  };

  const freshValue = (): Value | undefined => {
    const token = here();
    const span = { start: token.start, end: token.end };
    switch (token.kind) {
      case 'nil':
        at += 1;
        return { kind: 'nil', ...span };
      case 'text':
        at += 1;
        return { kind: 'text', value: unquote(token.text) ?? '', ...span };
      case 'boolean':
        at += 1;
        return { kind: 'boolean', value: token.text === 'true', ...span };
      case 'bytes':
        if (token.text.length % 2 === 1) return missed('bytes, two digits each');
        at += 1;
        return { kind: 'bytes', hex: token.text.slice(2), ...span };
      case 'mark':
        if (token.text === '[') return list();
        if (token.text === '{') return map();
        return attempt(lambda) ?? sum();
      case 'upper':
        return sum() ?? enumeration();
      case 'lower':
      case 'integer':
      case 'decimal':
      case 'sum':
        return sum();
      case 'not':
      case 'or':
      case 'and':
      case 'comparison':
      case 'arrow':
      case 'product':
      case 'equal':
      case 'underscore':
      case 'end':
        return missed('a value');
    }
  };

  const enumeration = (): Value | undefined =>
    attempt(() => {
      const token = take('upper', 'a value');
      if (token === undefined || here().kind === 'lower') return undefined;
      return { kind: 'enum', name: token.text, start: token.start, end: token.end };
    });

  const list = (): Value | undefined => {
    const { start } = here();
    if (mark('[') === undefined) return undefined;
    const items = [...many(value), ...many(() => (mark(',') === undefined ? undefined : value()))];
    return mark(']') === undefined ? undefined : { kind: 'list', items, start, end: endBefore() };
  };

  const map = (): Value | undefined => {
    const { start } = here();
    if (mark('{') === undefined) return undefined;
    const entries = many(() => {
      const named = take('text', 'a key in quotes');
      if (named === undefined || mark(':') === undefined) return undefined;
      const below = value();
      if (below === undefined) return undefined;
      attempt(() => mark(','));
      return { key: unquote(named.text) ?? '', value: below };
    });
    return mark('}') === undefined ? undefined : { kind: 'map', entries, start, end: endBefore() };
  };

  const lambda = (): Value | undefined => {
    const { start } = here();
    if (mark('(') === undefined) return undefined;
    const formal = () => take(here().kind === 'underscore' ? 'underscore' : 'lower', 'a name');
    if (attempt(formal) !== undefined) many(() => (mark(',') === undefined ? undefined : formal()));
    if (mark(')') === undefined || take('arrow', '"=>"') === undefined) return undefined;
    const body = attempt(() => {
      const simple = value();
      return simple === undefined || ['or', 'and', 'comparison'].includes(here().kind) ? undefined : simple;
    });
    if (body === undefined && condition() === undefined) return undefined;
    return { kind: 'lambda', start, end: endBefore() };
  };

  const sum = (): Value | undefined => operations('sum', product);
  const product = (): Value | undefined => operations('product', signed);

  const operations = (kind: 'sum' | 'product', operand: () => Value | undefined): Value | undefined => {
    const first = operand();
    if (first === undefined) return undefined;
    const rest = many(() => {
      const operator = take(kind, kind === 'sum' ? '+ or -' : '* or /');
      const right = operator && operand();
      return right && { operator: operator.text as ArithmeticOperator, right };
    });
    return rest.reduce<Value>(
      (left, { operator, right }) => ({
        kind: 'arithmetic',
        operator,
        left,
        right,
        start: left.start,
        end: right.end,
      }),
      first,
    );
  };

  const signed = (): Value | undefined => {
    const token = here();
    if (token.kind !== 'sum') return operand();
    return attempt(() => {
      at += 1;
      const below = operand();
      return (
        below && { kind: 'signed', sign: token.text as '+' | '-', operand: below, start: token.start, end: below.end }
      );
    });
  };

  const operand = (): Value | undefined => simpleOperand() ?? attempt(() => nested(group));

  const group = (): Value | undefined => {
    const { start } = here();
    if (mark('(') === undefined) return undefined;
    const inside = sum();
    return inside === undefined || mark(')') === undefined
      ? undefined
      : { kind: 'grouped', operand: inside, start, end: endBefore() };
  };

  /** A call, a number or a path: what arithmetic is made of, and what may stand in the brackets of a path. */
  const simpleOperand = (): Value | undefined => {
    const token = here();
    const called = call('lower', 'a value') ?? call('upper', 'a value');
    if (called !== undefined) return { kind: 'call', call: called, start: called.start, end: called.end };
    if (token.kind === 'decimal') {
      at += 1;
      return { kind: 'decimal', value: Number(token.text), start: token.start, end: token.end };
    }
    if (token.kind === 'integer') {
      const number = readInteger(token.text);
      if (number === undefined) return missed('a number of at most 64 bits, without a 0 before it');
      at += 1;
      return { kind: 'integer', value: number, start: token.start, end: token.end };
    }
    const found = path();
    return found && { kind: 'path', path: found, start: found.start, end: found.end };
  };

  const path = (): Path | undefined => {
    const { start } = here();
    const first = segment();
    if (first === undefined) return undefined;
    const segments = [first, ...many(() => (mark('.') === undefined ? undefined : segment()))];
    return { segments, start, end: endBefore() };
  };

  const segment = (): Segment | undefined => {
    const token = take('lower', 'a path');
    return token && { name: token.text, keys: many(key), start: token.start, end: endBefore() };
  };

  const key = (): Value | undefined => {
    if (mark('[') === undefined) return undefined;
    const token = here();
    const inside =
      token.kind === 'text' || token.kind === 'integer'
        ? // taken as it is: a sum may not begin with a number here
          literalKey(token)
        : nested(sum);
    return inside === undefined || mark(']') === undefined ? undefined : inside;
  };

  const literalKey = ({ kind, text, start, end }: Token): Value | undefined => {
    if (kind === 'text') {
      at += 1;
      return { kind: 'text', value: unquote(text) ?? '', start, end };
    }
    const number = readInteger(text);
    if (number === undefined) return missed('a number of at most 64 bits');
    at += 1;
    return { kind: 'integer', value: number, start, end };
  };

  const condition = (): Condition | undefined => nested(() => joined('or', () => joined('and', truth)));

  const joined = (kind: 'or' | 'and', read: () => Condition | undefined): Condition | undefined => {
    const first = read();
    if (first === undefined) return undefined;
    const rest = many(() => (take(kind, kind) === undefined ? undefined : read()));
    const last = rest.at(-1);
    return last === undefined ? first : { kind, operands: [first, ...rest], start: first.start, end: last.end };
  };

  const truth = (): Condition | undefined => {
    const token = here();
    if (token.kind !== 'not') return plainTruth();
    return attempt(() => {
      at += 1;
      const operand = plainTruth();
      return operand && { kind: 'not', operand, start: token.start, end: operand.end };
    });
  };

  const plainTruth = (): Condition | undefined => attempt(comparison) ?? constant() ?? attempt(bracketed);

  const comparison = (): Condition | undefined => {
    const left = value();
    if (left === undefined) return undefined;
    const operator = take('comparison', 'a comparison');
    const right = operator && value();
    return (
      right && {
        kind: 'comparison',
        operator: operator.text as ComparisonOperator,
        left,
        right,
        start: left.start,
        end: right.end,
      }
    );
  };

  const constant = (): Condition | undefined => {
    const token = here();
    if (token.kind === 'boolean') {
      at += 1;
      return { kind: 'constant', value: token.text === 'true', start: token.start, end: token.end };
    }
    const called = call('upper', 'a condition');
    return called && { kind: 'truth', call: called, start: called.start, end: called.end };
  };

  const bracketed = (): Condition | undefined => {
    if (mark('(') === undefined) return undefined;
    const inside = condition();
    return inside === undefined || mark(')') === undefined ? undefined : inside;
  };

  const statement = (): Statement | undefined => {
    const { start } = here();
    const editor = call('lower', 'the name of a function') ?? call('upper', 'the name of a function');
    if (editor === undefined) return undefined;
    const where = attempt(() => {
      if (here().kind !== 'lower' || here().text !== 'where') return missed('where');
      at += 1;
      return condition();
    });
    return { editor, where, start, end: endBefore() };
  };

  return {
    statement,
    condition,
    isTooDeep: () => tooDeep,
    isAtEnd: () => here().kind === 'end' || missed('the end') !== undefined,
    fault: (): SyntaxFault => {
      const token = tokens[furthest.at] as Token;
      const found = token.kind === 'end' ? 'the text ends' : `there is ${token.text}`;
      const expected = [...furthest.expected].sort();
      return {
        at: token.start,
        message: `${found} where ${expected.length === 1 ? '' : 'one of '}${expected.join(', ')} is expected`,
        fix: ADVICE_BY_WORD[token.text] ?? 'look at what stands just before it',
      };
    },
  };
};

const ADVICE_BY_WORD: Readonly<Record<string, string>> = {
  matches: 'write IsMatch(path, "pattern")',
  contains: 'write IsMatch(path, "pattern")',
  in: 'join comparisons with or, or write IsMatch(path, "^(a|b)$")',
  is: 'write == or !=',
  if: 'write where',
  '=': 'write == to compare',
};

/** As Go reads it: a 0 before it means octal digits; undefined beyond 64 bits. */
const readInteger = (text: string): bigint | undefined => {
  if (/^0\d/.test(text)) return /^0[0-7]+$/.test(text) ? BigInt(`0o${text.slice(1)}`) : undefined;
  const number = BigInt(text);
  return number < 2n ** 63n ? number : undefined;
};
