import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { accept, type Outcome, type Refusal, refuse } from '../../../kernel/outcome.ts';
import { counted, shortened } from '../../../kernel/words.ts';
import { secondsOf } from './duration.ts';
import { KIND_WORDS, type Kind, takenBy, takenByAggregation } from './functions.ts';
import {
  type Aggregate,
  type Binary,
  COMPARISONS,
  type Expr,
  isScalar,
  type Matcher,
  SET_OPERATORS,
} from './syntax.ts';

export type QueryRefusal = Refusal<'query-unreadable'>;

/**
 * Reads a query as Prometheus does. What it cannot read it refuses with line and column (from 1) and a sentence; types
 * of arguments are checked as Prometheus checks them, so that a query fails here and not at night.
 */
export const parseQuery = (text: string): Outcome<Expr, QueryRefusal> => {
  if (text.length > MOST_CHARACTERS) {
    return refuse('query-unreadable', `it has ${text.length} characters; ${MOST_CHARACTERS} are the most`, {
      line: 1,
      column: 1,
    });
  }
  try {
    const root = parser.parse(text).topNode;
    const fault = firstFault(root);
    if (fault !== null) throw new Unreadable(fault, faultSentence(text, fault));
    const [top] = partsOf(root);
    if (top === undefined) throw new Unreadable(0, 'the query is empty');
    const expr = reader(text)(top);
    const kind = kindOf(expr);
    if (kind === 't' || kind === 'm') throw new Unreadable(0, `it gives ${KIND_WORDS[kind]}, which has no curve`);
    return accept(expr);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { line, column } = placeOf(text, error.at);
    return refuse('query-unreadable', `line ${line}, column ${column}: ${error.message}`, { line, column });
  }
};

/** Longer ones are made by machines; each character is read several times. */
export const MOST_CHARACTERS = 16_000;

/** Thrown and caught in this file: a tree is read by recursion. */
class Unreadable extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const placeOf = (text: string, at: number) => {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
};

const firstFault = (root: SyntaxNode): number | null => {
  let fault: number | null = null;
  root.cursor().iterate(({ type, from }) => {
    if (type.isError && (fault === null || from < fault)) fault = from;
    return fault === null;
  });
  return fault;
};

const faultSentence = (text: string, at: number): string => {
  const rest = text.slice(at).trim();
  if (rest === '') return text.trim() === '' ? 'the query is empty' : 'the query ends where more is expected';
  const name = /[a-zA-Z_][a-zA-Z0-9_]*$/.exec(text.slice(0, at).trimEnd())?.[0];
  if (rest.startsWith('(') && name !== undefined) return `no function is called "${name}"`;
  return `"${shortened(rest, 30)}" is not expected here`;
};

/** Children that mean something: comments do not. */
const partsOf = (node: SyntaxNode): SyntaxNode[] => {
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') parts.push(child);
  }
  return parts;
};

