import { describe, expect, test } from 'vitest';
import { makeClient } from '../../../src/client/client.ts';
import { ApiProblem } from '../../../src/client/problem.ts';

const CLUSTER_ID = 'clu-0123456789ab' as const;

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** Answers every request alike and keeps what was sent. */
const answering = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    sent.push({
      url: String(input),
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers ?? {})),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : null,
    });
    return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
  };
  return { sent, fetch };
};

describe('the client', () => {
  test.each(['http://api', 'http://api/', 'http://api/api/v1', 'http://api/api/v1/'])(
    'finds the API at %s',
    async (baseUrl) => {
      const { sent, fetch } = answering(200, { status: 'healthy' });
      await makeClient({ baseUrl, fetch }).getLive({});
      expect(sent[0]?.url).toBe('http://api/api/v1/live');
    },
  );

  test('speaks camelCase to its caller and wire names to the API', async () => {
    const { sent, fetch } = answering(200, { access_token: 'a', refresh_token: null, expires_in_seconds: 600 });
    const { body } = await makeClient({ baseUrl: 'http://api', fetch }).refreshSession({ body: { refreshToken: 'r' } });
    expect(sent[0]?.body).toEqual({ refresh_token: 'r' });
    expect(body).toEqual({ accessToken: 'a', refreshToken: null, expiresInSeconds: 600 });
  });

  test('sends token, tenant, version and key where a route needs them, and no token where it is open', async () => {
    const { sent, fetch } = answering(204, null);
    const client = makeClient({ baseUrl: 'http://api', fetch, token: async () => 'jwt', tenant: 'acme' });
    await client.removeCluster({ params: { clusterId: CLUSTER_ID }, ifMatch: 7 });
    await client.logout({});
    expect(sent[0]).toMatchObject({
      url: `http://api/api/v1/clusters/${CLUSTER_ID}`,
      method: 'DELETE',
      headers: { authorization: 'Bearer jwt', 'x-phoenix-tenant': 'acme', 'if-match': '"7"' },
    });
    expect(sent[0]?.headers['idempotency-key']).toBeUndefined();

    const open = answering(200, { status: 'healthy' });
    await makeClient({ baseUrl: 'http://api', fetch: open.fetch, token: 'jwt' }).getLive({});
    expect(open.sent[0]?.headers['authorization']).toBeUndefined();
  });

  test('asks for an idempotency key for each write, unless the caller gives one', async () => {
    const { sent, fetch } = answering(503, {});
    let made = 0;
    const newIdempotencyKey = (): string => {
      made += 1;
      return `made-key-${made}`;
    };
    const client = makeClient({ baseUrl: 'http://api', fetch, newIdempotencyKey });
    const check = (given: { idempotencyKey?: string }) =>
      client.checkCluster({ params: { clusterId: CLUSTER_ID }, ...given }).catch(() => undefined);
    await check({});
    await check({});
    await check({ idempotencyKey: 'key-of-mine' });
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual(['made-key-1', 'made-key-2', 'key-of-mine']);
  });

  test('does not write without a key', async () => {
    const { sent, fetch } = answering(200, {});
    const write = makeClient({ baseUrl: 'http://api', fetch }).checkCluster({ params: { clusterId: CLUSTER_ID } });
    await expect(write).rejects.toThrow('checkCluster needs an idempotency key');
    expect(sent).toEqual([]);
  });

  test('leaves undefined query fields out and escapes the others', async () => {
    const { sent, fetch } = answering(200, { items: [], metadata: { count: 0, limit: 5, next_token: null } });
    await makeClient({ baseUrl: 'http://api', fetch }).listClusters({ query: { limit: 5, nextToken: 'a/b=' } });
    expect(sent[0]?.url).toBe('http://api/api/v1/clusters?limit=5&next_token=a%2Fb%3D');
  });

  test('throws what the API refuses, with code, sentence, trace and findings', async () => {
    const { fetch } = answering(422, {
      code: 'VALIDATION_FAILED',
      title: 'The request is not valid',
      message: '/email: is missing',
      trace_id: 't-1',
      retry: 'after-change',
      details: {},
      errors: [{ pointer: '/email', code: 'invalid-type', message: 'is missing' }],
    });
    const problem = await makeClient({ baseUrl: 'http://api', fetch })
      .getLive({})
      .catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ApiProblem);
    expect(problem).toMatchObject({
      status: 422,
      code: 'VALIDATION_FAILED',
      traceId: 't-1',
      errors: [{ pointer: '/email' }],
    });
  });

  test.each([
    [401, { message: 'Unauthorized' }, 'UNAUTHORIZED'],
    [429, 'Too Many Requests', 'RATE_LIMIT_EXCEEDED'],
    [502, '<html>', 'API_UNAVAILABLE'],
  ])('understands a gateway that answers %d in its own form', async (status, body, code) => {
    const { fetch } = answering(status, body, { 'x-request-id': 'r-1' });
    const problem = await makeClient({ baseUrl: 'http://api', fetch })
      .getLive({})
      .catch((error: unknown) => error);
    expect(problem).toMatchObject({ status, code, traceId: 'r-1' });
  });

  test('refuses an answer that is not what the contract says', async () => {
    const { fetch } = answering(200, { status: 'perhaps' });
    await expect(makeClient({ baseUrl: 'http://api', fetch }).getLive({})).rejects.toThrow();
  });
});
