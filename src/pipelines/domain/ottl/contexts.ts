/** What an OTTL text may look at: the item itself and what it is part of, under these names. */
export const CONTEXTS = ['resource', 'scope', 'metric', 'datapoint', 'exemplar', 'log', 'span', 'spanevent'] as const;
export type Context = (typeof CONTEXTS)[number];

/** How a segment of a path may go on. */
export interface PathShape {
  /** how many `[…]` may follow where nothing else does */
  readonly keys: 'none' | 'any' | 'one';
  readonly next: Readonly<Record<string, PathShape>>;
  /** the segment means nothing alone */
  readonly incomplete?: true;
}

type Names = Readonly<Record<string, PathShape>>;

const leaf: PathShape = { keys: 'none', next: {} };
const map: PathShape = { keys: 'any', next: {} };
const leaves = (...names: readonly string[]): Names => Object.fromEntries(names.map((name) => [name, leaf]));
const id: PathShape = { keys: 'none', next: { string: leaf } };
const buckets: PathShape = { keys: 'none', next: leaves('offset', 'bucket_counts') };

const ITEM: Readonly<Record<Context | 'otelcol', Names>> = {
  resource: { attributes: map, ...leaves('dropped_attributes_count', 'schema_url') },
  scope: { attributes: map, ...leaves('name', 'version', 'dropped_attributes_count', 'schema_url') },
  metric: {
    metadata: map,
    ...leaves('name', 'description', 'unit', 'type', 'aggregation_temporality', 'is_monotonic', 'data_points'),
  },
  datapoint: {
    attributes: map,
    positive: buckets,
    negative: buckets,
    ...leaves(
      'start_time_unix_nano',
      'time_unix_nano',
      'start_time',
      'time',
      'value_double',
      'value_int',
      'exemplars',
      'flags',
      'count',
      'sum',
      'bucket_counts',
      'explicit_bounds',
      'scale',
      'zero_count',
      'quantile_values',
    ),
  },
  exemplar: {
    filtered_attributes: map,
    trace_id: id,
    span_id: id,
    ...leaves('time_unix_nano', 'time', 'double_value', 'int_value'),
  },
  log: {
    body: { keys: 'any', next: { string: leaf } },
    attributes: map,
    trace_id: id,
    span_id: id,
    ...leaves(
      'time_unix_nano',
      'observed_time_unix_nano',
      'time',
      'observed_time',
      'severity_number',
      'severity_text',
      'dropped_attributes_count',
      'flags',
      'event_name',
    ),
  },
  span: {
    trace_id: id,
    span_id: id,
    parent_span_id: id,
    trace_state: { keys: 'one', next: {} },
    kind: { keys: 'none', next: leaves('string', 'deprecated_string') },
    status: { keys: 'none', next: leaves('code', 'message') },
    attributes: map,
    ...leaves(
      'name',
      'start_time_unix_nano',
      'end_time_unix_nano',
      'start_time',
      'end_time',
      'dropped_attributes_count',
      'events',
      'dropped_events_count',
      'links',
      'dropped_links_count',
      'flags',
    ),
  },
  spanevent: {
    attributes: map,
    ...leaves('time_unix_nano', 'time', 'name', 'dropped_attributes_count', 'event_index'),
  },
  // what is known of the sender of the data
  otelcol: {
    client: {
      keys: 'none',
      incomplete: true,
      next: {
        addr: leaf,
        metadata: map,
        auth: { keys: 'none', incomplete: true, next: { attributes: map } },
      },
    },
    grpc: { keys: 'none', incomplete: true, next: { metadata: map } },
  },
};

/** The older name of the scope is still taken. */
export const OLDER_SCOPE = 'instrumentation_scope';

const ABOVE: Readonly<Record<Context, readonly Context[]>> = {
  resource: [],
  scope: ['resource'],
  metric: ['scope', 'resource'],
  datapoint: ['metric', 'scope', 'resource'],
  exemplar: ['datapoint', 'metric', 'scope', 'resource'],
  log: ['scope', 'resource'],
  span: ['scope', 'resource'],
  spanevent: ['span', 'scope', 'resource'],
};

/** Names with which a path of this context may begin; the context of the scope does not know its older name. */
export const contextNames = (context: Context): readonly string[] => [
  context,
  ...ABOVE[context],
  ...(ABOVE[context].includes('scope') ? [OLDER_SCOPE] : []),
  'otelcol',
];

/** What may follow a name of `contextNames`; `cache`, a place of one's own, is the context's alone. */
export const pathsOf = (context: Context, name: string): Names => {
  const item = ITEM[(name === OLDER_SCOPE ? 'scope' : name) as Context | 'otelcol'];
  return name === context ? { ...item, cache: map } : item;
};

const numbered = (names: readonly string[], first = 0): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, index) => [name, index + first]));

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
  ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${level}${step}`),
);

const METRIC_ENUMS = {
  ...numbered(['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((each) => `AGGREGATION_TEMPORALITY_${each}`)),
  ...numbered(
    ['NONE', 'GAUGE', 'SUM', 'HISTOGRAM', 'EXPONENTIAL_HISTOGRAM', 'SUMMARY'].map((each) => `METRIC_DATA_TYPE_${each}`),
  ),
};

const SPAN_ENUMS = {
  ...numbered(
    ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map((each) => `SPAN_KIND_${each}`),
  ),
  ...numbered(['UNSET', 'OK', 'ERROR'].map((each) => `STATUS_CODE_${each}`)),
};

/** Numbers that have a name, by context. */
export const ENUMS: Readonly<Record<Context, Readonly<Record<string, number>>>> = {
  resource: {},
  scope: {},
  metric: METRIC_ENUMS,
  datapoint: { ...METRIC_ENUMS, ...numbered(['FLAG_NONE', 'FLAG_NO_RECORDED_VALUE']) },
  exemplar: {},
  log: { SEVERITY_NUMBER_UNSPECIFIED: 0, ...numbered(SEVERITIES, 1) },
  span: SPAN_ENUMS,
  spanevent: SPAN_ENUMS,
};
