import { stringify } from 'yaml';
import type { ComponentKind } from '../../src/pipelines/domain/components/registry.ts';
import type { Settings, SettingsNode } from '../../src/pipelines/domain/settings-tree.ts';

/** Settings of one component that use most of its keys, and which the collector takes. */
export interface Example {
  readonly kind: ComponentKind;
  readonly id: string;
  readonly settings: Settings;
  /** of the pipeline that it stands in */
  readonly signal?: 'metrics' | 'logs' | 'traces';
}

const clientTls = {
  insecure: false,
  insecure_skip_verify: true,
  server_name_override: 'store',
  min_version: '1.2',
  max_version: '1.3',
};
const retry = {
  enabled: true,
  initial_interval: '1s',
  randomization_factor: 0.2,
  multiplier: 2,
  max_interval: '20s',
  max_elapsed_time: '2m',
};
const queue = {
  enabled: true,
  num_consumers: 4,
  queue_size: 20_000,
  sizer: 'items',
  block_on_overflow: true,
  wait_for_result: false,
  batch: { flush_timeout: '2s', min_size: 1000, max_size: 2000 },
};
const http = {
  tls: clientTls,
  read_buffer_size: 1024,
  write_buffer_size: 2048,
  headers: { 'x-scope-orgid': 'tenant' },
  max_idle_conns: 10,
  max_idle_conns_per_host: 5,
  max_conns_per_host: 6,
  idle_conn_timeout: '30s',
  disable_keep_alives: true,
  http2_read_idle_timeout: '10s',
  http2_ping_timeout: '5s',
  force_attempt_http2: true,
};
const strictly = (names: string, ...values: readonly string[]) => ({ match_type: 'strict', [names]: [...values] });

