import type { Kind } from './functions.ts';
import type { Value } from './syntax.ts';

/** What a value that is written out may be used as; what depends on the item shows only there. */
export const fits = (kind: Kind, value: Value): boolean => {
  switch (kind) {
    case 'path':
    case 'mapPath':
    case 'listPath':
      return value.kind === 'path';
    case 'writtenText':
      return value.kind === 'text';
    case 'writtenInteger':
      return value.kind === 'integer';
    case 'writtenDecimal':
      return value.kind === 'decimal';
    case 'writtenBoolean':
      return value.kind === 'boolean';
    case 'lambda':
      return value.kind === 'lambda';
    case 'function':
      return false;
    case 'any':
    case 'textLike':
    case 'text':
    case 'pattern':
    case 'glob':
    case 'integer':
    case 'integerLike':
    case 'decimal':
    case 'decimalLike':
    case 'boolean':
    case 'booleanLike':
    case 'bytesLike':
    case 'time':
    case 'duration':
    case 'map':
    case 'list': {
      const literal = literalOf(value);
      return literal === undefined || LITERALS_FOR[kind](literal);
    }
  }
};

type LiteralValue = Value & {
  readonly kind: 'nil' | 'text' | 'integer' | 'decimal' | 'boolean' | 'bytes' | 'list' | 'map' | 'enum';
};

/** The value if it is known without an item: then the collector judges it before it starts. */
const literalOf = (value: Value): LiteralValue | undefined => {
  switch (value.kind) {
    case 'nil':
    case 'text':
    case 'integer':
    case 'decimal':
    case 'boolean':
    case 'bytes':
    case 'enum':
      return value;
    case 'grouped':
      return literalOf(value.operand);
    case 'signed': {
      const operand = value.operand.kind === 'grouped' ? undefined : literalOf(value.operand);
      return operand?.kind === 'integer' || operand?.kind === 'decimal' ? operand : undefined;
    }
    case 'list':
      return value.items.every((item) => literalOf(item) !== undefined) ? value : undefined;
    case 'map':
      return value.entries.every((entry) => literalOf(entry.value) !== undefined) ? value : undefined;
    case 'path':
    case 'call':
    case 'arithmetic':
    case 'lambda':
      return undefined;
  }
};

type Kinds = readonly LiteralValue['kind'][];
const only =
  (...kinds: Kinds) =>
  ({ kind }: LiteralValue): boolean =>
    kinds.includes(kind);
const INTEGERS: Kinds = ['integer', 'enum'];
const TEXT = only('text');
const TRUTHS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False'];

const LITERALS_FOR = {
  any: () => true,
  textLike: () => true,
  text: TEXT,
  pattern: TEXT,
  glob: TEXT,
  integer: only(...INTEGERS),
  integerLike: only('nil', 'text', 'decimal', 'boolean', ...INTEGERS),
  decimal: only('decimal'),
  decimalLike: (literal) =>
    literal.kind === 'text' ? isDecimalText(literal.value) : only('nil', 'decimal', 'boolean', ...INTEGERS)(literal),
  boolean: only('boolean'),
  booleanLike: (literal) =>
    literal.kind === 'text' ? TRUTHS.includes(literal.value) : only('nil', 'decimal', 'boolean', ...INTEGERS)(literal),
  bytesLike: only('nil', 'bytes', 'text', 'decimal', 'boolean', ...INTEGERS),
  time: () => false,
  duration: () => false,
  map: only('map'),
  list: only('list'),
} satisfies Partial<Record<Kind, (literal: LiteralValue) => boolean>>;

const isDecimalText = (text: string): boolean =>
  /^[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || /^[+-]?(inf|infinity|nan)$/i.test(text);

/** Kinds in the words of findings. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  any: 'a value',
  text: 'a text',
  textLike: 'a value that can be a text',
  pattern: 'a text',
  glob: 'a text',
  integer: 'a whole number',
  integerLike: 'a value that can be a whole number',
  decimal: 'a number with a point',
  decimalLike: 'a value that can be a number',
  boolean: 'true or false',
  booleanLike: 'a value that can be true or false',
  bytesLike: 'a value that can be bytes',
  time: 'a time',
  duration: 'a duration',
  map: 'a map',
  list: 'a list',
  path: 'a path',
  mapPath: 'a path to a map',
  listPath: 'a path to a list',
  writtenText: 'a text in quotes',
  writtenInteger: 'a whole number written out',
  writtenDecimal: 'a number with a point written out',
  writtenBoolean: 'true or false written out',
  function: 'the name of a function',
  lambda: 'a function of its own',
};

export const KIND_ADVICE: Partial<Record<Kind, string>> = {
  duration: 'write Duration("60s")',
  time: 'name a path that is a time, or write Time(…) or Now()',
  writtenDecimal: 'write it with a point: 10.0',
  decimal: 'write it with a point: 10.0',
};

/** What a value is, in the same words. */
export const describe = (value: Value): string => {
  switch (value.kind) {
    case 'nil':
      return 'nil';
    case 'text':
      return 'a text';
    case 'integer':
    case 'enum':
      return 'a whole number';
    case 'decimal':
      return 'a number with a point';
    case 'boolean':
      return 'true or false';
    case 'bytes':
      return 'bytes';
    case 'path':
      return 'a path';
    case 'call':
      return `what ${value.call.name} gives`;
    case 'arithmetic':
    case 'signed':
    case 'grouped':
      return 'something calculated';
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'lambda':
      return 'a function of its own';
  }
};
