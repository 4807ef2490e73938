import type { Epoch } from '../../kernel/identity.ts';
import { collectorPod, type PodWish, pushPorts, SETTINGS_FILE } from './collector-pod.ts';
import { HEALTH_PORT, SELF_PORT } from './labels.ts';
import type { RenderedPipeline } from './template.ts';

/** A Kubernetes object as we write it: plain data, what the clusters context applies. */
export interface CollectorObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface CollectorWish extends Omit<PodWish, 'names' | 'labels'> {
  /** whose collectors these are: an experiment's id, or a pipeline deployment's */
  readonly owner: string;
  readonly epoch: Epoch;
  /** `promoted` for the winner, under the owner of a deployment */
  readonly variant: 'baseline' | 'candidate' | 'promoted';
  readonly rendered: RenderedPipeline;
  /** values of the label kubernetes.io/hostname; both variants of an experiment get the same ones */
  readonly nodeNames: readonly string[];
  /** namespaces whose pods may push data; without, only those of the collector's own */
  readonly pushedFrom?: readonly string[];
}

/** Everything that one variant needs on a cluster. Names tell owner and variant, so both variants fit on one node. */
export const collectorObjects = (wish: CollectorWish): readonly CollectorObject[] => {
  const names = collectorNames(wish);
  const labels = collectorLabels(wish);
  const object = (apiVersion: string, kind: string, name: string, fields: object): CollectorObject => ({
    apiVersion,
    kind,
    metadata: { name, labels },
    ...fields,
  });
  const pod = collectorPod({ ...wish, names, labels });
  return [
    ...(wish.serviceAccountName === undefined
      ? [object('v1', 'ServiceAccount', names.workload, { automountServiceAccountToken: false })]
      : []),
    settingsObject(wish),
    wish.rendered.needs.workload === 'every_node'
      ? object('apps/v1', 'DaemonSet', names.workload, { spec: daemonSetSpec(selectorOf(wish), pod) })
      : object('apps/v1', 'Deployment', names.workload, {
          // one, and never two at once: what it remembers of a sender is in no other
          spec: {
            replicas: 1,
            selector: { matchLabels: selectorOf(wish) },
            strategy: { type: 'Recreate' },
            template: pod,
          },
        }),
    object('v1', 'Service', names.workload, {
      spec: serviceSpec(selectorOf(wish), [SELF_PORT, ...pushPorts(wish.rendered.needs)]),
    }),
    object('networking.k8s.io/v1', 'NetworkPolicy', names.workload, {
      spec: {
        podSelector: { matchLabels: selectorOf(wish) },
        policyTypes: ['Ingress', 'Egress'],
        egress: egressOf(wish),
        ingress: [
          {
            ports: [
              { port: SELF_PORT.number, protocol: 'TCP' },
              { port: HEALTH_PORT.number, protocol: 'TCP' },
            ],
          },
          ...pushIngress(wish),
        ],
      },
    }),
  ];
};

/** The settings of a variant, for its collectors and for whoever checks them before. */
export const settingsObject = (wish: CollectorWish): CollectorObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: collectorNames(wish).settings, labels: collectorLabels(wish) },
  immutable: true,
  data: { [SETTINGS_FILE]: wish.rendered.yaml },
});

/** One on every node, replaced a few at a time. */
export const daemonSetSpec = (labels: Labels, pod: object) => ({
  selector: { matchLabels: labels },
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
  template: pod,
});

/** The pods themselves, by the names of their ports: nothing stands between a scraper and a collector. */
export const serviceSpec = (labels: Labels, ports: readonly { readonly name: string; readonly number: number }[]) => ({
  clusterIP: 'None',
  selector: labels,
  ports: ports.map(({ name, number }) => ({ name, port: number, targetPort: name, protocol: 'TCP' })),
});

type Labels = Readonly<Record<string, string>>;

const pushIngress = ({ rendered, pushedFrom = [] }: CollectorWish) => {
  const ports = pushPorts(rendered.needs).map(({ number }) => ({ port: number, protocol: 'TCP' }));
  if (ports.length === 0) return [];
  const from =
    pushedFrom.length === 0
      ? [{ podSelector: {} }]
      : [
          {
            namespaceSelector: {
              matchExpressions: [
                { key: 'kubernetes.io/metadata.name', operator: 'In', values: [...pushedFrom].sort() },
              ],
            },
          },
        ];
  return [{ from, ports }];
};

/**
 * Out to names, to the measurement store, to where data goes besides, and to whoever hands out AWS credentials. A policy
 * knows ports, not names.
 */
const egressOf = ({ remoteWriteUrl, awsRegion, addresses = {}, rendered }: CollectorWish) => [
  {
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  },
  {
    ports: [...new Set([remoteWriteUrl, ...needed(rendered, addresses)].map(portOf))].map((port) => ({
      port,
      protocol: 'TCP',
    })),
  },
  ...(awsRegion === undefined
    ? []
    : [
        { to: [{ ipBlock: { cidr: POD_IDENTITY_AGENT } }], ports: [{ port: 80, protocol: 'TCP' }] },
        { ports: [{ port: 443, protocol: 'TCP' }] },
      ]),
];

/** Addresses that the settings name as variables, and those that stand there as they are: of destinations. */
const needed = ({ yaml, needs }: RenderedPipeline, addresses: Readonly<Record<string, string>>): readonly string[] => [
  ...needs.addresses.flatMap((name) => addresses[name] ?? []),
  ...(yaml.match(/https?:\/\/[^\s'"$]+/g) ?? []),
];

const POD_IDENTITY_AGENT = '169.254.170.23/32';

const portOf = (url: string): number => {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};

/** Names of a variant's objects. Settings are named by their hash: other settings are another object, and a rollout. */
export const collectorNames = ({
  owner,
  variant,
  rendered,
}: Pick<CollectorWish, 'owner' | 'variant' | 'rendered'>): { readonly workload: string; readonly settings: string } => {
  if (!/^[a-z][a-z0-9-]{0,36}[a-z0-9]$/.test(owner)) throw new Error(`"${owner}" cannot stand in names of objects`);
  return {
    workload: `${owner}-${variant}`,
    settings: `cfg-${owner}-${variant}-${rendered.sha256.slice(0, 10)}`,
  };
};

const selectorOf = ({ owner, variant }: Pick<CollectorWish, 'owner' | 'variant'>) => ({
  'phoenix.dev/owner': owner,
  'phoenix.dev/variant': variant,
});

const collectorLabels = (wish: CollectorWish): Labels => ({
  ...selectorOf(wish),
  'phoenix.dev/epoch': String(wish.epoch),
  'app.kubernetes.io/name': 'phoenix-collector',
  'app.kubernetes.io/managed-by': 'phoenix',
});