export const EXAMPLES: readonly Example[] = [
  {
    kind: 'receivers',
    id: 'otlp',
    settings: {
      protocols: {
        grpc: {
          endpoint: 'localhost:24317',
          transport: 'tcp',
          dialer: { timeout: '3s' },
          max_recv_msg_size_mib: 8,
          max_concurrent_streams: 16,
          read_buffer_size: 1024,
          write_buffer_size: 1024,
          include_metadata: true,
          keepalive: {
            server_parameters: { max_connection_age: '1m', max_connection_idle: '1m', time: '30s', timeout: '5s' },
            enforcement_policy: { min_time: '10s', permit_without_stream: true },
          },
        },
        http: {
          endpoint: 'localhost:24318',
          cors: { allowed_origins: ['https://*.example.com'], allowed_headers: ['x-a'], max_age: 60 },
          max_request_body_size: 1024,
          include_metadata: false,
          response_headers: { 'x-served-by': 'us' },
          compression_algorithms: ['gzip'],
          read_timeout: '2s',
          read_header_timeout: '3s',
          write_timeout: '4s',
          idle_timeout: '5s',
          keep_alives_enabled: false,
          traces_url_path: '/t',
          metrics_url_path: '/m',
          logs_url_path: '/l',
        },
      },
    },
  },
  {
    kind: 'receivers',
    id: 'host_metrics',
    settings: {
      collection_interval: '30s',
      initial_delay: '2s',
      timeout: '10s',
      metadata_collection_interval: '1m',
      scrapers: {
        cpu: {
          metrics: { 'system.cpu.utilization': { enabled: true, attributes: ['state'], aggregation_strategy: 'avg' } },
        },
        disk: { include: strictly('devices', 'sda'), exclude: { match_type: 'regexp', devices: ['^loop.*$'] } },
        filesystem: {
          include_virtual_filesystems: true,
          exclude_fs_types: strictly('fs_types', 'tmpfs'),
          exclude_mount_points: { match_type: 'regexp', mount_points: ['/proc/.*'] },
          include_devices: strictly('devices', '/dev/sda1'),
        },
        load: { cpu_average: true },
        memory: { metrics: { 'system.memory.utilization': { enabled: true } } },
        network: { exclude: strictly('interfaces', 'lo') },
        paging: {},
        processes: {},
        system: {},
        process: {
          include: strictly('names', 'nginx', 'postgres'),
          mute_process_all_errors: true,
          mute_process_name_error: true,
          mute_process_io_error: true,
          mute_process_exe_error: true,
          mute_process_user_error: true,
          mute_process_cgroup_error: true,
          scrape_process_delay: '30s',
          metrics: {
            'process.cpu.time': { enabled: true, attributes: [], aggregation_strategy: 'sum' },
            'process.threads': { enabled: true },
          },
          resource_attributes: {
            'process.command_line': { enabled: false },
            'process.owner': {
              enabled: true,
              metrics_include: [{ strict: 'process.cpu.time' }, { regexp: '^process\\.memory' }],
            },
          },
        },
      },
    },
  },
  {
    kind: 'processors',
    id: 'attributes',
    settings: {
      include: { match_type: 'strict', services: ['checkout'] },
      exclude: { match_type: 'regexp', span_names: ['^health.*'], attributes: [{ key: 'a', value: 'b' }] },
      actions: [
        { key: 'env', value: 'production', action: 'insert' },
        { key: 'user', from_attribute: 'uid', action: 'upsert' },
        { key: 'count', converted_type: 'int', action: 'convert' },
        { key: 'url', pattern: '^(?P<scheme>[a-z]+)://', action: 'extract' },
        { pattern: '^internal\\.', action: 'delete' },
        { key: 'email', action: 'hash' },
      ],
    },
    signal: 'traces',
  },
  {
    kind: 'processors',
    id: 'batch',
    settings: {
      timeout: '5s',
      send_batch_size: 1000,
      send_batch_max_size: 2000,
      metadata_keys: ['x-tenant'],
      metadata_cardinality_limit: 30,
    },
  },
  {
    kind: 'processors',
    id: 'cumulative_to_delta',
    settings: {
      include: { match_type: 'regexp', metrics: ['^process\\..*'], metric_types: ['sum'] },
      exclude: { match_type: 'strict', metrics: ['system.uptime'] },
      initial_value: 'drop',
      max_staleness: '10m',
    },
  },
  { kind: 'processors', id: 'delta_to_cumulative', settings: { max_stale: '15m', max_streams: 5000 } },
  {
    kind: 'processors',
    id: 'filter',
    settings: {
      error_mode: 'propagate',
      metric_conditions: [
        'resource.attributes["process.executable.name"] == "cron"',
        'metric.name == "system.paging.faults" and datapoint.attributes["type"] == "minor"',
      ],
    },
  },
  {
    kind: 'processors',
    id: 'filter/groups',
    settings: {
      log_conditions: [
        { context: 'log', conditions: ['severity_number < SEVERITY_NUMBER_WARN'], error_mode: 'silent' },
        { conditions: ['IsMatch(log.body, "healthz")'] },
      ],
      trace_conditions: ['span.status.code == STATUS_CODE_OK and span.kind == SPAN_KIND_INTERNAL'],
    },
    signal: 'logs',
  },
  {
    kind: 'processors',
    id: 'filter/older',
    settings: {
      metrics: { metric: ['name == "a"'], datapoint: ['attributes["b"] == "c"'], resource: ['attributes["d"] != nil'] },
    },
  },
  {
    kind: 'processors',
    id: 'filter/logs',
    settings: {
      logs: {
        include: { match_type: 'regexp', bodies: ['error'], severity_number: { min: 'WARN', match_undefined: true } },
      },
    },
    signal: 'logs',
  },
  { kind: 'processors', id: 'groupbyattrs', settings: { keys: ['host.name', 'service.name'] } },
  {
    kind: 'processors',
    id: 'interval',
    settings: { interval: '30s', pass_through: { gauge: true, summary: false } },
  },
  {
    kind: 'processors',
    id: 'memory_limiter',
    settings: {
      check_interval: '1s',
      limit_percentage: 75,
      spike_limit_percentage: 15,
      limit_mib: 400,
      spike_limit_mib: 100,
      min_gc_interval_when_soft_limited: '15s',
      min_gc_interval_when_hard_limited: '1s',
      max_gc_interval_when_soft_limited: '40s',
      max_gc_interval_when_hard_limited: '35s',
    },
  },
  {
    kind: 'processors',
    id: 'metrics_transform',
    settings: {
      transforms: [
        {
          include: '^system\\.(.*)$',
          match_type: 'regexp',
          action: 'update',
          new_name: 'host.$1',
          submatch_case: 'lower',
          experimental_match_labels: { state: 'idle|used' },
          operations: [
            { action: 'aggregate_labels', label_set: ['state'], aggregation_type: 'sum' },
            { action: 'add_label', new_label: 'team', new_value: 'platform' },
            {
              action: 'update_label',
              label: 'cpu',
              new_label: 'core',
              value_actions: [{ value: 'cpu0', new_value: 'zero' }],
            },
            { action: 'delete_label_value', label: 'state', label_value: 'idle' },
            { action: 'experimental_scale_value', experimental_scale: 1000 },
            {
              action: 'aggregate_label_values',
              label: 'state',
              aggregated_values: ['a', 'b'],
              new_value: 'c',
              aggregation_type: 'max',
            },
          ],
        },
        { include: 'a', action: 'group', group_resource_labels: { 'resource.type': 'x' } },
      ],
    },
  },
  {
    kind: 'processors',
    id: 'resource',
    settings: {
      attributes: [
        { key: 'cluster', value: 'eu-1', action: 'upsert' },
        { key: 'host.name', from_attribute: 'k8s.node.name', action: 'insert' },
        { key: 'process.pid', action: 'delete' },
      ],
    },
  },
  {
    kind: 'processors',
    id: 'transform',
    settings: {
      error_mode: 'silent',
      metric_statements: [
        'set(resource.attributes["env"], "production") where resource.attributes["env"] == nil',
        'keep_keys(resource.attributes, ["env", "service.name"])',
      ],
      log_statements: [
        {
          context: 'log',
          conditions: ['attributes["level"] != nil'],
          statements: ['set(severity_text, ToUpperCase(attributes["level"]))', 'delete_key(attributes, "level")'],
          error_mode: 'ignore',
        },
      ],
      trace_statements: ['truncate_all(span.attributes, 4096)'],
    },
  },
  {
    kind: 'exporters',
    id: 'debug',
    settings: { verbosity: 'detailed', sampling_initial: 5, sampling_thereafter: 200, use_internal_logger: true },
  },
  { kind: 'exporters', id: 'nop', settings: {} },
  {
    kind: 'exporters',
    id: 'otlp_grpc',
    settings: {
      endpoint: 'store.example.com:4317',
      compression: 'zstd',
      tls: clientTls,
      keepalive: { time: '20s', timeout: '5s', permit_without_stream: true },
      read_buffer_size: 1024,
      write_buffer_size: 1024,
      wait_for_ready: true,
      headers: { 'x-tenant': 'a' },
      user_agent: 'us',
      balancer_name: 'round_robin',
      authority: 'store',
      timeout: '10s',
      retry_on_failure: retry,
      sending_queue: queue,
    },
  },
  {
    kind: 'exporters',
    id: 'otlp_http',
    settings: {
      ...http,
      endpoint: 'https://store.example.com:4318',
      metrics_endpoint: 'https://store.example.com/m',
      proxy_url: 'http://proxy.example.com:3128',
      compression: 'gzip',
      compression_params: { level: 3 },
      encoding: 'json',
      timeout: '10s',
      retry_on_failure: retry,
      sending_queue: queue,
    },
  },
  {
    kind: 'exporters',
    id: 'prometheus',
    settings: {
      endpoint: 'localhost:29464',
      namespace: 'edge',
      const_labels: { region: 'eu' },
      send_timestamps: true,
      metric_expiration: '10m',
      enable_open_metrics: true,
      without_scope_info: true,
      resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true },
      translation_strategy: 'UnderscoreEscapingWithSuffixes',
    },
    signal: 'metrics',
  },
  {
    kind: 'exporters',
    id: 'prometheus_remote_write',
    settings: {
      http: { ...http, endpoint: 'https://store.example.com/api/v1/write', compression: 'snappy' },
      timeout: '10s',
      retry_on_failure: retry,
      namespace: 'edge',
      remote_write_queue: { enabled: true, queue_size: 5000, num_consumers: 2 },
      external_labels: { cluster: 'eu-1' },
      max_batch_size_bytes: 1_000_000,
      max_batch_request_parallelism: 3,
      resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: false },
      target_info: { enabled: false },
      disable_scope_info: true,
      translation_strategy: 'UnderscoreEscapingWithoutSuffixes',
      send_metadata: true,
      protobuf_message: 'prometheus.WriteRequest',
      convert_explicit_histograms_to_nhcb: false,
      keep_classic_histograms: false,
    },
    signal: 'metrics',
  },
  { kind: 'connectors', id: 'forward', settings: {} },
  {
    kind: 'extensions',
    id: 'health_check',
    settings: {
      endpoint: 'localhost:23133',
      path: '/healthy',
      response_body: { healthy: 'yes', unhealthy: 'no' },
      check_collector_pipeline: { enabled: false, interval: '1m', exporter_failure_threshold: 3 },
    },
  },
];

