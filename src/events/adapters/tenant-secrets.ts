import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceFailure } from '../../platform/failure.ts';
import type { TenantSecrets } from './http-courier.ts';

/** Secrets Manager, below `<prefix><tenant>/`: a reference cannot lead into another tenant's. */
export const secretsManagerTenantSecrets =
  ({
    client,
    namePrefix,
  }: {
    readonly client: Pick<SecretsManagerClient, 'send'>;
    readonly namePrefix: string;
  }): TenantSecrets =>
  async (tenantId, reference) => {
    try {
      const name = `${namePrefix}${tenantId}/${reference}`;
      const { SecretString: text = '' } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      return text.trim() === '' ? null : text.trim();
    } catch (error) {
      const kind = error instanceof Error ? error.name : '';
      if (kind === 'ResourceNotFoundException' || kind === 'AccessDeniedException') return null;
      throw new ServiceFailure('service-unavailable', 'the secret store', error);
    }
  };
