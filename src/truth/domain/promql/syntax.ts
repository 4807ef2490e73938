/** A query of Prometheus as a tree. Durations keep the text that people wrote, so that what is printed reads as theirs. */
export type Expr =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | Selector
  | Subquery
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | Aggregate
  | Binary
  | { readonly kind: 'unary'; readonly op: '+' | '-'; readonly of: Expr }
  | { readonly kind: 'paren'; readonly of: Expr };

export interface Moved {
  /** `5m` or `-5m` */
  readonly offset?: string;
  /** seconds of the epoch, `start()` or `end()` */
  readonly at?: string;
}

export interface Selector extends Moved {
  readonly kind: 'selector';
  /** null: its name, if any, is a matcher on `__name__` */
  readonly name: string | null;
  readonly matchers: readonly Matcher[];
  /** with a range it is a range vector */
  readonly range?: string;
}

export interface Matcher {
  readonly label: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export interface Subquery extends Moved {
  readonly kind: 'subquery';
  readonly of: Expr;
  readonly range: string;
  /** null: the store's own evaluation interval */
  readonly step: string | null;
}

export interface Aggregate {
  readonly kind: 'aggregate';
  readonly op: string;
  readonly grouping: { readonly mode: 'by' | 'without'; readonly labels: readonly string[] } | null;
  readonly args: readonly Expr[];
}

export interface Binary {
  readonly kind: 'binary';
  readonly op: string;
  readonly bool: boolean;
  readonly matching: { readonly mode: 'on' | 'ignoring'; readonly labels: readonly string[] } | null;
  readonly group: { readonly side: 'left' | 'right'; readonly labels: readonly string[] } | null;
  readonly left: Expr;
  readonly right: Expr;
}

export const COMPARISONS: readonly string[] = ['==', '!=', '>', '<', '>=', '<='];
export const SET_OPERATORS: readonly string[] = ['and', 'or', 'unless'];

/** The parts of an expression, outermost first. */
export const childrenOf = (expr: Expr): readonly Expr[] => {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return [];
    case 'subquery':
    case 'unary':
    case 'paren':
      return [expr.of];
    case 'call':
    case 'aggregate':
      return expr.args;
    case 'binary':
      return [expr.left, expr.right];
  }
};

/** The same expression with other parts. */
export const withChildren = (expr: Expr, change: (child: Expr) => Expr): Expr => {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return expr;
    case 'subquery':
    case 'unary':
    case 'paren':
      return { ...expr, of: change(expr.of) };
    case 'call':
    case 'aggregate':
      return { ...expr, args: expr.args.map(change) };
    case 'binary':
      return { ...expr, left: change(expr.left), right: change(expr.right) };
  }
};

/** Numbers, or series of numbers? Only between two vectors can labels be matched. */
export const isScalar = (expr: Expr): boolean => {
  switch (expr.kind) {
    case 'number':
      return true;
    case 'call':
      return SCALAR_CALLS.includes(expr.name);
    case 'unary':
    case 'paren':
      return isScalar(expr.of);
    case 'binary':
      return isScalar(expr.left) && isScalar(expr.right);
    case 'string':
    case 'selector':
    case 'subquery':
    case 'aggregate':
      return false;
  }
};

const SCALAR_CALLS = ['scalar', 'time', 'pi'];

/** The text of an expression, with parentheses where they were. */
export const printed = (expr: Expr): string => {
  switch (expr.kind) {
    case 'number':
      return expr.text;
    case 'string':
      return quoted(expr.value);
    case 'selector':
      return `${expr.name !== null && PLAIN_NAME.test(expr.name) ? expr.name : ''}${matchersOf(expr)}${
        expr.range === undefined ? '' : `[${expr.range}]`
      }${movedText(expr)}`;
    case 'subquery':
      return `${printed(expr.of)}[${expr.range}:${expr.step ?? ''}]${movedText(expr)}`;
    case 'call':
      return `${expr.name}(${expr.args.map(printed).join(', ')})`;
    case 'aggregate':
      return `${expr.op}${
        expr.grouping === null ? '' : ` ${expr.grouping.mode} (${expr.grouping.labels.map(labelName).join(', ')}) `
      }(${expr.args.map(printed).join(', ')})`;
    case 'binary':
      return [
        printed(expr.left),
        expr.op,
        ...(expr.bool ? ['bool'] : []),
        ...(expr.matching === null
          ? []
          : [`${expr.matching.mode} (${expr.matching.labels.map(labelName).join(', ')})`]),
        ...(expr.group === null ? [] : [`group_${expr.group.side} (${expr.group.labels.map(labelName).join(', ')})`]),
        printed(expr.right),
      ].join(' ');
    case 'unary':
      return `${expr.op}${printed(expr.of)}`;
    case 'paren':
      return `(${printed(expr.of)})`;
  }
};

const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PLAIN_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const labelName = (label: string): string => (PLAIN_LABEL.test(label) ? label : quoted(label));

const matchersOf = ({ name, matchers }: Selector): string => {
  const parts = [
    ...(name !== null && !PLAIN_NAME.test(name) ? [quoted(name)] : []),
    ...matchers.map(({ label, op, value }) => `${labelName(label)}${op}${quoted(value)}`),
  ];
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
};

const movedText = ({ offset, at }: Moved): string =>
  `${offset === undefined ? '' : ` offset ${offset}`}${at === undefined ? '' : ` @ ${at}`}`;

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
