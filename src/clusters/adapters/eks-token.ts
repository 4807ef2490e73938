import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { epochMsOf, type Instant } from '../../kernel/instant.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

// how long the address may be used; the cluster accepts the token for about 15 minutes after that
const PRESIGN_SECONDS = 60;

/**
 * The bearer token of an EKS cluster: a presigned GetCallerIdentity of the regional STS that names the cluster in a signed
 * header (docs.aws.amazon.com/eks, "aws-iam-authenticator"). The cluster calls it and learns who we are.
 */
export const makeEksToken = async (
  { clusterName, region }: { readonly clusterName: string; readonly region: string },
  credentials: AwsCredentials,
  at: Instant,
): Promise<string> => {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      headers: { host: hostname, 'x-k8s-aws-id': clusterName },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    },
    { expiresIn: PRESIGN_SECONDS, signingDate: new Date(epochMsOf(at)) },
  );
  const query = Object.entries(signed.query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query}`).toString('base64url')}`;
};
