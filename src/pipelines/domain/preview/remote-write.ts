import type { Attributes, Metric, Point, ResourceMetrics } from './metrics.ts';
import { textOfValue } from './metrics.ts';

// The size of what the exporter for remote write sends (protobuf, version 1), before it is compressed: labels as the
// collector makes them, and one sample in each series of a request.

/** Bytes of one point as a series of a request. */
export const seriesBytes = (
  { attributes }: Pick<ResourceMetrics, 'attributes'>,
  metric: Metric,
  point: Point,
  externalLabels: Readonly<Record<string, string>>,
): number => {
  const labels = labelsOf(attributes, metric, point, externalLabels);
  const ofLabels = [...labels].reduce(
    (sum, [name, value]) => sum + framed(framed(utf8Length(name)) + framed(utf8Length(value))),
    0,
  );
  // zero is not written; nobody's time is
  const sample = framed((Number(point.value) === 0 ? 0 : DOUBLE_BYTES) + TIME_BYTES);
  return framed(ofLabels + sample);
};

const DOUBLE_BYTES = 9;
/** Milliseconds since 1970 have six bytes until the year 2109, and one says that they come. */
const TIME_BYTES = 7;

/** Something of this length with the byte that names it and those that say how long it is. */
const framed = (length: number): number => 1 + (length < 128 ? 1 : length < 16_384 ? 2 : 3) + length;

const utf8Length = (text: string): number => {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
};

const labelsOf = (
  resource: Attributes,
  metric: Metric,
  point: Point,
  externalLabels: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> => {
  const labels = new Map<string, string>(Object.entries(externalLabels));
  for (const [key, value] of [...resource, ...point.attributes]) {
    const text = textOfValue(value);
    if (text !== '') labels.set(labelName(key), text);
  }
  return labels.set('__name__', metricName(metric));
};

const labelName = (key: string): string => {
  const name = key.replaceAll(/[^a-zA-Z0-9_]+/g, '_');
  return /^\d/.test(name) ? `key_${name}` : name;
};

/** `process.cpu.time` in seconds → `process_cpu_time_seconds_total`. */
const metricName = ({ name, unit, kind, isMonotonic }: Metric): string => {
  const words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
  const suffix = unit.includes('{') ? '' : (UNIT_WORDS[unit] ?? unit.replaceAll(/[^a-zA-Z0-9]+/g, '_'));
  const withUnit = suffix === '' || words.includes(suffix) ? words : [...words, suffix];
  if (kind === 'sum' && isMonotonic) return [...withUnit.filter((word) => word !== 'total'), 'total'].join('_');
  if (kind === 'gauge' && unit === '1') return [...withUnit.filter((word) => word !== 'ratio'), 'ratio'].join('_');
  return withUnit.join('_');
};

const UNIT_WORDS: Readonly<Record<string, string>> = {
  s: 'seconds',
  By: 'bytes',
  '1': '',
  ms: 'milliseconds',
  '%': 'percent',
};
