import { SERIES_LABELS } from '../../pipelines/domain/labels.ts';
import type { MISSING_REASONS, Reading, Variant } from './sample.ts';

export type MissingReason = (typeof MISSING_REASONS)[number];

/** Values of one set of labels at the ends of slots. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** [epoch seconds, value]; values that are not finite were dropped by nobody: they are NaN here and become missing */
  readonly points: readonly (readonly [number, number])[];
}

/** What the store said to one query, or why it said nothing. */
export type Answer =
  | { readonly series: readonly Series[] }
  | { readonly missing: Extract<MissingReason, 'source_unreachable' | 'query_refused'> };

/** The values of a variant and node at an instant, one per series. */
export type Lookup = (variant: Variant, node: string, atMs: number) => readonly SeriesValue[];
export interface SeriesValue {
  readonly series: Series;
  readonly value: number;
}

/** Series by variant, node and instant; the answer is read once, whatever the number of slots. */
export const indexSeries = (series: readonly Series[]): Lookup => {
  const values = new Map<string, SeriesValue[]>();
  for (const each of series) {
    const { [SERIES_LABELS.variant]: variant = '', [SERIES_LABELS.node]: node = '' } = each.labels;
    for (const [seconds, value] of each.points) {
      const key = keyOf(variant, node, Math.round(seconds * 1000));
      const found = values.get(key);
      if (found === undefined) values.set(key, [{ series: each, value }]);
      else found.push({ series: each, value });
    }
  }
  return (variant, node, atMs) => values.get(keyOf(variant, node, atMs)) ?? [];
};

/** Exactly one finite number, or why not. */
export const onlyValue = (found: readonly SeriesValue[]): Reading => {
  const [first, second] = found;
  if (first === undefined) return { missing: 'no_series' };
  if (second !== undefined) return { missing: 'several_series' };
  return Number.isFinite(first.value) ? { value: first.value } : { missing: 'not_finite' };
};

const keyOf = (variant: string, node: string, atMs: number): string => `${variant}\n${node}\n${atMs}`;
