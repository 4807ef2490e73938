import { isSettings, type Settings, type SettingsNode } from '../../settings-tree.ts';
import type { Path } from '../../validation/finding.ts';
import { aggregatePoints, isAggregation } from '../aggregate-points.ts';
import { cannotPredict, type Limit, type Ready } from '../limits.ts';
import { makeMatcher, textsOf } from '../matching.ts';
import { copyOfMetric, dropAttributes, goingOn, type Metric } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `metrics_transform`: renames, copies and sums metrics by their names. */
export const metricsTransform: MakeProcessor = ({ settings, path }) => {
  const transforms = listOf(settings['transforms']).map((each, index) =>
    readyTransform(each, [...path, 'transforms', index]),
  );
  return {
    limits: transforms.flatMap(({ limits }) => limits),
    run: () => (batch) => {
      for (const resource of batch.resources)
        for (const { run } of transforms) resource.metrics = [...run(resource.metrics)];
      return goingOn(batch);
    },
  };
};

type OnMetrics = (metrics: readonly Metric[]) => readonly Metric[];
type OnMetric = (metric: Metric) => Metric;

const readyTransform = (given: Settings, path: Path): Ready<OnMetrics> => {
  const include = String(given['include'] ?? '');
  const action = String(given['action'] ?? '');
  const isRegexp = given['match_type'] === 'regexp';
  const limits: Limit[] = [];
  if (action !== 'update' && action !== 'insert')
    limits.push(cannotPredict([...path, 'action'], `what the action ${action} makes is not part of a preview`));
  if (isSettings(given['experimental_match_labels']))
    limits.push(
      cannotPredict([...path, 'experimental_match_labels'], 'metrics chosen by their labels are not part of a preview'),
    );
  const newName = given['new_name'];
  if (isRegexp && typeof newName === 'string' && newName.includes('$'))
    limits.push(cannotPredict([...path, 'new_name'], 'names made of parts of a pattern are not part of a preview'));
  const operations = listOf(given['operations']).map((each, index) =>
    readyOperation(each, [...path, 'operations', index]),
  );
  limits.push(...operations.flatMap((operation) => operation.limits));
  const matches = isRegexp ? makeMatcher(include) : (name: string) => name === include;
  const change: OnMetric = (metric) => {
    const changed = operations.reduce((current, { run }) => run(current), metric);
    return typeof newName === 'string' && newName !== '' ? { ...changed, name: newName } : changed;
  };
  return {
    limits,
    run: (metrics) =>
      action === 'insert'
        ? [...metrics, ...metrics.filter(({ name }) => matches(name)).map((metric) => change(copyOfMetric(metric)))]
        : metrics.map((metric) => (matches(metric.name) ? change(metric) : metric)),
  };
};

const readyOperation = (given: Settings, path: Path): Ready<OnMetric> => {
  const action = String(given['action'] ?? '');
  const [label, newLabel, newValue] = [given['label'], given['new_label'], given['new_value']].map((text) =>
    String(text ?? ''),
  );
  const each = (change: (attributes: Metric['points'][number]['attributes']) => void): Ready<OnMetric> => ({
    limits: [],
    run: (metric) => {
      for (const { attributes } of metric.points) change(attributes);
      return metric;
    },
  });
  switch (action) {
    case 'add_label':
      return each((attributes) => void attributes.set(newLabel ?? '', newValue ?? ''));
    case 'update_label': {
      const renamed = new Map(
        listOf(given['value_actions']).map(({ value, new_value: other }) => [String(value), String(other)]),
      );
      return each((attributes) => {
        const value = attributes.get(label ?? '');
        if (value === undefined) return;
        if (newLabel !== '') attributes.delete(label ?? '');
        attributes.set(newLabel === '' ? (label ?? '') : (newLabel ?? ''), renamed.get(String(value)) ?? value);
      });
    }
    case 'delete_label_value':
      return {
        limits: [],
        run: (metric) => ({
          ...metric,
          points: metric.points.filter(({ attributes }) => attributes.get(label ?? '') !== given['label_value']),
        }),
      };
    case 'aggregate_labels': {
      const kept = textsOf(given['label_set']);
      const aggregation = String(given['aggregation_type'] ?? 'sum');
      if (!isAggregation(aggregation))
        return {
          limits: [cannotPredict([...path, 'aggregation_type'], `${aggregation} is not part of a preview`)],
          run: (metric) => metric,
        };
      return {
        limits: [],
        run: (metric) => {
          for (const { attributes } of metric.points) dropAttributes(attributes, (key) => !kept.includes(key));
          return { ...metric, points: aggregatePoints(metric, aggregation) };
        },
      };
    }
    case 'toggle_scalar_data_type':
      return {
        limits: [],
        run: (metric) => {
          for (const point of metric.points)
            point.value = typeof point.value === 'bigint' ? Number(point.value) : BigInt(Math.trunc(point.value));
          return metric;
        },
      };
    default:
      return {
        limits: [cannotPredict(path, `what the operation ${action} makes is not part of a preview`)],
        run: (metric) => metric,
      };
  }
};

const listOf = (node: SettingsNode | undefined): readonly Settings[] =>
  Array.isArray(node) ? (node as readonly SettingsNode[]).filter(isSettings) : [];
