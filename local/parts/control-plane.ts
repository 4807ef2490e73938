import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, Children } from '../processes/child.ts';
import { childEnvironment, randomToken } from '../processes/machine.ts';
import { waitForOrElse } from '../processes/wait.ts';
import { KUBERNETES_VERSION } from '../toolchain/build.ts';
import { PHOENIX_NAMESPACE, PHOENIX_USER, rightsObjects } from './cluster-rights.ts';
import { apply, type KubernetesApi, makeKubernetesApi } from './kubernetes-api.ts';

export interface Cluster {
  /** `https://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly caPem: string;
  /** May do everything. Only for the launcher and tests. */
  readonly adminToken: string;
  /** User `phoenix`: the rights that a customer would grant, nothing more. */
  readonly phoenixToken: string;
  /** `phoenix-exp` */
  readonly namespace: string;
  readonly kubernetesVersion: string;
  /** For kubectl and for people: a kubeconfig of the administrator, mode 600. */
  readonly kubeconfigFile: string;
}

/** What the nodes need beside the cluster. */
export interface ClusterWithNodes extends Cluster {
  readonly nodeTokens: Readonly<Record<string, string>>;
}

export interface ControlPlaneOptions {
  /** Path of `kubelite`. */
  readonly binary: string;
  readonly port: number;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly stateFolder: string;
  readonly nodeNames: readonly string[];
  readonly abort?: AbortSignal;
}

/** Starts an empty control plane on 127.0.0.1. Resolves when Phoenix' namespace takes pods. */
export const startControlPlane = async (
  children: Children,
  options: ControlPlaneOptions,
): Promise<ClusterWithNodes> => {
  const { stateFolder, port } = options;
  const folder = join(stateFolder, 'kubernetes');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'certificates'), { recursive: true, mode: 0o700 });

  const endpoint = `https://127.0.0.1:${port}`;
  const caFile = join(folder, 'certificates', 'apiserver.crt');
  const tokens = makeTokens(options.nodeNames);
  writePrivate(join(folder, 'tokens.csv'), tokensFile(tokens));
  writePrivate(join(folder, 'service-accounts.key'), makeServiceAccountKey());

  const abort = options.abort === undefined ? {} : { abort: options.abort };
  const etcd = startPart(children, options, 'Kubernetes etcd', 'etcd', etcdArguments(options, folder));
  await waitForOrElse({ what: 'etcd to answer', deadlineSeconds: 30, ...abort }, etcd.died, async () => {
    const answer = await fetch(`http://127.0.0.1:${options.etcdPort}/health`, { signal: AbortSignal.timeout(1000) });
    return answer.ok ? true : undefined;
  });

  const apiServer = startPart(
    children,
    options,
    'Kubernetes API server',
    'apiserver',
    apiServerArguments(options, folder),
  );
  const caPem = await waitForOrElse(
    { what: 'the certificate of the API server', deadlineSeconds: 30, ...abort },
    apiServer.died,
    async () => (existsSync(caFile) ? readFileSync(caFile, 'utf8') || undefined : undefined),
  );
  const access = { endpoint, caPem };
  const api = makeKubernetesApi({ ...access, token: tokens.admin });
  await waitForOrElse(
    { what: 'the Kubernetes API to be ready', deadlineSeconds: 60, ...abort },
    apiServer.died,
    async () => {
      await api.request('GET', '/readyz');
      return true;
    },
  );

  const kubeconfig = (name: string, token: string): string => {
    const file = join(folder, `${name}.kubeconfig`);
    writePrivate(file, kubeconfigOf({ ...access, token, user: name }));
    return file;
  };
  const controllers = startPart(children, options, 'Kubernetes controllers', 'controller-manager', [
    ...controllerArguments(folder, caFile),
    `--kubeconfig=${kubeconfig('controllers', tokens.controllers)}`,
  ]);
  const scheduler = startPart(children, options, 'Kubernetes scheduler', 'scheduler', [
    ...leaderless,
    `--kubeconfig=${kubeconfig('scheduler', tokens.scheduler)}`,
  ]);
  await prepareNamespace(api, Promise.race([apiServer.died, controllers.died, scheduler.died]), abort);
  api.close();

  return {
    ...access,
    adminToken: tokens.admin,
    phoenixToken: tokens.phoenix,
    nodeTokens: tokens.nodes,
    namespace: PHOENIX_NAMESPACE,
    kubernetesVersion: KUBERNETES_VERSION,
    kubeconfigFile: kubeconfig('admin', tokens.admin),
  };
};

