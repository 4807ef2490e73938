import type { Epoch, ExperimentId } from '../../kernel/identity.ts';
import { listed } from '../../kernel/words.ts';
import { SELF_METRICS, variantStamps } from '../../measurement/domain/queries.ts';
import { VARIANTS, type Variant } from '../../measurement/domain/sample.ts';
import type { Check } from './check.ts';
import { expandRecordings, MARK, type Recording } from './promql/expand.ts';
import { parseQuery } from './promql/parse.ts';
import {
  asksFor,
  canAnswer,
  nameOf,
  secondsBack,
  secondsShown,
  selectorsOf,
  shortestCountedWindow,
  whyNotPerSlot,
} from './promql/reach.ts';
import {
  type Binary,
  COMPARISONS,
  childrenOf,
  type Expr,
  isScalar,
  printed,
  SET_OPERATORS,
  type Selector,
} from './promql/syntax.ts';
import { aboutVariant, joinedByOr, marked } from './promql/variant.ts';

/** A check as it is asked: one query for both variants with all parts that are compared. */
export interface Question {
  readonly check: Check;
  /** the answer itself first, then what it is made of */
  readonly parts: readonly Part[];
  /** an instant can be compared when so much was measured before it */
  readonly secondsBack: number;
  /** how long one sample alone may keep a series in the answer */
  readonly secondsShown: number;
  /** the shortest window whose samples are counted */
  readonly countedWindow: number | null;
}

export interface Part {
  readonly title: string;
  readonly expr: Expr;
  /** `ranking`: which series these are changes with the smallest difference, so values are compared by rank */
  readonly order: 'labels' | 'ranking';
  /** it keeps one sample for a whole window, and which one is luck: what that is taken of is compared instead */
  readonly keepsExtremes: boolean;
  /** only about the collector itself, which two variants need not do alike */
  readonly isAboutCollector: boolean;
}

export type Prepared = { readonly question: Question } | { readonly check: Check; readonly why: string };

/** Makes every check ready to be asked, with the recordings among them written out. */
export const prepare = (checks: readonly Check[]): readonly Prepared[] => {
  const recordingsOf = recordingsAmong(checks);
  return checks.map((check) => {
    const notEvaluable = (why: string): Prepared => ({ check, why });
    if (check.fault !== null) return notEvaluable(check.fault);
    const parsed = parseQuery(check.evaluated);
    if (!parsed.accepted) return notEvaluable(parsed.refusal.message);
    const expanded = expandRecordings(parsed.value, recordingsOf);
    if (!expanded.accepted) return notEvaluable(expanded.refusal.message);
    const expr = expanded.value;
    const why = whyNotPerSlot(expr);
    if (why !== null) return notEvaluable(why);
    const parts = partsOf(check, expr);
    if (parts.length > MOST_PARTS) {
      return notEvaluable(
        `it joins ${parts.length - 1} conditions; ${MOST_PARTS - 1} are compared at most, so split it`,
      );
    }
    return {
      question: {
        check,
        parts,
        secondsBack: secondsBack(expr),
        secondsShown: secondsShown(expr),
        countedWindow: shortestCountedWindow(expr),
      },
    };
  });
};

const MOST_PARTS = 9;

const recordingsAmong = (checks: readonly Check[]): ((name: string) => readonly Recording[]) => {
  const byName = new Map<string, Recording[]>();
  for (const { kind, name, evaluated, labels, intervalSeconds, fault } of checks) {
    if (kind !== 'recording' || fault !== null) continue;
    const parsed = parseQuery(evaluated);
    if (!parsed.accepted) continue;
    const known = byName.get(name) ?? [];
    byName.set(name, [...known, { expr: parsed.value, labels, intervalSeconds }]);
  }
  return (name) => byName.get(name) ?? [];
};

/**
 * An alert that is quiet on both variants proves nothing: it is as quiet where its series are gone. So what stands under
 * the comparisons is compared as well, without the comparisons.
 */
const partsOf = (check: Check, expr: Expr): readonly Part[] => {
  const answer = partOf(check.kind === 'alert' ? 'fires' : 'value', expr);
  const text = printed(expr);
  const inputs = new Map(inputsOf(expr).map((input) => [printed(input), input]));
  inputs.delete(text);
  const parts = [...inputs].map(([title, input]) => partOf(title, input));
  return [answer, ...parts.filter((part) => selectorsOf(part.expr).length > 0)];
};

