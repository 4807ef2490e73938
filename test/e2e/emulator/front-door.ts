import { get } from 'node:http';
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { ProbedCloud } from './cloud.ts';

/** What the emulator does at the front door. */
export const probeFrontDoor = (started: () => ProbedCloud): void => {
  let cloud: ProbedCloud;
  beforeAll(() => {
    cloud = started();
  });

  const EMAIL = 'probe@phoenix.test';
  const PASSWORD = 'Probe-Passw0rd-1';
  const Tokens = z.object({ AccessToken: z.string(), IdToken: z.string(), RefreshToken: z.string() });
  let tokens: z.infer<typeof Tokens>;

  beforeAll(async () => {
    const { userPoolId: UserPoolId, clientId: ClientId } = cloud.deployment;
    const cognito = new CognitoIdentityProviderClient({});
    await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username: EMAIL, MessageAction: 'SUPPRESS' }));
    await cognito.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: EMAIL, Password: PASSWORD, Permanent: true }),
    );
    const { AuthenticationResult } = await cognito.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: EMAIL, PASSWORD },
      }),
    );
    tokens = Tokens.parse(AuthenticationResult);
    cognito.destroy();
  });

  const ask = (path: string, token?: string): Promise<Response> =>
    fetch(
      `${cloud.deployment.apiUrl}${path}`,
      token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
    );

  describe('tokens', () => {
    test('an access token opens a route and its claims reach the function', async () => {
      const response = await ask('/api/v1/probe/claims', tokens.AccessToken);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        path: '/api/v1/probe/claims',
        claims: { token_use: 'access', client_id: cloud.deployment.clientId, scope: 'aws.cognito.signin.user.admin' },
      });
    });

    test('no token, another text, or a changed signature is 401', async () => {
      const [head, body, signature = ''] = tokens.AccessToken.split('.');
      const changed = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      for (const token of [undefined, 'nonsense', changed]) {
        expect((await ask('/api/v1/probe', token)).status, String(token).slice(0, 12)).toBe(401);
      }
    });

    test('a token without signature is 401', async () => {
      const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
      expect((await ask('/api/v1/probe', `${none}.${tokens.AccessToken.split('.')[1]}.`)).status).toBe(401);
    });

    test('an ID token has no scope and is 403', async () => {
      expect((await ask('/api/v1/probe', tokens.IdToken)).status).toBe(403);
    });

    test('an open route asks for nothing', async () => {
      const response = await ask('/api/v1/health');
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ path: '/api/v1/health', claims: null });
    });
  });

  test('health at the root answers by the path of the API', async () => {
    expect(await (await ask('/health')).json()).toMatchObject({ path: '/health' });
  });

  const hostOfApi = (): string =>
    `${/execute-api\/([0-9a-f]+)\//.exec(cloud.deployment.apiUrl)?.[1]}.execute-api.localhost`;

  /** Asks by the name of a host: fetch does not let us choose it. */
  const bodyOf = (path: string, host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(cloud.deployment.endpoint);
      get({ hostname, port, path, headers: { host: `${host}:${port}` } }, async (response) => {
        resolve((await response.toArray()).join(''));
      }).once('error', reject);
    });

  describe('hosts and errors', () => {
    test("the API's own host reaches our function too", async () => {
      expect(await bodyOf('/api/v1/health', hostOfApi())).toContain('"path":"/api/v1/health"');
    });

    test.fails("/health at the root of the API's own host reaches our function", async () => {
      expect(await bodyOf('/health', hostOfApi())).toContain('"path":"/health"');
    });

    test.fails('a function that throws is answered with 500', async () => {
      expect((await ask('/api/v1/probe/throw', tokens.AccessToken)).status).toBe(500);
    });

    test.fails('a function is kept from a table that its role does not name', async () => {
      expect((await ask('/api/v1/probe/trespass', tokens.AccessToken)).status).not.toBe(200);
    });
  });
};
