import { accept } from '../../kernel/outcome.ts';
import type { ClusterConnections } from '../application/ports.ts';
import type { Cluster } from '../domain/cluster.ts';
import type { DirectCredentials } from './direct-credentials.ts';
import type { EksCredentials } from './eks-credentials.ts';
import { type KubernetesConnection, kubernetesConnection } from './kubernetes-connection.ts';
import type { Patience } from './kubernetes-patience.ts';

/** Opens clusters of both kinds. A connection is kept while endpoint, CA and namespace stay, so that its sockets are used again. */
export const clusterConnections = (parts: {
  readonly eks: EksCredentials;
  readonly direct: DirectCredentials;
  readonly patience: Patience;
}): ClusterConnections => {
  const open = new Map<string, { readonly basis: string; readonly connection: KubernetesConnection }>();
  const credentialsOf = ({ tenantId, settings: { access } }: Cluster) =>
    access.kind === 'eks' ? parts.eks(tenantId, access) : parts.direct(tenantId, access);
  return {
    open: async (cluster) => {
      // asked every time: the address may have left the list, the role may have been withdrawn
      const credentials = await credentialsOf(cluster);
      if (!credentials.accepted) return credentials;
      const { access, namespace } = cluster.settings;
      const basis = JSON.stringify([access, namespace, credentials.value.endpoint, credentials.value.caPem]);
      const known = open.get(cluster.id);
      if (known?.basis === basis) return accept(known.connection);
      if (known !== undefined) void known.connection.close();
      const connection = kubernetesConnection(credentials.value, { namespace, patience: parts.patience });
      open.set(cluster.id, { basis, connection });
      return accept(connection);
    },
  };
};
