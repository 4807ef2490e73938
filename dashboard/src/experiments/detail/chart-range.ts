import type { ChartData } from './chart-data.ts';

/**
 * The vertical range of the ratio chart: what the newest look says, zero and the margin, and nearly all slots. The first
 * looks of a run have intervals as wide as a barn; they run out of the picture instead of flattening the rest.
 */
export const changeRangeOf = (data: ChartData): readonly [number, number] => {
  const newest = <T>(column: readonly (T | null)[]): T | null => column.findLast((value) => value !== null) ?? null;
  const slots = data.slotChange.filter((value) => value !== null).toSorted((a, b) => a - b);
  const values = [
    0,
    data.margin,
    newest(data.estimate),
    newest(data.lower),
    newest(data.upper),
    quantile(slots, 0.05),
    quantile(slots, 0.95),
  ].filter((value) => value !== null);
  const least = Math.min(...values);
  const most = Math.max(...values);
  const room = (most - least || 0.1) * 0.12;
  return [least - room, most + room];
};

const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.round((sorted.length - 1) * share)] ?? null;
