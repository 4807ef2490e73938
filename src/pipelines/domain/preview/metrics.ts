// Metrics on their way through a collector. A batch belongs to the pipeline that it is in and is changed in place, as the
// collector does it; whoever passes one on twice copies it first.

/** Whole numbers are bigint: the collector keeps them apart from those with a point, and compares them otherwise. */
export type AttributeValue = string | bigint | number | boolean;
export type Attributes = Map<string, AttributeValue>;

export interface Point {
  attributes: Attributes;
  value: bigint | number;
  timeMs: number;
  startMs: number;
}

export interface Metric {
  name: string;
  unit: string;
  /** name of the instrumentation scope */
  scope: string;
  kind: 'gauge' | 'sum';
  isMonotonic: boolean;
  /** of a sum */
  temporality: 'cumulative' | 'delta' | null;
  points: Point[];
}

export interface ResourceMetrics {
  attributes: Attributes;
  metrics: Metric[];
}

export interface Batch {
  resources: ResourceMetrics[];
  readonly timeMs: number;
  /** seconds from one batch like this to the next */
  everySeconds: number;
}

export const copyOfBatch = (batch: Batch): Batch => ({
  ...batch,
  resources: batch.resources.map(({ attributes, metrics }) => ({
    attributes: new Map(attributes),
    metrics: metrics.map(copyOfMetric),
  })),
});

export const copyOfMetric = (metric: Metric): Metric => ({ ...metric, points: metric.points.map(copyOfPoint) });

export const copyOfPoint = (point: Point): Point => ({ ...point, attributes: new Map(point.attributes) });

/** What has become empty goes, as the processors of the collector leave nothing empty behind. */
export const withoutEmpty = (resources: readonly ResourceMetrics[]): ResourceMetrics[] =>
  resources.flatMap(({ attributes, metrics }) => {
    const full = metrics.filter(({ points }) => points.length > 0);
    return full.length === 0 ? [] : [{ attributes, metrics: full }];
  });

/** Everything that makes attributes another set, whatever their order. */
export const attributesKey = (attributes: Attributes): string => {
  const entries = [...attributes].map(([key, value]) => `${JSON.stringify(key)}:${valueKey(value)}`);
  return entries.sort().join(',');
};

const valueKey = (value: AttributeValue): string =>
  typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${value}`;

/** The metric of a resource as the processors tell it from others. */
export const metricKey = (resource: string, { name, unit, scope, kind, isMonotonic, temporality }: Metric): string =>
  JSON.stringify([resource, scope, name, unit, kind, isMonotonic, temporality]);

/** A value as text, as the collector writes it into a label. */
export const textOfValue = (value: AttributeValue): string => String(value);
