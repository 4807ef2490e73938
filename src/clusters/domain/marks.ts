import { Epoch } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { KubernetesObject, WantedObjects } from './cluster.ts';

/** How we recognise our own on a cluster: labels on everything, the expiry on the owner ConfigMap. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const OWNER = 'phoenix.dev/owner';
export const EPOCH = 'phoenix.dev/epoch';
export const VARIANT = 'phoenix.dev/variant';
export const EXPIRES_AT = 'phoenix.dev/expires-at';
export const FIELD_MANAGER = 'phoenix';

/** Selects what is ours, of one owner or of all. */
export const ourSelector = (owner?: string): string =>
  owner === undefined ? `${MANAGED_BY}=phoenix,${OWNER}` : `${MANAGED_BY}=phoenix,${OWNER}=${owner}`;

interface Marked {
  readonly labels?: Readonly<Record<string, string>>;
}

/** Owner and epoch of a live object; null when it is not ours. */
export const markOf = (metadata: Marked): { readonly owner: string; readonly epoch: Epoch } | null => {
  const { [MANAGED_BY]: manager, [OWNER]: owner, [EPOCH]: epoch } = metadata.labels ?? {};
  return manager === 'phoenix' && owner !== undefined && /^\d+$/.test(epoch ?? '')
    ? { owner, epoch: Epoch.parse(Number(epoch)) }
    : null;
};

/** The fence: only our own objects of the same owner, and never those of a newer epoch, may be written. */
export const mayWrite = (
  live: Marked,
  wanted: Pick<WantedObjects, 'owner' | 'epoch'>,
  name: string,
): Outcome<void, Refusal<'cluster-conflict'>> => {
  const mark = markOf(live);
  if (mark === null || mark.owner !== wanted.owner) {
    const holder = mark === null ? 'somebody else' : mark.owner;
    return refuse(
      'cluster-conflict',
      `${name} exists and belongs to ${holder}, not to ${wanted.owner}; remove or rename it`,
      {
        name,
        owner: wanted.owner,
        holder: mark?.owner ?? null,
      },
    );
  }
  if (mark.epoch > wanted.epoch) {
    return refuse(
      'cluster-conflict',
      `${name} was written under epoch ${mark.epoch}, which is newer than ${wanted.epoch}`,
      { name, owner: wanted.owner, epoch: wanted.epoch, liveEpoch: mark.epoch },
    );
  }
  return accept(undefined);
};

const marksFor = ({ owner, epoch }: WantedObjects): Readonly<Record<string, string>> => ({
  [MANAGED_BY]: 'phoenix',
  [OWNER]: owner,
  [EPOCH]: String(epoch),
});

/** The owner ConfigMap: everything else of this owner hangs from it, and it carries the expiry. */
export const ownerConfigMap = (wanted: WantedObjects, namespace: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: wanted.owner,
    namespace,
    labels: marksFor(wanted),
    annotations: wanted.expiresAt === null ? {} : { [EXPIRES_AT]: wanted.expiresAt },
  },
});

interface PodTemplate {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Pods carry the marks too, so that readiness of an epoch never counts a pod of the one before. */
const withMarkedPods = (object: KubernetesObject, wanted: WantedObjects): KubernetesObject => {
  const spec = object['spec'];
  if (!isRecord(spec) || !isRecord(spec['template'])) return object;
  const template: PodTemplate = spec['template'];
  const labels = { ...object.metadata.labels, ...template.metadata?.labels, ...marksFor(wanted) };
  return { ...object, spec: { ...spec, template: { ...template, metadata: { ...template.metadata, labels } } } };
};

/** An object as it goes to the cluster: in our namespace, marked, hanging from its owner. */
export const marked = (
  object: KubernetesObject,
  wanted: WantedObjects,
  namespace: string,
  ownerUid: string,
): KubernetesObject => ({
  ...withMarkedPods(object, wanted),
  metadata: {
    ...object.metadata,
    namespace,
    labels: { ...object.metadata.labels, ...marksFor(wanted) },
    ownerReferences: [
      { apiVersion: 'v1', kind: 'ConfigMap', name: wanted.owner, uid: ownerUid, blockOwnerDeletion: true },
    ],
  },
});

/** Kinds that we write. */
export const OUR_KINDS = [
  'ConfigMap',
  'DaemonSet',
  'Deployment',
  'Service',
  'ServiceAccount',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Job',
] as const;
export type OurKind = (typeof OUR_KINDS)[number];

export const isOurKind = (kind: string): kind is OurKind => OUR_KINDS.some((each) => each === kind);

/** What an object must be before we send it: a kind of ours, in our namespace. */
export const mayDeploy = (
  object: KubernetesObject,
  namespace: string,
): Outcome<OurKind, Refusal<'cluster-rejected-object'>> => {
  const { kind, metadata } = object;
  if (!isOurKind(kind)) {
    return refuse('cluster-rejected-object', `we do not deploy a ${kind}; possible are ${OUR_KINDS.join(', ')}`, {
      kind,
    });
  }
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    return refuse(
      'cluster-rejected-object',
      `${kind} ${metadata.name} asks for namespace ${metadata.namespace}; ours on this cluster is ${namespace}`,
      { kind, name: metadata.name, namespace: metadata.namespace, expected: namespace },
    );
  }
  return accept(kind);
};
