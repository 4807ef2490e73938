import type { Settings } from '../settings-tree.ts';
import {
  grpcClientKeys,
  httpClientKeys,
  httpClientRules,
  httpServerKeys,
  retryOnFailure,
  sendingQueue,
} from './network-shapes.ts';
import {
  type Complaint,
  duration,
  flag,
  integer,
  isMissing,
  listOf,
  mapOf,
  natural,
  needs,
  needsOneOf,
  type SectionShape,
  section,
  sectionIn,
  text,
  word,
} from './shape.ts';
import { requestFault, urlFault } from './urls.ts';

export const LEVELS = ['none', 'basic', 'normal', 'detailed'];

const labels = mapOf(text());

const resourceConversion = section({ enabled: flag(false), exclude_service_attributes: flag(false) });

const TRANSLATIONS = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
  '',
];

const SIGNAL_ENDPOINTS = ['traces_endpoint', 'metrics_endpoint', 'logs_endpoint', 'profiles_endpoint'] as const;

/** Endpoints are read as addresses when the pipeline is built. */
const addressFault =
  (...keys: readonly string[]) =>
  (given: Settings): Complaint | undefined => {
    for (const key of keys) {
      const address = given[key];
      const fault = typeof address === 'string' && address !== '' ? urlFault(address) : undefined;
      if (fault !== undefined)
        return { key, message: `"${address}" is no address: ${fault}`, fix: 'write http://host:port or https://host' };
    }
    return undefined;
  };

/** host:port behind an optional scheme, or a socket. */
const grpcEndpointFault = ({ endpoint }: Settings): Complaint | undefined => {
  if (typeof endpoint !== 'string' || endpoint === '') return undefined;
  if (endpoint.startsWith('unix://'))
    return endpoint === 'unix://' ? { key: 'endpoint', message: 'the socket has no path', fix: 'name it' } : undefined;
  const address = endpoint.replace(/^(https?:\/\/|dns:\/\/\/?)/, '');
  return /^(\[[^\]]*\]|[^:[\]]*):[+-]?\d+$/.test(address)
    ? undefined
    : { key: 'endpoint', message: `"${endpoint}" is not host:port`, fix: 'write the port as well: host:4317' };
};

const debug = section(
  {
    verbosity: word(LEVELS.slice(1), { default: 'basic', anyCase: true }),
    sampling_initial: integer({ default: 2 }),
    sampling_thereafter: integer({ default: 1 }),
    use_internal_logger: flag(true),
    output_paths: listOf(text({ means: 'path' })),
    sending_queue: sendingQueue,
  },
  {
    rules: [
      ({ output_paths: paths, use_internal_logger: internal = true }) => {
        if (paths === undefined || paths === null) return undefined;
        if (internal === true)
          return {
            key: 'output_paths',
            message: 'output_paths counts only without the internal logger',
            fix: 'leave it out, or write use_internal_logger: false',
          };
        return Array.isArray(paths) && paths.length === 0
          ? { key: 'output_paths', message: 'output_paths is empty', fix: 'leave it out' }
          : undefined;
      },
    ],
  },
);

const otlpGrpc = section(
  {
    ...grpcClientKeys,
    timeout: duration('5s', { least: 'nothing' }),
    retry_on_failure: retryOnFailure(),
    sending_queue: sendingQueue,
  },
  { rules: [needs('endpoint', 'name where to send: host:4317'), grpcEndpointFault] },
);

const otlpHttp = section(
  {
    ...httpClientKeys({ timeout: '30s', compression: 'gzip', writeBufferSize: 524_288 }),
    ...Object.fromEntries(SIGNAL_ENDPOINTS.map((key) => [key, text({ means: 'destination', default: '' })])),
    encoding: word(['proto', 'json'], { default: 'proto' }),
    retry_on_failure: retryOnFailure(),
    sending_queue: sendingQueue,
  },
  {
    rules: [
      needsOneOf(['endpoint', ...SIGNAL_ENDPOINTS], 'name where to send: endpoint: https://host:4318'),
      addressFault('endpoint', ...SIGNAL_ENDPOINTS),
      ...httpClientRules('gzip'),
    ],
  },
);

const prometheus = section(
  {
    ...httpServerKeys({ timeouts: { read: '1m0s', write: '30s', idle: '1m0s' }, keepsAlive: true }),
    sending_queue: sendingQueue,
    namespace: text({ default: '' }),
    const_labels: labels,
    send_timestamps: flag(false),
    metric_expiration: duration('5m0s'),
    resource_to_telemetry_conversion: resourceConversion,
    enable_open_metrics: flag(false),
    without_scope_info: flag(false),
    add_metric_suffixes: flag(true, { instead: 'translation_strategy' }),
    translation_strategy: word(TRANSLATIONS, { default: '' }),
  },
  {
    rules: [
      ({ endpoint }) =>
        typeof endpoint === 'string' && endpoint.trim() !== ''
          ? undefined
          : isMissing(endpoint) || typeof endpoint === 'string'
            ? { message: 'endpoint is missing', fix: 'name the address to listen on' }
            : undefined,
    ],
  },
);

/** Where remote write goes if nobody says it: to nobody's host. */
export const REMOTE_WRITE_PLACEHOLDER = 'http://some.url:9411/api/prom/push';

