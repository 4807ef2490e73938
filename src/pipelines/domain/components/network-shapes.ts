import type { Settings } from '../settings-tree.ts';
import {
  type Complaint,
  decimal,
  duration,
  either,
  flag,
  integer,
  isMissing,
  listOf,
  mapOf,
  natural,
  type Shape,
  section,
  sectionIn,
  text,
  word,
} from './shape.ts';

const secret = text({ means: 'secret' });
const file = text({ means: 'path' });

/** A map of headers, or a list of names and values; the collector refuses a name twice, and in a map there is no twice. */
export const headers: Shape = either(mapOf(secret), listOf(section({ name: text(), value: secret })));

const TLS_VERSIONS = ['1.0', '1.1', '1.2', '1.3', ''];

const certificateKeys = {
  ca_file: file,
  ca_pem: text(),
  cert_file: file,
  cert_pem: text(),
  key_file: file,
  key_pem: secret,
  include_system_ca_certs_pool: flag(),
  include_insecure_cipher_suites: flag(),
  cipher_suites: listOf(text()),
  curve_preferences: listOf(text()),
  min_version: word(TLS_VERSIONS),
  max_version: word(TLS_VERSIONS),
  reload_interval: duration(),
  tpm: section({ auth: secret, enabled: flag(), owner_auth: secret, path: file }),
};

const has = (given: Settings, name: string): boolean =>
  !isMissing(given[`${name}_file`]) || !isMissing(given[`${name}_pem`]);

const certificateFault = (given: Settings): Complaint | undefined => {
  const twice = ['ca', 'cert', 'key'].find(
    (name) => !isMissing(given[`${name}_file`]) && !isMissing(given[`${name}_pem`]),
  );
  if (twice !== undefined)
    return { key: `${twice}_pem`, message: `${twice}_file and ${twice}_pem are both given`, fix: 'keep one of them' };
  if (has(given, 'cert') !== has(given, 'key'))
    return { message: 'a certificate and its key come together', fix: 'give cert_file and key_file, or neither' };
  const [least, most] = [given['min_version'] || '1.2', given['max_version']];
  return typeof least === 'string' && typeof most === 'string' && most !== '' && most < least
    ? { key: 'max_version', message: `max_version ${most} is below min_version ${least}`, fix: 'raise max_version' }
    : undefined;
};

const clientTls = section(
  { ...certificateKeys, insecure: flag(), insecure_skip_verify: flag(), server_name_override: text() },
  { rules: [certificateFault] },
);

const serverTls = section(
  { ...certificateKeys, client_ca_file: file, client_ca_file_reload: flag() },
  {
    isOptional: true,
    rules: [
      certificateFault,
      (given) =>
        has(given, 'cert') || has(given, 'key')
          ? undefined
          : { message: 'a server needs a certificate and its key', fix: 'give cert_file and key_file' },
    ],
  },
);

const auth = section({ authenticator: text({ means: 'extension' }) }, { isOptional: true });
const middlewares = listOf(section({ id: text({ means: 'extension' }) }));

export const COMPRESSIONS = ['gzip', 'zlib', 'deflate', 'snappy', 'x-snappy-framed', 'zstd', 'lz4', 'none', ''];

/** Levels are known to the first of these; to the others only none at all. */
const compressionFault =
  (usual: string) =>
  (given: Settings): Complaint | undefined => {
    const { compression = usual } = given;
    const level = sectionIn(given, 'compression_params')?.['level'];
    if (typeof compression !== 'string' || typeof level !== 'number' || level === 0) return undefined;
    if (['', 'none', 'zstd'].includes(compression)) return undefined;
    const isGraded = ['gzip', 'zlib', 'deflate'].includes(compression);
    if (isGraded && level >= -2 && level <= 9) return undefined;
    return {
      key: 'compression_params',
      message: `${compression} has no level ${level}`,
      fix: isGraded ? 'take -2 to 9' : 'leave out the level',
    };
  };

/** What every exporter over HTTP can be told; `usual` are the exporter's own defaults. */
export const httpClientKeys = (
  usual: {
    readonly timeout?: string;
    readonly compression?: string;
    readonly writeBufferSize?: number;
    readonly endpoint?: string;
  } = {},
) => ({
  endpoint: text({ means: 'destination', ...(usual.endpoint === undefined ? {} : { default: usual.endpoint }) }),
  proxy_url: text({ means: 'destination' }),
  tls: clientTls,
  read_buffer_size: integer(),
  write_buffer_size: integer(usual.writeBufferSize === undefined ? {} : { default: usual.writeBufferSize }),
  timeout: duration(usual.timeout),
  headers,
  auth,
  compression: word(COMPRESSIONS, usual.compression === undefined ? {} : { default: usual.compression }),
  compression_params: section({ level: integer() }),
  max_idle_conns: integer({ default: 100 }),
  max_idle_conns_per_host: integer(),
  max_conns_per_host: integer(),
  idle_conn_timeout: duration('1m30s'),
  disable_keep_alives: flag(),
  http2_read_idle_timeout: duration(),
  http2_ping_timeout: duration(),
  cookies: section({}, { isOptional: true }),
  force_attempt_http2: flag(true),
  middlewares,
});

export const httpClientRules = (usualCompression: string) => [compressionFault(usualCompression)];

export const grpcClientKeys = {
  endpoint: text({ means: 'destination' }),
  compression: word(COMPRESSIONS, { default: 'gzip' }),
  tls: clientTls,
  keepalive: section({ time: duration(), timeout: duration(), permit_without_stream: flag() }, { isOptional: true }),
  read_buffer_size: integer(),
  write_buffer_size: integer({ default: 524_288 }),
  wait_for_ready: flag(),
  headers,
  user_agent: text(),
  balancer_name: word(['round_robin', 'pick_first', 'weighted_round_robin', 'least_request', ''], {
    default: 'round_robin',
  }),
  authority: text(),
  auth,
  middlewares,
};

