import {
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler } from '../../../functions/api-access/handler.ts';
import { cognitoPeople } from '../../../src/access/adapters/cognito-people.ts';
import { dynamodbMemberStore } from '../../../src/access/adapters/dynamodb-members.ts';
import { makeEnrolMember } from '../../../src/access/application/enrol-member.ts';
import { type Client, makeClient } from '../../../src/client/client.ts';
import type { ApiProblem } from '../../../src/client/problem.ts';
import type { TenantId } from '../../../src/kernel/identity.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';

// The function as it is deployed, called as the gateway would, by the client that CLI and dashboard use.

let cloud: TestCloud;
const email = 'ann@phoenix.example';
const password = 'Correct-Horse-1';

/** The gateway's part: it has checked the token and hands its claims on. */
const throughGateway: typeof fetch = async (input, init = {}) => {
  const url = new URL(String(input));
  const headers = Object.fromEntries(new Headers(init.headers ?? {}));
  const token = headers['authorization']?.replace('Bearer ', '');
  const answer = await handler(
    {
      version: '2.0',
      rawPath: url.pathname,
      rawQueryString: url.search.slice(1),
      headers,
      body: typeof init.body === 'string' ? init.body : null,
      isBase64Encoded: false,
      requestContext: {
        requestId: 'request-1',
        http: { method: init.method ?? 'GET', path: url.pathname },
        ...(token === undefined ? {} : { authorizer: { jwt: { claims: claimsOf(token) } } }),
      },
    },
    { awsRequestId: 'invocation-1', getRemainingTimeInMillis: () => 10_000 },
  );
  return new Response(answer.statusCode === 204 ? null : answer.body, {
    status: answer.statusCode,
    headers: answer.headers,
  });
};

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

const client = (token?: string): Client =>
  makeClient({ baseUrl: 'http://api', fetch: throughGateway, ...(token === undefined ? {} : { token }) });

const refusalOf = (call: Promise<unknown>): Promise<ApiProblem> =>
  call.then(
    () => {
      throw new Error('expected a refusal');
    },
    (problem: ApiProblem) => problem,
  );

beforeAll(async () => {
  cloud = await startTestCloud();
  const cognito = new CognitoIdentityProviderClient({});
  const { UserPool: pool } = await cognito.send(
    new CreateUserPoolCommand({ PoolName: 'people', UsernameAttributes: ['email'] }),
  );
  const userPoolId = pool?.Id ?? '';
  const { UserPoolClient: made } = await cognito.send(
    new CreateUserPoolClientCommand({
      UserPoolId: userPoolId,
      ClientName: 'phoenix',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  );
  Object.assign(process.env, {
    CORE_TABLE_NAME: cloud.tableNameOf('core'),
    EPHEMERAL_TABLE_NAME: cloud.tableNameOf('ephemeral'),
    KEY_PEPPER_SECRET_NAME: 'phoenix/test/key-pepper',
    AUDIT_TRAIL_QUEUE_URL: 'http://127.0.0.1:9/no-write-is-refused-here',
    PEOPLE_USER_POOL_ID: userPoolId,
    PEOPLE_CLIENT_ID: made?.ClientId,
    SETTING_STAGE_NAME: 'test',
    SETTING_PASSWORD_SIGN_IN: 'true',
    SETTING_API_ADDRESS: 'none',
    SETTING_KEY_API_ADDRESS: 'https://keys.example.com',
  });
  const enrolled = await makeEnrolMember({
    members: dynamodbMemberStore({ table: cloud.tableOf('core'), clock: systemClock, ids: systemIds }),
    people: cognitoPeople({ client: cognito, userPoolId }),
    clock: systemClock,
  })(
    { tenantId: 'acme' as TenantId, tenantName: 'Acme', email, password, roles: ['operator'] },
    { kind: 'system', id: 'janitor' },
  );
  if (!enrolled.accepted) throw new Error(enrolled.refusal.message);
  cognito.destroy();
});
afterAll(() => cloud?.stop());

describe('the function of sessions', () => {
  test('tells how to sign in, signs in, knows who asks, and signs out everywhere', async () => {
    const settings = await client().getAuthSettings({});
    expect(settings.body).toMatchObject({ stage: 'test', region: 'eu-west-1', passwordSignIn: true, apiUrl: null });

    const session = await client().login({ body: { email, password } });
    const me = await client(session.body.accessToken).getMe({});
    expect(me.body).toMatchObject({ email, tenantId: 'acme', tenantName: 'Acme', roles: ['operator'] });
    expect(me.body.permissions).toContain('experiment:start');
    expect(me.body.permissions).not.toContain('experiment:create');

    const refreshToken = session.body.refreshToken ?? '';
    const renewed = await client().refreshSession({ body: { refreshToken } });
    expect(renewed.body.accessToken).not.toBe(session.body.accessToken);

    await client(session.body.accessToken).logout({});
    expect(await refusalOf(client().refreshSession({ body: { refreshToken } }))).toMatchObject({
      status: 401,
      code: 'SIGN_IN_REFUSED',
    });
    const again = await client().login({ body: { email, password } });
    expect(again.status).toBe(200);
  });

  test('a wrong password, an unknown field and no token are refused in words', async () => {
    expect(await refusalOf(client().login({ body: { email, password: 'wrong' } }))).toMatchObject({
      status: 401,
      code: 'SIGN_IN_REFUSED',
      message: 'the e-mail address or the password is not right',
    });
    const response = await throughGateway('http://api/api/v1/auth/login', {
      method: 'POST',
      body: JSON.stringify({ email, password, role: 'admin' }),
    });
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ pointer: '/role' }] });
    expect(await refusalOf(client().getMe({}))).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  test('an ID token opens nothing', async () => {
    const session = await client().login({ body: { email, password } });
    const [head, , signature] = session.body.accessToken.split('.');
    const claims = { ...claimsOf(session.body.accessToken), token_use: 'id' };
    const idToken = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    expect(await refusalOf(client(idToken).getMe({}))).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
  });

  test('is healthy while its table answers and says so at both addresses', async () => {
    for (const path of ['/health', '/api/v1/health', '/ready', '/live']) {
      const response = await throughGateway(`http://api${path}`);
      expect([response.status, await response.json()]).toMatchObject([200, { status: 'healthy' }]);
    }
  });

  test('describes the API', async () => {
    const { body } = await client().getOpenApi({});
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/auth/login': { post: { operationId: 'login' } } } });
  });
});
