export const NAMESPACE = 'phoenix-exp';

const FRAME = `
extensions:
  health_check: {endpoint: "\${env:K8S_POD_IP}:13133"}
processors:
  memory_limiter: {check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 20}
  resource/stamp: {attributes: [{key: k8s.node.name, value: "\${env:K8S_NODE_NAME}", action: upsert}]}
exporters:
  prometheus_remote_write:
    http: {endpoint: "\${env:PHX_RW_URL}"}
    external_labels: {phx_experiment: "\${env:PHX_EXPERIMENT}", phx_variant: baseline}
    resource_to_telemetry_conversion: {enabled: true, exclude_service_attributes: true}
    target_info: {enabled: false}
    disable_scope_info: true
    remote_write_queue: {enabled: true, queue_size: 2000}
    max_batch_request_parallelism: 2
service:
  extensions: [health_check]
  telemetry:
    resource:
      attributes:
        - {name: phx_experiment, value: "\${env:PHX_EXPERIMENT}"}
    metrics:
      level: detailed
      readers:
        - pull: {exporter: {prometheus: {host: "\${env:K8S_POD_IP}", port: 8888, without_type_suffix: true, without_units: true, without_scope_info: true, with_resource_constant_labels: {included: [phx_experiment]}}}}
`;

/** Settings of a collector that sees all processes, with a filter that keeps everything unless told otherwise. */
export const collectorSettings = ({ filterCondition = 'metric.name == "no-such-metric"' } = {}): string => `
receivers:
  host_metrics:
    root_path: "\${env:PHX_HOSTFS:-/hostfs}"
    collection_interval: 2s
    scrapers:
      memory: {}
      process:
        mute_process_all_errors: true
        metrics: {process.threads: {enabled: true}}
        resource_attributes: {process.command_line: {enabled: false}}
${FRAME.replace('processors:', `processors:\n  filter/x: {error_mode: ignore, metric_conditions: ['${filterCondition}']}`)}
  pipelines:
    metrics: {receivers: [host_metrics], processors: [memory_limiter, filter/x, resource/stamp], exporters: [prometheus_remote_write]}
`;

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export const settingsMap = (name: string, settings: string, ownerReferences: readonly OwnerReference[]) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `cfg-${name}`, namespace: NAMESPACE, ownerReferences },
  immutable: true,
  data: { 'collector.yaml': settings },
});

const field = (fieldPath: string) => ({ fieldRef: { apiVersion: 'v1', fieldPath } });

interface Wanted {
  readonly name: string;
  readonly ownerReferences: readonly OwnerReference[];
  readonly remoteWriteUrl: string;
  readonly image?: string;
  readonly hostPath?: string;
  /** A Job that only validates, instead of a DaemonSet that runs. */
  readonly job: boolean;
  /** Where the container looks for its settings. */
  readonly settingsPath?: string;
}

export const collectorDaemonSet = ({
  name,
  ownerReferences,
  remoteWriteUrl,
  image,
  hostPath,
  job,
  settingsPath,
}: Wanted) => {
  const labels = { 'app.kubernetes.io/managed-by': 'phoenix', 'phoenix.dev/experiment': name };
  const metadata = { name, namespace: NAMESPACE, labels, ownerReferences };
  const container = {
    name: 'collector',
    image: image ?? 'otel/opentelemetry-collector-contrib:0.159.0',
    args: [...(job ? ['validate'] : []), `--config=${settingsPath ?? '/conf/collector.yaml'}`],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    env: [
      { name: 'K8S_NODE_NAME', valueFrom: field('spec.nodeName') },
      { name: 'K8S_POD_IP', valueFrom: field('status.podIP') },
      { name: 'PHX_EXPERIMENT', valueFrom: field("metadata.labels['phoenix.dev/experiment']") },
      { name: 'PHX_HOSTFS', value: '/hostfs' },
      { name: 'PHX_RW_URL', value: remoteWriteUrl },
    ],
    ...(job
      ? {}
      : {
          ports: [{ name: 'self', containerPort: 8888 }],
          readinessProbe: { httpGet: { path: '/', port: 13133 }, periodSeconds: 5 },
        }),
    securityContext: {
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'settings', mountPath: '/conf', readOnly: true },
      { name: 'proc', mountPath: '/hostfs/proc', readOnly: true },
      { name: 'sys', mountPath: '/hostfs/sys', readOnly: true },
    ],
  };
  const template = {
    metadata: { labels },
    spec: {
      automountServiceAccountToken: false,
      ...(job ? { restartPolicy: 'Never' } : {}),
      terminationGracePeriodSeconds: 5,
      containers: [container],
      volumes: [
        { name: 'settings', configMap: { name: `cfg-${name}` } },
        { name: 'proc', hostPath: { path: hostPath ?? '/proc' } },
        { name: 'sys', hostPath: { path: '/sys' } },
      ],
    },
  };
  return job
    ? {
        path: `/apis/batch/v1/namespaces/${NAMESPACE}/jobs/${name}`,
        object: { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { backoffLimit: 0, template } },
      }
    : {
        path: `/apis/apps/v1/namespaces/${NAMESPACE}/daemonsets/${name}`,
        object: {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          metadata,
          spec: { selector: { matchLabels: { 'phoenix.dev/experiment': name } }, template },
        },
      };
};