const prepareNamespace = async (
  api: KubernetesApi,
  died: Promise<never>,
  abort: { readonly abort?: AbortSignal },
): Promise<void> => {
  const bound = (what: string) => ({ what, deadlineSeconds: 30, ...abort });
  // right after /readyz some built-in roles may still be written
  for (const { path, object } of rightsObjects)
    await waitForOrElse(bound(`${path} to be accepted`), died, () => apply(api, path, object, 'phoenix-local'));
  await waitForOrElse(bound(`the default service account of ${PHOENIX_NAMESPACE}`), died, () =>
    api.request('GET', `/api/v1/namespaces/${PHOENIX_NAMESPACE}/serviceaccounts/default`),
  );
};

const startPart = (
  children: Children,
  { binary, stateFolder }: ControlPlaneOptions,
  name: string,
  part: string,
  args: readonly string[],
): Child =>
  children.start({
    name,
    command: binary,
    args: [part, ...args],
    env: childEnvironment(),
    logFile: join(stateFolder, 'logs', `kubernetes-${part}.log`),
    // nothing of it is kept, so an orderly end (each waits for the others' connections) is worth no more than this
    graceSeconds: 1,
    whenOrphaned: 'SIGKILL',
  });

const etcdArguments = ({ etcdPort, etcdPeerPort }: ControlPlaneOptions, folder: string): readonly string[] => [
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
  `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
  `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
  `--initial-advertise-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
  `--initial-cluster=default=http://127.0.0.1:${etcdPeerPort}`,
  // what it holds does not outlive the environment
  '--unsafe-no-fsync',
  '--log-level=warn',
];

const apiServerArguments = ({ port, etcdPort }: ControlPlaneOptions, folder: string): readonly string[] => [
  `--etcd-servers=http://127.0.0.1:${etcdPort}`,
  '--bind-address=127.0.0.1',
  '--advertise-address=127.0.0.1',
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, 'certificates')}`,
  '--authorization-mode=Node,RBAC',
  `--token-auth-file=${join(folder, 'tokens.csv')}`,
  '--anonymous-auth=false',
  '--service-cluster-ip-range=10.96.0.0/24',
  '--service-account-issuer=https://kubernetes.default.svc',
  `--service-account-key-file=${join(folder, 'service-accounts.key')}`,
  `--service-account-signing-key-file=${join(folder, 'service-accounts.key')}`,
  '--endpoint-reconciler-type=none',
  '--enable-priority-and-fairness=false',
  '--allow-privileged=true',
];

const leaderless = ['--leader-elect=false', '--bind-address=127.0.0.1', '--secure-port=0'] as const;

const CONTROLLERS = [
  'daemonset-controller',
  'deployment-controller',
  'replicaset-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'node-lifecycle-controller',
  'disruption-controller',
  'job-controller',
  'cronjob-controller',
  'pod-garbage-collector-controller',
  'taint-eviction-controller',
  'ttl-after-finished-controller',
  'root-ca-certificate-publisher-controller',
] as const;

const controllerArguments = (folder: string, caFile: string): readonly string[] => [
  ...leaderless,
  `--service-account-private-key-file=${join(folder, 'service-accounts.key')}`,
  `--root-ca-file=${caFile}`,
  // without it the controllers lack the rights of their own roles and nothing happens after an apply
  '--use-service-account-credentials=true',
  '--authentication-skip-lookup=true',
  `--controllers=${CONTROLLERS.join(',')}`,
];

interface Tokens {
  readonly admin: string;
  readonly controllers: string;
  readonly scheduler: string;
  readonly phoenix: string;
  readonly nodes: Readonly<Record<string, string>>;
}

const makeTokens = (nodeNames: readonly string[]): Tokens => ({
  admin: randomToken(),
  controllers: randomToken(),
  scheduler: randomToken(),
  phoenix: randomToken(),
  nodes: Object.fromEntries(nodeNames.map((name) => [name, randomToken()])),
});

/** Lines of `token,user,uid,"group"`. */
const tokensFile = (tokens: Tokens): string =>
  [
    `${tokens.admin},phoenix-local-admin,u1,system:masters`,
    `${tokens.controllers},system:kube-controller-manager,u2`,
    `${tokens.scheduler},system:kube-scheduler,u3`,
    `${tokens.phoenix},${PHOENIX_USER},u4`,
    ...Object.entries(tokens.nodes).map(
      ([name, token], index) => `${token},system:node:${name},n${index},system:nodes`,
    ),
    '',
  ].join('\n');

const makeServiceAccountKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

const kubeconfigOf = (access: {
  readonly endpoint: string;
  readonly caPem: string;
  readonly token: string;
  readonly user: string;
}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'phoenix-local',
    clusters: [
      {
        name: 'phoenix-local',
        cluster: {
          server: access.endpoint,
          'certificate-authority-data': Buffer.from(access.caPem).toString('base64'),
        },
      },
    ],
    users: [{ name: access.user, user: { token: access.token } }],
    contexts: [{ name: 'phoenix-local', context: { cluster: 'phoenix-local', user: access.user } }],
  });

const writePrivate = (file: string, content: string): void => writeFileSync(file, content, { mode: 0o600 });
