import {
  type ConfigurationOptions,
  type KubernetesObject as LiveObject,
  PatchStrategy,
  setHeaderOptions,
  type V1DeleteOptions,
} from '@kubernetes/client-node';
import { FIELD_MANAGER, type OurKind } from '../domain/marks.ts';
import type { KubernetesClient } from './kubernetes-client.ts';

interface Named {
  readonly name: string;
  readonly namespace: string;
}

interface Patch extends Named {
  readonly body: object;
  readonly fieldManager: string;
  readonly fieldValidation: string;
  readonly force?: boolean;
  readonly dryRun?: string;
}

/** What we do with an object of one kind, typed by the client: its generic object API would drop misspelt fields in silence. */
export interface KindAccess {
  read(named: Named): Promise<LiveObject>;
  list(query: {
    readonly namespace: string;
    readonly labelSelector: string;
  }): Promise<{ readonly items: readonly LiveObject[] }>;
  patch(patch: Patch, options: ConfigurationOptions): Promise<LiveObject>;
  remove(request: Named & { readonly body: V1DeleteOptions }): Promise<unknown>;
}

/** Options of a server-side apply; without the header a typed patch is sent as a JSON Patch and refused. */
export const serverSideApply = (options: { readonly dryRun: boolean }) => ({
  settings: {
    fieldManager: FIELD_MANAGER,
    fieldValidation: 'Strict',
    ...(options.dryRun ? { dryRun: 'All' } : {}),
  },
  header: setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
});

export const kindsOf = ({
  apps,
  batch,
  core,
  networking,
  policy,
}: KubernetesClient): Readonly<Record<OurKind, KindAccess>> => ({
  ConfigMap: {
    read: (named) => core.readNamespacedConfigMap(named),
    list: (query) => core.listNamespacedConfigMap(query),
    patch: (patch, options) => core.patchNamespacedConfigMap(patch, options),
    remove: (request) => core.deleteNamespacedConfigMap(request),
  },
  DaemonSet: {
    read: (named) => apps.readNamespacedDaemonSet(named),
    list: (query) => apps.listNamespacedDaemonSet(query),
    patch: (patch, options) => apps.patchNamespacedDaemonSet(patch, options),
    remove: (request) => apps.deleteNamespacedDaemonSet(request),
  },
  Deployment: {
    read: (named) => apps.readNamespacedDeployment(named),
    list: (query) => apps.listNamespacedDeployment(query),
    patch: (patch, options) => apps.patchNamespacedDeployment(patch, options),
    remove: (request) => apps.deleteNamespacedDeployment(request),
  },
  Service: {
    read: (named) => core.readNamespacedService(named),
    list: (query) => core.listNamespacedService(query),
    patch: (patch, options) => core.patchNamespacedService(patch, options),
    remove: (request) => core.deleteNamespacedService(request),
  },
  ServiceAccount: {
    read: (named) => core.readNamespacedServiceAccount(named),
    list: (query) => core.listNamespacedServiceAccount(query),
    patch: (patch, options) => core.patchNamespacedServiceAccount(patch, options),
    remove: (request) => core.deleteNamespacedServiceAccount(request),
  },
  NetworkPolicy: {
    read: (named) => networking.readNamespacedNetworkPolicy(named),
    list: (query) => networking.listNamespacedNetworkPolicy(query),
    patch: (patch, options) => networking.patchNamespacedNetworkPolicy(patch, options),
    remove: (request) => networking.deleteNamespacedNetworkPolicy(request),
  },
  PodDisruptionBudget: {
    read: (named) => policy.readNamespacedPodDisruptionBudget(named),
    list: (query) => policy.listNamespacedPodDisruptionBudget(query),
    patch: (patch, options) => policy.patchNamespacedPodDisruptionBudget(patch, options),
    remove: (request) => policy.deleteNamespacedPodDisruptionBudget(request),
  },
  Job: {
    read: (named) => batch.readNamespacedJob(named),
    list: (query) => batch.listNamespacedJob(query),
    patch: (patch, options) => batch.patchNamespacedJob(patch, options),
    remove: (request) => batch.deleteNamespacedJob(request),
  },
});
