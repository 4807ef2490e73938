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

/** What is left of a batch goes on; where nothing is, nothing does. */
export const goingOn = (batch: Batch): readonly Batch[] => {
  batch.resources = withoutEmpty(batch.resources);
  return batch.resources.length === 0 ? [] : [batch];
};

export const dropAttributes = (attributes: Attributes, isDropped: (key: string) => boolean): void => {
  for (const key of [...attributes.keys()]) if (isDropped(key)) attributes.delete(key);
};

/** Each point of these metrics, with the name of its series, becomes what is made of it, told as this temporality. */
export const retold = (
  batch: Batch,
  isMeant: (metric: Metric) => boolean,
  temporality: Metric['temporality'],
  made: (point: Point, series: string) => readonly Point[],
): void => {
  for (const { attributes, metrics } of batch.resources) {
    const resource = attributesKey(attributes);
    for (const metric of metrics) {
      if (!isMeant(metric)) continue;
      const key = metricKey(resource, metric);
      metric.points = metric.points.flatMap((point) => made(point, `${key} ${attributesKey(point.attributes)}`));
      metric.temporality = temporality;
    }
  }
};

/** Everything that makes attributes another set, whatever their order. */
export const attributesKey = (attributes: Attributes): string => {
  const entries = [...attributes].map(([key, value]) => `${JSON.stringify(key)}:${valueKey(value)}`);
  return entries.sort().join(',');
};

const valueKey = (value: AttributeValue): string =>
  typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${value}`;

/** The metric of a resource as the processors tell it from others. */
const metricKey = (resource: string, { name, unit, scope, kind, isMonotonic, temporality }: Metric): string =>
  JSON.stringify([resource, scope, name, unit, kind, isMonotonic, temporality]);

/** A value as text, as the collector writes it into a label. */
export const textOfValue = (value: AttributeValue): string => String(value);
