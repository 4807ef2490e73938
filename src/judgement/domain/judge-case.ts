import { pointerOf } from '../../kernel/pointer.ts';
import { type CaseAnswer, type CaseMetric, JudgeCase } from '../contract/case.ts';
import { MetricCriterion } from '../contract/criteria.ts';
import { ExperimentDesign, type HistorySeries, MAXIMUM_CELLS, MAXIMUM_SLOTS, POOLED } from '../contract/evidence.ts';
import type { MetricJudgement } from '../contract/judgement.ts';
import { byName, type Column, emptyColumn, type MetricColumns, write } from './columns.ts';
import { decideMaterial } from './judge.ts';
import type { Material } from './material.ts';
import { sumOf } from './numbers.ts';

/** What was wrong with a case: where in its wire form, a code, and what would work. */
type CaseError = CaseAnswer['errors'][number];

const DEFAULT_STEP_SECONDS = 60;
/** Documented default of a primary; a guardrail's margin has none. */
const DEFAULT_MINIMUM_SAVING = 0.05;

/** One NDJSON line in, one out, neither with a line break. A line that is no JSON gets an answer as well. */
export const judgeLine = (line: string): string => {
  try {
    return JSON.stringify(judgeCase(JSON.parse(line)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = 'the line is not JSON; numbers that do not exist are written null (NaN and Infinity are not JSON)';
    return JSON.stringify(refusal(null, [{ pointer: '', code: 'not_json', message }]));
  }
};

/**
 * Judges a case of `phoenix judge`: looks at every slot like live, decides at the horizon. Series that are shorter count
 * as missing, slots after the horizon are not read. What cannot be judged is answered with `invalid_setup` and the
 * reasons; hostile values become missing slots with a reason.
 */
export const judgeCase = (value: unknown): CaseAnswer => {
  const parsed = JudgeCase.safeParse(value);
  if (!parsed.success) {
    return refusal(
      idOf(value),
      parsed.error.issues.map(({ path, code, message }) => ({ pointer: pointerOf(path), code, message })),
    );
  }
  const judgeable = materialOfCase(parsed.data);
  if ('errors' in judgeable) return refusal(parsed.data.id, judgeable.errors);
  const verdict = decideMaterial(judgeable);
  return {
    id: parsed.data.id,
    verdict: verdict.verdict,
    decided_at_slot: verdict.decidedAtSlot,
    aborted_by: verdict.abortedBy?.metric ?? null,
    sentence: verdict.sentence,
    strength: verdict.strength,
    what_would_have_changed: verdict.whatWouldHaveChanged,
    trust: verdict.trust,
    minutes_still_needed: verdict.minutesStillNeeded,
    metrics: verdict.onMeasuredNodes.map(toCaseMetric),
    errors: [],
  };
};

const toCaseMetric = (metric: MetricJudgement): CaseAnswer['metrics'][number] => ({
  name: metric.name,
  role: metric.role,
  verdict: metric.verdict,
  status: metric.status,
  flags: metric.flags,
  scale: metric.scale,
  effect: metric.effect,
  lower: metric.lower,
  upper: metric.upper,
  n: metric.n,
  n_eff: metric.effectiveN,
  long_run_variance: metric.longRunVariance,
  p: metric.p,
  adjusted_p: metric.adjustedP,
  rare_events_p: metric.rareEventsP,
  bootstrap: bootstrapOf(metric),
  dropped: metric.dropped,
  sentence: metric.sentence,
  fleet:
    metric.fleet === null || metric.fleet.lower === null
      ? null
      : {
          effect: metric.fleet.effect,
          lower: metric.fleet.lower,
          upper: metric.fleet.upper,
          nodes: metric.fleet.nodes,
          worst_node: metric.fleet.worstNode,
        },
});

const bootstrapOf = ({ bootstrap }: MetricJudgement) =>
  bootstrap === null ? null : { ratio: bootstrap.ratio, lower: bootstrap.lower, upper: bootstrap.upper };

const refusal = (id: string | null, errors: readonly CaseError[]): CaseAnswer => ({
  id,
  verdict: 'invalid_setup',
  decided_at_slot: null,
  aborted_by: null,
  sentence: `The question cannot be asked like this: ${errors.map(({ pointer, message }) => `${pointer || 'case'}: ${message}`).join('; ')}.`,
  strength: null,
  what_would_have_changed: null,
  trust: [],
  minutes_still_needed: null,
  metrics: [],
  errors: [...errors],
});

const materialOfCase = (input: JudgeCase): Material | { readonly errors: readonly CaseError[] } => {
  const horizon = input.horizon_slots ?? longestSeries(input.metrics);
  const criteria = input.metrics.map((metric) => MetricCriterion.safeParse(criterionOf(metric)));
  const design = ExperimentDesign.omit({ criteria: true }).safeParse(
    defined({
      stepSeconds: input.step_seconds ?? DEFAULT_STEP_SECONDS,
      horizonSlots: horizon,
      alpha: input.alpha,
      populationNodes: input.population_nodes,
      hypotheticalBaseline: input.hypothetical_baseline,
      mismatchGuard: input.mismatch_guard,
      bootstrapSeed: input.bootstrap_seed,
    }),
  );
  const errors: CaseError[] = [
    ...(design.error?.issues ?? []).map(({ path, code, message }) => ({ pointer: wirePointer(path), code, message })),
    ...criteria.flatMap(({ error }, index) =>
      (error?.issues ?? []).map(({ path, code, message }) => ({
        pointer: `/metrics/${index}${wirePointer(path)}`,
        code,
        message,
      })),
    ),
    ...repeatedNames(input.metrics),
  ];
  if (errors.length > 0 || design.data === undefined) return { errors };
  const tooLarge = tooLargeError(input.metrics, design.data.horizonSlots);
  if (tooLarge !== null) return { errors: [tooLarge] };

  const metrics = criteria.flatMap(({ data }, index): MetricColumns[] => {
    const metric = input.metrics[index];
    return data === undefined || metric === undefined ? [] : [columnsOfCase(metric, data, design.data.horizonSlots)];
  });
  return {
    design: { ...design.data, criteria: metrics.map(({ criterion }) => criterion) },
    metrics,
    slots: design.data.horizonSlots,
    history: historyOf(input.history),
    trust: { bothReady: 'unknown', sameSettingsOtherwise: 'unknown', clock: 'unknown' },
    interruption: null,
  };
};

const tooLargeError = (metrics: readonly CaseMetric[], slots: number): CaseError | null => {
  const nodes = sumOf(metrics.map((metric) => nodesOf(metric).length));
  if (nodes * slots <= MAXIMUM_CELLS) return null;
  const message = `${nodes} series of nodes with ${slots} slots each are more than ${MAXIMUM_CELLS} values for a variant; shorten the horizon, or sum up nodes`;
  return { pointer: '/metrics', code: 'too_large', message };
};

const criterionOf = (metric: CaseMetric) =>
  defined({
    name: metric.name,
    role: metric.role,
    title: metric.title,
    better: metric.better,
    unit: metric.unit,
    aggregate: metric.aggregate,
    ...(metric.role === 'limit'
      ? { line: metric.line, breaches: metric.breaches, of: metric.of }
      : { scale: metric.scale }),
    ...(metric.role === 'primary' ? { minimumSaving: metric.minimum_saving ?? DEFAULT_MINIMUM_SAVING } : {}),
    ...(metric.role === 'guardrail' ? { margin: metric.margin, abortMargin: metric.abort_margin } : {}),
    ...(metric.role === 'trust' ? { margin: metric.margin, collectionsPerSlot: metric.collections_per_slot } : {}),
  });

/** Absent and null mean the default. */
const defined = (record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== null));

const WIRE_NAME_BY_FIELD: Readonly<Record<string, string>> = {
  stepSeconds: 'step_seconds',
  horizonSlots: 'horizon_slots',
  populationNodes: 'population_nodes',
  hypotheticalBaseline: 'hypothetical_baseline',
  mismatchGuard: 'mismatch_guard',
  bootstrapSeed: 'bootstrap_seed',
  minimumSaving: 'minimum_saving',
  abortMargin: 'abort_margin',
  collectionsPerSlot: 'collections_per_slot',
};

const wirePointer = (path: readonly PropertyKey[]): string =>
  pointerOf(path.map((part) => WIRE_NAME_BY_FIELD[String(part)] ?? part));

const repeatedNames = (metrics: readonly CaseMetric[]): CaseError[] =>
  metrics.flatMap(({ name }, index) =>
    metrics.findIndex((other) => other.name === name) < index
      ? [
          {
            pointer: `/metrics/${index}/name`,
            code: 'repeated',
            message: `"${name}" was already named; give each metric its own name`,
          },
        ]
      : [],
  );

/** So that a refused case is found again. Only a text or a number: turning anything else into a text may throw. */
const idOf = (value: unknown): string | null => {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : null;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
};

/** One slot at least, so that a case without a single value is judged as what it is: no data. */
const longestSeries = (metrics: readonly CaseMetric[]): number =>
  metrics
    .flatMap((metric) => nodesOf(metric))
    .reduce(
      (longest, [, { baseline, candidate }]) => Math.max(longest, baseline?.length ?? 0, candidate?.length ?? 0),
      1,
    );

const nodesOf = (metric: CaseMetric) =>
  Object.entries(metric.nodes ?? { [POOLED]: { baseline: metric.baseline, candidate: metric.candidate } });

const columnsOfCase = (metric: CaseMetric, criterion: MetricCriterion, slots: number): MetricColumns => ({
  criterion,
  nodes: nodesOf(metric)
    .map(([node, { baseline = [], candidate = [] }]) => ({
      node,
      since: 1,
      baseline: columnOf(baseline, criterion, slots),
      candidate: columnOf(candidate, criterion, slots),
    }))
    .sort(byName),
});

const columnOf = (series: readonly unknown[], criterion: MetricCriterion, slots: number): Column => {
  const column = emptyColumn(slots);
  for (let index = 0; index < Math.min(series.length, slots); index++) write(column, index, series[index], criterion);
  return column;
};

const historyOf = (history: JudgeCase['history']): Record<string, HistorySeries> =>
  Object.fromEntries(
    Object.entries(history).map(([name, { baseline = [], candidate }]) => [
      name,
      {
        baseline: baseline.slice(0, MAXIMUM_SLOTS).map(numberOrNull),
        ...(candidate && { candidate: candidate.slice(0, MAXIMUM_SLOTS).map(numberOrNull) }),
      },
    ]),
  );

const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
