import type { MetricCriterion } from '../contract/criteria.ts';
import type { Evidence } from '../contract/evidence.ts';
import { ownEntry } from './own-entry.ts';

/**
 * Evidence turned by ninety degrees: per metric and node one column of numbers per variant, so that a look reads a row
 * without walking objects. Slot s is at index s - 1; a missing number is NaN with a reason beside it.
 */
export interface Column {
  readonly values: Float64Array;
  readonly reasons: Map<number, string>;
  /** denominators of shares by index; 1 where none was given */
  readonly weights: Map<number, number>;
}

export interface NodeColumns {
  readonly node: string;
  /** first slot in which the node is mentioned: before it nobody expected it */
  since: number;
  readonly baseline: Column;
  readonly candidate: Column;
}

export interface MetricColumns {
  readonly criterion: MetricCriterion;
  /** in order of their names */
  readonly nodes: readonly NodeColumns[];
}

/** Larger values are taken for errors: their squares would not fit a number, nor would they fit a table. */
const LARGEST_VALUE = 1e100;

export const NO_SAMPLE = 'no_sample';

/** A reading that can be computed with, or the reason why it cannot. A ratio of something negative does not exist. */
export const whyUnusable = (value: unknown, criterion: MetricCriterion): string | null => {
  if (value === null || value === undefined) return NO_SAMPLE;
  if (typeof value !== 'number') return 'not_a_number';
  if (!Number.isFinite(value)) return 'not_finite';
  if (Math.abs(value) > LARGEST_VALUE) return 'out_of_range';
  return value < 0 && 'scale' in criterion && criterion.scale === 'log_ratio' ? 'negative' : null;
};

export const emptyColumn = (slots: number): Column => ({
  values: new Float64Array(slots).fill(Number.NaN),
  reasons: new Map(),
  weights: new Map(),
});

/** Writes one reading into a column. */
export const write = (column: Column, index: number, value: unknown, criterion: MetricCriterion): void => {
  const reason = whyUnusable(value, criterion);
  if (reason === null) column.values[index] = value as number;
  else if (reason !== NO_SAMPLE) column.reasons.set(index, reason);
};

export const reasonAt = (column: Column, index: number): string => column.reasons.get(index) ?? NO_SAMPLE;

export const byName = (a: { readonly node: string }, b: { readonly node: string }): number =>
  a.node < b.node ? -1 : a.node > b.node ? 1 : 0;

/** Columns of all criteria, in their order, over `slots` slots. Slots beyond are ignored; of equal numbers the last wins. */
export const columnsOf = (evidence: Evidence, slots: number): readonly MetricColumns[] =>
  evidence.design.criteria.map((criterion) => {
    const nodes = new Map<string, NodeColumns>();
    const columnsFor = (node: string, slot: number): NodeColumns => {
      const known = nodes.get(node);
      if (known !== undefined) {
        known.since = Math.min(known.since, slot);
        return known;
      }
      const fresh = { node, since: slot, baseline: emptyColumn(slots), candidate: emptyColumn(slots) };
      nodes.set(node, fresh);
      return fresh;
    };
    for (const { slot, metrics } of evidence.slots) {
      if (slot > slots) continue;
      const paired = ownEntry(metrics, criterion.name);
      if (paired === undefined) continue;
      for (const variant of ['baseline', 'candidate'] as const) {
        for (const [node, reading] of Object.entries(paired[variant])) {
          const column = columnsFor(node, slot)[variant];
          if ('missing' in reading) {
            column.reasons.set(slot - 1, reading.missing);
            continue;
          }
          write(column, slot - 1, reading.value, criterion);
          if (reading.weight !== undefined) column.weights.set(slot - 1, reading.weight);
        }
      }
    }
    return { criterion, nodes: [...nodes.values()].sort(byName) };
  });
