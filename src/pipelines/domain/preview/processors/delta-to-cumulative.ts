import { goingOn, type Point, retold } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `delta_to_cumulative`: what changed is counted up again; what comes too late or out of order is left out. */
export const deltaToCumulative: MakeProcessor = () => ({
  limits: [],
  run: () => {
    const sums = new Map<string, Point>();
    return (batch) => {
      retold(
        batch,
        ({ temporality }) => temporality === 'delta',
        'cumulative',
        (point, series) => {
          const sum = sums.get(series);
          const next = sum === undefined ? point : counted(sum, point);
          if (next === undefined) return [];
          sums.set(series, { ...next });
          return [next];
        },
      );
      return goingOn(batch);
    };
  },
});

const counted = (sum: Point, point: Point): Point | undefined => {
  if (point.startMs < sum.startMs || point.timeMs <= sum.timeMs) return undefined;
  const value =
    typeof point.value === 'bigint' && typeof sum.value === 'bigint'
      ? sum.value + point.value
      : Number(sum.value) + Number(point.value);
  return { ...point, value, startMs: sum.startMs };
};
