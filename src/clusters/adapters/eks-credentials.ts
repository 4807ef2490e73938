import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { TenantId } from '../../kernel/identity.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { ClusterFailure } from '../application/ports.ts';
import type { ClusterAccess } from '../domain/cluster.ts';
import type { ClusterCredentials } from './cluster-credentials.ts';
import { type AwsCredentials, makeEksToken } from './eks-token.ts';
import { expiring } from './expiring.ts';

type EksAccess = Extract<ClusterAccess, { kind: 'eks' }>;
type Answer<T> = Promise<Outcome<T, ClusterFailure>>;

export interface EksParts {
  readonly clock: Clock;
  /** with our own identity, in the region of the cluster */
  readonly stsIn: (region: string) => Pick<STSClient, 'send'>;
  /** with the assumed identity */
  readonly eksWith: (settings: {
    readonly region: string;
    readonly credentials: AwsCredentials;
  }) => Pick<EKSClient, 'send'>;
}

export type EksCredentials = (tenantId: TenantId, access: EksAccess) => Answer<ClusterCredentials>;

const KEPT_SECONDS = 600;
// role chaining gives at most an hour; a session is kept so long that a token made at its last moment still lives 10 min
const SESSION_SECONDS = 3_600;
const SESSION_KEPT_SECONDS = 2_400;

/**
 * Credentials of EKS clusters: assume the role that the customer made for us (external id = tenant id), ask EKS for endpoint
 * and CA, never the user. Descriptions and tokens are kept ten minutes per cluster, role and tenant.
 */
export const eksCredentials = ({ clock, stsIn, eksWith }: EksParts): EksCredentials => {
  const sessions = expiring<AwsCredentials, ClusterFailure>(clock, SESSION_KEPT_SECONDS);
  const clusters = expiring<{ readonly endpoint: string; readonly caPem: string }, ClusterFailure>(clock, KEPT_SECONDS);
  const tokens = expiring<string, ClusterFailure>(clock, KEPT_SECONDS);

  return async (tenantId, access) => {
    const { region, clusterName, roleArn } = access;
    const key = [tenantId, region, clusterName, roleArn].join(' ');
    const session = (): Answer<AwsCredentials> => sessions.get(key, () => assumeRole(stsIn(region), tenantId, roleArn));
    const described = await clusters.get(key, async () => {
      const credentials = await session();
      return credentials.accepted ? describe(eksWith({ region, credentials: credentials.value }), access) : credentials;
    });
    if (!described.accepted) return described;
    return accept({
      ...described.value,
      token: () =>
        tokens.get(key, async () => {
          const credentials = await session();
          return credentials.accepted
            ? accept(await makeEksToken(access, credentials.value, clock.now()))
            : credentials;
        }),
      forgetToken: () => {
        tokens.forget(key);
        sessions.forget(key);
      },
    });
  };
};

const assumeRole = async (
  sts: Pick<STSClient, 'send'>,
  tenantId: TenantId,
  roleArn: string,
): Answer<AwsCredentials> => {
  try {
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        ExternalId: tenantId,
        RoleSessionName: `phoenix-${tenantId}`,
        DurationSeconds: SESSION_SECONDS,
        Tags: [{ Key: 'phoenix:tenant', Value: tenantId }],
      }),
    );
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = Credentials ?? {};
    if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) {
      return refuse('cluster-unauthorized', `STS gave no credentials for ${roleArn}`, { roleArn });
    }
    return accept({ accessKeyId, secretAccessKey, sessionToken });
  } catch (error) {
    if (nameOf(error) === 'AccessDenied' || nameOf(error) === 'AccessDeniedException') {
      const howTo = `its trust policy must allow our account with the external id ${tenantId}`;
      return refuse('cluster-unauthorized', `we may not assume ${roleArn}; ${howTo}`, { roleArn });
    }
    return refuse('cluster-unreachable', `STS does not answer for ${roleArn}: ${nameOf(error)}`, { roleArn });
  }
};

const describe = async (
  eks: Pick<EKSClient, 'send'>,
  { clusterName, region, roleArn }: EksAccess,
): Answer<{ readonly endpoint: string; readonly caPem: string }> => {
  const facts = { clusterName, region };
  try {
    const { cluster } = await eks.send(new DescribeClusterCommand({ name: clusterName }));
    if (cluster?.endpoint === undefined || cluster.certificateAuthority?.data === undefined) {
      const status = cluster?.status ?? 'UNKNOWN';
      return refuse('cluster-unreachable', `${clusterName} has no endpoint yet; EKS says ${status}`, facts);
    }
    const caPem = Buffer.from(cluster.certificateAuthority.data, 'base64').toString('utf8');
    return accept({ endpoint: cluster.endpoint, caPem });
  } catch (error) {
    switch (nameOf(error)) {
      case 'ResourceNotFoundException':
        return refuse('cluster-unreachable', `there is no EKS cluster ${clusterName} in ${region}`, facts);
      case 'AccessDenied':
      case 'AccessDeniedException':
        return refuse('cluster-unauthorized', `${roleArn} lacks eks:DescribeCluster on ${clusterName}`, facts);
      default:
        return refuse('cluster-unreachable', `EKS does not answer in ${region}: ${nameOf(error)}`, facts);
    }
  }
};

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
