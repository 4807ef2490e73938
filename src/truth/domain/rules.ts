import * as z from 'zod';
import type { FoundCheck } from './check.ts';
import { secondsOf } from './promql/duration.ts';
import { parseQuery } from './promql/parse.ts';

/** Loose on purpose: a rule that Prometheus would refuse becomes a check that says so. */
const Rule = z.looseObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]).transform(String).optional(),
  for: z.union([z.string(), z.number()]).transform(String).optional(),
  keep_firing_for: z.union([z.string(), z.number()]).transform(String).optional(),
  labels: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish(),
});

export const RuleFile = z.object({
  groups: z.array(
    z.looseObject({
      name: z.string(),
      interval: z.union([z.string(), z.number()]).transform(String).optional(),
      rules: z.array(z.unknown()).nullish(),
    }),
  ),
});
type RuleFile = z.infer<typeof RuleFile>;

/** A minute is what Prometheus evaluates rules at when nobody says anything. */
const USUAL_INTERVAL_SECONDS = 60;

/** Every rule of a file, alerting and recording. */
export const checksOfRules = (source: string, { groups }: RuleFile): readonly FoundCheck[] =>
  groups.flatMap(({ name, interval, rules }) =>
    (rules ?? []).map((rule, index) => checkOf(rule, { place: `${source} › ${name}`, number: index + 1, interval })),
  );

const checkOf = (
  given: unknown,
  {
    place,
    number,
    interval,
  }: { readonly place: string; readonly number: number; readonly interval: string | undefined },
): FoundCheck => {
  const parsed = Rule.safeParse(given);
  const rule = parsed.success ? parsed.data : {};
  const [forSeconds, keepFiringForSeconds, intervalSeconds] = [
    durationOf(rule.for, 0),
    durationOf(rule.keep_firing_for, 0),
    durationOf(interval, USUAL_INTERVAL_SECONDS),
  ];
  const fault = parsed.success ? faultOf(rule) : 'it is no rule: an alert or a record with an expr is wanted here';
  const faultyDuration = [
    ...(forSeconds === null ? [`for: "${rule.for}" is no duration such as 5m`] : []),
    ...(keepFiringForSeconds === null ? [`keep_firing_for: "${rule.keep_firing_for}" is no duration such as 5m`] : []),
    ...(intervalSeconds === null ? [`the interval of its group, "${interval}", is no duration such as 1m`] : []),
  ][0];
  return {
    kind: rule.record !== undefined && rule.alert === undefined ? 'recording' : 'alert',
    name: rule.alert ?? rule.record ?? `rule ${number}`,
    place,
    query: rule.expr ?? '',
    evaluated: rule.expr ?? '',
    labels: rule.labels ?? {},
    forSeconds: forSeconds ?? 0,
    keepFiringForSeconds: keepFiringForSeconds ?? 0,
    intervalSeconds: intervalSeconds ?? USUAL_INTERVAL_SECONDS,
    fault: fault ?? faultyDuration ?? null,
  };
};

const faultOf = ({ alert, record, expr }: z.infer<typeof Rule>): string | null => {
  if (alert === undefined && record === undefined) return 'it has neither alert nor record';
  if (alert !== undefined && record !== undefined) return 'it has both alert and record; Prometheus takes one of them';
  if (expr === undefined) return 'it has no expr';
  const read = parseQuery(expr);
  return read.accepted ? null : read.refusal.message;
};

const durationOf = (text: string | undefined, otherwise: number): number | null => {
  if (text === undefined) return otherwise;
  const seconds = secondsOf(text);
  return seconds === null || seconds < 0 ? null : seconds;
};
