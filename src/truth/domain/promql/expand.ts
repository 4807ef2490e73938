import { accept, type Outcome, type Refusal, refuse } from '../../../kernel/outcome.ts';
import { MOST_CHARACTERS } from './parse.ts';
import { type Expr, type Matcher, printed, type Selector, withChildren } from './syntax.ts';
import { inParentheses, joinedByOr, relabelled } from './variant.ts';

/** A rule that records the answers of its query under a name of its own. */
export interface Recording {
  readonly expr: Expr;
  readonly labels: Readonly<Record<string, string>>;
  /** how often its group is evaluated */
  readonly intervalSeconds: number;
}

export type ExpandRefusal = Refusal<'recording-cycle' | 'recording-missing' | 'query-too-long'>;

/**
 * The query with every recorded name replaced by what is recorded there: no variant writes recordings, their rules run
 * in the users' own store. A range over a recording becomes a subquery at the interval of its group, and so does one
 * that is moved in time, as Prometheus moves no other expression.
 */
export const expandRecordings = (
  expr: Expr,
  recordingsOf: (name: string) => readonly Recording[],
): Outcome<Expr, ExpandRefusal> => {
  let replaced = 0;
  const expand = (each: Expr, path: readonly string[]): Expr => {
    if (each.kind !== 'selector') return withChildren(each, (child) => expand(child, path));
    const { name } = each;
    const recordings = name === null ? [] : recordingsOf(name);
    if (name === null) return each;
    if (path.includes(name))
      throw new NotExpanded('recording-cycle', `it refers to itself: ${[...path, name].join(' → ')}`, name);
    if (recordings.length === 0) {
      // level:metric:operations is how recordings are called, and nothing else
      if (!name.includes(':')) return each;
      throw new NotExpanded(
        'recording-missing',
        `it reads ${name}, and no imported rule records that; import its rule file, too`,
        name,
      );
    }
    replaced += recordings.length;
    if (replaced > MOST_RECORDINGS) {
      throw new NotExpanded('query-too-long', `it is made of more than ${MOST_RECORDINGS} recordings`, name);
    }
    const parts = recordings.map((recording) => labelled(expand(recording.expr, [...path, name]), recording.labels));
    const [only] = parts;
    const joined = parts.length === 1 && only !== undefined ? only : joinedByOr(parts);
    const intervals = recordings.map(({ intervalSeconds }) => intervalSeconds);
    return moved(filtered(joined, each.matchers), each, Math.min(...intervals));
  };
  try {
    const expanded = expand(expr, []);
    const { length } = printed(expanded);
    return length > MOST_CHARACTERS
      ? refuse(
          'query-too-long',
          `with its recordings written out it has ${length} characters; ${MOST_CHARACTERS} are the most`,
          { length },
        )
      : accept(expanded);
  } catch (error) {
    if (error instanceof NotExpanded) return refuse(error.code, error.message, { name: error.recording });
    throw error;
  }
};

/** Recordings that read recordings double with each step. */
const MOST_RECORDINGS = 200;

/** Thrown and caught in this file. */
class NotExpanded extends Error {
  readonly code: ExpandRefusal['code'];
  readonly recording: string;
  constructor(code: NotExpanded['code'], message: string, recording: string) {
    super(message);
    this.code = code;
    this.recording = recording;
  }
}

const labelled = (expr: Expr, labels: Readonly<Record<string, string>>): Expr =>
  Object.entries(labels).reduce((inner, [label, value]) => relabelled(inner, label, value), expr);

/**
 * Matchers on a recording filter what its rule gives. No expression filters by label, so what matches is marked, and
 * what carries the mark is kept (or, of a negative matcher, is not).
 */
const filtered = (expr: Expr, matchers: readonly Matcher[]): Expr =>
  matchers.reduce<Expr>((inner, { label, op, value }) => {
    const pattern = op.endsWith('~') ? value : value.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&');
    const markedExpr: Expr = {
      kind: 'call',
      name: 'label_replace',
      args: [inner, ...[MARK, 'yes', label, pattern].map((text): Expr => ({ kind: 'string', value: text }))],
    };
    const kept: Expr = {
      kind: 'binary',
      op: op.startsWith('!') ? 'unless' : 'and',
      bool: false,
      matching: { mode: 'on', labels: [MARK] },
      group: null,
      left: markedExpr,
      right: relabelled({ kind: 'call', name: 'vector', args: [{ kind: 'number', text: '1' }] }, MARK, 'yes'),
    };
    return relabelled(kept, MARK, '');
  }, expr);

export const MARK = 'phx_matches';

const moved = (expr: Expr, { range, offset, at }: Selector, intervalSeconds: number): Expr => {
  if (range === undefined && offset === undefined && at === undefined) return inParentheses(expr);
  const step = `${intervalSeconds}s`;
  const subquery: Expr = {
    kind: 'subquery',
    of: inParentheses(expr),
    range: range ?? step,
    step,
    ...(offset === undefined ? {} : { offset }),
    ...(at === undefined ? {} : { at }),
  };
  return range === undefined ? { kind: 'call', name: 'last_over_time', args: [subquery] } : subquery;
};
