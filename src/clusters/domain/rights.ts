// What we may do on a cluster, in one list: the onboarding manifest grants it, the preflight asks for it.

export interface Right {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly string[];
  readonly scope: 'namespace' | 'cluster';
  /** limited to the object of this name */
  readonly only?: 'our-namespace';
}

const CHANGE = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

export const NEEDED_RIGHTS: readonly Right[] = [
  ...['configmaps', 'services', 'serviceaccounts'].map(
    (resource): Right => ({ group: '', resource, verbs: CHANGE, scope: 'namespace' }),
  ),
  ...['daemonsets', 'deployments'].map(
    (resource): Right => ({ group: 'apps', resource, verbs: CHANGE, scope: 'namespace' }),
  ),
  { group: 'batch', resource: 'jobs', verbs: CHANGE, scope: 'namespace' },
  { group: 'networking.k8s.io', resource: 'networkpolicies', verbs: CHANGE, scope: 'namespace' },
  { group: 'policy', resource: 'poddisruptionbudgets', verbs: CHANGE, scope: 'namespace' },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'], scope: 'namespace' },
  { group: '', resource: 'pods', subresource: 'log', verbs: ['get'], scope: 'namespace' },
  { group: '', resource: 'nodes', verbs: ['get', 'list', 'patch'], scope: 'cluster' },
  { group: '', resource: 'namespaces', verbs: ['get'], scope: 'cluster', only: 'our-namespace' },
];

/** Rights that we must not hold: whoever has them could read the cluster's secrets or become its administrator. */
export const FORBIDDEN_RIGHTS: readonly Right[] = [
  { group: '', resource: 'secrets', verbs: ['get', 'list', 'watch'], scope: 'namespace' },
  { group: '', resource: 'secrets', verbs: ['get', 'list', 'watch'], scope: 'cluster' },
  { group: '', resource: 'pods', subresource: 'exec', verbs: ['create'], scope: 'namespace' },
  { group: '', resource: 'pods', verbs: ['create'], scope: 'cluster' },
  { group: '', resource: 'serviceaccounts', subresource: 'token', verbs: ['create'], scope: 'namespace' },
  { group: '', resource: 'nodes', verbs: ['delete'], scope: 'cluster' },
  { group: '', resource: 'users', verbs: ['impersonate'], scope: 'cluster' },
  {
    group: 'rbac.authorization.k8s.io',
    resource: 'roles',
    verbs: ['create', 'patch', 'bind', 'escalate'],
    scope: 'namespace',
  },
  {
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterroles',
    verbs: ['create', 'patch', 'bind', 'escalate'],
    scope: 'cluster',
  },
  { group: '*', resource: '*', verbs: ['*'], scope: 'cluster' },
];

/** What looking for collectors needs beside: to see everybody's workloads, and the ConfigMaps that collectors name. */
export const DISCOVERY_RIGHTS = {
  daemonsets: { group: 'apps', resource: 'daemonsets', verbs: ['list'], scope: 'cluster' },
  deployments: { group: 'apps', resource: 'deployments', verbs: ['list'], scope: 'cluster' },
  statefulsets: { group: 'apps', resource: 'statefulsets', verbs: ['list'], scope: 'cluster' },
  ofOperator: { group: 'opentelemetry.io', resource: 'opentelemetrycollectors', verbs: ['list'], scope: 'cluster' },
  pods: { group: '', resource: 'pods', verbs: ['list'], scope: 'cluster' },
  configMaps: { group: '', resource: 'configmaps', verbs: ['get'], scope: 'cluster' },
} as const satisfies Readonly<Record<string, Right>>;

/** The rule of a role that gives a right. */
export const ruleOf = ({ group, resource, subresource, verbs }: Right) => ({
  apiGroups: [group],
  resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
  verbs: [...verbs],
});

/** `daemonsets.apps`, `pods/log`: as kubectl writes it. */
export const describeResource = ({ group, resource, subresource }: Right): string =>
  `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
