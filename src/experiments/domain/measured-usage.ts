import type { ExperimentUse } from '../../cost/domain/experiment-cost.ts';
import { byEnd, type Interval } from '../../cost/domain/interval.ts';
import type { Comparison } from '../../cost/domain/saving.ts';
import type { Amount, Usage } from '../../cost/domain/usage.ts';
import { fleetInterval } from '../../judgement/domain/fleet.ts';
import { horizonBounds } from '../../judgement/domain/horizon-bounds.ts';
import { KAPPA, longRunVariance, seriesOf } from '../../judgement/domain/long-run-variance.ts';
import { meanOf, sumOf } from '../../judgement/domain/numbers.ts';
import { isEnoughOf } from '../../judgement/domain/pooling.ts';
import { type MetricName, type Reading, type Sample, VARIANTS, type Variant } from '../../measurement/domain/sample.ts';
import type { Effect } from './verdict.ts';

/** What was measured, as plain numbers of a month: the arrow from evidence to money. */
export interface MeasuredUsage {
  readonly baseline: Usage;
  readonly candidate: Usage;
  readonly change: Comparison['change'];
  /** slots from which levels were taken */
  readonly slots: number;
  /** on the wire, which no vendor bills; to be seen beside what is billed */
  readonly wireBytesPerPoint: Readonly<Record<Variant, number | null>>;
}

/** Fewer slots tell nothing about how much a level varies. */
export const FEWEST_SLOTS = 5;
/** Each bound at 5 %, as in a verdict. */
const ALPHA = 0.05;

/**
 * Levels of both variants, and how much of the baseline's the candidate has, as it was judged. On the measured nodes the
 * bounds are over time; of a fleet (`fleetNodes`) they are over nodes, because another node is not like these. Null before
 * enough was measured.
 */
export const measuredUsage = (
  samples: readonly Sample[],
  effects: readonly Effect[],
  {
    nodes,
    slotSeconds,
    fleetNodes = null,
  }: { readonly nodes: number; readonly slotSeconds: number; readonly fleetNodes?: number | null },
): MeasuredUsage | null => {
  const measured = samples.filter(({ phase }) => phase === 'measured');
  const level = (variant: Variant, metric: MetricName, factor: number): Amount | null => {
    const sums = slotSums(measured, variant, metric, nodes);
    if (sums.length < FEWEST_SLOTS) return null;
    return times(fleetNodes === null ? overTime(sums) : overNodes(measured, variant, metric, fleetNodes), factor);
  };
  const usageOf = (variant: Variant): Usage | null => {
    const series = level(variant, 'active_series', 1);
    const pointsPerMinute = level(variant, 'exported_points', 60 / slotSeconds);
    if (series === null || pointsPerMinute === null) return null;
    const cores = level(variant, 'collector_cpu_seconds', 1 / slotSeconds);
    const memoryBytes = level(variant, 'collector_memory_bytes', 1);
    return {
      series,
      pointsPerMinute,
      hosts: fleetNodes ?? nodes,
      ...(cores === null ? {} : { cores }),
      ...(memoryBytes === null ? {} : { memoryBytes }),
    };
  };
  const [baseline, candidate] = VARIANTS.map(usageOf);
  if (baseline == null || candidate == null) return null;
  const [series, pointsPerMinute] = [ratioOf(effects, 'active_series'), ratioOf(effects, 'exported_points')];
  return {
    ...inBoth(baseline, candidate),
    change: {
      ...(series === null ? {} : { series }),
      ...(pointsPerMinute === null ? {} : { pointsPerMinute }),
    },
    slots: slotSums(measured, 'baseline', 'exported_points', nodes).length,
    wireBytesPerPoint: {
      baseline: wireBytes(measured, 'baseline', nodes),
      candidate: wireBytes(measured, 'candidate', nodes),
    },
  };
};

