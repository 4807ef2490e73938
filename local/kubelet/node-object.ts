import { arch, availableParallelism, platform, release, totalmem, type } from 'node:os';
import { apply, type KubernetesApi } from '../parts/kubernetes-api.ts';
import type { KubeletSettings } from './settings.ts';

const FIELD_MANAGER = 'phoenix-kubelet';

export const nodeAddress = ({ networkNumber, nodeNumber }: KubeletSettings): string =>
  `127.${networkNumber}.${nodeNumber}.1`;

/** Makes the node known and says that it is ready. */
export const registerNode = async (api: KubernetesApi, settings: KubeletSettings, now: string): Promise<void> => {
  const { nodeName } = settings;
  await apply(
    api,
    `/api/v1/nodes/${nodeName}`,
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: nodeName,
        labels: {
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': platform() === 'darwin' ? 'darwin' : 'linux',
          'kubernetes.io/arch': ARCHITECTURES[arch()] ?? arch(),
          'node.kubernetes.io/instance-type': 'local-process',
          'topology.kubernetes.io/zone': 'local',
        },
      },
    },
    FIELD_MANAGER,
  );
  await reportReady(api, settings, now);
};

const reportReady = async (api: KubernetesApi, settings: KubeletSettings, now: string): Promise<void> => {
  const resources = { cpu: String(availableParallelism()), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: '110' };
  await api.request('PATCH', `/api/v1/nodes/${settings.nodeName}/status`, {
    type: 'application/strategic-merge-patch+json',
    content: {
      status: {
        capacity: resources,
        allocatable: resources,
        addresses: [
          { type: 'InternalIP', address: nodeAddress(settings) },
          { type: 'Hostname', address: settings.nodeName },
        ],
        nodeInfo: {
          architecture: ARCHITECTURES[arch()] ?? arch(),
          operatingSystem: platform() === 'darwin' ? 'darwin' : 'linux',
          kernelVersion: release(),
          osImage: `${type()} (processes, no containers)`,
          kubeletVersion: `v${settings.kubernetesVersion}`,
          containerRuntimeVersion: `process://${settings.isolation}`,
          kubeProxyVersion: '',
          bootID: '',
          machineID: '',
          systemUUID: '',
        },
        conditions: [
          condition('Ready', true, now, 'KubeletReady'),
          condition('MemoryPressure', false, now, 'KubeletHasSufficientMemory'),
          condition('DiskPressure', false, now, 'KubeletHasNoDiskPressure'),
          condition('PIDPressure', false, now, 'KubeletHasSufficientPID'),
        ],
      },
    },
  });
};

/** Says that the node lives; without it the cluster moves its pods away after about a minute. */
export const renewLease = async (api: KubernetesApi, settings: KubeletSettings, now: string): Promise<void> => {
  await apply(
    api,
    `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${settings.nodeName}`,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: settings.nodeName, namespace: 'kube-node-lease' },
      spec: {
        holderIdentity: settings.nodeName,
        leaseDurationSeconds: settings.leaseSeconds,
        renewTime: now.replace('Z', '000Z'),
      },
    },
    FIELD_MANAGER,
  );
};

const condition = (kind: string, holds: boolean, now: string, reason: string) => ({
  type: kind,
  status: holds ? 'True' : 'False',
  reason,
  message: '',
  lastHeartbeatTime: now.replace(/\.\d+Z$/, 'Z'),
  lastTransitionTime: now.replace(/\.\d+Z$/, 'Z'),
});

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
