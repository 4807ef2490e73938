import type { Effect, Look, MetricSeries, Transition, Verdict } from '../../../../src/experiments/contract/views.ts';
import type { CriterionMetric } from '../../../../src/experiments/domain/settings.ts';
import type { Reading } from '../../../../src/measurement/domain/sample.ts';
import { STATE_WORDS } from '../../format/words.ts';

/** Columns as the chart wants them: one entry per slot, null where there is nothing. Times are seconds since 1970. */
export interface ChartData {
  readonly times: readonly number[];
  readonly slots: readonly number[];
  readonly phases: MetricSeries['slots'][number]['phase'][];
  readonly baseline: readonly (number | null)[];
  readonly candidate: readonly (number | null)[];
  /** candidate / baseline − 1 of each slot */
  readonly slotChange: readonly (number | null)[];
  /** of the looks: estimate and its interval */
  readonly estimate: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
  readonly margin: number | null;
  /** absolute line of a node, in the unit of the raw series; null when several nodes are pooled */
  readonly limit: number | null;
  readonly scale: 'ratio' | 'difference';
  readonly gaps: readonly Gap[];
}

/** A slot in which a variant has no value, and why. */
export interface Gap {
  readonly slot: number;
  readonly reason: string;
}

export interface Mark {
  readonly time: number;
  readonly label: string;
}

/** What is drawn beside the slots: the looks, and what was decided at the end. */
export interface Judged {
  readonly looks: readonly Look[];
  readonly verdict: Verdict | null;
}

/** Joins slots and judgements of one metric on the same time axis; `node` null means all nodes pooled. */
export const chartDataOf = (
  series: MetricSeries | null,
  { looks, verdict }: Judged,
  metric: CriterionMetric,
  node: string | null = null,
): ChartData => {
  const lookBySlot = new Map(looks.map((look) => [look.slot, look]));
  const slots = series?.slots ?? looks.map(({ slot, at }) => ({ slot, endsAt: at, phase: 'measured' as const }));
  const readingsOf = (variant: 'baseline' | 'candidate'): readonly (Reading | undefined)[] => {
    const found = series?.variants.find((each) => each.variant === variant);
    const readings = node === null ? found?.pooled : found?.nodes.find((each) => each.node === node)?.readings;
    return slots.map((_, index) => readings?.[index]);
  };
  const baselineReadings = readingsOf('baseline');
  const candidateReadings = readingsOf('candidate');
  const baseline = baselineReadings.map(readingValue);
  const candidate = candidateReadings.map(readingValue);
  // a limit is a line for each node and compares nothing
  const compared = (effects: readonly Effect[] | undefined): Effect | undefined =>
    effects?.find((effect) => effect.metric === metric && effect.role !== 'limit');
  // judgements are about all nodes together: beside one node's slots their interval would be somebody else's
  const effectAt = (slot: number): Effect | undefined => {
    if (node !== null) return undefined;
    const decided = verdict?.decidedAtSlot === slot ? compared(verdict.onMeasuredNodes) : undefined;
    return decided ?? compared(lookBySlot.get(slot)?.effects);
  };
  const effects = slots.map(({ slot }) => effectAt(slot));
  const latest = effects.findLast((effect) => effect !== undefined);
  const limit = looks.at(-1)?.effects.find((effect) => effect.metric === metric && effect.role === 'limit')?.margin;
  const isOneNode = node !== null || series?.variants[0]?.nodes.length === 1;
  return {
    times: slots.map(({ endsAt }) => Date.parse(endsAt) / 1000),
    slots: slots.map(({ slot }) => slot),
    phases: slots.map(({ phase }) => phase),
    baseline,
    candidate,
    slotChange: slots.map((_, index) => changeOf(baseline[index] ?? null, candidate[index] ?? null)),
    estimate: effects.map((effect) => effect?.effect ?? null),
    lower: effects.map((effect) => effect?.lower ?? null),
    upper: effects.map((effect) => effect?.upper ?? null),
    margin: latest?.margin ?? null,
    limit: isOneNode ? (limit ?? null) : null,
    scale: latest?.scale ?? 'ratio',
    gaps:
      series === null
        ? []
        : slots.flatMap(({ slot }, index) => gapOf(slot, baselineReadings[index], candidateReadings[index])),
  };
};

export interface LonelyInterval {
  readonly time: number;
  readonly lower: number;
  readonly upper: number;
}

/** Intervals without a neighbour: a band needs two, so these are drawn as bars. A short run has only that of its verdict. */
export const lonelyIntervals = ({ times, lower, upper }: ChartData): readonly LonelyInterval[] => {
  const known = times.flatMap((time, index) => {
    const [low, high] = [lower[index] ?? null, upper[index] ?? null];
    return low === null || high === null ? [] : [{ time, lower: low, upper: high }];
  });
  return known.length === 1 ? known : [];
};

/** States that it went through, as marks on the time axis. */
export const marksOf = (transitions: readonly Transition[], epoch: number): readonly Mark[] =>
  transitions
    .filter((each) => each.epoch === epoch)
    .map(({ at, to }) => ({ time: Date.parse(at) / 1000, label: STATE_WORDS[to].word }));

/** Gaps that follow each other for the same reason, as one stretch. */
export const stretchesOf = (
  gaps: readonly Gap[],
): readonly { readonly from: number; readonly to: number; readonly reason: string }[] =>
  gaps.reduce<{ from: number; to: number; reason: string }[]>((stretches, { slot, reason }) => {
    const last = stretches.at(-1);
    if (last !== undefined && last.to === slot - 1 && last.reason === reason) last.to = slot;
    else stretches.push({ from: slot, to: slot, reason });
    return stretches;
  }, []);

const readingValue = (reading: Reading | undefined): number | null =>
  reading !== undefined && 'value' in reading ? reading.value : null;

// a zero baseline has no ratio, and a missing value is no zero
const changeOf = (baseline: number | null, candidate: number | null): number | null =>
  baseline === null || candidate === null || baseline === 0 ? null : candidate / baseline - 1;

const MISSING_WORDS: Readonly<Record<string, string>> = {
  no_series: 'no series',
  counter_reset: 'counter reset',
  not_finite: 'not a number',
  several_series: 'several series',
  source_unreachable: 'metrics source unreachable',
  query_refused: 'query refused',
  not_ready: 'collector not ready',
  late: 'came too late',
};

const gapOf = (slot: number, baseline: Reading | undefined, candidate: Reading | undefined): readonly Gap[] => {
  const reasons = (
    [
      ['baseline', baseline],
      ['candidate', candidate],
    ] as const
  ).flatMap(([variant, reading]) =>
    reading !== undefined && 'missing' in reading
      ? [`${variant}: ${MISSING_WORDS[reading.missing] ?? reading.missing}`]
      : [],
  );
  return reasons.length === 0 ? [] : [{ slot, reason: reasons.join(', ') }];
};
