import { isSettings, type Settings, type SettingsNode } from '../../settings-tree.ts';
import type { OttlLine } from '../../validation/ottl.ts';
import { cannotPredict, type Limit } from '../limits.ts';
import { type Batch, goingOn } from '../metrics.ts';
import { readyCondition, readyStatement } from '../ottl/evaluate.ts';
import type { Item } from '../ottl/items.ts';
import type { Change, Truth } from '../ottl/reading.ts';
import { FAILED } from '../ottl/values.ts';
import { errorMode } from './filter.ts';
import type { MakeProcessor } from './processor.ts';

/** `transform`: statements in their order, each group over all items of its context. */
export const transform: MakeProcessor = ({ settings, lines }) => {
  const limits: Limit[] = [];
  const ours = lines.filter(({ signal }) => signal === 'metrics');
  const groups = [...Map.groupBy(ours, groupOf)].map(([group, of]) => readyGroup(of, modeOf(settings, group), limits));
  return {
    limits,
    run: () => (batch) => {
      for (const group of groups) if (group(batch) === FAILED) return [];
      return goingOn(batch);
    },
  };
};

const groupOf = ({ path }: OttlLine): number => (path.length > 4 ? Number(path[3]) : -1);

const modeOf = (settings: Settings, group: number): string => {
  const list = settings['metric_statements'];
  const item = Array.isArray(list) ? (list as readonly SettingsNode[])[group] : undefined;
  return isSettings(item) && item['error_mode'] !== undefined ? errorMode(item) : errorMode(settings);
};

type Run = (batch: Batch) => undefined | typeof FAILED;

const readyGroup = (lines: readonly OttlLine[], mode: string, limits: Limit[]): Run => {
  const context = lines[0]?.scope.context;
  const purpose = (line: OttlLine) => ({
    ...line.scope,
    report: ({ start }: { readonly start: number }, message: string) =>
      void limits.push(cannotPredict(line.path, message, start)),
  });
  const conditions = lines.flatMap((line): Truth[] =>
    line.does === 'choose' ? [readyCondition(line.condition, purpose(line))] : [],
  );
  const changes = lines.flatMap((line): Change[] =>
    line.does === 'change' ? [readyStatement(line.statement, purpose(line))] : [],
  );
  /** Whether the batch is lost. */
  const visit = (item: Item): boolean => {
    const truths = conditions.map((condition) => condition(item));
    if (truths.includes(FAILED) && mode === 'propagate') return true;
    if (conditions.length > 0 && !truths.includes(true)) return false;
    for (const change of changes) if (change(item) === FAILED && mode === 'propagate') return true;
    return false;
  };
  switch (context) {
    case 'resource':
      return (batch) => over(batch, visit, () => [{ metric: undefined, point: undefined }]);
    case 'metric':
      return (batch) => over(batch, visit, ({ metrics }) => metrics.map((metric) => ({ metric, point: undefined })));
    case 'datapoint':
      return (batch) =>
        over(batch, visit, ({ metrics }) =>
          metrics.flatMap((metric) => metric.points.map((point) => ({ metric, point }))),
        );
    default: {
      const [line] = lines;
      if (line !== undefined) limits.push(cannotPredict(line.path, `the context ${context} is not part of a preview`));
      return () => undefined;
    }
  }
};

const over = (
  batch: Batch,
  visit: (item: Item) => boolean,
  items: (resource: Batch['resources'][number]) => readonly Pick<Item, 'metric' | 'point'>[],
): undefined | typeof FAILED => {
  for (const resource of batch.resources)
    for (const item of items(resource)) if (visit({ resource, ...item, nowMs: batch.timeMs })) return FAILED;
  return undefined;
};
