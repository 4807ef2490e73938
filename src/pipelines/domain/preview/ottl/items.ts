import type { Context } from '../../ottl/contexts.ts';
import { OLDER_SCOPE } from '../../ottl/contexts.ts';
import type { Path, Segment } from '../../ottl/syntax.ts';
import type { Attributes, Metric, Point, ResourceMetrics } from '../metrics.ts';
import { type Evaluated, FAILED, isAttributeValue, isTime, type OttlValue, timeAt } from './values.ts';

/** What a line looks at: a data point with all that it is part of; without those that its context does not have. */
export interface Item {
  readonly resource: ResourceMetrics;
  readonly metric: Metric | undefined;
  readonly point: Point | undefined;
  readonly nowMs: number;
}

/** A place in an item. */
export interface Place {
  readonly get: (item: Item) => Evaluated;
  /** undefined: nobody can write there */
  readonly set: ((item: Item, value: OttlValue) => undefined | typeof FAILED) | undefined;
}

/** The place that a path leads to; undefined where it is not known here. */
export const placeOf = (path: Path, context: Context): Place | undefined => {
  const { owner, rest } = ownerOf(path, context);
  const [segment, ...more] = rest;
  if (segment === undefined || more.length > 0) return undefined;
  if (segment.name === 'attributes') {
    const key = keyIn(segment);
    const attributes = attributesOf(owner);
    return key === undefined || attributes === undefined ? undefined : attributePlace(attributes, key);
  }
  if (segment.keys.length > 0) return undefined;
  return PLACES[owner]?.[segment.name];
};

/** The attributes that a path names as a whole. */
export const attributesAt = (path: Path, context: Context): ((item: Item) => Attributes) | undefined => {
  const { owner, rest } = ownerOf(path, context);
  const [segment, ...more] = rest;
  return segment?.name === 'attributes' && segment.keys.length === 0 && more.length === 0
    ? attributesOf(owner)
    : undefined;
};

const ownerOf = ({ segments }: Path, context: Context): { owner: string; rest: readonly Segment[] } => {
  const [first, ...rest] = segments;
  const named = first !== undefined && rest.length > 0 && first.keys.length === 0 && Object.hasOwn(PLACES, first.name);
  return named ? { owner: first.name, rest } : { owner: context, rest: segments };
};

const keyIn = ({ keys }: Segment): string | undefined => {
  const [key, ...more] = keys;
  return key?.kind === 'text' && more.length === 0 ? key.value : undefined;
};

const attributesOf = (owner: string): ((item: Item) => Attributes) | undefined => {
  if (owner === 'resource') return ({ resource }) => resource.attributes;
  return owner === 'datapoint' ? ({ point }) => point?.attributes ?? new Map() : undefined;
};

const attributePlace = (attributes: (item: Item) => Attributes, key: string): Place => ({
  get: (item) => attributes(item).get(key) ?? null,
  set: (item, value) => {
    if (!isAttributeValue(value)) return FAILED;
    attributes(item).set(key, value);
    return undefined;
  },
});

const ofMetric = <K extends keyof Metric>(get: (metric: Metric) => OttlValue, key?: K): Place => ({
  get: ({ metric }) => (metric === undefined ? null : get(metric)),
  set:
    key === undefined
      ? undefined
      : ({ metric }, value) => {
          if (metric === undefined || typeof value !== typeof metric[key]) return FAILED;
          metric[key] = value as Metric[K];
          return undefined;
        },
});

const ofPoint = (get: (point: Point) => OttlValue, set: (point: Point, value: OttlValue) => boolean): Place => ({
  get: ({ point }) => (point === undefined ? null : get(point)),
  set: ({ point }, value) => (point !== undefined && set(point, value) ? undefined : FAILED),
});

const time = (key: 'timeMs' | 'startMs'): Place =>
  ofPoint(
    (point) => timeAt(point[key]),
    (point, value) => {
      if (!isTime(value)) return false;
      point[key] = value.ms;
      return true;
    },
  );

const nanoseconds = (key: 'timeMs' | 'startMs'): Place =>
  ofPoint(
    (point) => BigInt(Math.round(point[key] * 1000)) * 1000n,
    (point, value) => {
      if (typeof value !== 'bigint') return false;
      point[key] = Number(value / 1000n) / 1000;
      return true;
    },
  );

const TEMPORALITIES = { null: 0n, delta: 1n, cumulative: 2n } as const;

const PLACES: Readonly<Record<string, Readonly<Record<string, Place>>>> = {
  resource: {},
  scope: { name: ofMetric(({ scope }) => scope) },
  [OLDER_SCOPE]: { name: ofMetric(({ scope }) => scope) },
  metric: {
    name: ofMetric(({ name }) => name, 'name'),
    unit: ofMetric(({ unit }) => unit, 'unit'),
    type: ofMetric(({ kind }) => (kind === 'gauge' ? 1n : 2n)),
    is_monotonic: ofMetric(({ kind, isMonotonic }) => (kind === 'sum' ? isMonotonic : null)),
    aggregation_temporality: ofMetric(({ kind, temporality }) =>
      kind === 'sum' ? TEMPORALITIES[temporality ?? 'null'] : null,
    ),
  },
  datapoint: {
    time: time('timeMs'),
    start_time: time('startMs'),
    time_unix_nano: nanoseconds('timeMs'),
    start_time_unix_nano: nanoseconds('startMs'),
    // of the other kind of number the collector says nothing is there but zero
    value_double: ofPoint(
      ({ value }) => (typeof value === 'number' ? value : 0),
      (point, value) => {
        if (typeof value !== 'number') return false;
        point.value = value;
        return true;
      },
    ),
    value_int: ofPoint(
      ({ value }) => (typeof value === 'bigint' ? value : 0n),
      (point, value) => {
        if (typeof value !== 'bigint') return false;
        point.value = value;
        return true;
      },
    ),
  },
};
