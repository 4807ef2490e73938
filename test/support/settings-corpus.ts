import { stringify } from 'yaml';
import { type SettingsNode, settingsAt } from '../../src/pipelines/domain/settings-tree.ts';
import { type ClusterPolicy, STRICTEST_POLICY } from '../../src/pipelines/domain/validation/policy.ts';
import type { RuleId } from '../../src/pipelines/domain/validation/rules.ts';
import type { Mutant } from './settings-mutations.ts';

/** What the owner of the cluster of these tests allows. */
export const POLICY: ClusterPolicy = {
  ...STRICTEST_POLICY,
  variables: [...STRICTEST_POLICY.variables, 'STORE_TOKEN'],
  secretVariables: ['STORE_TOKEN'],
  destinations: ['store.example.com:4318', 'metrics.example.com'],
  criticalProcesses: ['postgres', 'nginx'],
};

const HOST = {
  root_path: `\${env:PHX_HOSTFS:-/hostfs}`,
  collection_interval: '60s',
  scrapers: { load: {}, process: { resource_attributes: { 'process.command_line': { enabled: false } } } },
} as const;

const WHOLE = {
  receivers: {
    host_metrics: HOST,
    otlp: { protocols: { grpc: { endpoint: `\${env:K8S_POD_IP}:4317` } } },
  },
  processors: {
    batch: {},
    'batch/second': {},
    memory_limiter: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
    'filter/quiet': { metric_conditions: ['metric.name == "system.uptime"'] },
  },
  exporters: { debug: {}, 'nop/spare': {} },
  connectors: { forward: {} },
  extensions: { health_check: { endpoint: `\${env:K8S_POD_IP}:13133` } },
  service: {
    extensions: ['health_check'],
    pipelines: {
      metrics: {
        receivers: ['host_metrics', 'otlp'],
        processors: ['memory_limiter', 'filter/quiet', 'batch'],
        exporters: ['forward', 'nop/spare'],
      },
      'metrics/out': { receivers: ['forward'], processors: ['batch/second'], exporters: ['debug'] },
      traces: { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['debug'] },
    },
  },
} as const;

/** The settings that every mutant differs from in one place. */
export const WHOLE_TEXT = stringify(WHOLE);

type Place = readonly [parent: readonly string[], key: string];
type Change = readonly [place: Place, value: SettingsNode | undefined];

/** The settings of the corpus with other values in some places; undefined takes a key away. */
export const put = (...changes: readonly Change[]): string => {
  const copy = structuredClone(WHOLE) as never;
  for (const [[parent, key], value] of changes) {
    const below = settingsAt(copy, ...parent) as Record<string, SettingsNode>;
    if (value === undefined) delete below[key];
    else below[key] = value;
  }
  return stringify(copy);
};

const PIPELINES = ['service', 'pipelines'];
const mutant = (title: string, rule: RuleId, place: Place, value: SettingsNode | undefined): Mutant => ({
  title,
  rule,
  text: put([place, value]),
});

/** A processor in the pipeline of metrics. */
const processing = (title: string, rule: RuleId, id: string, settings: SettingsNode): Mutant => ({
  title,
  rule,
  text: put(
    [[['processors'], id], settings],
    [
      [[...PIPELINES, 'metrics'], 'processors'],
      ['memory_limiter', id, 'filter/quiet', 'batch'],
    ],
  ),
});

/** An exporter in the pipeline of traces, or of metrics. */
const exporting = (
  title: string,
  rule: RuleId,
  id: string,
  settings: SettingsNode,
  pipeline: 'traces' | 'metrics/out' = 'traces',
): Mutant => ({
  title,
  rule,
  text: put(
    [[['exporters'], id], settings],
    [
      [[...PIPELINES, pipeline], 'exporters'],
      ['debug', id],
    ],
  ),
});

const host = (title: string, rule: RuleId, settings: SettingsNode): Mutant =>
  mutant(title, rule, [['receivers'], 'host_metrics'], settings);

const endpoint = (value: string): string =>
  put([[['exporters'], 'otlp_http'], { endpoint: value }], [[[...PIPELINES, 'traces'], 'exporters'], ['otlp_http']]);

const fromOutside = (title: string, value: string): Mutant => ({
  title,
  rule: 'provider-not-allowed',
  text: endpoint(value),
});

const swap = (title: string, rule: RuleId, from: string, to: string): Mutant => ({
  title,
  rule,
  text: WHOLE_TEXT.replace(from, () => to),
});

