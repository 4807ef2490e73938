// What an application sends by OTLP over HTTP, as JSON.

const NANOSECONDS = 1_000_000;

export interface PushedMetric {
  readonly name: string;
  readonly value: number;
  readonly kind: 'gauge' | 'delta' | 'up-down';
  readonly attributes?: Readonly<Record<string, string>>;
}

const attributesOf = (attributes: Readonly<Record<string, string>> = {}) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: { stringValue: value } }));

/** Sends metrics of one instant; what changed since `fromMs` for those that tell differences. */
export const pushMetrics = async (
  endpoint: string,
  metrics: readonly PushedMetric[],
  { fromMs, atMs }: { readonly fromMs: number; readonly atMs: number },
): Promise<void> => {
  const point = ({ value, attributes }: PushedMetric) => ({
    asDouble: value,
    attributes: attributesOf(attributes),
    startTimeUnixNano: String(fromMs * NANOSECONDS),
    timeUnixNano: String(atMs * NANOSECONDS),
  });
  const data = (metric: PushedMetric) => {
    switch (metric.kind) {
      case 'gauge':
        return { gauge: { dataPoints: [point(metric)] } };
      case 'delta':
        return { sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point(metric)] } };
      case 'up-down':
        return { sum: { aggregationTemporality: 2, isMonotonic: false, dataPoints: [point(metric)] } };
    }
  };
  await post(`${endpoint}/v1/metrics`, {
    resourceMetrics: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'shop' }) },
        scopeMetrics: [{ metrics: metrics.map((metric) => ({ name: metric.name, ...data(metric) })) }],
      },
    ],
  });
};

export interface PushedTrace {
  /** 32 hex digits */
  readonly id: string;
  readonly milliseconds: number;
  readonly isError: boolean;
}

/** Sends traces of two spans each. */
export const pushTraces = async (endpoint: string, traces: readonly PushedTrace[], atMs: number): Promise<void> => {
  const span = ({ id, milliseconds, isError }: PushedTrace, index: number) => ({
    traceId: id,
    spanId: `${id.slice(0, 15)}${index}`,
    ...(index === 0 ? {} : { parentSpanId: `${id.slice(0, 15)}0` }),
    name: index === 0 ? 'request' : 'query',
    kind: 1,
    startTimeUnixNano: String(atMs * NANOSECONDS),
    endTimeUnixNano: String((atMs + (index === 0 ? milliseconds : milliseconds / 2)) * NANOSECONDS),
    status: { code: isError && index === 1 ? 2 : 0 },
  });
  await post(`${endpoint}/v1/traces`, {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'shop' }) },
        scopeSpans: [{ spans: traces.flatMap((trace) => [span(trace, 0), span(trace, 1)]) }],
      },
    ],
  });
};

const post = async (url: string, body: unknown): Promise<void> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
};
