import {
  type Evidence,
  type ExperimentDesign,
  type HistorySeries,
  type Interruption,
  MAXIMUM_CELLS,
  type TrustFacts,
} from '../contract/evidence.ts';
import { columnsOf, type MetricColumns } from './columns.ts';
import { largest } from './numbers.ts';

/** Evidence in the form that judging walks through: columns instead of objects, and how far they reach. */
export interface Material {
  readonly design: ExperimentDesign;
  readonly metrics: readonly MetricColumns[];
  /** slots up to the last one measured */
  readonly slots: number;
  readonly history: Readonly<Record<string, HistorySeries>>;
  readonly trust: TrustFacts;
  readonly interruption: Interruption | null;
}

/** `slots`: how many to look at, measured or not. */
export const materialOf = (evidence: Evidence, slots: number): Material => ({
  design: evidence.design,
  metrics: columnsOf(evidence, slots),
  slots,
  history: evidence.history,
  trust: evidence.trust,
  interruption: evidence.interruption,
});

export const lastSlotOf = ({ slots }: Pick<Evidence, 'slots'>): number =>
  Math.max(0, largest(slots.map(({ slot }) => slot)));

/** Whether its columns would hold more numbers than fit: nodes are counted per metric, over all slots. */
export const isTooLarge = ({ design, slots }: Evidence): boolean => {
  const nodes = new Set<string>();
  for (const { metrics } of slots) {
    for (const [metric, { baseline, candidate }] of Object.entries(metrics)) {
      for (const node of [...Object.keys(baseline), ...Object.keys(candidate)]) nodes.add(`${metric}\n${node}`);
    }
  }
  return nodes.size * Math.max(design.horizonSlots, lastSlotOf({ slots })) > MAXIMUM_CELLS;
};
