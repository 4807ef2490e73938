import { type Settings, type SettingsNode, settingsAt } from '../../settings-tree.ts';
import type { OttlLine } from '../../validation/ottl.ts';
import { cannotPredict, type Limit } from '../limits.ts';
import { makeNameFilter } from '../matching.ts';
import { type Batch, goingOn, type Metric } from '../metrics.ts';
import { readyCondition } from '../ottl/evaluate.ts';
import type { Item } from '../ottl/items.ts';
import type { Truth } from '../ottl/reading.ts';
import { FAILED } from '../ottl/values.ts';
import type { MakeProcessor } from './processor.ts';

/** `filter`: what a condition is true of goes. */
export const filter: MakeProcessor = ({ settings, path, lines }) => {
  const limits: Limit[] = [];
  const mode = errorMode(settings);
  const drops = lines.flatMap((line): Drop[] => {
    if (line.does !== 'drop' || line.signal !== 'metrics') return [];
    if (!isLevel(line.scope.context)) {
      limits.push(cannotPredict(line.path, `the context ${line.scope.context} is not part of a preview`));
      return [];
    }
    const isTrue = readyCondition(line.condition, {
      ...line.scope,
      report: ({ start }, message) => limits.push(cannotPredict(line.path, message, start)),
    });
    return [{ group: groupOf(line), level: line.scope.context, isTrue }];
  });
  const groups = [...Map.groupBy(drops, ({ group }) => group).values()].map(dropped);
  const older = settingsAt(settings, 'metrics');
  const isIncluded = olderFilter(settingsAt(older, 'include'), [...path, 'metrics', 'include'], limits);
  const isExcluded = olderFilter(settingsAt(older, 'exclude'), [...path, 'metrics', 'exclude'], limits);
  return {
    limits,
    run: () => (batch) => {
      const lost = groups.map((drop) => drop(batch)).includes(FAILED) && mode === 'propagate';
      if (isIncluded !== undefined || isExcluded !== undefined)
        keepMetrics(batch, ({ name }) => isIncluded?.(name) !== false && isExcluded?.(name) !== true);
      return lost ? [] : goingOn(batch);
    },
  };
};

const LEVELS = ['resource', 'scope', 'metric', 'datapoint'] as const;
type Level = (typeof LEVELS)[number];
const isLevel = (context: string): context is Level => LEVELS.some((level) => level === context);

interface Drop {
  readonly group: string;
  readonly level: Level;
  readonly isTrue: Truth;
}

/** Conditions of one list are asked together, from the outside inwards. */
const groupOf = ({ path }: OttlLine): string => {
  const [, , key, index] = path;
  return key === 'metric_conditions' && path.length > 4 ? `${index}` : 'all';
};

const dropped =
  (drops: readonly Drop[]) =>
  (batch: Batch): undefined | typeof FAILED => {
    let failed = false;
    const goes = (level: Level, item: Item): boolean => {
      for (const drop of drops) {
        if (drop.level !== level) continue;
        const truth = drop.isTrue(item);
        failed ||= truth === FAILED;
        if (truth === true) return true;
      }
      return false;
    };
    const nowMs = batch.timeMs;
    for (const resource of batch.resources) {
      const item = { resource, metric: undefined, point: undefined, nowMs };
      resource.metrics = goes('resource', item)
        ? []
        : resource.metrics.filter((metric) => {
            if (goes('scope', { ...item, metric }) || goes('metric', { ...item, metric })) return false;
            metric.points = metric.points.filter((point) => !goes('datapoint', { ...item, metric, point }));
            return true;
          });
    }
    return failed ? FAILED : undefined;
  };

const keepMetrics = (batch: Batch, isKept: (metric: Metric) => boolean): void => {
  for (const resource of batch.resources) resource.metrics = resource.metrics.filter(isKept);
};

/** `include` and `exclude` by name of the metric, the older way. */
const olderFilter = (given: Settings, path: readonly string[] | readonly (string | number)[], limits: Limit[]) => {
  const others = ['expressions', 'resource_attributes'].filter((key) => isFilled(given[key]));
  for (const key of others)
    limits.push(cannotPredict([...path, key], `${key} of the older filter are not part of a preview`));
  if (given['match_type'] === 'expr')
    limits.push(cannotPredict(path, 'expressions of the older filter are not part of a preview'));
  return others.length > 0 || given['match_type'] === 'expr' ? undefined : makeNameFilter(given, 'metric_names');
};

const isFilled = (node: SettingsNode | undefined): boolean => Array.isArray(node) && node.length > 0;

export const errorMode = (settings: Settings): string => String(settings['error_mode'] ?? 'ignore').toLowerCase();
