import type { KubernetesObject as LiveObject } from '@kubernetes/client-node';
import * as z from 'zod';
import type { KubernetesObject } from '../domain/cluster.ts';
import { DISCOVERY_RIGHTS, type Right } from '../domain/rights.ts';
import type { KubernetesContext } from './kubernetes-context.ts';
import { statusOf } from './kubernetes-errors.ts';
import { everyPage } from './kubernetes-pages.ts';

// What belongs to others. Nothing here writes: the only verbs are get and list.

/** Workloads of everybody and the operator's objects; a kind that we may not list is named and left out. */
export const readWorkloads = async (context: KubernetesContext) => {
  const { apps } = context.client;
  const lists = await Promise.all([
    unlessForbidden(DISCOVERY_RIGHTS.daemonsets, () =>
      everyPage(context, (page) => apps.listDaemonSetForAllNamespaces(page)).then(ofKind('DaemonSet')),
    ),
    unlessForbidden(DISCOVERY_RIGHTS.deployments, () =>
      everyPage(context, (page) => apps.listDeploymentForAllNamespaces(page)).then(ofKind('Deployment')),
    ),
    unlessForbidden(DISCOVERY_RIGHTS.statefulsets, () =>
      everyPage(context, (page) => apps.listStatefulSetForAllNamespaces(page)).then(ofKind('StatefulSet')),
    ),
    unlessForbidden(DISCOVERY_RIGHTS.ofOperator, () => objectsOfOperator(context)),
  ]);
  return {
    objects: lists.flatMap((list) => ('objects' in list ? list.objects : [])),
    forbidden: lists.flatMap((list) => ('forbidden' in list ? [list.forbidden] : [])),
  };
};

const unlessForbidden = async (
  right: Right,
  list: () => Promise<readonly KubernetesObject[]>,
): Promise<{ readonly objects: readonly KubernetesObject[] } | { readonly forbidden: Right }> => {
  try {
    return { objects: await list() };
  } catch (error) {
    if (statusOf(error) === 403) return { forbidden: right };
    throw error;
  }
};

/** Items of a typed list do not say their kind. */
const ofKind =
  (kind: string) =>
  (items: readonly LiveObject[]): readonly KubernetesObject[] =>
    items.map(({ metadata, ...rest }) => ({
      ...rest,
      apiVersion: '',
      kind,
      metadata: {
        ...metadata,
        name: metadata?.name ?? '',
        namespace: metadata?.namespace ?? '',
        labels: metadata?.labels ?? {},
        annotations: metadata?.annotations ?? {},
      },
    }));

const OperatorObjects = z.object({
  items: z.array(
    z.looseObject({
      apiVersion: z.string(),
      kind: z.string(),
      metadata: z.looseObject({
        name: z.string(),
        namespace: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
    }),
  ),
  metadata: z.looseObject({ continue: z.string().optional() }),
});

/** The operator may not be installed at all, or be one that knows the older version alone. */
const OPERATOR_VERSIONS = ['v1beta1', 'v1alpha1'] as const;

const objectsOfOperator = async (context: KubernetesContext): Promise<readonly KubernetesObject[]> => {
  for (const version of OPERATOR_VERSIONS) {
    try {
      return await everyPage(context, async (page) => {
        const { group, resource: plural } = DISCOVERY_RIGHTS.ofOperator;
        const answer: unknown = await context.client.custom.listClusterCustomObject({
          group,
          version,
          plural,
          ...page,
        });
        const { items, metadata } = OperatorObjects.parse(answer);
        return { items, metadata: metadata.continue === undefined ? {} : { _continue: metadata.continue } };
      });
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }
  return [];
};

export const readPods = async (
  context: KubernetesContext,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): Promise<readonly KubernetesObject[]> => {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await everyPage(context, (page) =>
    context.client.core.listNamespacedPod({ namespace, labelSelector, ...page }),
  );
  return ofKind('Pod')(pods);
};

export const readConfigMap = async (
  { client, persist }: KubernetesContext,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | null> => {
  try {
    return (await persist(() => client.core.readNamespacedConfigMap({ name, namespace }))).data ?? {};
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
};
