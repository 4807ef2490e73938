import { EKSClient } from '@aws-sdk/client-eks';
import { clusterConnections } from '../src/clusters/adapters/cluster-connections.ts';
import { directCredentials } from '../src/clusters/adapters/direct-credentials.ts';
import { eksCredentials } from '../src/clusters/adapters/eks-credentials.ts';
import { realPatience } from '../src/clusters/adapters/kubernetes-patience.ts';
import type { ClusterConnections } from '../src/clusters/application/ports.ts';
import { systemClock, systemIds } from '../src/kernel/system.ts';
import { secretsClient, stsClient } from '../src/platform/clients.ts';

/** What every worker that talks to clusters is wired with. Needs `clusterSecrets: 'read'` and `eksClusters: 'connect'`. */
export const reachingClusters = (environment: {
  readonly clusterSecrets: { readonly namePrefix: string };
  readonly settings: { readonly allowedDirectClusters: string };
}): ClusterConnections =>
  clusterConnections({
    eks: eksCredentials({
      clock: systemClock,
      stsIn: stsClient,
      eksWith: (identity) => new EKSClient({ ...identity, maxAttempts: 2 }),
    }),
    direct: directCredentials({
      clock: systemClock,
      secrets: secretsClient(),
      secretNamePrefix: environment.clusterSecrets.namePrefix,
      allowedDirectClusters: environment.settings.allowedDirectClusters,
    }),
    patience: realPatience(systemClock, systemIds),
  });
