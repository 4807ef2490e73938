// What a customer's cluster administrator would apply before Phoenix may come: a namespace, a Role in it, and the right
// to read nodes and put our labels on them. Never secrets, never anything in other namespaces.

export const PHOENIX_NAMESPACE = 'phoenix-exp';
export const PHOENIX_USER = 'phoenix';

interface ClusterObject {
  readonly path: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const subject = { kind: 'User', name: PHOENIX_USER, apiGroup: 'rbac.authorization.k8s.io' };
const change = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

export const namespaceObject: ClusterObject = {
  path: `/api/v1/namespaces/${PHOENIX_NAMESPACE}`,
  object: {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: PHOENIX_NAMESPACE,
      labels: {
        // collectors mount /proc and /sys of the node, which the stricter levels refuse
        'pod-security.kubernetes.io/enforce': 'privileged',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  },
};

export const rightsObjects: readonly ClusterObject[] = [
  {
    path: `${RBAC}/namespaces/${PHOENIX_NAMESPACE}/roles/phoenix`,
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'phoenix', namespace: PHOENIX_NAMESPACE },
      rules: [
        { apiGroups: [''], resources: ['configmaps', 'services', 'serviceaccounts'], verbs: change },
        { apiGroups: ['apps'], resources: ['daemonsets', 'deployments'], verbs: change },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: change },
        { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: change },
        { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: change },
        { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'] },
        { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
        { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['get', 'list', 'watch'] },
      ],
    },
  },
  {
    path: `${RBAC}/namespaces/${PHOENIX_NAMESPACE}/rolebindings/phoenix`,
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'phoenix', namespace: PHOENIX_NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'phoenix' },
      subjects: [subject],
    },
  },
  {
    path: `${RBAC}/clusterroles/phoenix-nodes`,
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'phoenix-nodes' },
      rules: [
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] },
        { apiGroups: [''], resources: ['namespaces'], resourceNames: [PHOENIX_NAMESPACE], verbs: ['get'] },
      ],
    },
  },
  {
    path: `${RBAC}/clusterrolebindings/phoenix-nodes`,
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'phoenix-nodes' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'phoenix-nodes' },
      subjects: [subject],
    },
  },
  {
    // RBAC cannot limit a patch to labels
    path: `${ADMISSION}/validatingadmissionpolicies/phoenix-node-labels`,
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'phoenix-node-labels' },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['nodes'] }],
        },
        matchConditions: [{ name: 'by-phoenix', expression: `request.userInfo.username == '${PHOENIX_USER}'` }],
        variables: [
          { name: 'before', expression: 'oldObject.metadata.?labels.orValue({})' },
          { name: 'after', expression: 'object.metadata.?labels.orValue({})' },
        ],
        validations: [
          {
            expression:
              "variables.after.all(k, k.startsWith('phoenix.dev/') || (k in variables.before && variables.before[k] == variables.after[k])) && variables.before.all(k, k.startsWith('phoenix.dev/') || k in variables.after)",
            message: 'phoenix may change only node labels that begin with phoenix.dev/',
          },
          {
            expression:
              'object.spec == oldObject.spec && object.metadata.?annotations.orValue({}) == oldObject.metadata.?annotations.orValue({})',
            message: 'phoenix may change nothing of a node but its labels',
          },
        ],
      },
    },
  },
  {
    path: `${ADMISSION}/validatingadmissionpolicybindings/phoenix-node-labels`,
    object: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'phoenix-node-labels' },
      spec: { policyName: 'phoenix-node-labels', validationActions: ['Deny'] },
    },
  },
];
