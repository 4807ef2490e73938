import type { EKSClient } from '@aws-sdk/client-eks';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { directCredentials } from '../../../src/clusters/adapters/direct-credentials.ts';
import { eksCredentials } from '../../../src/clusters/adapters/eks-credentials.ts';
import type { ClusterAccess } from '../../../src/clusters/domain/cluster.ts';
import { TenantId } from '../../../src/kernel/identity.ts';
import { testClock } from '../../support/platform.ts';
import { accepted } from './bench.ts';

// The services answer as their API references say: AssumeRole gives temporary credentials or AccessDenied; DescribeCluster
// gives endpoint and CA in base64, neither while the cluster is being created, or ResourceNotFoundException; GetSecretValue
// gives the text or ResourceNotFoundException.

const ACME = TenantId.parse('acme');
const named = (name: string) => Object.assign(new Error(name), { name });

interface Asked {
  readonly to: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** A client that answers each command by its name, and remembers what it was asked. */
const service = (asked: Asked[], answers: Readonly<Record<string, () => unknown>>) => ({
  send: async (command: { readonly input: object }) => {
    const to = command.constructor.name;
    asked.push({ to, input: { ...command.input } });
    const answer = answers[to];
    if (answer === undefined) throw new Error(`nobody expected ${to}`);
    return answer();
  },
});

describe('credentials of an EKS cluster', () => {
  const access: Extract<ClusterAccess, { kind: 'eks' }> = {
    kind: 'eks',
    accountId: '123456789012',
    region: 'eu-west-1',
    clusterName: 'eu-1',
    roleArn: 'arn:aws:iam::123456789012:role/PhoenixClusterAccess',
  };
  const session = () => ({
    Credentials: { AccessKeyId: 'AKIDEXAMPLE', SecretAccessKey: 'secret', SessionToken: 'session' },
  });
  const described = () => ({
    cluster: {
      endpoint: 'https://ABC.gr7.eu-west-1.eks.amazonaws.com',
      certificateAuthority: { data: Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64') },
    },
  });
  const bench = (answers: Readonly<Record<string, () => unknown>> = {}) => {
    const asked: Asked[] = [];
    const clock = testClock();
    const client = service(asked, { AssumeRoleCommand: session, DescribeClusterCommand: described, ...answers });
    const credentials = eksCredentials({
      clock,
      stsIn: () => client as Pick<STSClient, 'send'>,
      eksWith: () => client as Pick<EKSClient, 'send'>,
    });
    return {
      asked,
      clock,
      open: () => credentials(ACME, access),
      openAs: (tenant: TenantId) => credentials(tenant, access),
    };
  };

  test('endpoint and CA come from EKS, the role is assumed with the tenant as external id', async () => {
    const { asked, open } = bench();
    const opened = accepted(await open());
    expect(opened).toMatchObject({
      endpoint: 'https://ABC.gr7.eu-west-1.eks.amazonaws.com',
      caPem: '-----BEGIN CERTIFICATE-----',
    });
    expect(accepted(await opened.token())).toMatch(/^k8s-aws-v1\./);
    expect(asked).toMatchObject([
      {
        to: 'AssumeRoleCommand',
        input: { RoleArn: access.roleArn, ExternalId: 'acme', RoleSessionName: 'phoenix-acme' },
      },
      { to: 'DescribeClusterCommand', input: { name: 'eu-1' } },
    ]);
  });

  test('a token is kept ten minutes, a session longer, and a refused token is made anew with a new session', async () => {
    const { asked, clock, open } = bench();
    const opened = accepted(await open());
    const first = accepted(await opened.token());
    clock.advance(599);
    expect(accepted(await opened.token())).toBe(first);
    clock.advance(1);
    const second = accepted(await opened.token());
    expect(second).not.toBe(first);
    expect(asked.filter(({ to }) => to === 'AssumeRoleCommand')).toHaveLength(1);
    opened.forgetToken();
    clock.advance(1);
    expect(accepted(await opened.token())).not.toBe(second);
    expect(asked.filter(({ to }) => to === 'AssumeRoleCommand')).toHaveLength(2);
  });

  test('tenants share nothing, even for the same cluster and role', async () => {
    const { asked, open, openAs } = bench();
    await open();
    await openAs(TenantId.parse('globex'));
    const externalIds = asked.filter(({ to }) => to === 'AssumeRoleCommand').map(({ input }) => input['ExternalId']);
    expect(externalIds).toEqual(['acme', 'globex']);
  });

  const fail = (name: string) => () => {
    throw named(name);
  };
  test.each([
    ['AssumeRoleCommand', fail('AccessDenied'), 'cluster-unauthorized', 'external id acme'],
    ['AssumeRoleCommand', fail('TimeoutError'), 'cluster-unreachable', 'STS does not answer'],
    [
      'DescribeClusterCommand',
      fail('ResourceNotFoundException'),
      'cluster-unreachable',
      'there is no EKS cluster eu-1',
    ],
    ['DescribeClusterCommand', fail('AccessDeniedException'), 'cluster-unauthorized', 'eks:DescribeCluster'],
    ['DescribeClusterCommand', () => ({ cluster: { status: 'CREATING' } }), 'cluster-unreachable', 'CREATING'],
  ])('when %s fails (%#) the refusal says what would work', async (command, answer, code, words) => {
    const outcome = await bench({ [command]: answer }).open();
    expect(outcome).toMatchObject({ accepted: false, refusal: { code, message: expect.stringContaining(words) } });
  });

  test('a refusal is not remembered', async () => {
    let isTrusted = false;
    const assume = () => (isTrusted ? session() : fail('AccessDenied')());
    const { open } = bench(Object.fromEntries([['AssumeRoleCommand', assume]]));
    expect((await open()).accepted).toBe(false);
    isTrusted = true;
    expect((await open()).accepted).toBe(true);
  });
});

describe('credentials of a cluster by address', () => {
  const access: Extract<ClusterAccess, { kind: 'direct' }> = {
    kind: 'direct',
    endpoint: 'https://127.0.0.1:6443',
    caPem: '-----BEGIN CERTIFICATE-----',
    tokenSecret: 'lab',
  };
  const bench = (answer: () => unknown, allowedDirectClusters = '["127.0.0.1:6443"]') => {
    const asked: Asked[] = [];
    const secrets = service(asked, { GetSecretValueCommand: answer }) as Pick<SecretsManagerClient, 'send'>;
    const secretNamePrefix = 'phoenix/dev/cluster-secrets/';
    const open = directCredentials({ clock: testClock(), secrets, secretNamePrefix, allowedDirectClusters });
    return { asked, open: () => open(ACME, access) };
  };

  test('the token is read below the prefix of the tenant, once', async () => {
    const { asked, open } = bench(() => ({ SecretString: 'token\n' }));
    const opened = accepted(await open());
    expect(accepted(await opened.token())).toBe('token');
    await opened.token();
    expect(asked.map(({ input }) => input['SecretId'])).toEqual(['phoenix/dev/cluster-secrets/acme/lab']);
  });

  test('an address that left the list is not opened, and no secret is read', async () => {
    const { asked, open } = bench(() => ({ SecretString: 'token' }), '[]');
    expect(await open()).toMatchObject({ accepted: false, refusal: { code: 'address-not-allowed' } });
    expect(asked).toEqual([]);
  });

  test('a missing secret is named', async () => {
    const { open } = bench(() => {
      throw named('ResourceNotFoundException');
    });
    expect(await accepted(await open()).token()).toMatchObject({
      accepted: false,
      refusal: { code: 'cluster-unauthorized', message: expect.stringContaining('cluster-secrets/acme/lab') },
    });
  });
});
