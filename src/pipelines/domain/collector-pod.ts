import type { Epoch } from '../../kernel/identity.ts';
import { COLLECTOR_ENVIRONMENT } from './frame.ts';
import { epochLabel, HEALTH_PORT, SELF_PORT } from './labels.ts';
import type { PipelineNeeds, RenderedPipeline } from './template.ts';
import { PUSH_PORTS } from './templates/pushed-data.ts';

export interface PodWish {
  readonly owner: string;
  readonly epoch: Epoch;
  readonly variant: string;
  readonly rendered: Pick<RenderedPipeline, 'sha256' | 'needs'>;
  /** none: on every node */
  readonly nodeNames: readonly string[];
  /** pinned by digest outside of laptops; the same for both variants */
  readonly image: string;
  readonly clusterName: string;
  readonly remoteWriteUrl: string;
  /** region of the managed store; only where remote write is signed */
  readonly awsRegion?: string;
  /** values of the variables that settings need as addresses */
  readonly addresses?: Readonly<Record<string, string>>;
  /** one that exists already, for example bound to an AWS role; absent: one of our own without any right */
  readonly serviceAccountName?: string;
  readonly names: { readonly workload: string; readonly settings: string };
  readonly labels: Readonly<Record<string, string>>;
}

/** Key of the settings' ConfigMap, and the file that the collector reads. */
export const SETTINGS_FILE = 'collector.yaml';

const POD_LOGS = '/var/log/pods';

const MEBIBYTE = 1024 * 1024;
const MEMORY_LIMIT_MEBIBYTES = 512;

/**
 * The pod of a collector: sees the kernel's view of processes and devices read-only and nothing else of its node, has no
 * token, and may only what reading other users' processes takes. Equal for both variants but for the settings.
 */
export const collectorPod = (wish: PodWish) => ({
  metadata: {
    labels: wish.labels,
    // the whole hash, so that what runs can be compared with what was rendered
    annotations: { 'phoenix.dev/settings-sha256': wish.rendered.sha256 },
  },
  spec: {
    serviceAccountName: wish.serviceAccountName ?? wish.names.workload,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 10,
    ...(wish.nodeNames.length === 0 ? {} : { affinity: onlyOn(wish.nodeNames) }),
    // the nodes were chosen by name, for both variants alike
    tolerations: [{ operator: 'Exists', effect: 'NoSchedule' }],
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    containers: [containerOf(wish)] as const,
    volumes: [
      { name: 'settings', configMap: { name: wish.names.settings } },
      { name: 'proc', hostPath: { path: '/proc', type: 'Directory' } },
      { name: 'sys', hostPath: { path: '/sys', type: 'Directory' } },
      ...(wish.rendered.needs.podLogs ? [{ name: 'pod-logs', hostPath: { path: POD_LOGS, type: 'Directory' } }] : []),
    ],
  },
});

const containerOf = (wish: PodWish) => ({
  name: 'collector',
  image: wish.image,
  args: [`--config=/settings/${SETTINGS_FILE}`],
  env: environmentOf(wish),
  ports: [
    { name: SELF_PORT.name, containerPort: SELF_PORT.number, protocol: 'TCP' },
    { name: HEALTH_PORT.name, containerPort: HEALTH_PORT.number, protocol: 'TCP' },
    ...pushPorts(wish.rendered.needs).map(({ name, number }) => ({
      name,
      containerPort: number,
      protocol: 'TCP',
    })),
  ],
  // no CPU limit: throttling would bias what is measured
  resources: {
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { memory: `${MEMORY_LIMIT_MEBIBYTES}Mi` },
  },
  readinessProbe: { ...healthProbe, periodSeconds: 2, failureThreshold: 3 },
  livenessProbe: { ...healthProbe, initialDelaySeconds: 15, periodSeconds: 10, failureThreshold: 6 },
  securityContext: {
    // root without rights, but for these two: reading executable and disk counters of other users' processes
    runAsUser: 0,
    runAsGroup: 0,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], add: ['SYS_PTRACE', 'DAC_READ_SEARCH'] },
  },
  volumeMounts: [
    { name: 'settings', mountPath: '/settings', readOnly: true },
    { name: 'proc', mountPath: '/hostfs/proc', readOnly: true },
    { name: 'sys', mountPath: '/hostfs/sys', readOnly: true },
    ...(wish.rendered.needs.podLogs ? [{ name: 'pod-logs', mountPath: POD_LOGS, readOnly: true }] : []),
  ],
});

/** What is pushed is listened for on these ports. */
export const pushPorts = ({ listens }: Pick<PipelineNeeds, 'listens'>) =>
  listens.map((protocol) => ({ name: protocol.replace('_', '-'), number: PUSH_PORTS[protocol] }));

const onlyOn = (nodeNames: readonly string[]) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [...nodeNames].sort() }] },
      ],
    },
  },
});

const environmentOf = (wish: PodWish) => [
  fieldOfPod(COLLECTOR_ENVIRONMENT.podIp, 'status.podIP'),
  fieldOfPod(COLLECTOR_ENVIRONMENT.nodeName, 'spec.nodeName'),
  { name: COLLECTOR_ENVIRONMENT.hostRoot, value: '/hostfs' },
  { name: COLLECTOR_ENVIRONMENT.cluster, value: wish.clusterName },
  { name: COLLECTOR_ENVIRONMENT.remoteWriteUrl, value: wish.remoteWriteUrl },
  { name: COLLECTOR_ENVIRONMENT.experiment, value: wish.owner },
  { name: COLLECTOR_ENVIRONMENT.epoch, value: epochLabel(wish.epoch) },
  { name: COLLECTOR_ENVIRONMENT.variant, value: wish.variant },
  ...(wish.awsRegion === undefined ? [] : [{ name: COLLECTOR_ENVIRONMENT.awsRegion, value: wish.awsRegion }]),
  ...wish.rendered.needs.addresses.map((name) => ({ name, value: wish.addresses?.[name] ?? '' })),
  // what a Secret holds is read by the kubelet, and by nobody of ours
  ...wish.rendered.needs.secrets.map(({ variable, secret }) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret.name, key: secret.key } },
  })),
  // the garbage collector works harder before the kernel ends the process
  { name: 'GOMEMLIMIT', value: String(Math.floor(0.8 * MEMORY_LIMIT_MEBIBYTES * MEBIBYTE)) },
];

// the server fills in apiVersion; written out, another manager's copy of the same object does not conflict
const fieldOfPod = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
});

const healthProbe = { httpGet: { path: '/', port: HEALTH_PORT.name }, timeoutSeconds: 2 };
