import { HOST_METRICS } from '../components/host-scrapers.ts';
import type { Attributes, AttributeValue, Metric, Point } from './metrics.ts';

export type HostScraperName = keyof typeof HOST_METRICS;

/** Unit of a metric, and whether its values are whole: of those that can be told from a recording. */
const TOLD: Readonly<Record<string, readonly [unit: string, values: 'whole' | 'decimal']>> = {
  'process.cpu.time': ['s', 'decimal'],
  'process.cpu.utilization': ['1', 'decimal'],
  'process.disk.io': ['By', 'whole'],
  'process.memory.usage': ['By', 'whole'],
  'process.memory.utilization': ['1', 'decimal'],
  'process.memory.virtual': ['By', 'whole'],
  'process.open_file_descriptors': ['{count}', 'whole'],
  'process.threads': ['{threads}', 'whole'],
  'process.uptime': ['s', 'decimal'],
  'system.cpu.load_average.15m': ['{thread}', 'decimal'],
  'system.cpu.load_average.1m': ['{thread}', 'decimal'],
  'system.cpu.load_average.5m': ['{thread}', 'decimal'],
  'system.cpu.logical.count': ['{cpu}', 'whole'],
  'system.cpu.time': ['s', 'decimal'],
  'system.disk.io': ['By', 'whole'],
  'system.disk.io_time': ['s', 'decimal'],
  'system.disk.merged': ['{operations}', 'whole'],
  'system.disk.operation_time': ['s', 'decimal'],
  'system.disk.operations': ['{operations}', 'whole'],
  'system.disk.pending_operations': ['{operations}', 'whole'],
  'system.disk.weighted_io_time': ['s', 'decimal'],
  'system.memory.limit': ['By', 'whole'],
  'system.memory.usage': ['By', 'whole'],
  'system.memory.utilization': ['1', 'decimal'],
  'system.uptime': ['s', 'decimal'],
};

/** Whether a recording holds what this metric tells. */
export const isTold = (metric: string): boolean => Object.hasOwn(TOLD, metric);

/** A value of a metric with its attributes, in the order in which the metric has them. */
export type Reading = readonly [value: number, ...attributes: readonly string[]];

/** A metric of the host with these values, as its scraper makes it. */
export const hostMetric = (
  scraper: HostScraperName,
  name: string,
  readings: readonly Reading[],
  times: Pick<Point, 'timeMs' | 'startMs'>,
): Metric => {
  const shape = (HOST_METRICS[scraper] as Readonly<Record<string, { kind: string; attributes: readonly string[] }>>)[
    name
  ];
  const [unit, values] = TOLD[name] ?? [];
  if (shape === undefined || unit === undefined) throw new Error(`nothing is known of ${name}`);
  const { kind, attributes } = shape;
  return {
    name,
    unit,
    scope: `github.com/open-telemetry/opentelemetry-collector-contrib/receiver/hostmetricsreceiver/internal/scraper/${scraper}scraper`,
    kind: kind === 'gauge' ? 'gauge' : 'sum',
    isMonotonic: kind === 'counter',
    temporality: kind === 'gauge' ? null : 'cumulative',
    points: readings.map(([value, ...texts]) => ({
      ...times,
      value: values === 'whole' ? BigInt(Math.round(value)) : value,
      attributes: labelled(attributes, texts),
    })),
  };
};

const labelled = (names: readonly string[], texts: readonly string[]): Attributes =>
  new Map(names.flatMap((name, index): [string, AttributeValue][] => [[name, texts[index] ?? '']]));
