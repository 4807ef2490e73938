import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { cognitoPeople } from '../src/access/adapters/cognito-people.ts';
import { dynamodbMemberStore } from '../src/access/adapters/dynamodb-members.ts';
import { makeEnrolMember } from '../src/access/application/enrol-member.ts';
import { ROLES, type Role } from '../src/access/domain/permissions.ts';
import type { Client } from '../src/client/client.ts';
import { tokenSecretName } from '../src/clusters/domain/addresses.ts';
import { type ClusterId, TenantId } from '../src/kernel/identity.ts';
import { systemClock, systemIds, systemPauses } from '../src/kernel/system.ts';
import { makeTable } from '../src/platform/dynamodb/table.ts';
import type { Deployment } from './deploy/deploy.ts';
import type { Addresses } from './environment.ts';
import type { Cluster } from './parts/control-plane.ts';
import { randomToken } from './processes/machine.ts';
import { waitFor } from './processes/wait.ts';

/** A person of the demo tenant; passwords are made anew at each start. */
export interface Person {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
}

export const DEMO_TENANT = TenantId.parse('demo');
const TOKEN_SECRET = 'local-cluster';

const clientSettings = ({ endpoint, region }: Deployment, awsEnvironment: Readonly<Record<string, string>>) => ({
  endpoint,
  region,
  credentials: {
    accessKeyId: awsEnvironment['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: awsEnvironment['AWS_SECRET_ACCESS_KEY'] ?? '',
  },
});

/** Makes people of the demo tenant, one of each role unless told otherwise, by the use case that operators use. */
export const seedPeople = async ({
  deployment,
  awsEnvironment,
  wanted = ROLES.map((role) => ({ name: role, role })),
}: {
  readonly deployment: Deployment;
  readonly awsEnvironment: Readonly<Record<string, string>>;
  readonly wanted?: readonly { readonly name: string; readonly role: Role }[];
}): Promise<readonly Person[]> => {
  const settings = clientSettings(deployment, awsEnvironment);
  const table = makeTable({
    client: new DynamoDBClient(settings),
    tableName: deployment.tables['core'] ?? '',
    clock: systemClock,
    pauses: systemPauses,
  });
  const enrol = makeEnrolMember({
    members: dynamodbMemberStore({ table, clock: systemClock, ids: systemIds }),
    people: cognitoPeople({
      client: new CognitoIdentityProviderClient(settings),
      userPoolId: deployment.userPoolId,
    }),
    clock: systemClock,
  });
  const people: Person[] = [];
  for (const { name, role } of wanted) {
    // one of each kind of character: what the pool's password rule asks for
    const person = { email: `${name}@phoenix.local`, password: `${randomToken().slice(0, 14)}-Aa1`, role };
    const enrolled = await enrol(
      { tenantId: DEMO_TENANT, tenantName: 'Demo', email: person.email, password: person.password, roles: [role] },
      { kind: 'system', id: 'schedule' },
    );
    if (!enrolled.accepted) throw new Error(enrolled.refusal.message);
    people.push(person);
  }
  return people;
};

/** Registers the cluster of this machine through the API like any other, and waits until a worker has seen its nodes. */
export const registerLocalCluster = async ({
  client,
  cluster,
  addresses,
  deployment,
  awsEnvironment,
}: {
  readonly client: Client;
  readonly cluster: Cluster;
  readonly addresses: Addresses;
  readonly deployment: Deployment;
  readonly awsEnvironment: Readonly<Record<string, string>>;
}): Promise<ClusterId> => {
  await new SecretsManagerClient(clientSettings(deployment, awsEnvironment)).send(
    new CreateSecretCommand({
      Name: tokenSecretName(deployment.clusterSecretPrefix, DEMO_TENANT, TOKEN_SECRET),
      SecretString: cluster.phoenixToken,
    }),
  );
  const { body } = await client.registerCluster({
    body: {
      name: 'local',
      access: { kind: 'direct', endpoint: cluster.endpoint, caPem: cluster.caPem, tokenSecret: TOKEN_SECRET },
      namespace: cluster.namespace,
      metrics: { kind: 'url', url: addresses.prometheus },
      remoteWriteUrl: addresses.remoteWrite,
    },
  });
  await client.checkCluster({ params: { clusterId: body.id } });
  await waitFor({ what: 'a worker to see the nodes of the cluster', deadlineSeconds: 60 }, async () => {
    const nodes = await client.listClusterNodes({ params: { clusterId: body.id } });
    return nodes.body.items.some(({ ready }) => ready) ? true : undefined;
  });
  return body.id;
};