const reader = (text: string) => {
  const textOf = ({ from, to }: SyntaxNode): string => text.slice(from, to);

  const argumentsOf = (node: SyntaxNode | null | undefined): { expr: Expr; from: number }[] =>
    node == null ? [] : partsOf(node).map((part) => ({ expr: read(part), from: part.from }));

  const labelsOf = (node: SyntaxNode): string[] =>
    partsOf(node).map((label) => (label.name === 'QuotedLabelName' ? unquoted(label) : textOf(label)));

  const unquoted = (node: SyntaxNode): string => {
    const raw = textOf(node);
    const body = raw.slice(1, -1);
    if (raw.startsWith('`')) return body;
    return body.replace(ESCAPE, (whole, letter: string, code: string | undefined) => {
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      const meant = ESCAPES[letter];
      if (meant === undefined) throw new Unreadable(node.from, `"${whole}" is no escape in a text`);
      return meant;
    });
  };

  const matcherOf = (node: SyntaxNode): Matcher => {
    const [label, op, value] = partsOf(node);
    if (label === undefined || op === undefined || value === undefined)
      throw new Unreadable(node.from, 'is no matcher');
    return {
      label: label.name === 'LabelName' ? textOf(label) : unquoted(label),
      op: textOf(op) as Matcher['op'],
      value: unquoted(value),
    };
  };

  const selectorOf = (node: SyntaxNode): Expr => {
    const parts = partsOf(node);
    const identifier = parts.find(({ name }) => name === 'Identifier');
    const inBraces = parts.filter(({ name }) => name === 'LabelMatchers').flatMap(partsOf);
    const quotedName = inBraces.find(({ name }) => name === 'QuotedLabelName');
    const matchers = inBraces.filter(({ name }) => name.endsWith('LabelMatcher')).map(matcherOf);
    const named = matchers.find(({ label, op }) => label === '__name__' && op === '=');
    const name =
      identifier === undefined
        ? quotedName === undefined
          ? (named?.value ?? null)
          : unquoted(quotedName)
        : textOf(identifier);
    if (identifier !== undefined && (quotedName !== undefined || named !== undefined))
      throw new Unreadable(node.from, 'a metric name is given twice');
    if (name === null && !matchers.some((matcher) => !takesEmpty(matcher)))
      throw new Unreadable(node.from, 'a selector has to say something that an empty label does not match');
    return {
      kind: 'selector',
      name,
      matchers: matchers.filter((matcher) => matcher !== named),
    };
  };

  const durationOf = (node: SyntaxNode): string => {
    const written = textOf(node).replaceAll(/\s+/g, '');
    if (secondsOf(written) === null) throw new Unreadable(node.from, `"${written}" is no plain duration such as 5m`);
    return written;
  };

  const move = (expr: Expr, moved: { readonly offset?: string; readonly at?: string }, from: number): Expr => {
    // the grammar hangs them on everything before them; they belong to the last operand
    if (expr.kind === 'unary') return { ...expr, of: move(expr.of, moved, from) };
    if (expr.kind === 'binary') return { ...expr, right: move(expr.right, moved, from) };
    if (expr.kind !== 'selector' && expr.kind !== 'subquery')
      throw new Unreadable(from, 'offset and @ belong behind a selector or a subquery');
    return { ...expr, ...moved };
  };

  const aggregateOf = (node: SyntaxNode): Aggregate => {
    const parts = partsOf(node);
    const op = textOf(parts.find(({ name }) => name === 'AggregateOp') ?? node).toLowerCase();
    if (op.startsWith('limit'))
      throw new Unreadable(node.from, `${op} picks series by chance, which cannot be compared`);
    const modifier = parts.find(({ name }) => name === 'AggregateModifier');
    const args = argumentsOf(parts.find(({ name }) => name === 'FunctionCallBody'));
    checkArguments(op, takenByAggregation(op), args, node.from);
    if (modifier === undefined) return { kind: 'aggregate', op, grouping: null, args: args.map(({ expr }) => expr) };
    const [mode, labels] = partsOf(modifier);
    return {
      kind: 'aggregate',
      op,
      grouping: {
        mode: mode?.name === 'Without' ? 'without' : 'by',
        labels: labels === undefined ? [] : labelsOf(labels),
      },
      args: args.map(({ expr }) => expr),
    };
  };

  const binaryOf = (node: SyntaxNode): Binary => {
    const parts = partsOf(node);
    const [left, operator] = parts;
    const right = parts.at(-1);
    if (left === undefined || operator === undefined || right === undefined)
      throw new Unreadable(node.from, 'is no operation');
    const unknown = parts.slice(2, -1).find(({ name }) => name !== 'BoolModifier' && name !== 'MatchingModifierClause');
    if (unknown !== undefined)
      throw new Unreadable(unknown.from, `"${textOf(unknown)}" is newer than what is read here`);
    const clause = parts.find(({ name }) => name === 'MatchingModifierClause');
    const expr: Binary = {
      kind: 'binary',
      op: textOf(operator).toLowerCase(),
      bool: parts.some(({ name }) => name === 'BoolModifier'),
      ...matchingOf(clause),
      left: read(left),
      right: read(right),
    };
    checkOperation(expr, operator.from);
    return expr;
  };

  const matchingOf = (clause: SyntaxNode | undefined): Pick<Binary, 'matching' | 'group'> => {
    if (clause === undefined) return { matching: null, group: null };
    const parts = partsOf(clause);
    const [mode, labels, side, grouped] = parts;
    return {
      matching: {
        mode: mode?.name === 'On' ? 'on' : 'ignoring',
        labels: labels?.name === 'GroupingLabels' ? labelsOf(labels) : [],
      },
      group:
        side === undefined
          ? null
          : {
              side: side.name === 'GroupLeft' ? 'left' : 'right',
              labels: grouped === undefined ? [] : labelsOf(grouped),
            },
    };
  };

  const read = (node: SyntaxNode): Expr => {
    const parts = partsOf(node);
    const [first, second, third] = parts;
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', text: textOf(node) };
      case 'StringLiteral':
        return { kind: 'string', value: unquoted(node) };
      case 'VectorSelector':
        return selectorOf(node);
      case 'MatrixSelector': {
        const of = first === undefined ? undefined : read(first);
        if (of?.kind !== 'selector' || second === undefined || of.offset !== undefined || of.at !== undefined)
          throw new Unreadable(node.from, 'a range belongs behind a selector, before offset and @');
        return { ...of, range: durationOf(second) };
      }
      case 'SubqueryExpr': {
        if (first === undefined || second === undefined) break;
        const of = read(first);
        if (kindOf(of) !== 'v')
          throw new Unreadable(first.from, `a subquery is made of a vector, and this is ${KIND_WORDS[kindOf(of)]}`);
        return {
          kind: 'subquery',
          of,
          range: durationOf(second),
          step: third === undefined ? null : durationOf(third),
        };
      }
      case 'OffsetExpr': {
        const last = parts.at(-1);
        if (first === undefined || last === undefined) break;
        return move(read(first), { offset: durationOf(last) }, node.from);
      }
      case 'StepInvariantExpr': {
        const last = parts.at(-1);
        if (first === undefined || last === undefined) break;
        const written = textOf(last).replaceAll(/\s+/g, '');
        return move(
          read(first),
          { at: written.endsWith('(') || /^(start|end)$/.test(written) ? `${written.replace('(', '')}()` : written },
          node.from,
        );
      }
      case 'FunctionCall': {
        const name = first === undefined ? '' : textOf(first);
        const taken = takenBy(name);
        if (taken === null)
          throw new Unreadable(node.from, `${name} is not among the functions that are followed here`);
        const args = argumentsOf(second);
        checkArguments(name, taken, args, node.from);
        return { kind: 'call', name, args: args.map(({ expr }) => expr) };
      }
      case 'AggregateExpr':
        return aggregateOf(node);
      case 'BinaryExpr':
        return binaryOf(node);
      case 'UnaryExpr': {
        const last = parts.at(-1);
        if (first === undefined || last === undefined) break;
        return { kind: 'unary', op: textOf(first) === '-' ? '-' : '+', of: read(last) };
      }
      case 'ParenExpr':
        if (first === undefined) break;
        return { kind: 'paren', of: read(first) };
    }
    throw new Unreadable(node.from, `"${shortened(textOf(node), 30)}" is newer than what is read here`);
  };
  return read;
};