const TRANSPORTS = ['tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'ip', 'ip4', 'ip6', 'unix', 'unixgram', 'unixpacket'];

const addressKeys = (endpoint?: string) => ({
  endpoint: text({ means: 'listener', ...(endpoint === undefined ? {} : { default: endpoint }) }),
  transport: word(TRANSPORTS, { default: 'tcp' }),
  dialer: section({ timeout: duration() }),
});

/** What everything that listens over HTTP can be told. */
export const httpServerKeys = (
  usual: {
    readonly endpoint?: string;
    readonly timeouts?: { readonly read: string; readonly write: string; readonly idle: string };
    readonly keepsAlive?: boolean;
  } = {},
) => ({
  ...addressKeys(usual.endpoint),
  tls: serverTls,
  cors: section(
    {
      allowed_origins: listOf(text()),
      allowed_headers: listOf(text()),
      exposed_headers: listOf(text()),
      max_age: integer(),
    },
    { isOptional: true },
  ),
  auth: section({ authenticator: text({ means: 'extension' }), request_params: listOf(text()) }, { isOptional: true }),
  max_request_body_size: integer(),
  include_metadata: flag(),
  response_headers: headers,
  compression_algorithms: listOf(text()),
  read_timeout: duration(),
  read_header_timeout: duration(usual.timeouts?.read ?? '0s'),
  write_timeout: duration(usual.timeouts?.write ?? '0s'),
  idle_timeout: duration(usual.timeouts?.idle ?? '0s'),
  middlewares,
  keep_alives_enabled: flag(usual.keepsAlive),
});

export const grpcServerKeys = (endpoint: string) => ({
  ...addressKeys(endpoint),
  tls: serverTls,
  max_recv_msg_size_mib: natural(),
  max_concurrent_streams: natural(),
  read_buffer_size: natural(524_288),
  write_buffer_size: natural(),
  keepalive: section(
    {
      server_parameters: section(
        {
          max_connection_idle: duration(),
          max_connection_age: duration(),
          max_connection_age_grace: duration(),
          time: duration(),
          timeout: duration(),
        },
        { isOptional: true },
      ),
      enforcement_policy: section({ min_time: duration(), permit_without_stream: flag() }, { isOptional: true }),
    },
    { isOptional: true },
  ),
  auth,
  include_metadata: flag(),
  middlewares,
});

/** The queue before an exporter; `sizer` counts what is in it. */
export const sendingQueue = section(
  {
    num_consumers: natural(10, { least: 1 }),
    wait_for_result: flag(false),
    block_on_overflow: flag(false),
    sizer: word(['requests', 'items', 'bytes']),
    queue_size: natural(1000, { least: 1 }),
    storage: text({ means: 'extension' }),
    batch: section(
      {
        flush_timeout: duration(undefined, { least: 'more-than-nothing' }),
        min_size: natural(),
        max_size: natural(),
        sizer: word(['items', 'bytes']),
        partition: section({ metadata_keys: listOf(text({ means: 'caller' })) }),
      },
      {
        isOptional: true,
        rules: [
          ({ min_size: least = 8192, max_size: most }) =>
            typeof most === 'number' && typeof least === 'number' && most > 0 && most < least
              ? { key: 'max_size', message: `max_size ${most} is below min_size ${least}`, fix: 'raise max_size' }
              : undefined,
        ],
      },
    ),
  },
  {
    isOptional: true,
    rules: [
      ({ storage, wait_for_result: waits }) =>
        !isMissing(storage) && waits === true
          ? { key: 'wait_for_result', message: 'a queue on disk waits for no result', fix: 'leave out wait_for_result' }
          : undefined,
      (given) => {
        const { queue_size: size = 1000, sizer = 'requests' } = given;
        const batch = given['batch'] === undefined || given['batch'] === null ? undefined : sectionIn(given, 'batch');
        if (batch === undefined || batch['enabled'] === false) return undefined;
        const batchSizer = batch['sizer'] ?? (given['sizer'] === undefined ? 'items' : sizer);
        if (batchSizer === 'requests')
          return {
            key: 'sizer',
            message: 'batches are counted in items or bytes, and this queue in requests',
            fix: 'write sizer: items',
          };
        const least = batch['min_size'] ?? 8192;
        return batchSizer === sizer && typeof least === 'number' && typeof size === 'number' && least > size
          ? {
              key: 'queue_size',
              message: `the queue holds ${size}, and a batch waits for ${least}`,
              fix: 'raise queue_size or lower min_size',
            }
          : undefined;
      },
    ],
  },
);

/** How often something is sent again after a failure. */
export const retryOnFailure = (initialInterval = '5s') =>
  section(
    {
      enabled: flag(true),
      initial_interval: duration(initialInterval, { least: 'nothing' }),
      randomization_factor: decimal({ default: 0.5 }),
      multiplier: decimal({ default: 1.5 }),
      max_interval: duration('30s', { least: 'nothing' }),
      max_elapsed_time: duration('5m0s', { least: 'nothing' }),
    },
    {
      rules: [
        ({ randomization_factor: factor }) =>
          typeof factor === 'number' && (factor < 0 || factor > 1)
            ? { key: 'randomization_factor', message: `${factor} is not between 0 and 1`, fix: 'take 0.5' }
            : undefined,
        ({ multiplier }) =>
          typeof multiplier === 'number' && multiplier < 0
            ? { key: 'multiplier', message: `${multiplier} is negative`, fix: 'take 1.5' }
            : undefined,
      ],
    },
  );
