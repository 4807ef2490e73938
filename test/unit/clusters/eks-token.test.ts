import { expect, test } from 'vitest';
import { makeEksToken } from '../../../src/clusters/adapters/eks-token.ts';
import { Instant } from '../../../src/kernel/instant.ts';

// Made with botocore 1.43.106, which signs the tokens of `aws eks get-token`: RequestSigner.generate_presigned_url for
// STS with the header x-k8s-aws-id, its clock set to the instant below.
const BY_BOTOCORE =
  'https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261121T094000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Security-Token=a%2Fsession%2Btoken%3D%3D&X-Amz-Signature=730222fdcd200ac023d0388cffbb13272053655068f54dd033890604954ab581';

const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'a/session+token==',
};
const at = Instant.parse('2026-11-21T09:40:00.000Z');

const addressIn = (token: string): URL =>
  new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ''), 'base64url').toString());

test('the token is the address that botocore signs, down to the signature', async () => {
  const token = await makeEksToken({ clusterName: 'eu-1', region: 'eu-west-1' }, credentials, at);
  const address = addressIn(token);
  const expected = new URL(BY_BOTOCORE);
  expect(address.origin + address.pathname).toBe(expected.origin + expected.pathname);
  expect(Object.fromEntries(address.searchParams)).toEqual(Object.fromEntries(expected.searchParams));
});

test('the token is one word without padding', async () => {
  const token = await makeEksToken({ clusterName: 'eu-1', region: 'eu-west-1' }, credentials, at);
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
});

test('another cluster is another signature', async () => {
  const one = await makeEksToken({ clusterName: 'eu-1', region: 'eu-west-1' }, credentials, at);
  const other = await makeEksToken({ clusterName: 'eu-2', region: 'eu-west-1' }, credentials, at);
  expect(addressIn(one).searchParams.get('X-Amz-Signature')).not.toBe(
    addressIn(other).searchParams.get('X-Amz-Signature'),
  );
});

test('China has addresses of its own', async () => {
  const token = await makeEksToken({ clusterName: 'cn-1', region: 'cn-north-1' }, credentials, at);
  expect(addressIn(token).hostname).toBe('sts.cn-north-1.amazonaws.com.cn');
});
