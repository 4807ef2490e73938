import { settingsAt } from '../../settings-tree.ts';
import { cannotPredict, type Limit } from '../limits.ts';
import { makeNameChoice, textsOf } from '../matching.ts';
import { goingOn, type Metric, type Point, retold } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `cumulative_to_delta`: counters become what changed since the point before. */
export const cumulativeToDelta: MakeProcessor = ({ settings, path }) => {
  const [include, exclude] = [settingsAt(settings, 'include'), settingsAt(settings, 'exclude')];
  const isChosen = makeNameChoice(settings, 'metrics');
  const hasSums = textsOf(include['metric_types']);
  const initial = String(settings['initial_value'] ?? 'auto');
  const limits: Limit[] = [];
  if (textsOf(exclude['metric_types']).length > 0)
    limits.push(
      cannotPredict([...path, 'exclude', 'metric_types'], 'types that are excluded are not part of a preview'),
    );
  const isMeant = ({ name, kind, isMonotonic, temporality }: Metric): boolean =>
    kind === 'sum' &&
    isMonotonic &&
    temporality === 'cumulative' &&
    isChosen(name) &&
    (hasSums.length === 0 || hasSums.some((type) => type.toLowerCase() === 'sum'));
  return {
    limits,
    run: () => {
      const before = new Map<string, Point>();
      let startedMs: number | undefined;
      return (batch) => {
        startedMs ??= batch.timeMs;
        const since = startedMs;
        retold(batch, isMeant, 'delta', (point, series) => {
          const last = before.get(series);
          before.set(series, { ...point });
          if (last === undefined) return isFirstKept(initial, point, since) ? [point] : [];
          return differenceOf(point, last);
        });
        return goingOn(batch);
      };
    },
  };
};

/** `auto`: only what began after the collector did is known from its begin. */
const isFirstKept = (initial: string, { startMs, timeMs }: Point, sinceMs: number): boolean =>
  initial === 'keep' || (initial === 'auto' && startMs >= sinceMs && timeMs !== startMs);

/** A counter that fell began anew: the collector leaves that point out. */
const differenceOf = (point: Point, last: Point): readonly Point[] => {
  const value =
    typeof point.value === 'bigint' && typeof last.value === 'bigint'
      ? point.value - last.value
      : Number(point.value) - Number(last.value);
  return value < 0 ? [] : [{ ...point, value, startMs: last.timeMs }];
};
