import { aggregatePoints, isAggregation } from '../aggregate-points.ts';
import { makeMatcher } from '../matching.ts';
import { dropAttributes, type Metric, type Point } from '../metrics.ts';
import { writtenBoolean, writtenNumber, writtenText, writtenTexts } from './arguments.ts';
import { attributesAt, type Item, placeOf } from './items.ts';
import type { Change, Given, Reading } from './reading.ts';
import { FAILED } from './values.ts';

/** Made ready from its arguments; undefined where they are such that nothing can be said. */
type Editor = (given: Given, reading: Reading) => Change | undefined;

/** Whether a key of attributes goes. */
const dropping =
  (goes: (given: Given) => ((key: string) => boolean) | undefined): Editor =>
  (given, { context }) => {
    const target = given('target');
    const attributes = target?.kind === 'path' ? attributesAt(target.path, context) : undefined;
    const isDropped = goes(given);
    if (attributes === undefined || isDropped === undefined) return undefined;
    return (item) => {
      dropAttributes(attributes(item), isDropped);
      return undefined;
    };
  };

const matching = (given: Given): ((text: string) => boolean) | undefined => {
  const pattern = writtenText(given, 'pattern');
  return pattern === undefined ? undefined : makeMatcher(pattern);
};

const onMetric =
  (change: (metric: Metric) => void): Change =>
  ({ metric }: Item) => {
    if (metric === undefined) return FAILED;
    change(metric);
    return undefined;
  };

/** Editors that a preview can carry out, as the pinned collector does. */
export const EDITORS: Readonly<Record<string, Editor>> = {
  set: (given, reading) => {
    const [target, value] = [given('target'), given('value')];
    if (target?.kind !== 'path' || value === undefined || value.kind === 'function') return undefined;
    const write = placeOf(target.path, reading.context)?.set;
    if (write === undefined) return undefined;
    const get = reading.ready(value);
    return (item) => {
      const result = get(item);
      if (result === FAILED) return FAILED;
      // nil changes nothing
      return result === null ? undefined : write(item, result);
    };
  },

  delete_key: dropping((given) => {
    const key = writtenText(given, 'key');
    return key === undefined ? undefined : (each) => each === key;
  }),
  keep_keys: dropping((given) => {
    const keys = writtenTexts(given, 'keys');
    return keys === undefined ? undefined : (each) => !keys.includes(each);
  }),
  delete_matching_keys: dropping(matching),
  keep_matching_keys: dropping((given) => {
    const matches = matching(given);
    return matches === undefined ? undefined : (each) => !matches(each);
  }),

  convert_sum_to_gauge: () =>
    onMetric((metric) => {
      metric.kind = 'gauge';
      metric.isMonotonic = false;
      metric.temporality = null;
    }),
  convert_gauge_to_sum: (given) => {
    const temporality = writtenText(given, 'string_agg_temp');
    const isMonotonic = writtenBoolean(given, 'monotonic');
    if ((temporality !== 'cumulative' && temporality !== 'delta') || isMonotonic === undefined) return undefined;
    return onMetric((metric) => {
      if (metric.kind === 'gauge') Object.assign(metric, { kind: 'sum', isMonotonic, temporality });
    });
  },
  scale_metric: (given) => {
    const factor = writtenNumber(given, 'multiplier');
    const unit = given('unit') === undefined ? undefined : (writtenText(given, 'unit') ?? null);
    if (factor === undefined || unit === null) return undefined;
    return onMetric((metric) => {
      for (const point of metric.points) point.value = scaled(point.value, factor);
      metric.unit = unit ?? metric.unit;
    });
  },

  aggregate_on_attributes: (given) => {
    const aggregation = writtenText(given, 'aggregation_function');
    const isWritten = given('attributes') !== undefined;
    const kept = writtenTexts(given, 'attributes');
    if (!isAggregation(aggregation) || (isWritten && kept === undefined)) return undefined;
    return onMetric((metric) => {
      if (kept !== undefined)
        for (const { attributes } of metric.points) dropAttributes(attributes, (key) => !kept.includes(key));
      metric.points = aggregatePoints(metric, aggregation);
    });
  },
  aggregate_on_attribute_value: (given) => {
    const aggregation = writtenText(given, 'aggregation_function');
    const [attribute, values] = [writtenText(given, 'attribute'), writtenTexts(given, 'values')];
    const replacement = writtenText(given, 'new_value');
    if (!isAggregation(aggregation) || attribute === undefined || values === undefined || replacement === undefined)
      return undefined;
    return onMetric((metric) => {
      for (const { attributes } of metric.points)
        if (values.includes(String(attributes.get(attribute)))) attributes.set(attribute, replacement);
      metric.points = aggregatePoints(metric, aggregation);
    });
  },
};

const scaled = (value: Point['value'], factor: number): Point['value'] =>
  typeof value === 'bigint' ? BigInt(Math.trunc(Number(value) * factor)) : value * factor;
