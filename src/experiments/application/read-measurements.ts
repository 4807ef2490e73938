import type * as z from 'zod';
import { namedQueries } from '../../measurement/domain/queries.ts';
import {
  METRICS,
  type MetricName,
  type NamedQuery,
  type Reading,
  type Sample,
  VARIANTS,
  type Variant,
} from '../../measurement/domain/sample.ts';
import type { MetricSeries, ProcessesView } from '../contract/views.ts';
import type { Experiment } from '../domain/experiment.ts';

/** The newest slots that one answer holds. */
const MOST_SLOTS = 2000;

/** One metric over its slots, pooled and per node; a gap keeps its reason. */
export const metricSeries = (metric: MetricName, all: readonly Sample[]): z.infer<typeof MetricSeries> => {
  const samples = all.slice(-MOST_SLOTS);
  const nodes = [
    ...new Set(samples.flatMap((sample) => VARIANTS.flatMap((variant) => nodesOf(sample, variant, metric)))),
  ];
  return {
    metric,
    title: METRICS[metric].title,
    unit: METRICS[metric].unit,
    slots: samples.map(({ slot, endsAt, phase }) => ({ slot, endsAt, phase })),
    variants: VARIANTS.map((variant) => ({
      variant,
      pooled: samples.map((sample) => pooled(sample[variant][metric])),
      nodes: nodes.toSorted().map((node) => ({
        node,
        readings: samples.map((sample) => sample[variant][metric]?.[node] ?? NOTHING),
      })),
    })),
  };
};

const NOTHING: Reading = { missing: 'no_series' };

const nodesOf = (sample: Sample, variant: Variant, metric: MetricName): readonly string[] =>
  Object.keys(sample[variant][metric] ?? {});

/** The sum over nodes, or the reason of the first node without a value: a part of the fleet is not the fleet. */
const pooled = (readings: Readonly<Record<string, Reading>> | undefined): Reading => {
  const all = Object.values(readings ?? {});
  const missing = all.find((reading) => 'missing' in reading);
  if (all.length === 0 || missing !== undefined) return missing ?? NOTHING;
  return { value: all.reduce((sum, reading) => sum + ('value' in reading ? reading.value : 0), 0) };
};

/** Critical processes as of the newest slot. */
export const processesOf = (samples: readonly Sample[]): z.infer<typeof ProcessesView> => {
  const newest = samples.at(-1);
  return { slot: newest?.slot ?? null, at: newest?.endsAt ?? null, nodes: newest?.processes ?? [] };
};

/** Hashes of the raw series, by slot and query. */
export const hashesOf = (samples: readonly Sample[]): Record<string, string> =>
  Object.fromEntries(
    samples.flatMap(({ slot, hashes }) => Object.entries(hashes).map(([name, hash]) => [`${slot} ${name}`, hash])),
  );

export const queriesOf = ({ id, epoch, settings }: Experiment): readonly NamedQuery[] =>
  namedQueries(
    {
      experimentId: id,
      epoch,
      slotSeconds: settings.slotSeconds,
      collectionIntervalSeconds: settings.collectionIntervalSeconds,
    },
    settings.criticalProcesses,
  );
