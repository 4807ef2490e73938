import { RE2JS } from 're2js';
import { secondsOf } from './duration.ts';
import { childrenOf, type Expr, type Matcher, type Selector } from './syntax.ts';

/** Every selector of a query, in reading order. */
export const selectorsOf = (expr: Expr): readonly Selector[] =>
  expr.kind === 'selector' ? [expr] : childrenOf(expr).flatMap(selectorsOf);

/** Whether a metric of this name can be what a selector asks for. */
export const asksFor = (selector: Selector, name: string): boolean =>
  selector.name === null
    ? selector.matchers.filter(({ label }) => label === '__name__').every((matcher) => takes(matcher, name))
    : selector.name === name;

const takes = ({ op, value }: Matcher, name: string): boolean => {
  switch (op) {
    case '=':
      return name === value;
    case '!=':
      return name !== value;
    case '=~':
      return matchesWhole(value, name);
    case '!~':
      return !matchesWhole(value, name);
  }
};

const matchesWhole = (pattern: string, text: string): boolean => {
  try {
    return RE2JS.compile(pattern, RE2JS.DOTALL).matches(text);
  } catch {
    // the store will refuse it with its own words
    return true;
  }
};

/** How a selector is called in a sentence. */
export const nameOf = ({ name, matchers }: Selector): string =>
  name ?? matchers.find(({ label }) => label === '__name__')?.value ?? 'a selector without a name';

/** Whether a query can have an answer when only these selectors have series. */
export const canAnswer = (expr: Expr, hasSeries: (selector: Selector) => boolean): boolean => {
  switch (expr.kind) {
    case 'selector':
      return hasSeries(expr);
    case 'call':
      // they answer because there is nothing
      if (expr.name === 'absent' || expr.name === 'absent_over_time') return true;
      return expr.args.every((part) => canAnswer(part, hasSeries));
    case 'binary': {
      const [left, right] = [canAnswer(expr.left, hasSeries), canAnswer(expr.right, hasSeries)];
      if (expr.op === 'or') return left || right;
      return expr.op === 'unless' ? left : left && right;
    }
    default:
      return childrenOf(expr).every((part) => canAnswer(part, hasSeries));
  }
};

/** How many seconds before an instant a query reads, the newest sample of a plain selector apart. */
export const secondsBack = (expr: Expr): number => {
  const inner = Math.max(0, ...childrenOf(expr).map(secondsBack));
  if (expr.kind !== 'selector' && expr.kind !== 'subquery') return inner;
  return inner + seconds(expr.range) + Math.max(0, seconds(expr.offset));
};

/** How long one sample alone keeps a series in the answer: what lived between two collections shows for so long. */
export const secondsShown = (expr: Expr): number => {
  const inner = Math.max(0, ...childrenOf(expr).map(secondsShown));
  if (expr.kind === 'selector') return expr.range === undefined ? LOOKBACK_SECONDS : seconds(expr.range);
  return expr.kind === 'subquery' ? inner + seconds(expr.range) : inner;
};

/** Prometheus takes the newest sample of the last five minutes, and remote writes say nothing when a series ends. */
const LOOKBACK_SECONDS = 300;

/** The shortest window whose samples are counted or added up; null where none is. */
export const shortestCountedWindow = (expr: Expr): number | null => {
  const own =
    expr.kind === 'call' && COUNTING.includes(expr.name)
      ? expr.args.flatMap((part) => (part.kind === 'selector' || part.kind === 'subquery' ? [seconds(part.range)] : []))
      : [];
  const inner = childrenOf(expr).flatMap((part) => shortestCountedWindow(part) ?? []);
  const windows = [...own, ...inner].filter((window) => window > 0);
  return windows.length === 0 ? null : Math.min(...windows);
};

const COUNTING = ['count_over_time', 'sum_over_time', 'changes', 'resets'];

/** Why a query cannot be asked about each slot as it passes; null where it can. */
export const whyNotPerSlot = (expr: Expr): string | null => {
  if (expr.kind === 'selector' || expr.kind === 'subquery') {
    if (expr.at !== undefined) return 'it reads one fixed instant (@), so it has no value of its own at a slot';
    if (seconds(expr.offset) < 0) return 'it reads the future (a negative offset), which has not been measured yet';
  }
  if (expr.kind === 'selector' && (expr.name === 'ALERTS' || expr.name === 'ALERTS_FOR_STATE')) {
    return `it reads ${expr.name}, which Prometheus writes about alerts and no variant does`;
  }
  return childrenOf(expr).flatMap((part) => whyNotPerSlot(part) ?? [])[0] ?? null;
};

const seconds = (text: string | undefined): number => (text === undefined ? 0 : (secondsOf(text) ?? 0));
