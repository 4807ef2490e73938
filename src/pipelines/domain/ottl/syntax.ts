// What a text of OTTL means, as the pinned collector (0.159) reads it. Everything knows where it stands in the text.

/** Offsets into the text: the first character, and the one after the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `set(…) where …`: what a transform processor does with each item. */
export interface Statement extends Span {
  readonly editor: Call;
  readonly where: Condition | undefined;
}

/** What is true or false of an item. */
export type Condition = Span &
  (
    | { readonly kind: 'or' | 'and'; readonly operands: readonly Condition[] }
    | { readonly kind: 'not'; readonly operand: Condition }
    | {
        readonly kind: 'comparison';
        readonly operator: ComparisonOperator;
        readonly left: Value;
        readonly right: Value;
      }
    | { readonly kind: 'constant'; readonly value: boolean }
    | { readonly kind: 'truth'; readonly call: Call }
  );

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/';

export type Value = Literal | Composed;

/** Written out: no item has to be looked at. */
export type Literal = Span &
  (
    | { readonly kind: 'nil' }
    | { readonly kind: 'text'; readonly value: string }
    /** 64 bits, more than a number of this language holds exactly */
    | { readonly kind: 'integer'; readonly value: bigint }
    | { readonly kind: 'decimal'; readonly value: number }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'bytes'; readonly hex: string }
  );

export type Composed = Span &
  /** a number by its name, as SEVERITY_NUMBER_INFO; as an argument it may also be the name of a function */
  (
    | { readonly kind: 'enum'; readonly name: string }
    | { readonly kind: 'path'; readonly path: Path }
    | { readonly kind: 'call'; readonly call: Call }
    | {
        readonly kind: 'arithmetic';
        readonly operator: ArithmeticOperator;
        readonly left: Value;
        readonly right: Value;
      }
    | { readonly kind: 'signed'; readonly sign: '+' | '-'; readonly operand: Value }
    /** in parentheses: an argument that must be written out may not be */
    | { readonly kind: 'grouped'; readonly operand: Value }
    | { readonly kind: 'list'; readonly items: readonly Value[] }
    | { readonly kind: 'map'; readonly entries: readonly { readonly key: string; readonly value: Value }[] }
    | { readonly kind: 'lambda' }
  );

/** `resource.attributes["a"]["b"]`, cut at the dots. The first segment may name a context. */
export interface Path extends Span {
  readonly segments: readonly Segment[];
}

export interface Segment extends Span {
  readonly name: string;
  readonly keys: readonly Value[];
}

export interface Call extends Span {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly keys: readonly Value[];
}

export interface Argument extends Span {
  /** `name = value` */
  readonly name: string | undefined;
  readonly value:
    | Value
    | { readonly kind: 'function'; readonly name: string; readonly start: number; readonly end: number };
}
