import { type Binary, type Expr, isScalar, type Matcher, withChildren } from './syntax.ts';

/**
 * The same query about the series of one variant: every selector gets the matchers, and every operator that looks at
 * labels looks past those that only we put on series. A series without them is what the query was written for: with the
 * stamps in place `sum(a) / ignoring(b) c` would match nothing, and `sum without (a)` would keep them.
 */
export const aboutVariant = (expr: Expr, matchers: readonly Matcher[]): Expr => {
  const stamps = matchers.map(({ label }) => label);
  const stamped = (each: Expr): Expr => {
    const inner = withChildren(each, stamped);
    switch (inner.kind) {
      case 'selector':
        return { ...inner, matchers: [...inner.matchers, ...matchers] };
      case 'aggregate':
        return inner.grouping?.mode === 'without'
          ? { ...inner, grouping: { ...inner.grouping, labels: union(inner.grouping.labels, stamps) } }
          : inner;
      case 'binary':
        return isScalar(inner.left) || isScalar(inner.right)
          ? inner
          : { ...inner, matching: matchedPast(inner, stamps) };
      default:
        return inner;
    }
  };
  return stamped(expr);
};

const matchedPast = ({ matching }: Binary, stamps: readonly string[]): Binary['matching'] =>
  matching?.mode === 'on' ? matching : { mode: 'ignoring', labels: union(matching?.labels ?? [], stamps) };

const union = (labels: readonly string[], more: readonly string[]): readonly string[] => [
  ...new Set([...labels, ...more]),
];

/** One vector with the series of several: each marked, so that none of one hides one of another. */
export const marked = (expr: Expr, label: string, value: string): Expr =>
  relabelled(isScalar(expr) ? { kind: 'call', name: 'vector', args: [expr] } : expr, label, value);

export const joinedByOr = (exprs: readonly Expr[]): Expr =>
  exprs.map(inParentheses).reduce((left, right) => ({
    ...{ kind: 'binary', op: 'or', bool: false, matching: null, group: null },
    left,
    right,
  }));

/** Sets a label of every series of a vector; an empty value takes it away. */
export const relabelled = (expr: Expr, label: string, value: string): Expr => ({
  kind: 'call',
  name: 'label_replace',
  args: [expr, ...[label, value.replaceAll('$', '$$'), '', ''].map((text): Expr => ({ kind: 'string', value: text }))],
});

export const inParentheses = (expr: Expr): Expr =>
  expr.kind === 'binary' || expr.kind === 'unary' ? { kind: 'paren', of: expr } : expr;
