import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { type ClusterWithNodes, startControlPlane } from '../../../local/parts/control-plane.ts';
import { apply, type KubernetesApi, makeKubernetesApi } from '../../../local/parts/kubernetes-api.ts';
import { makeChildren } from '../../../local/processes/child.ts';
import { beginLife } from '../../../local/processes/life.ts';
import { freePorts } from '../../../local/processes/ports.ts';
import { waitFor } from '../../../local/processes/wait.ts';
import { ensureControlPlane } from '../../../local/toolchain/build.ts';
import type { KubernetesObject } from '../../../src/clusters/domain/cluster.ts';
import { VARIANT } from '../../../src/clusters/domain/marks.ts';
import { toolCache, toolContext } from '../../support/tools.ts';

/** A real control plane without kubelets: nodes are objects, and the test says what a kubelet would say of a pod. */
export interface RealCluster {
  readonly access: ClusterWithNodes;
  readonly admin: KubernetesApi;
  /** waits for the controller's pod of this variant on this node and reports its status */
  reportPod(variant: string, node: string, status: object): Promise<void>;
  /** the same of the pod of a job */
  reportJobPod(job: string, status: object): Promise<void>;
  /** confirms the end of every pod that is being deleted */
  endPods(): Promise<void>;
  /** puts an object of somebody else there, in a namespace of their own */
  putForeign(object: KubernetesObject): Promise<void>;
  /** makes the kind of the OpenTelemetry Operator known, without an operator behind it */
  installOperatorKind(): Promise<void>;
  /** the resource version of an object of somebody else */
  foreignVersion(object: KubernetesObject): Promise<string>;
  stop(): Promise<void>;
}

export const NODES = ['node-a', 'node-b'] as const;

const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ nodeName: z.string().optional() }),
    }),
  ),
});

export const startRealCluster = async (): Promise<RealCluster> => {
  const binary = await ensureControlPlane(toolCache(), toolContext());
  const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-ports-'));
  const life = await beginLife(stateFolder);
  const children = makeChildren(life);
  const [port = 0, etcdPort = 0, etcdPeerPort = 0] = await freePorts(3);
  const access = await startControlPlane(children, {
    binary,
    port,
    etcdPort,
    etcdPeerPort,
    stateFolder,
    nodeNames: [],
  });
  const admin = makeKubernetesApi({ ...access, token: access.adminToken });
  for (const node of NODES) await registerNode(admin, node);

  const uidByName = new Map<string, string>();
  const pods = `/api/v1/namespaces/${access.namespace}/pods`;
  const report = async (what: string, selector: string, node: string | null, status: object): Promise<void> => {
    const name = await waitFor({ what, deadlineSeconds: 30 }, async () => {
      const { items } = Pods.parse(await admin.request('GET', `${pods}?labelSelector=${encodeURIComponent(selector)}`));
      return items.find(
        ({ spec, metadata }) => (node === null || spec.nodeName === node) && metadata.deletionTimestamp === undefined,
      )?.metadata.name;
    });
    await admin.request('PATCH', `${pods}/${name}/status`, {
      type: 'application/strategic-merge-patch+json',
      content: { status },
    });
  };
  return {
    access,
    admin,
    reportPod: (variant, node, status) =>
      report(`a pod of ${variant} on ${node}`, `${VARIANT}=${variant}`, node, status),
    reportJobPod: (job, status) => report(`the pod of ${job}`, `batch.kubernetes.io/job-name=${job}`, null, status),
    endPods: async () => {
      const { items } = Pods.parse(await admin.request('GET', pods));
      for (const { metadata } of items.filter((each) => each.metadata.deletionTimestamp !== undefined)) {
        const content = { gracePeriodSeconds: 0 };
        await admin.request('DELETE', `${pods}/${metadata.name}`, { type: 'application/json', content });
      }
    },
    putForeign: async (object) => {
      const { namespace = '' } = object.metadata;
      const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      await apply(admin, `/api/v1/namespaces/${namespace}`, made, 'somebody');
      const owned = runnable(ownedBy(object, uidByName));
      const { metadata } = Stored.parse(await apply(admin, pathOf(object), owned, 'somebody'));
      uidByName.set(metadata.name, metadata.uid);
    },
    installOperatorKind: async () => {
      const name = 'opentelemetrycollectors.opentelemetry.io';
      await apply(admin, `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, OPERATOR_KIND, 'somebody');
      await waitFor({ what: 'the kind of the operator', deadlineSeconds: 30 }, () =>
        admin.request('GET', '/apis/opentelemetry.io/v1beta1/opentelemetrycollectors').catch(() => undefined),
      );
    },
    foreignVersion: async (object) => Stored.parse(await admin.request('GET', pathOf(object))).metadata.resourceVersion,
    stop: async () => {
      admin.close();
      await children.stopAll();
      life.end();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
};

const Stored = z.object({ metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }) });

const pathOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${apiVersion === 'v1' ? '/api' : '/apis'}/${apiVersion}/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;

/** An owner that does not exist takes what it owns with it. */
const ownedBy = (object: KubernetesObject, uids: ReadonlyMap<string, string>): KubernetesObject => {
  const { ownerReferences, ...metadata } = object.metadata;
  if (ownerReferences === undefined) return object;
  const owners = z.array(z.looseObject({ name: z.string() })).parse(ownerReferences);
  return {
    ...object,
    metadata: { ...metadata, ownerReferences: owners.map((each) => ({ ...each, uid: uids.get(each.name) })) },
  };
};

/** Labels of pods, which the API server demands and the manifests of what is seen on a cluster may leave out. */
const runnable = (object: KubernetesObject): KubernetesObject => {
  const { selector, template, ...spec } = WithTemplate.safeParse(object).data?.spec ?? {};
  if (selector === undefined || template === undefined) return object;
  return {
    ...object,
    spec: { ...spec, selector, template: { ...template, metadata: { labels: selector.matchLabels } } },
  };
};

const WithTemplate = z.object({
  spec: z.looseObject({
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.looseObject({}),
  }),
});

const OPERATOR_KIND = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'opentelemetrycollectors.opentelemetry.io' },
  spec: {
    group: 'opentelemetry.io',
    names: { kind: 'OpenTelemetryCollector', plural: 'opentelemetrycollectors', singular: 'opentelemetrycollector' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};

const registerNode = async (admin: KubernetesApi, name: string): Promise<void> => {
  await admin.request('POST', '/api/v1/nodes', {
    type: 'application/json',
    content: { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name } } },
  });
  const now = new Date().toISOString().replace(/\.\d{3}/, '');
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
  const size = { cpu: '1930m', memory: '7906300Ki', pods: '20' };
  await admin.request('PATCH', `/api/v1/nodes/${name}/status`, {
    type: 'application/merge-patch+json',
    content: { status: { capacity: size, allocatable: size, conditions: [ready] } },
  });
  // the API server's admission taints new nodes until the node controller has seen them
  await admin.request('PATCH', `/api/v1/nodes/${name}`, {
    type: 'application/merge-patch+json',
    content: { spec: { taints: null } },
  });
};