/** One fault each, for a collector anywhere. */
export const MUTANTS: readonly Mutant[] = [
  // L0
  swap('a tab as indentation', 'yaml-broken', '  host_metrics', '\thost_metrics'),
  { title: 'a key twice', rule: 'yaml-broken', text: `${WHOLE_TEXT}receivers: {}\n` },
  { title: 'a list that is never closed', rule: 'yaml-broken', text: `${WHOLE_TEXT}processors: [` },
  { title: 'a quote that is never closed', rule: 'yaml-broken', text: WHOLE_TEXT.replace('60s', '"60s') },
  { title: 'nothing at all', rule: 'settings-not-a-map', text: '' },
  { title: 'a list', rule: 'settings-not-a-map', text: '- receivers\n- exporters\n' },
  { title: 'a word', rule: 'settings-not-a-map', text: 'receivers\n' },
  {
    title: 'an alias',
    rule: 'yaml-alias',
    text: WHOLE_TEXT.replace('debug: {}', 'debug: &same {}').replace('nop/spare: {}', 'nop/spare: *same'),
  },
  // L1
  fromOutside('a file of the node', `\${file:/etc/hostname}`),
  fromOutside('a file of the node inside a text', `http://127.0.0.1/\${file:/etc/hostname}`),
  fromOutside('a text in a text', `\${yaml:file}`),
  fromOutside('a file behind a default', `\${env:NOTHING:-\${file:/etc/hostname}}`),
  fromOutside('an address', `\${https://evil.example.com/settings}`),
  fromOutside('a default without a provider', `\${NOTHING:-http://127.0.0.1}`),
  { title: 'a variable from a variable', rule: 'variable-name-built', text: endpoint(`\${env:\${env:WHICH}}`) },
  { title: 'a name with a space', rule: 'variable-name-malformed', text: endpoint(`\${env:MY NAME}`) },
  exporting('a key in plain text', 'secret-in-plain-text', 'otlp_http', {
    endpoint: 'http://127.0.0.1:9',
    headers: { 'api-key': 'NRAK-1' },
  }),
  exporting('a token in an address', 'secret-in-plain-text', 'otlp_http', {
    endpoint: 'https://me:hunter22@127.0.0.1',
  }),
  exporting('a bearer under another name', 'secret-in-plain-text', 'otlp_http', {
    endpoint: 'http://127.0.0.1:9',
    headers: { 'x-who': 'Bearer abcdefghijkl' },
  }),
  // L2 between keys; single keys come from the examples
  processing('a limiter without an interval', 'settings-inconsistent', 'memory_limiter/two', { limit_mib: 100 }),
  processing('a limiter without a limit', 'settings-inconsistent', 'memory_limiter/two', { check_interval: '1s' }),
  processing('a spike above the limit', 'settings-inconsistent', 'memory_limiter/two', {
    check_interval: '1s',
    limit_mib: 100,
    spike_limit_mib: 200,
  }),
  processing('collections in the wrong order', 'settings-inconsistent', 'memory_limiter/two', {
    check_interval: '1s',
    limit_mib: 100,
    min_gc_interval_when_hard_limited: '20s',
  }),
  processing('a largest batch below the usual', 'settings-inconsistent', 'batch/three', { send_batch_max_size: 100 }),
  processing('metadata keys twice', 'settings-inconsistent', 'batch/three', { metadata_keys: ['A', 'a'] }),
  processing('actions that are missing', 'settings-inconsistent', 'attributes', {}),
  processing('an action without a key', 'settings-inconsistent', 'resource', { attributes: [{ action: 'delete' }] }),
  processing('an action without a value', 'settings-inconsistent', 'resource', {
    attributes: [{ key: 'a', action: 'upsert' }],
  }),
  processing('an action with two values', 'settings-inconsistent', 'resource', {
    attributes: [{ key: 'a', value: 'b', from_attribute: 'c', action: 'upsert' }],
  }),
  processing('an action that nobody names', 'settings-inconsistent', 'resource', {
    attributes: [{ key: 'a', value: 'b' }],
  }),
  processing('an extraction without names', 'settings-inconsistent', 'resource', {
    attributes: [{ key: 'a', pattern: '^(.*)$', action: 'extract' }],
  }),
  processing('a conversion to nothing', 'settings-inconsistent', 'resource', {
    attributes: [{ key: 'a', converted_type: 'text', action: 'convert' }],
  }),
  processing('a pattern that looks ahead', 'settings-inconsistent', 'resource', {
    attributes: [{ pattern: '^(?!a)', action: 'delete' }],
  }),
  processing('metrics without a match type', 'settings-inconsistent', 'cumulative_to_delta', {
    include: { metrics: ['a'] },
  }),
  processing('a match type without metrics', 'settings-inconsistent', 'cumulative_to_delta', {
    include: { match_type: 'strict' },
  }),
  processing('a pattern that nobody reads before', 'value-without-effect', 'cumulative_to_delta', {
    include: { match_type: 'regexp', metrics: ['(?=a)'] },
  }),
  processing('a transformation without a name', 'settings-inconsistent', 'metrics_transform', {
    transforms: [{ include: 'a', action: 'insert' }],
  }),
  processing('a transformation of nothing', 'settings-inconsistent', 'metrics_transform', {
    transforms: [{ action: 'update' }],
  }),
  processing('an operation without its label', 'settings-inconsistent', 'metrics_transform', {
    transforms: [{ include: 'a', action: 'update', operations: [{ action: 'update_label' }] }],
  }),
  processing('a pattern that is broken', 'settings-inconsistent', 'metrics_transform', {
    transforms: [{ include: '(a', match_type: 'regexp', action: 'update' }],
  }),
  processing('older and newer conditions', 'settings-inconsistent', 'filter', {
    metric_conditions: ['metric.name == "a"'],
    metrics: { metric: ['name == "a"'] },
  }),
  processing('names that are matched nowhere', 'settings-inconsistent', 'filter', {
    metrics: { include: { metric_names: ['a'] } },
  }),
  processing('lines of both kinds', 'value-kind', 'filter', {
    metric_conditions: ['metric.name == "a"', { conditions: ['metric.name == "b"'] }],
  }),
  processing('a context of other data', 'ottl-context-unknown', 'filter', {
    metric_conditions: [{ context: 'span', conditions: ['name == "a"'] }],
  }),
  processing('a feature behind a gate', 'settings-inconsistent', 'transform', { flatten_data: true }),
  host('a receiver without scrapers', 'settings-inconsistent', { collection_interval: '60s' }),
  host('a key that nobody reads', 'key-passed-over', { ...HOST, colection_interval: '10s' }),
  host('a metric of before', 'key-unknown', {
    ...HOST,
    scrapers: { process: { metrics: { 'process.memory.physical': { enabled: true } } } },
  }),
  host('names without a match type', 'settings-inconsistent', {
    ...HOST,
    scrapers: { process: { include: { names: ['a'] } } },
  }),
  host('names that are no patterns', 'settings-inconsistent', {
    ...HOST,
    scrapers: { process: { exclude: { match_type: 'regexp', names: ['*'] } } },
  }),
  host('an interval without a unit', 'duration-without-unit', { ...HOST, collection_interval: 60 }),
  mutant('protocols that are none', 'settings-inconsistent', [['receivers', 'otlp'], 'protocols'], {}),
  mutant('half a number', 'value-cut', [['processors', 'batch'], 'send_batch_size'], 10.5),
  mutant('a batch in a batch', 'key-unknown', [['processors', 'batch'], 'send_batch'], {}),
  exporting('an exporter without a place', 'settings-inconsistent', 'otlp_grpc', {}),
  exporting('an address without a port', 'settings-inconsistent', 'otlp_grpc', { endpoint: 'store.example.com' }),
  exporting('an address without a scheme', 'settings-inconsistent', 'otlp_http', { endpoint: '127.0.0.1:4318' }),
  exporting('a queue too small for a batch', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    sending_queue: { sizer: 'items', queue_size: 100, batch: { min_size: 200 } },
  }),
  exporting('a largest batch below the least', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    sending_queue: { batch: { min_size: 200, max_size: 100 } },
  }),
  exporting('a level that gzip does not have', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    compression_params: { level: 20 },
  }),
  exporting('certificate files and texts', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    tls: { ca_file: '/a', ca_pem: 'b' },
  }),
  exporting('a certificate without its key', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    tls: { cert_file: '/a' },
  }),
  exporting('versions in the wrong order', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    tls: { min_version: '1.3', max_version: '1.2' },
  }),
  exporting('a factor above one', 'settings-inconsistent', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    retry_on_failure: { randomization_factor: 1.5 },
  }),
  exporting(
    'the queue of another exporter',
    'key-unknown',
    'prometheus_remote_write',
    { endpoint: 'http://127.0.0.1:9', sending_queue: {} },
    'metrics/out',
  ),
  exporting(
    'a queue of nothing',
    'settings-inconsistent',
    'prometheus_remote_write',
    {
      http: { endpoint: 'http://127.0.0.1:9' },
      remote_write_queue: { queue_size: 0 },
    },
    'metrics/out',
  ),
  exporting(
    'compression of another kind',
    'settings-inconsistent',
    'prometheus_remote_write',
    {
      http: { endpoint: 'http://127.0.0.1:9', compression: 'gzip' },
    },
    'metrics/out',
  ),
  exporting(
    'a label without a value',
    'settings-inconsistent',
    'prometheus_remote_write',
    {
      http: { endpoint: 'http://127.0.0.1:9' },
      external_labels: { a: '' },
    },
    'metrics/out',
  ),
  exporting(
    'an address that is a word',
    'settings-inconsistent',
    'prometheus_remote_write',
    { http: { endpoint: 'store' } },
    'metrics/out',
  ),
  exporting(
    'a header of remote write itself',
    'settings-inconsistent',
    'prometheus_remote_write',
    {
      http: { endpoint: 'http://127.0.0.1:9' },
      include_metadata_keys: ['Content-Type'],
    },
    'metrics/out',
  ),
  exporting('remote write without a place', 'destination-missing', 'prometheus_remote_write', {}, 'metrics/out'),
  exporting('a listener without an address', 'settings-inconsistent', 'prometheus', {}, 'metrics/out'),
  exporting('a verbosity of none', 'value-not-allowed', 'debug/two', { verbosity: 'none' }),
  exporting('paths that do not count', 'settings-inconsistent', 'debug/two', { output_paths: ['stdout'] }),
  mutant('a path without a slash', 'settings-inconsistent', [['extensions', 'health_check'], 'path'], 'healthy'),
  mutant('a second form behind a gate', 'settings-inconsistent', [['extensions', 'health_check'], 'use_v2'], true),
  mutant('telemetry with a misspelt key', 'key-unknown', [['service'], 'telemetry'], { log: { level: 'info' } }),
  mutant('a level that is none', 'value-not-allowed', [['service'], 'telemetry'], { logs: { level: 'verbose' } }),
  mutant('views at a level without them', 'settings-inconsistent', [['service'], 'telemetry'], {
    metrics: { level: 'normal', views: [] },
  }),
  mutant('metrics without a reader', 'settings-inconsistent', [['service'], 'telemetry'], { metrics: { readers: [] } }),
  mutant('a key that would be cut', 'key-in-key', [['processors', 'batch'], 'timeout::a'], '1s'),
  swap(
    'a component that stands beside its kind',
    'key-in-key',
    'connectors:',
    'processors::batch/third: {}\nconnectors:',
  ),
  // L3
  mutant('a root key with a typing error', 'key-unknown', [[], 'processor'], { batch: {} }),
  mutant('a root key of another program', 'key-unknown', [[], 'inputs'], {}),
  mutant('a key of the service that is none', 'key-unknown', [['service'], 'pipeline'], {}),
  mutant('a key of a pipeline that is none', 'key-unknown', [[...PIPELINES, 'traces'], 'processor'], ['batch']),
  {
    title: 'extensions that are a list',
    rule: 'value-kind',
    text: put([[[], 'extensions'], ['health_check']], [[['service'], 'extensions'], undefined]),
  },
  mutant('receivers of a pipeline that are a text', 'value-kind', [[...PIPELINES, 'traces'], 'receivers'], 'otlp'),
  mutant('an id that begins with a digit', 'component-id-malformed', [['processors'], '2batch'], {}),
  mutant('an id with a space', 'component-id-malformed', [['processors'], 'bat ch'], {}),
  mutant('an id whose name is empty', 'component-id-malformed', [['processors'], 'batch/'], {}),
  mutant('a connector by the name of an exporter', 'component-id-taken', [['exporters'], 'forward'], {}),
  mutant('no pipelines', 'no-pipeline', [['service'], 'pipelines'], undefined),
  mutant('pipelines that are empty', 'no-pipeline', [['service'], 'pipelines'], {}),
  mutant('a signal in the singular', 'pipeline-key-malformed', [PIPELINES, 'metric'], {
    receivers: ['otlp'],
    exporters: ['debug'],
  }),
  mutant('a signal behind a gate', 'pipeline-key-malformed', [PIPELINES, 'profiles'], {
    receivers: ['otlp'],
    exporters: ['debug'],
  }),
  mutant('a pipeline that is empty', 'pipeline-not-a-map', [PIPELINES, 'logs'], null),
  mutant('a pipeline without receivers', 'pipeline-incomplete', [PIPELINES, 'logs'], { exporters: ['debug'] }),
  mutant('a pipeline without exporters', 'pipeline-incomplete', [PIPELINES, 'logs'], { receivers: ['otlp'] }),
  mutant('a pipeline whose receivers are an empty list', 'pipeline-incomplete', [PIPELINES, 'logs'], {
    receivers: [],
    exporters: ['debug'],
  }),
  mutant(
    'a receiver that nobody defined',
    'reference-undefined',
    [[...PIPELINES, 'traces'], 'receivers'],
    ['otlp/other'],
  ),
  mutant(
    'a processor that nobody defined',
    'reference-undefined',
    [[...PIPELINES, 'traces'], 'processors'],
    ['filter'],
  ),
  mutant('an exporter that nobody defined', 'reference-undefined', [[...PIPELINES, 'traces'], 'exporters'], ['nop']),
  mutant('a connector as a processor', 'reference-undefined', [[...PIPELINES, 'traces'], 'processors'], ['forward']),
  mutant('an extension that nobody defined', 'reference-undefined', [['service'], 'extensions'], ['pprof']),
  mutant(
    'an alias where the name of today is defined',
    'reference-undefined',
    [[...PIPELINES, 'metrics'], 'receivers'],
    ['hostmetrics'],
  ),
  mutant('a processor twice', 'processor-twice', [[...PIPELINES, 'metrics'], 'processors'], ['batch', 'batch']),
  mutant(
    'metrics of the host as traces',
    'signal-not-supported',
    [[...PIPELINES, 'traces'], 'receivers'],
    ['otlp', 'host_metrics'],
  ),
  {
    title: 'a processor of metrics among traces',
    rule: 'signal-not-supported',
    text: put([[['processors'], 'interval'], {}], [[[...PIPELINES, 'traces'], 'processors'], ['interval']]),
  },
  mutant(
    'a connector that nothing comes out of',
    'connector-one-ended',
    [[...PIPELINES, 'metrics/out'], 'receivers'],
    ['otlp'],
  ),
  mutant(
    'a connector that nothing goes into',
    'connector-one-ended',
    [[...PIPELINES, 'metrics'], 'exporters'],
    ['debug'],
  ),
  {
    title: 'a connector between two signals',
    rule: 'connector-pair',
    text: put(
      [[PIPELINES, 'metrics/out'], undefined],
      [[PIPELINES, 'logs'], { receivers: ['forward'], exporters: ['debug'] }],
    ).replace('  batch/second: {}\n', ''),
  },
  mutant('two pipelines in a circle', 'pipeline-cycle', [[...PIPELINES, 'metrics/out'], 'exporters'], ['forward']),
  exporting('a signature by an extension that is not there', 'extension-not-running', 'otlp_http', {
    endpoint: 'http://127.0.0.1:4318',
    auth: { authenticator: 'oauth2client' },
  }),
  {
    title: 'two at one address',
    rule: 'address-taken',
    text: put(
      [[['exporters'], 'prometheus'], { endpoint: `\${env:K8S_POD_IP}:13133` }],
      [
        [[...PIPELINES, 'metrics/out'], 'exporters'],
        ['prometheus', 'debug'],
      ],
    ),
  },
  // L4
  mutant('a receiver that nobody knows', 'component-not-available', [['receivers'], 'kafka'], {}),
  mutant('an exporter that nobody knows', 'component-not-available', [['exporters'], 'datadog'], {}),
  mutant('an extension that nobody knows', 'component-not-available', [['extensions'], 'pprof'], {}),
  mutant('a processor among the receivers', 'component-not-available', [['receivers'], 'batch'], {}),
  mutant('a processor that this build lacks', 'component-not-in-build', [['processors'], 'tail_sampling'], {}),
  mutant('a connector that this build lacks', 'component-not-in-build', [['connectors'], 'span_metrics'], {}),
  mutant('an extension that this build lacks', 'component-not-in-build', [['extensions'], 'zpages'], {}),
  mutant(
    'a receiver that this build lacks, by its older name',
    'component-not-in-build',
    [['receivers'], 'filelog'],
    {},
  ),
];