const partOf = (title: string, expr: Expr): Part => ({
  ...{ title, expr, order: orderOf(expr), keepsExtremes: keepsExtremes(expr) },
  isAboutCollector: selectorsOf(expr).every(isAboutCollector),
});

const keepsExtremes = (expr: Expr): boolean =>
  (expr.kind === 'call' && EXTREMES.includes(expr.name)) || childrenOf(expr).some(keepsExtremes);

const EXTREMES = ['max_over_time', 'min_over_time', 'quantile_over_time', 'stddev_over_time', 'stdvar_over_time'];

/** What a window is taken of, at one instant. */
const withoutWindow = (expr: Expr): Expr => {
  if (expr.kind === 'subquery' && expr.offset === undefined) return expr.of;
  if (expr.kind !== 'selector') return asVector(expr);
  const { range: _, ...instant } = expr;
  return instant;
};

const inputsOf = (expr: Expr): readonly Expr[] => {
  if (isScalar(expr)) return [];
  if (expr.kind === 'paren') return inputsOf(expr.of);
  if (expr.kind === 'call' && (expr.name === 'absent' || expr.name === 'absent_over_time')) {
    return expr.args.flatMap((arg) => inputsOf(asVector(arg)));
  }
  if (expr.kind === 'call' && EXTREMES.includes(expr.name))
    return expr.args.flatMap((arg) => inputsOf(withoutWindow(arg)));
  return filters(expr) || keepsExtremes(expr)
    ? childrenOf(expr).flatMap((child) => (child.kind === 'string' ? [] : inputsOf(asVector(child))))
    : [expr];
};

const asVector = (expr: Expr): Expr =>
  expr.kind === 'selector' && expr.range !== undefined
    ? { kind: 'call', name: 'last_over_time', args: [expr] }
    : expr.kind === 'subquery' && !filters(expr)
      ? { kind: 'call', name: 'last_over_time', args: [expr] }
      : expr;

/** Whether series drop out of it by their values, or by what another side has. */
const filters = (expr: Expr): boolean =>
  (expr.kind === 'binary' && dropsSeries(expr)) ||
  (expr.kind === 'call' && expr.name.startsWith('absent')) ||
  childrenOf(expr).some(filters);

const dropsSeries = ({ op, bool, matching }: Binary): boolean =>
  (COMPARISONS.includes(op) && !bool) || (SET_OPERATORS.includes(op) && matching?.labels.includes(MARK) !== true);

const orderOf = (expr: Expr): Part['order'] => {
  if (expr.kind === 'paren') return orderOf(expr.of);
  if (expr.kind === 'binary' && isScalar(expr.right)) return orderOf(expr.left);
  return expr.kind === 'aggregate' && (expr.op === 'topk' || expr.op === 'bottomk') ? 'ranking' : 'labels';
};

const SELF_NAMES = new Set<string>(Object.values(SELF_METRICS));
const isAboutCollector = ({ name }: Selector): boolean =>
  name !== null && (name.startsWith('otelcol_') || SELF_NAMES.has(name));

/** What a check is to an experiment whose variants write metrics of these names. */
export const standingOf = (
  { parts }: Question,
  written: readonly string[],
): { readonly asked: boolean; readonly why: string | null } => {
  const [answer] = parts;
  const expr = answer?.expr;
  if (expr === undefined) return { asked: false, why: null };
  const hasSeries = (selector: Selector): boolean => written.some((name) => asksFor(selector, name));
  const selectors = selectorsOf(expr);
  if (!selectors.some(hasSeries)) return { asked: false, why: null };
  if (canAnswer(expr, hasSeries)) return { asked: true, why: null };
  const missing = [...new Set(selectors.filter((selector) => !hasSeries(selector)).map(nameOf))];
  return { asked: false, why: `it needs ${listed(missing)} as well, which neither variant writes` };
};

interface Scope {
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
}

export const PART_LABEL = 'phx_part';
const VARIANT_LABEL = 'phx_variant';

/** One query for all parts and both variants, or for one of them: what each series is about stands in its labels. */
export const queryFor = ({ parts }: Question, scope: Scope, variants: readonly Variant[] = VARIANTS): string =>
  printed(
    joinedByOr(
      parts.flatMap(({ expr }, part) =>
        variants.map((variant) => {
          const matchers = variantStamps(scope, variant).map((stamp) => ({ ...stamp, op: '=' as const }));
          return marked(marked(aboutVariant(expr, matchers), VARIANT_LABEL, variant), PART_LABEL, String(part));
        }),
      ),
    ),
  );
