import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

// What a collector sends by OTLP as JSON, kept point by point: the collector's own output, before any store has a say.

const Attributes = z
  .array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, String(Object.values(value)[0] ?? '')])));
type Attributes = z.infer<typeof Attributes>;

const Nanoseconds = z.coerce.bigint();

const DataPoint = z.object({
  attributes: Attributes,
  startTimeUnixNano: Nanoseconds.default(0n),
  timeUnixNano: Nanoseconds,
  asDouble: z.coerce.number().optional(),
  asInt: z.coerce.number().optional(),
});

const Metric = z.object({
  name: z.string(),
  gauge: z.object({ dataPoints: z.array(DataPoint) }).optional(),
  sum: z
    .object({
      dataPoints: z.array(DataPoint),
      aggregationTemporality: z.number(),
      isMonotonic: z.boolean().default(false),
    })
    .optional(),
});

const MetricsRequest = z.object({
  resourceMetrics: z
    .array(
      z.object({
        resource: z.object({ attributes: Attributes }).default({ attributes: {} }),
        scopeMetrics: z.array(z.object({ metrics: z.array(Metric).default([]) })),
      }),
    )
    .default([]),
});

export interface ReceivedPoint {
  readonly metric: string;
  readonly resource: Attributes;
  readonly attributes: Attributes;
  readonly timeMs: number;
  readonly startMs: number;
  readonly value: number;
  readonly kind: 'gauge' | 'up-down' | 'counter';
  /** how a counter tells: since its begin, or since its last point */
  readonly temporality: 'cumulative' | 'delta' | null;
  /** everything that makes it another series */
  readonly series: string;
}

export interface OtlpSink {
  /** base address of one sender; exporters of OTLP put /v1/metrics behind it */
  endpointOf(sender: string): string;
  /** takes anything and keeps nothing: a measurement store that nobody reads */
  remoteWriteOf(sender: string): string;
  pointsOf(sender: string): readonly ReceivedPoint[];
  /** bodies of other signals, as they came */
  bodiesOf(sender: string): readonly unknown[];
  headersOf(sender: string): Readonly<Record<string, string | string[] | undefined>>;
  remoteWritesOf(sender: string): number;
  stop(): Promise<void>;
}

export const startOtlpSink = async (): Promise<OtlpSink> => {
  const points = new Map<string, ReceivedPoint[]>();
  const bodies = new Map<string, unknown[]>();
  const headers = new Map<string, IncomingMessage['headers']>();
  const writes = new Map<string, number>();
  const into = <T>(map: Map<string, T[]>, key: string): T[] => {
    const list = map.get(key) ?? [];
    map.set(key, list);
    return list;
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, sender = '', ...path] = (request.url ?? '').split('/');
      if (path[0] === 'write') {
        writes.set(sender, (writes.get(sender) ?? 0) + 1);
        response.writeHead(204).end();
        return;
      }
      headers.set(sender, request.headers);
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      if (path.join('/') === 'v1/metrics') into(points, sender).push(...pointsIn(MetricsRequest.parse(body)));
      else into(bodies, sender).push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpointOf: (sender) => `http://127.0.0.1:${port}/${sender}`,
    remoteWriteOf: (sender) => `http://127.0.0.1:${port}/${sender}/write`,
    pointsOf: (sender) => points.get(sender) ?? [],
    bodiesOf: (sender) => bodies.get(sender) ?? [],
    headersOf: (sender) => headers.get(sender) ?? {},
    remoteWritesOf: (sender) => writes.get(sender) ?? 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const pointsIn = ({ resourceMetrics }: z.infer<typeof MetricsRequest>): readonly ReceivedPoint[] =>
  resourceMetrics.flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap((metric) => {
        const { name, sum, gauge } = metric;
        return (sum ?? gauge)?.dataPoints.map((point) => toPoint(name, resource.attributes, point, sum)) ?? [];
      }),
    ),
  );

const DELTA = 1;

const toPoint = (
  metric: string,
  resource: Attributes,
  point: z.infer<typeof DataPoint>,
  sum: z.infer<typeof Metric>['sum'],
): ReceivedPoint => ({
  metric,
  resource,
  attributes: point.attributes,
  timeMs: Number(point.timeUnixNano / 1_000_000n),
  startMs: Number(point.startTimeUnixNano / 1_000_000n),
  value: point.asDouble ?? point.asInt ?? 0,
  kind: sum === undefined ? 'gauge' : sum.isMonotonic ? 'counter' : 'up-down',
  temporality: sum === undefined ? null : sum.aggregationTemporality === DELTA ? 'delta' : 'cumulative',
  series: JSON.stringify([metric, Object.entries(resource).toSorted(), Object.entries(point.attributes).toSorted()]),
});
