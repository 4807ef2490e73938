import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { TenantId } from '../../kernel/identity.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { ClusterFailure } from '../application/ports.ts';
import { mayConnect, parseListed, tokenSecretName } from '../domain/addresses.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { expiring } from './expiring.ts';

type DirectAccess = Extract<ClusterAccess, { kind: 'direct' }>;

export interface DirectParts {
  readonly clock: Clock;
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  readonly secretNamePrefix: string;
  /** the stage's setting, see `parseListed` */
  readonly allowedDirectClusters: string;
}

export type DirectCredentials = (
  tenantId: TenantId,
  access: DirectAccess,
) => Promise<Outcome<ClusterCredentials, ClusterFailure>>;

const KEPT_SECONDS = 600;

/** Credentials of clusters by address: only addresses that the stage lists, tokens only from the tenant's own secrets. */
export const directCredentials = ({
  clock,
  secrets,
  secretNamePrefix,
  allowedDirectClusters,
}: DirectParts): DirectCredentials => {
  const tokens = expiring<string, ClusterFailure>(clock, KEPT_SECONDS);
  const listed = parseListed(allowedDirectClusters);
  return async (tenantId, { endpoint, caPem, tokenSecret }) => {
    if (!mayConnect(endpoint, listed)) {
      return refuse('address-not-allowed', `${endpoint} is not among the clusters that this stage lists`, { endpoint });
    }
    const name = tokenSecretName(secretNamePrefix, tenantId, tokenSecret);
    return accept({
      endpoint: endpoint.replace(/\/$/, ''),
      caPem,
      token: () => tokens.get(name, () => readToken(secrets, name)),
      forgetToken: () => tokens.forget(name),
    });
  };
};

const readToken = async (
  secrets: Pick<SecretsManagerClient, 'send'>,
  name: string,
): Promise<Outcome<string, ClusterFailure>> => {
  try {
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: name }));
    const token = SecretString?.trim() ?? '';
    return token === '' ? refuse('cluster-unauthorized', `the secret ${name} is empty`, { name }) : accept(token);
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'unknown';
    if (kind === 'ResourceNotFoundException' || kind === 'AccessDeniedException') {
      return refuse('cluster-unauthorized', `there is no secret ${name} that we may read; it holds the token`, {
        name,
      });
    }
    return refuse('cluster-unreachable', `Secrets Manager does not answer for ${name}: ${kind}`, { name });
  }
};