/** What the experiment used by itself until its verdict, warm-up included, as far as it was read. */
export const experimentUse = (samples: readonly Sample[], slotSeconds: number): ExperimentUse => {
  const untilTheVerdict = samples.filter(({ phase }) => phase !== 'watched');
  const total = (metric: MetricName): number =>
    sumOf(
      untilTheVerdict.flatMap((sample) =>
        VARIANTS.flatMap((variant) => Object.values(sample[variant][metric] ?? {}).flatMap(valueIn)),
      ),
    );
  return {
    coreSeconds: total('collector_cpu_seconds'),
    memoryMibSeconds: (total('collector_memory_bytes') / 1024 ** 2) * slotSeconds,
    samples: total('exported_points'),
  };
};

/** The sum over all nodes per slot; where one is missing the others stand for it. */
const slotSums = (samples: readonly Sample[], variant: Variant, metric: MetricName, nodes: number): readonly number[] =>
  samples.flatMap((sample) => {
    const values = Object.values(sample[variant][metric] ?? {}).flatMap(valueIn);
    return values.length === 0 || !isEnoughOf(values.length, nodes) ? [] : [meanOf(values) * nodes];
  });

const valueIn = (reading: Reading): readonly number[] => ('value' in reading ? [reading.value] : []);

/** The mean with its bounds; one number where it never varied. */
const overTime = (values: readonly number[]): Amount => {
  const series = seriesOf(values);
  const own = longRunVariance(series, KAPPA.run);
  const bounds = own && horizonBounds(series.mean(), values.length, own, undefined, ALPHA);
  return bounds === undefined ? series.mean() : positive(bounds.lower, series.mean(), bounds.upper);
};

/** The sum over a fleet, from the means of those of its nodes that were measured. */
const overNodes = (samples: readonly Sample[], variant: Variant, metric: MetricName, fleetNodes: number): Amount => {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample[variant][metric] ?? {})))];
  const means = names.flatMap((node) => {
    const values = samples.flatMap((sample) => {
      const reading = sample[variant][metric]?.[node];
      return reading === undefined ? [] : valueIn(reading);
    });
    return values.length === 0 ? [] : [meanOf(values)];
  });
  const { lower, effect, upper } = fleetInterval(
    means,
    means.map(() => 1),
    fleetNodes,
    2 * ALPHA,
  );
  return times(positive(lower, effect, upper), fleetNodes);
};

const positive = (low: number, estimate: number, high: number): Interval => ({ low: Math.max(0, low), estimate, high });

const times = (amount: Amount, factor: number): Amount =>
  typeof amount === 'number' ? amount * factor : byEnd((end) => amount[end] * factor);

/** A comparison says the same of both: compute that is known of one variant only is left out. */
const inBoth = (baseline: Usage, candidate: Usage): Pick<MeasuredUsage, 'baseline' | 'candidate'> => {
  const only = (usage: Usage, other: Usage): Usage =>
    Object.fromEntries(Object.entries(usage).filter(([axis]) => Object.hasOwn(other, axis)));
  return { baseline: only(baseline, candidate), candidate: only(candidate, baseline) };
};

/** Candidate / baseline as it was judged side by side; null without an interval. */
const ratioOf = (effects: readonly Effect[], metric: Effect['metric']): Interval | null => {
  const found = effects.find((each) => each.metric === metric && each.role !== 'limit' && each.scale === 'ratio');
  if (found === undefined || found.effect === null || found.lower === null || found.upper === null) return null;
  const [low, estimate, high] = [found.lower, found.effect, found.upper].map((change) => Math.max(0, 1 + change));
  return { low: low ?? 0, estimate: estimate ?? 0, high: high ?? 0 };
};

const wireBytes = (samples: readonly Sample[], variant: Variant, nodes: number): number | null => {
  const [bytes, points] = (['exported_bytes', 'exported_points'] as const).map((metric) =>
    meanOf(slotSums(samples, variant, metric, nodes)),
  );
  return bytes === undefined || points === undefined || !(points > 0 && bytes > 0) ? null : bytes / points;
};