/** Whole settings around one component. */
export const settingsAround = ({ kind, id, settings, signal = 'metrics' }: Example): Settings => {
  const section = (which: ComponentKind, rest: Settings): Settings => ({
    ...rest,
    ...(which === kind ? { [id]: settings } : {}),
  });
  const receiver = kind === 'receivers' ? id : 'otlp/in';
  const exporter = kind === 'exporters' ? id : 'nop/out';
  const entry = kind === 'connectors' ? 'nop/side' : exporter;
  const pipeline: SettingsNode = {
    receivers: [receiver],
    ...(kind === 'processors' ? { processors: [id] } : {}),
    exporters: [entry, ...(kind === 'connectors' ? [id] : [])],
  };
  return {
    receivers: section('receivers', kind === 'receivers' ? {} : { 'otlp/in': { protocols: { grpc: {} } } }),
    ...(kind === 'processors' ? { processors: { [id]: settings } } : {}),
    exporters: section(
      'exporters',
      kind === 'exporters' ? {} : { [kind === 'connectors' ? 'nop/side' : 'nop/out']: {} },
    ),
    ...(kind === 'connectors' ? { connectors: { [id]: settings } } : {}),
    ...(kind === 'extensions' ? { extensions: { [id]: settings } } : {}),
    service: {
      ...(kind === 'extensions' ? { extensions: [id] } : {}),
      pipelines: {
        [signal]: pipeline,
        ...(kind === 'connectors' ? { [`${signal}/after`]: { receivers: [id], exporters: ['nop/side'] } } : {}),
      },
    },
  };
};

export const textAround = (example: Example): string => stringify(settingsAround(example));
