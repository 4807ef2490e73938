import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe } from 'vitest';
import { cognitoPeople } from '../../../src/access/adapters/cognito-people.ts';
import { cognitoSignIn } from '../../../src/access/adapters/cognito-sign-in.ts';
import { dynamodbKeyStore } from '../../../src/access/adapters/dynamodb-keys.ts';
import { dynamodbMemberStore } from '../../../src/access/adapters/dynamodb-members.ts';
import { memoryKeyStore } from '../../../src/access/adapters/memory-keys.ts';
import { memoryMemberStore } from '../../../src/access/adapters/memory-members.ts';
import { memorySignIn } from '../../../src/access/adapters/memory-sign-in.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { keyStoreSuite } from './key-store-suite.ts';
import { memberStoreSuite } from './member-store-suite.ts';
import { signInSuite } from './sign-in-suite.ts';

let cloud: TestCloud;
let pool: { readonly userPoolId: string; readonly clientId: string };
let cognito: CognitoIdentityProviderClient;

beforeAll(async () => {
  cloud = await startTestCloud();
  cognito = new CognitoIdentityProviderClient({});
  const { UserPool: made } = await cognito.send(
    new CreateUserPoolCommand({ PoolName: 'people', UsernameAttributes: ['email'] }),
  );
  const userPoolId = made?.Id ?? '';
  const { UserPoolClient: client } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: userPoolId,
      ClientName: 'phoenix',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
    }),
  );
  pool = { userPoolId, clientId: client?.ClientId ?? '' };
});
afterAll(async () => {
  cognito?.destroy();
  await cloud?.stop();
});

describe('members in memory', () => {
  memberStoreSuite(() => memoryMemberStore({ clock: systemClock, ids: systemIds }));
});

describe('members in DynamoDB', () => {
  memberStoreSuite(() => dynamodbMemberStore({ table: cloud.tableOf('core'), clock: systemClock, ids: systemIds }));
});

describe('service keys in memory', () => {
  keyStoreSuite(() => memoryKeyStore({ clock: systemClock, ids: systemIds }));
});

describe('service keys in DynamoDB', () => {
  keyStoreSuite(() => dynamodbKeyStore({ table: cloud.tableOf('core'), clock: systemClock, ids: systemIds }));
});

describe('a user pool in memory', () => {
  signInSuite(() => {
    const pool = memorySignIn();
    return { signIn: pool, people: pool };
  });
});

describe('a user pool of Cognito', () => {
  signInSuite(() => ({
    signIn: cognitoSignIn({ client: cognito, clientId: pool.clientId }),
    people: cognitoPeople({ client: cognito, userPoolId: pool.userPoolId }),
  }));
});
