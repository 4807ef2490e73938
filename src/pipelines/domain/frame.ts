import { HEALTH_PORT, SELF_PORT, SERIES_LABELS } from './labels.ts';
import type { Settings } from './settings-tree.ts';
import type { FrameSettings } from './template.ts';

/** Names of the variables that a collector of ours reads; the objects around it set them. */
export const COLLECTOR_ENVIRONMENT = {
  awsRegion: 'AWS_REGION',
  nodeName: 'K8S_NODE_NAME',
  podIp: 'K8S_POD_IP',
  hostRoot: 'PHX_HOSTFS',
  cluster: 'PHX_CLUSTER',
  remoteWriteUrl: 'PHX_RW_URL',
  experiment: 'PHX_EXPERIMENT',
  epoch: 'PHX_EPOCH',
  variant: 'PHX_VARIANT',
} as const;

/** Addresses that templates of pushed data and of logs send to; the owner of a cluster sets them. */
export const ADDRESS_ENVIRONMENT = { logs: 'PHX_LOGS_OTLP', traces: 'PHX_TRACES_OTLP' } as const;

/** Where a collector finds the host: its processes and devices, below the mount of its pod. */
export const HOST_ROOT = `\${env:${COLLECTOR_ENVIRONMENT.hostRoot}:-/hostfs}`;

/** Components of the frame that pipelines go through: first, last, and where they end. */
export const LIMITER = 'memory_limiter';
export const STAMP = 'resource/stamp';
export const STORE = 'prometheus_remote_write';

/** Nobody sets it. */
export const UNSET_VARIABLE = 'PHX_NOTHING';

const from = (variable: keyof typeof COLLECTOR_ENVIRONMENT): string => `\${env:${COLLECTOR_ENVIRONMENT[variable]}}`;

/**
 * A value that stays a text: the collector reads a whole `${env:…}` as YAML, so a node called 007 would become 7. Beside
 * anything else, even beside nothing, it is not read again.
 */
const textFrom = (variable: 'nodeName' | 'cluster'): string => `${from(variable)}\${env:${UNSET_VARIABLE}:-}`;

/**
 * What surrounds every template, equal in both variants: stamps, the export of measurements, health and self-telemetry.
 * Written for collector 0.159; why each key is as it is stands beside it.
 */
export const frameOf = ({ remoteWriteAuth }: Pick<FrameSettings, 'remoteWriteAuth'>): Settings => ({
  extensions: {
    // every listener is on the pod's own address: two variants may share a host, and 0.0.0.0 is nobody's business
    health_check: { endpoint: `${from('podIp')}:${HEALTH_PORT.number}` },
    ...(remoteWriteAuth === 'sigv4' ? { sigv4auth: { region: from('awsRegion'), service: 'aps' } } : {}),
  },
  processors: {
    [LIMITER]: { check_interval: '1s', limit_percentage: 80, spike_limit_percentage: 20 },
    [STAMP]: {
      attributes: [
        { key: 'k8s.node.name', value: textFrom('nodeName'), action: 'upsert' },
        { key: 'k8s.cluster.name', value: textFrom('cluster'), action: 'upsert' },
      ],
    },
  },
  exporters: { [STORE]: remoteWriteExporter(remoteWriteAuth) },
  service: {
    extensions: ['health_check', ...(remoteWriteAuth === 'sigv4' ? ['sigv4auth'] : [])],
    telemetry: {
      resource: {
        // underscores: scrapers that keep dots in names would give these labels another name
        attributes: [
          { name: SERIES_LABELS.experiment, value: from('experiment') },
          { name: SERIES_LABELS.epoch, value: from('epoch') },
          { name: SERIES_LABELS.variant, value: from('variant') },
          { name: SERIES_LABELS.node, value: textFrom('nodeName') },
        ],
      },
      metrics: {
        // bytes on the wire are counted at this level only
        level: 'detailed',
        readers: [
          {
            pull: {
              exporter: {
                prometheus: {
                  host: from('podIp'),
                  port: SELF_PORT.number,
                  without_type_suffix: true,
                  without_units: true,
                  without_scope_info: true,
                  with_resource_constant_labels: { included: Object.values(SERIES_LABELS) },
                },
              },
            },
          },
        ],
      },
    },
  },
});

/** To the measurement store, under the variant of the collector or under this one. */
export const remoteWriteExporter = (
  remoteWriteAuth: FrameSettings['remoteWriteAuth'],
  variant: string = from('variant'),
): Settings => ({
  http: {
    endpoint: from('remoteWriteUrl'),
    ...(remoteWriteAuth === 'sigv4' ? { auth: { authenticator: 'sigv4auth' } } : {}),
  },
  external_labels: {
    [SERIES_LABELS.experiment]: from('experiment'),
    [SERIES_LABELS.epoch]: from('epoch'),
    [SERIES_LABELS.variant]: variant,
  },
  resource_to_telemetry_conversion: { enabled: true, exclude_service_attributes: true },
  // else each process adds a series, and the scope's name and version 150 characters to every series
  target_info: { enabled: false },
  disable_scope_info: true,
  remote_write_queue: { enabled: true, queue_size: 2000 },
  max_batch_request_parallelism: 2,
});

/** What the frame's components do, in one sentence each; a template may have a better one. */
export const FRAME_SAYS: Readonly<Record<string, string>> = {
  [LIMITER]: 'Above 80 % of its memory limit it refuses data instead of being killed.',
  [STAMP]: 'Every series gets the names of its node and its cluster.',
  [STORE]: 'What is left goes to the measurement store, and nowhere else.',
};
