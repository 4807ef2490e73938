import { attributesKey, metricKey, type Point, withoutEmpty } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `delta_to_cumulative`: what changed is counted up again; what comes too late or out of order is left out. */
export const deltaToCumulative: MakeProcessor = () => ({
  limits: [],
  run: () => {
    const sums = new Map<string, Point>();
    return (batch) => {
      for (const { attributes, metrics } of batch.resources) {
        const resource = attributesKey(attributes);
        for (const metric of metrics) {
          if (metric.temporality !== 'delta') continue;
          const key = metricKey(resource, metric);
          metric.points = metric.points.flatMap((point) => {
            const id = `${key} ${attributesKey(point.attributes)}`;
            const sum = sums.get(id);
            const next = sum === undefined ? point : counted(sum, point);
            if (next === undefined) return [];
            sums.set(id, { ...next });
            return [next];
          });
          metric.temporality = 'cumulative';
        }
      }
      batch.resources = withoutEmpty(batch.resources);
      return batch.resources.length === 0 ? [] : [batch];
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
