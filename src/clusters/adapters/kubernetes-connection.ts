import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { ClusterConnection, ClusterFailure } from '../application/ports.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { applyObjects } from './kubernetes-apply.ts';
import { openKubernetes } from './kubernetes-client.ts';
import { readConfigMap, readPods, readWorkloads } from './kubernetes-collectors.ts';
import type { KubernetesContext } from './kubernetes-context.ts';
import { failureOf } from './kubernetes-errors.ts';
import { awaitJob } from './kubernetes-jobs.ts';
import { kindsOf } from './kubernetes-kinds.ts';
import { readNodes } from './kubernetes-nodes.ts';
import { observeObjects, removeObjects } from './kubernetes-objects.ts';
import { makePersist, type Patience } from './kubernetes-patience.ts';
import { runPreflight } from './kubernetes-preflight.ts';
import { readReadiness } from './kubernetes-readiness.ts';

export interface KubernetesConnection extends ClusterConnection {
  /** lets go of open sockets; the connection cannot be used afterwards */
  close(): Promise<void>;
}

/** One cluster through its API server: objects in one namespace, nodes read only. */
export const kubernetesConnection = (
  credentials: ClusterCredentials,
  options: { readonly namespace: string; readonly patience: Patience },
): KubernetesConnection => {
  const client = openKubernetes(credentials);
  const context: KubernetesContext = {
    client,
    kinds: kindsOf(client),
    namespace: options.namespace,
    patience: options.patience,
    persist: makePersist(options.patience, credentials.forgetToken),
  };
  return {
    apply: (wanted, { dryRun = false } = {}) => answered(applyObjects(context, wanted, dryRun)),
    runJob: (wanted, job) => answered(applyObjects(context, wanted, false).then(() => awaitJob(context, job))),
    readiness: (owner, epoch) => answered(readReadiness(context, owner, epoch)),
    objects: (owner) => answered(observeObjects(context, owner)),
    remove: (owner, epoch) => answered(removeObjects(context, owner, epoch)),
    nodes: () => answered(readNodes(context)),
    workloads: () => answered(readWorkloads(context)),
    pods: (namespace, labels) => answered(readPods(context, namespace, labels)),
    configMap: (namespace, name) => answered(readConfigMap(context, namespace, name)),
    preflight: (at) => answered(runPreflight(context, at)),
    close: () => client.close(),
  };
};

/** The border: vendor errors become refusals here and nowhere else. */
const answered = async <T>(work: Promise<T>): Promise<Outcome<T, ClusterFailure>> => {
  try {
    return accept(await work);
  } catch (error) {
    return { accepted: false, refusal: failureOf(error) };
  }
};
