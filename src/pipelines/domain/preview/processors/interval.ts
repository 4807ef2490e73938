import { goDurationSeconds } from '../../go-duration.ts';
import { settingsAt } from '../../settings-tree.ts';
import { supposed } from '../limits.ts';
import { type Metric, withoutEmpty } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

const DEFAULT_SECONDS = 60;

/** `interval`: of counters, and of gauges unless they pass through, the last value of each interval goes on. */
export const interval: MakeProcessor = ({ settings, path }) => {
  const { interval: given } = settings;
  const seconds = typeof given === 'string' ? (goDurationSeconds(given) ?? DEFAULT_SECONDS) : DEFAULT_SECONDS;
  const passesGauges = settingsAt(settings, 'pass_through')['gauge'] === true;
  const isThinned = (metric: Metric): boolean =>
    metric.kind === 'gauge' ? !passesGauges : metric.isMonotonic && metric.temporality === 'cumulative';
  return {
    limits: [supposed(path, 'as if no process began or ended within an interval')],
    run: () => (batch) => {
      const half = (isWanted: (metric: Metric) => boolean) =>
        withoutEmpty(
          batch.resources.map(({ attributes, metrics }) => ({
            attributes: new Map(attributes),
            metrics: metrics.filter(isWanted),
          })),
        );
      const thinned = { ...batch, resources: half(isThinned), everySeconds: Math.max(batch.everySeconds, seconds) };
      const passed = { ...batch, resources: half((metric) => !isThinned(metric)) };
      return [passed, thinned].filter(({ resources }) => resources.length > 0);
    },
  };
};