const moved = (shape: ReturnType<typeof httpClientKeys>): SectionShape['keys'] =>
  Object.fromEntries(
    Object.entries(shape)
      .filter(([key]) => key !== 'timeout')
      .map(([key, each]) => [key, { ...withoutDefault(each), instead: `http.${key}` }]),
  );

/** The older place of a key stays empty while the newer one has the default. */
const withoutDefault = <T extends object>(shape: T): T => {
  const { default: _unused, ...rest } = shape as T & { default?: unknown };
  return rest as T;
};

const remoteWriteClient = httpClientKeys({
  writeBufferSize: 524_288,
  endpoint: REMOTE_WRITE_PLACEHOLDER,
  timeout: '5s',
});

const RESERVED_HEADERS = ['content-encoding', 'content-type', 'user-agent', 'x-prometheus-remote-write-version'];

const remoteWriteEndpointFault = (given: Settings): Complaint | undefined => {
  const http = given['http'];
  const endpoint = http === undefined ? given['endpoint'] : sectionIn(given, 'http')?.['endpoint'];
  if (typeof endpoint !== 'string') return undefined;
  const fault = requestFault(endpoint);
  return fault === undefined
    ? undefined
    : {
        key: http === undefined ? 'endpoint' : 'http',
        message: `"${endpoint}" is no address: ${fault}`,
        fix: 'write https://host/api/v1/write',
      };
};

const prometheusRemoteWrite = section(
  {
    ...moved(remoteWriteClient),
    http: section(remoteWriteClient, { rules: httpClientRules('') }),
    timeout: duration('5s', { least: 'nothing' }),
    retry_on_failure: retryOnFailure('50ms'),
    namespace: text({ default: '' }),
    remote_write_queue: section({
      enabled: flag(true),
      queue_size: natural(10_000),
      num_consumers: natural(5),
    }),
    external_labels: labels,
    max_batch_size_bytes: natural(3_000_000),
    max_batch_request_parallelism: integer({ least: 1 }),
    resource_to_telemetry_conversion: resourceConversion,
    wal: section(
      {
        directory: text({ means: 'path' }),
        buffer_size: integer(),
        truncate_frequency: duration(),
        lag_record_frequency: duration(),
      },
      { isOptional: true },
    ),
    target_info: section({ enabled: flag(true) }),
    disable_scope_info: flag(false),
    add_metric_suffixes: flag(true, { instead: 'translation_strategy' }),
    translation_strategy: word(TRANSLATIONS, { default: '' }),
    send_metadata: flag(false),
    protobuf_message: word(['prometheus.WriteRequest', 'io.prometheus.write.v2.Request'], {
      default: 'prometheus.WriteRequest',
    }),
    include_metadata_keys: listOf(text({ means: 'caller' })),
    convert_explicit_histograms_to_nhcb: flag(false),
    keep_classic_histograms: flag(false),
  },
  {
    renamed: { sending_queue: 'remote_write_queue' },
    rules: [
      remoteWriteEndpointFault,
      (given) =>
        sectionIn(given, 'remote_write_queue')?.['queue_size'] === 0 &&
        sectionIn(given, 'remote_write_queue')?.['enabled'] !== false
          ? { key: 'remote_write_queue', message: 'a queue of size 0 drops everything', fix: 'leave out queue_size' }
          : undefined,
      (given) => {
        const { http, compression: older } = given;
        const compression = http === undefined ? older : sectionIn(given, 'http')?.['compression'];
        return typeof compression === 'string' && compression !== '' && compression !== 'snappy'
          ? {
              key: http === undefined ? 'compression' : 'http',
              message: 'remote write is compressed with snappy',
              fix: 'leave it out',
            }
          : undefined;
      },
      ({ protobuf_message: message }) =>
        message === 'io.prometheus.write.v2.Request'
          ? {
              key: 'protobuf_message',
              message: 'remote write 2 is behind a feature gate that we do not open',
              fix: 'leave it out',
            }
          : undefined,
      ({ translation_strategy: strategy }) =>
        strategy === 'NoUTF8EscapingWithSuffixes' || strategy === 'NoTranslation'
          ? {
              key: 'translation_strategy',
              message: `${strategy} needs remote write 2`,
              fix: 'take UnderscoreEscapingWithSuffixes',
            }
          : undefined,
      (given) => {
        const empty = Object.entries(sectionIn(given, 'external_labels') ?? {}).find(
          ([key, value]) => key === '' || value === '',
        );
        return empty === undefined
          ? undefined
          : {
              key: 'external_labels',
              message: `the label "${empty[0]}" is empty`,
              fix: 'give it a value, or leave it out',
            };
      },
      ({ include_metadata_keys: keys }) => {
        const reserved = Array.isArray(keys)
          ? keys.find((key) => typeof key === 'string' && RESERVED_HEADERS.includes(key.toLowerCase()))
          : undefined;
        return reserved === undefined
          ? undefined
          : {
              key: 'include_metadata_keys',
              message: `${reserved} is a header of remote write itself`,
              fix: 'leave it out',
            };
      },
    ],
  },
);

export const EXPORTER_SETTINGS = {
  debug,
  nop: section({}),
  otlp_grpc: otlpGrpc,
  otlp_http: otlpHttp,
  prometheus,
  prometheus_remote_write: prometheusRemoteWrite,
};
