import { textsOf } from '../matching.ts';
import { attributesKey, type ResourceMetrics } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `groupbyattrs`: attributes of points become attributes of the resource, and equal resources become one. */
export const groupbyattrs: MakeProcessor = ({ settings }) => {
  const keys = textsOf(settings['keys']);
  return {
    limits: [],
    run: () => (batch) => {
      const groups = new Map<string, ResourceMetrics>();
      for (const { attributes, metrics } of batch.resources)
        for (const metric of metrics)
          for (const point of metric.points) {
            const moved = keys.flatMap((key) => {
              const value = point.attributes.get(key);
              point.attributes.delete(key);
              return value === undefined ? [] : [[key, value] as const];
            });
            const grouped = new Map([...attributes, ...moved]);
            const id = attributesKey(grouped);
            const group = groups.get(id) ?? { attributes: grouped, metrics: [] };
            groups.set(id, group);
            const { name, kind, scope } = metric;
            const same = group.metrics.find((each) => each.name === name && each.kind === kind && each.scope === scope);
            if (same === undefined) group.metrics.push({ ...metric, points: [point] });
            else same.points.push(point);
          }
      batch.resources = [...groups.values()];
      return [batch];
    },
  };
};
