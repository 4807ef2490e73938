import type { KubernetesObject } from '../../src/clusters/domain/cluster.ts';
import { accessObjects, discoveryObjects, type OnboardingOptions } from '../../src/clusters/domain/onboarding.ts';

// The local cluster gives Phoenix the rights that a customer's administrator would apply, from the same source.

export const PHOENIX_NAMESPACE = 'phoenix-exp';
export const PHOENIX_USER = 'phoenix';

/** An object and where its API server keeps it. */
interface PlacedObject {
  readonly path: string;
  readonly object: KubernetesObject;
}

const PLURALS: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};

const pathOf = ({ apiVersion, kind, metadata }: KubernetesObject): string => {
  const plural = PLURALS[kind];
  if (plural === undefined) throw new Error(`where the API server keeps a ${kind} is not known here`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const place = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${place}/${plural}/${metadata.name}`;
};

const PHOENIX: OnboardingOptions = { namespace: PHOENIX_NAMESPACE, subject: { kind: 'User', name: PHOENIX_USER } };

/** Namespace first, then what the user `phoenix` may do. */
export const rightsObjects: readonly PlacedObject[] = [...accessObjects(PHOENIX), ...discoveryObjects(PHOENIX)].map(
  (object) => ({ path: pathOf(object), object }),
);
