import { stringify } from 'yaml';
import type { KubernetesObject } from './cluster.ts';
import { EXPIRES_AT, MANAGED_BY, OWNER } from './marks.ts';
import { DISCOVERY_RIGHTS, NEEDED_RIGHTS, type Right, ruleOf } from './rights.ts';

/** Who we are on the cluster: a group behind an EKS access entry, a user, or a service account of the namespace. */
export interface OnboardingSubject {
  readonly kind: 'Group' | 'User' | 'ServiceAccount';
  readonly name: string;
}

export interface OnboardingOptions {
  readonly namespace: string;
  readonly subject: OnboardingSubject;
}

/** The group that the access entry of an EKS cluster maps our role to. */
export const EKS_SUBJECT: OnboardingSubject = { kind: 'Group', name: 'phoenix:deployers' };
/** The account whose token a cluster of kind direct is registered with. */
export const DIRECT_SUBJECT: OnboardingSubject = { kind: 'ServiceAccount', name: 'phoenix' };

// not `managed-by`: these belong to the cluster's administrator and are never swept
const PART_OF = { 'app.kubernetes.io/part-of': 'phoenix' } as const;
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io/v1';

/** Namespace and rights: what a cluster's administrator applies before we may come. */
export const accessObjects = ({ namespace, subject }: OnboardingOptions): readonly KubernetesObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      labels: {
        ...PART_OF,
        // collectors mount /proc and /sys of the node, which the stricter levels refuse
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  },
  ...(subject.kind === 'ServiceAccount'
    ? [
        {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: subject.name, namespace, labels: PART_OF },
        },
      ]
    : []),
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: 'phoenix', namespace, labels: PART_OF },
    rules: rulesOf('namespace', namespace),
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'phoenix', namespace, labels: PART_OF },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'phoenix' },
    subjects: [rbacSubject(subject, namespace)],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: nodesName(namespace), labels: PART_OF },
    rules: rulesOf('cluster', namespace),
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: nodesName(namespace), labels: PART_OF },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: nodesName(namespace) },
    subjects: [rbacSubject(subject, namespace)],
  },
  ...nodeLabelFence(subject, namespace),
];

// cluster-scoped names carry the namespace: two of ours may live on one cluster
const nodesName = (namespace: string): string => `phoenix-nodes-${namespace}`;
const nodeLabelsName = (namespace: string): string => `phoenix-node-labels-${namespace}`;

const rulesOf = (scope: Right['scope'], namespace: string) =>
  NEEDED_RIGHTS.filter((right) => right.scope === scope).map((right) => {
    const { verbs, ...what } = ruleOf(right);
    return { ...what, ...(right.only === 'our-namespace' ? { resourceNames: [namespace] } : {}), verbs };
  });

const rbacSubject = ({ kind, name }: OnboardingSubject, namespace: string) =>
  kind === 'ServiceAccount' ? { kind, name, namespace } : { kind, name, apiGroup: RBAC };

const isOurs = ({ kind, name }: OnboardingSubject, namespace: string): string => {
  switch (kind) {
    case 'Group':
      return `'${name}' in request.userInfo.groups`;
    case 'User':
      return `request.userInfo.username == '${name}'`;
    case 'ServiceAccount':
      return `request.userInfo.username == 'system:serviceaccount:${namespace}:${name}'`;
  }
};

/** RBAC cannot limit a patch of a node to labels, an admission policy can (Kubernetes 1.30 and newer). */
const nodeLabelFence = (subject: OnboardingSubject, namespace: string): readonly KubernetesObject[] => [
  {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: nodeLabelsName(namespace), labels: PART_OF },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['nodes'] }],
      },
      matchConditions: [{ name: 'by-phoenix', expression: isOurs(subject, namespace) }],
      variables: [
        { name: 'before', expression: 'oldObject.metadata.?labels.orValue({})' },
        { name: 'after', expression: 'object.metadata.?labels.orValue({})' },
      ],
      validations: [
        {
          expression: [
            "variables.after.all(k, k.startsWith('phoenix.dev/') || (k in variables.before && variables.before[k] == variables.after[k]))",
            "variables.before.all(k, k.startsWith('phoenix.dev/') || k in variables.after)",
          ].join(' && '),
          message: 'phoenix may change only node labels that begin with phoenix.dev/',
        },
        {
          expression: [
            'object.spec == oldObject.spec',
            'object.metadata.?annotations.orValue({}) == oldObject.metadata.?annotations.orValue({})',
          ].join(' && '),
          message: 'phoenix may change nothing of a node but its labels',
        },
      ],
    },
  },
  {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: nodeLabelsName(namespace), labels: PART_OF },
    spec: { policyName: nodeLabelsName(namespace), validationActions: ['Deny'] },
  },
];

