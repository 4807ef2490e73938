import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ServiceFailure } from './failure.ts';

/** Reads a secret once per process, at its first use. A failed attempt is not remembered. */
export const secretText = ({
  client,
  secretName,
}: {
  readonly client: SecretsManagerClient;
  readonly secretName: string;
}): (() => Promise<string>) => {
  let known: Promise<string> | undefined;
  const read = async (): Promise<string> => {
    try {
      const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: secretName }));
      if (text === undefined || text === '') throw new Error(`the secret ${secretName} is empty`);
      return text;
    } catch (error) {
      known = undefined;
      throw new ServiceFailure('service-unavailable', 'the secret store', error);
    }
  };
  return () => {
    known ??= read();
    return known;
  };
};
