import type { Effect } from '../../../../src/experiments/contract/views.ts';

/** Where things lie on a bar, in percent of its width. A bound that is not known is open: it runs to the edge. */
export interface BarScale {
  readonly zero: number;
  readonly margin: number | null;
  readonly effect: number;
  readonly from: number;
  readonly to: number;
  readonly isOpenLeft: boolean;
  readonly isOpenRight: boolean;
}

/** Room beyond the outermost line, as a share of what is shown. */
const ROOM = 0.12;

/**
 * Each row has its own scale: what counts is where the interval lies against zero and its margin. Without any bound there
 * is only the tick of the estimate; without an estimate there is nothing to draw.
 */
export const barScaleOf = ({
  effect,
  lower,
  upper,
  margin,
}: Pick<Effect, 'effect' | 'lower' | 'upper' | 'margin'>): BarScale | null => {
  if (effect === null) return null;
  const shown = [0, effect, ...[lower, upper, margin].filter((each) => each !== null)];
  const least = Math.min(...shown);
  const most = Math.max(...shown);
  const span = most - least || 1;
  const start = least - span * ROOM;
  const width = span * (1 + 2 * ROOM);
  const place = (value: number): number => Math.round(((value - start) / width) * 1000) / 10;
  const hasInterval = lower !== null || upper !== null;
  return {
    zero: place(0),
    margin: margin === null ? null : place(margin),
    effect: place(effect),
    from: lower !== null ? place(lower) : hasInterval ? 0 : place(effect),
    to: upper !== null ? place(upper) : hasInterval ? 100 : place(effect),
    isOpenLeft: hasInterval && lower === null,
    isOpenRight: hasInterval && upper === null,
  };
};