const DEAD_MAN = 'phoenix-dead-man';
/** kubectl, jq and a shell in one image; replace it by your own mirror. */
export const DEAD_MAN_IMAGE = 'docker.io/alpine/k8s:1.34.1';

// instants of this form sort as text; an owner without an expiry stays
const DELETE_EXPIRED = [
  'set -eu',
  'now=$(date -u +%Y-%m-%dT%H:%M:%S.000Z)',
  `owners=$(kubectl get configmaps -l ${MANAGED_BY}=phoenix,${OWNER} -o json)`,
  `printf '%s' "$owners" \\`,
  `  | jq -r --arg now "$now" '.items[] | select(.metadata.annotations["${EXPIRES_AT}"] // "9" | . < $now) | .metadata.name' \\`,
  '  | xargs -r kubectl delete configmap --cascade=foreground --wait=false',
  '',
].join('\n');

/** The dead-man switch: deletes expired owners, and with them everything of theirs, even when nobody reaches the cluster any more. */
export const deadManObjects = (namespace: string): readonly KubernetesObject[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: DEAD_MAN, namespace, labels: PART_OF } },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { name: DEAD_MAN, namespace, labels: PART_OF },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'delete'] }],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: DEAD_MAN, namespace, labels: PART_OF },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: DEAD_MAN },
    subjects: [{ kind: 'ServiceAccount', name: DEAD_MAN, namespace }],
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: DEAD_MAN, namespace, labels: PART_OF },
    spec: {
      schedule: '*/10 * * * *',
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 120,
          template: {
            spec: {
              serviceAccountName: DEAD_MAN,
              restartPolicy: 'Never',
              securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  name: 'sweep',
                  image: DEAD_MAN_IMAGE,
                  command: ['/bin/sh', '-c', DELETE_EXPIRED],
                  env: [{ name: 'HOME', value: '/tmp' }],
                  resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ['ALL'] },
                  },
                },
              ],
            },
          },
        },
      },
    },
  },
];

/** Rights that only look: workloads of everybody and the ConfigMaps that collectors name. Apart, because nothing else needs them. */
export const discoveryObjects = ({ namespace, subject }: OnboardingOptions): readonly KubernetesObject[] => [
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: discoveryName(namespace), labels: PART_OF },
    rules: Object.values(DISCOVERY_RIGHTS).map(ruleOf),
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: discoveryName(namespace), labels: PART_OF },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: discoveryName(namespace) },
    subjects: [rbacSubject(subject, namespace)],
  },
];

const discoveryName = (namespace: string): string => `phoenix-discovery-${namespace}`;

const PREFACE = `# What Phoenix needs on this cluster: a namespace, rights in it, node labels, and a dead-man switch that removes
# whatever has expired. Read it, then: kubectl apply -f onboarding.yaml
`;

const DISCOVERY_PREFACE = `# What \`phoenix cluster discover\` needs beside the onboarding manifest to find the collectors that run here: it lists
# workloads and pods of every namespace and reads the ConfigMaps that collectors name. It changes nothing, and reads no
# Secrets. Read it, then: kubectl apply -f discovery.yaml
`;

/** The whole manifest as YAML, ready for kubectl. */
export const onboardingYaml = (options: OnboardingOptions): string =>
  PREFACE + documentsOf([...accessObjects(options), ...deadManObjects(options.namespace)]);

/** The manifest with the rights to look for collectors. */
export const discoveryYaml = (options: OnboardingOptions): string =>
  DISCOVERY_PREFACE + documentsOf(discoveryObjects(options));

const documentsOf = (objects: readonly KubernetesObject[]): string =>
  objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('');
