import * as z from 'zod';
import { billOf, Cost, whyOpen } from '../../cost/domain/bill.ts';
import type { PricedBook } from '../../cost/domain/own-prices.ts';
import type { Usage } from '../../cost/domain/usage.ts';
import { meanOf, sumOf } from '../../judgement/domain/numbers.ts';
import { type MetricName, type Sample, VARIANTS, type Variant } from '../../measurement/domain/sample.ts';
import { type Experiment, lifeOf } from './experiment.ts';
import { pipelineWords } from './settings.ts';

/** What is sent, and what a month of it alone costs on the bill that was asked for. */
export const Spending = z.object({
  series: z.number(),
  pointsPerMinute: z.number(),
  monthly: Cost.nullable(),
  /** why it has no price */
  open: z.string().nullable(),
});
export type Spending = z.infer<typeof Spending>;

const counts = { name: z.string(), nodes: z.int(), experiments: z.int() };
/** Of a pipeline: whatever ran it, as a baseline or as a candidate. */
export const PipelineSpending = z.object({ ...counts, sent: Spending });
export type PipelineSpending = z.infer<typeof PipelineSpending>;
/** Of a node, or of all nodes of a team: what each variant of the newest experiment sent from there. */
export const PlaceSpending = z.object({ ...counts, baseline: Spending, candidate: Spending });
export type PlaceSpending = z.infer<typeof PlaceSpending>;

/** An experiment with the newest of its slots. */
export interface Measured {
  readonly experiment: Experiment;
  readonly samples: readonly Sample[];
}

/** Prices, and what the vendor's own terms add to every amount. */
export interface Pricing {
  readonly book: PricedBook;
  readonly terms: Usage;
}

interface Sent {
  readonly series: number;
  readonly pointsPerMinute: number;
}

/** Of one node: what both variants sent from it, each as the mean over its slots. */
interface NodeLevel {
  readonly experiment: Experiment;
  readonly node: string;
  readonly sent: Readonly<Record<Variant, Sent>>;
}

/**
 * By pipeline, by node and by team, from experiments with the newest first. A node counts once in each row, as the newest
 * experiment found it: experiments that follow each other on a node measured the same host, and not two.
 */
export const spendingOf = (measured: readonly Measured[], pricing: Pricing) => {
  const levels = measured.flatMap(nodeLevels);
  return {
    pipelines: byPipeline(levels, pricing),
    nodes: byPlace(levels, ({ node }) => node, pricing),
    teams: byPlace(levels, ({ experiment }) => teamOf(experiment), pricing),
  };
};

/** Nodes of which series and points of both variants are known: half a comparison would be taken for a difference. */
const nodeLevels = ({ experiment, samples }: Measured): readonly NodeLevel[] => {
  const slots = samples.filter(({ phase }) => phase === 'measured');
  return (lifeOf(experiment)?.nodes ?? []).flatMap(({ clusterId, node }) => {
    const mean = (variant: Variant, metric: MetricName): number | null => meanOfNode(slots, variant, metric, node);
    const sentBy = (variant: Variant): Sent | null => {
      const [series, points] = [mean(variant, 'active_series'), mean(variant, 'exported_points')];
      return series === null || points === null
        ? null
        : { series, pointsPerMinute: (points * 60) / experiment.settings.slotSeconds };
    };
    const [baseline, candidate] = VARIANTS.map(sentBy);
    return baseline == null || candidate == null
      ? []
      : [{ experiment, node: `${node} (${clusterId})`, sent: { baseline, candidate } }];
  });
};

const meanOfNode = (slots: readonly Sample[], variant: Variant, metric: MetricName, node: string): number | null => {
  const values = slots.flatMap((sample) => {
    const reading = sample[variant][metric]?.[node];
    return reading !== undefined && 'value' in reading ? [reading.value] : [];
  });
  return values.length === 0 ? null : meanOf(values);
};

/** The label that says so, else who created it. */
export const teamOf = ({ settings, createdBy }: Experiment): string =>
  settings.labels['team'] ?? (createdBy.kind === 'user' ? createdBy.email : createdBy.id);

const byPipeline = (levels: readonly NodeLevel[], pricing: Pricing): PipelineSpending[] => {
  const uses = levels.flatMap(({ experiment, node, sent }) =>
    VARIANTS.map((variant) => ({
      experiment,
      node,
      sent: sent[variant],
      name: pipelineWords(experiment.settings[variant === 'baseline' ? 'baselinePipeline' : 'candidatePipeline']),
    })),
  );
  return dearestFirst(
    [...Map.groupBy(uses, ({ name }) => name)].map(([name, all]) => {
      const newest = onceANode(all);
      return {
        ...countsOf(name, all, newest),
        sent: spendingOn(
          newest.map(({ sent }) => sent),
          pricing,
        ),
      };
    }),
    ({ sent }) => sent,
  );
};

const byPlace = (
  levels: readonly NodeLevel[],
  nameOf: (level: NodeLevel) => string,
  pricing: Pricing,
): PlaceSpending[] =>
  dearestFirst(
    [...Map.groupBy(levels, nameOf)].map(([name, all]) => {
      const newest = onceANode(all);
      const of = (variant: Variant) =>
        spendingOn(
          newest.map(({ sent }) => sent[variant]),
          pricing,
        );
      return { ...countsOf(name, all, newest), baseline: of('baseline'), candidate: of('candidate') };
    }),
    ({ baseline }) => baseline,
  );

/** The first of each node, which is the newest. */
const onceANode = <L extends { readonly node: string }>(levels: readonly L[]): readonly L[] => [
  ...new Map(levels.toReversed().map((level) => [level.node, level])).values(),
];

const countsOf = (name: string, all: readonly { readonly experiment: Experiment }[], newest: readonly unknown[]) => ({
  name,
  nodes: newest.length,
  experiments: new Set(all.map(({ experiment }) => experiment.id)).size,
});

/** What nodes send together, as if it were alone on the bill. */
export const spendingOn = (sent: readonly Sent[], { book, terms }: Pricing, hosts = sent.length): Spending => {
  const series = sumOf(sent.map((each) => each.series));
  const pointsPerMinute = sumOf(sent.map((each) => each.pointsPerMinute));
  const bill = billOf(book, { ...terms, series, pointsPerMinute, hosts });
  return { series, pointsPerMinute, monthly: bill.total, open: bill.total === null ? whyOpen(bill) : null };
};

const dearestFirst = <R>(rows: R[], sentOf: (row: R) => Spending): R[] =>
  rows.toSorted((one, other) => sentOf(other).pointsPerMinute - sentOf(one).pointsPerMinute);
