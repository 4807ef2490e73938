import {
  AppsV1Api,
  AuthorizationV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  NetworkingV1Api,
  PolicyV1Api,
  ServerConfiguration,
  VersionApi,
} from '@kubernetes/client-node';
import { Agent } from 'undici';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { RefusedByCluster } from './kubernetes-errors.ts';

export interface KubernetesClient {
  readonly apps: AppsV1Api;
  readonly authorization: AuthorizationV1Api;
  readonly batch: BatchV1Api;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  readonly networking: NetworkingV1Api;
  readonly policy: PolicyV1Api;
  readonly version: VersionApi;
  close(): Promise<void>;
}

// a preflight asks some seventy questions at once
const CONNECTIONS = 8;
const CONNECT_MS = 5_000;
const ANSWER_MS = 15_000;

/**
 * The typed APIs of one cluster. KubeConfig is not used: it opens a new TLS connection for each request and would read
 * credentials from files and programs.
 */
export const openKubernetes = (credentials: ClusterCredentials): KubernetesClient => {
  const agent = new Agent({
    connections: CONNECTIONS,
    connect: { ca: credentials.caPem, timeout: CONNECT_MS },
    headersTimeout: ANSWER_MS,
    bodyTimeout: ANSWER_MS,
  });
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(credentials.endpoint, {}),
    authMethods: {
      default: {
        getName: () => 'phoenix',
        applySecurityAuthentication: async (request) => {
          const token = await credentials.token();
          if (!token.accepted) throw new RefusedByCluster(token.refusal);
          request.setHeaderParam('Authorization', `Bearer ${token.value}`);
          request.setDispatcher(agent);
        },
      },
    },
  });
  return {
    apps: new AppsV1Api(configuration),
    authorization: new AuthorizationV1Api(configuration),
    batch: new BatchV1Api(configuration),
    core: new CoreV1Api(configuration),
    custom: new CustomObjectsApi(configuration),
    networking: new NetworkingV1Api(configuration),
    policy: new PolicyV1Api(configuration),
    version: new VersionApi(configuration),
    close: () => agent.close(),
  };
};