const rendered = (...processors: readonly string[]): Change => [
  [[...PIPELINES, 'metrics'], 'processors'],
  ['memory_limiter', ...processors],
];

const inCluster = (title: string, rule: RuleId, ...changes: readonly Change[]): Mutant => ({
  title,
  rule,
  text: put(...changes),
});

const REMOTE_WRITE: Change = [
  [['exporters'], 'prometheus_remote_write/own'],
  { http: { endpoint: `\${env:PHX_RW_URL}` } },
];
const SENDING: Change = [[[...PIPELINES, 'metrics/out'], 'exporters'], ['prometheus_remote_write/own']];
const PID_OFF = {
  ...HOST,
  scrapers: {
    process: { resource_attributes: { 'process.command_line': { enabled: false }, 'process.pid': { enabled: false } } },
  },
};

/** One fault each that only a cluster of ours refuses; elsewhere it is advice. What leads out of it stands beside. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  inCluster('a limiter that is missing', 'memory-limiter-not-first', [[[...PIPELINES, 'traces'], 'processors'], []]),
  inCluster('a limiter behind others', 'memory-limiter-not-first', [
    [[...PIPELINES, 'metrics'], 'processors'],
    ['filter/quiet', 'memory_limiter', 'batch'],
  ]),
  inCluster('a filter behind the batch', 'drop-after-batch', rendered('batch', 'filter/quiet')),
  inCluster(
    'deltas of streams that are one already',
    'delta-after-identity',
    [[['processors'], 'resource'], { attributes: [{ key: 'process.owner', action: 'delete' }] }],
    [[['processors'], 'cumulative_to_delta'], {}],
    rendered('resource', 'cumulative_to_delta', 'filter/quiet', 'batch'),
  ),
  inCluster(
    'deltas that reach remote write',
    'delta-to-remote-write',
    [[['processors'], 'cumulative_to_delta'], {}],
    rendered('cumulative_to_delta', 'filter/quiet', 'batch'),
    REMOTE_WRITE,
    SENDING,
  ),
  inCluster(
    'processes that cannot be told apart',
    'identity-lost',
    [[['processors'], 'resource'], { attributes: [{ key: 'process.pid', action: 'delete' }] }],
    rendered('resource', 'filter/quiet', 'batch'),
  ),
  inCluster('processes without an id from the start', 'identity-lost', [[['receivers'], 'host_metrics'], PID_OFF]),
  inCluster(
    'processes whose id a statement takes',
    'identity-lost',
    [[['processors'], 'transform'], { metric_statements: ['keep_keys(resource.attributes, ["process.owner"])'] }],
    rendered('transform', 'filter/quiet', 'batch'),
  ),
  inCluster('a filter of everything', 'drops-everything', [
    [['processors', 'filter/quiet'], 'metric_conditions'],
    ['IsMatch(metric.name, ".*")'],
  ]),
  inCluster('a filter of everything that has a name', 'drops-everything', [
    [['processors', 'filter/quiet'], 'metric_conditions'],
    ['metric.name != nil'],
  ]),
  inCluster('a filter of a critical process', 'drops-critical', [
    [['processors', 'filter/quiet'], 'metric_conditions'],
    ['resource.attributes["process.executable.name"] == "postgres"'],
  ]),
  inCluster('a filter that forgets a critical process', 'drops-critical', [
    [['processors', 'filter/quiet'], 'metric_conditions'],
    [
      'resource.attributes["process.executable.name"] != nil and not IsMatch(resource.attributes["process.executable.name"], "^(nginx|java)$")',
    ],
  ]),
  inCluster('a receiver that leaves out a critical process', 'drops-critical', [
    [['receivers', 'host_metrics', 'scrapers', 'process'], 'exclude'],
    { match_type: 'strict', names: ['nginx'] },
  ]),
  inCluster(
    'times that are cut to something else',
    'truncation-differs',
    [
      [['processors'], 'transform'],
      { metric_statements: ['set(datapoint.time, TruncateTime(datapoint.time, Duration("30s")))'] },
    ],
    rendered('transform', 'filter/quiet', 'batch'),
  ),
  inCluster('a frame that is not ours', 'frame-changed', [[['processors', 'memory_limiter'], 'limit_percentage'], 90]),
  inCluster('telemetry of one’s own', 'frame-changed', [[['service'], 'telemetry'], { logs: { level: 'debug' } }]),
  inCluster('a listener on every address', 'listener-not-on-pod', [
    [['receivers', 'otlp', 'protocols', 'grpc'], 'endpoint'],
    '0.0.0.0:4317',
  ]),
  inCluster('a command line', 'command-line-collected', [
    [['receivers', 'host_metrics', 'scrapers', 'process'], 'resource_attributes'],
    {},
  ]),
];