const takesEmpty = ({ op, value }: Matcher): boolean => {
  switch (op) {
    case '=':
      return value === '';
    case '!=':
      return value !== '';
    case '=~':
      return value === '' || value === '.*';
    case '!~':
      return value !== '' && value !== '.*';
  }
};

const ESCAPE = /\\(x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|.)/g;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v' },
  ...{ '\\': '\\', '"': '"', "'": "'" },
};

const kindOf = (expr: Expr): Kind => {
  if (expr.kind === 'string') return 't';
  if (expr.kind === 'subquery' || (expr.kind === 'selector' && expr.range !== undefined)) return 'm';
  if (expr.kind === 'paren' || expr.kind === 'unary') return kindOf(expr.of);
  return isScalar(expr) ? 's' : 'v';
};

const checkArguments = (
  name: string,
  taken: NonNullable<ReturnType<typeof takenBy>>,
  args: readonly { readonly expr: Expr; readonly from: number }[],
  at: number,
): void => {
  if (args.length < taken.least || args.length > taken.most) {
    const wanted = taken.least === taken.most ? `${taken.least}` : `${taken.least} or more`;
    throw new Unreadable(at, `${name} takes ${wanted}, and ${counted(args.length, 'argument')} stand here`);
  }
  args.forEach(({ expr, from }, index) => {
    const [wanted, found] = [taken.kindAt(index), kindOf(expr)];
    if (wanted !== found)
      throw new Unreadable(from, `${name} takes ${KIND_WORDS[wanted]} here, and this is ${KIND_WORDS[found]}`);
  });
};

const checkOperation = ({ op, bool, matching, left, right }: Binary, at: number): void => {
  for (const side of [left, right]) {
    const kind = kindOf(side);
    if (kind === 'm' || kind === 't')
      throw new Unreadable(at, `${op} works on numbers and vectors, and one side is ${KIND_WORDS[kind]}`);
  }
  const scalars = [left, right].filter(isScalar).length;
  if (bool && !COMPARISONS.includes(op)) throw new Unreadable(at, 'bool belongs to comparisons');
  if (scalars === 2 && COMPARISONS.includes(op) && !bool)
    throw new Unreadable(at, 'two numbers are compared with bool');
  if (scalars > 0 && SET_OPERATORS.includes(op))
    throw new Unreadable(at, `${op} works on vectors, and one side is a number`);
  if (scalars > 0 && matching !== null)
    throw new Unreadable(at, 'labels are matched between vectors, and one side is a number');
};
