import type { Evidence, ExperimentDesign, HistorySeries, Interruption, TrustFacts } from '../contract/evidence.ts';
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

export const lastSlotOf = (evidence: Evidence): number => Math.max(0, largest(evidence.slots.map(({ slot }) => slot)));
