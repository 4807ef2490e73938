import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../../local/processes/ports.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { prometheusSource } from '../../../src/measurement/adapters/prometheus-source.ts';
import { managedTransport, urlTransport } from '../../../src/measurement/adapters/prometheus-transport.ts';
import { T0, testClock } from '../../support/platform.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers as told and remembers what it was asked. */
const serve = async (answer: (response: ServerResponse, count: number) => void) => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(response, asked.length);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { asked, url: new URL(`http://127.0.0.1:${port}/`) };
};

const QUERY = { promql: 'up{a="b"}', from: T0, to: minutesAfter(T0, 1), stepSeconds: 5 };
const atOnce = { upTo: async () => undefined, exactly: async () => undefined };
const sourceAt = (url: URL) => prometheusSource(urlTransport(url, { isListed: true }), atOnce);

const matrix = (values: readonly (readonly [number, string])[], more: object = {}): string =>
  JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: [{ metric: { a: 'b' }, values }] },
    ...more,
  });

const refusalOf = async (url: URL) => {
  const outcome = await sourceAt(url).range(QUERY);
  if (outcome.accepted) throw new Error('it was answered');
  return outcome.refusal;
};

describe('a store in trouble', () => {
  test('that is busy is asked three times, and its answer then counts', async () => {
    const { url, asked } = await serve((response, count) =>
      count < 3 ? response.writeHead(503).end() : response.end(matrix([[1, '2']])),
    );
    expect(await sourceAt(url).range(QUERY)).toMatchObject({
      accepted: true,
      value: { series: [{ points: [[1, 2]] }] },
    });
    expect(asked).toHaveLength(3);
  });

  test('that stays busy is unreachable after three tries, and says what it said', async () => {
    const { url, asked } = await serve((response) =>
      response.writeHead(503).end(JSON.stringify({ status: 'error', errorType: 'timeout', error: 'too many queries' })),
    );
    expect(await refusalOf(url)).toMatchObject({
      code: 'metrics-source-unreachable',
      message: `${url.origin} is not able to answer now (status 503: too many queries)`,
    });
    expect(asked).toHaveLength(3);
  });

  test('that is not there is unreachable, with the reason', async () => {
    const [port] = await freePorts(1);
    const { code, message } = await refusalOf(new URL(`http://127.0.0.1:${port}`));
    expect(code).toBe('metrics-source-unreachable');
    expect(message).toContain('ECONNREFUSED');
  });

  test('that refuses a query is asked once', async () => {
    const { url, asked } = await serve((response) =>
      response.writeHead(400).end(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'parse error' })),
    );
    expect(await refusalOf(url)).toMatchObject({
      code: 'metrics-query-refused',
      message: 'the query was refused: parse error',
      facts: { promql: QUERY.promql },
    });
    expect(asked).toHaveLength(1);
  });

  test.each([401, 403])('that answers %i does not let us in', async (status) => {
    const { url, asked } = await serve((response) => response.writeHead(status).end('secret reason'));
    const { code, message } = await refusalOf(url);
    expect([code, asked.length]).toEqual(['metrics-source-unreachable', 1]);
    expect(message).toContain('check its credentials');
    expect(message).not.toContain('secret');
  });

  test('that sends us elsewhere is not followed', async () => {
    const elsewhere = await serve((response) => response.end(matrix([])));
    const { url } = await serve((response) => response.writeHead(302, { location: elsewhere.url.href }).end());
    expect((await refusalOf(url)).message).toContain('does not speak like a Prometheus (status 302)');
    expect(elsewhere.asked).toEqual([]);
  });

  test.each([
    '<html>hello</html>',
    '{"status":"success"}',
    '{"status":"success","data":{"resultType":"vector","result":[]}}',
    '',
  ])('that answers %j does not speak like a Prometheus', async (body) => {
    const { url } = await serve((response) => response.end(body));
    expect((await refusalOf(url)).message).toContain('does not speak like a Prometheus (status 200)');
  });

  test('that answers more than 2 MB is not read to the end', async () => {
    const { url } = await serve((response) => response.end('x'.repeat(2 * 1024 * 1024 + 1)));
    expect(await refusalOf(url)).toMatchObject({
      code: 'metrics-query-refused',
      message: expect.stringContaining('2 MB'),
    });
  });

  test('that is silent is given up after 8 seconds', async () => {
    const { url } = await serve(() => undefined);
    const begin = performance.now();
    await expect(urlTransport(url, { isListed: true }).post('/x', '')).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((performance.now() - begin) / 1000).toBeCloseTo(8, 0);
  });
});

describe('an answer', () => {
  test('keeps what is not finite as not a number, and passes warnings on', async () => {
    const body = matrix(
      [
        [1, 'NaN'],
        [2, '+Inf'],
        [3, '-Inf'],
        [4, '1e3'],
      ],
      { warnings: ['half of it is missing'] },
    );
    const { url } = await serve((response) => response.end(body));
    const outcome = await sourceAt(url).range(QUERY);
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    expect(outcome.value.series[0]?.points).toEqual([
      [1, Number.NaN],
      [2, Number.NaN],
      [3, Number.NaN],
      [4, 1000],
    ]);
    expect(outcome.value.warnings).toEqual(['half of it is missing']);
  });

  test('has a hash that does not depend on the order of its series', async () => {
    const hashOf = async (result: readonly object[]) => {
      const { url } = await serve((response) =>
        response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })),
      );
      const outcome = await sourceAt(url).range(QUERY);
      return outcome.accepted ? outcome.value.sha256 : '';
    };
    const [one, other] = [
      { metric: { a: '1', b: '2' }, values: [[1, '1']] },
      { metric: { a: '2' }, values: [[1, '2']] },
    ];
    expect(await hashOf([other, one])).toBe(await hashOf([one, other]));
    expect(await hashOf([one])).not.toBe(await hashOf([one, other]));
  });
});

describe('a question', () => {
  test('is a form, below the path of the address', async () => {
    const { url, asked } = await serve((response) => response.end(matrix([])));
    await sourceAt(new URL('prometheus/', url)).range(QUERY);
    expect(asked[0]).toMatchObject({ method: 'POST', path: '/prometheus/api/v1/query_range' });
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      query: 'up{a="b"}',
      start: '1795254000.000',
      end: '1795254060.000',
      step: '5',
      timeout: '8s',
    });
  });

  test('to the managed store on AWS is signed for it, body and session included', async () => {
    const { url, asked } = await serve((response) => response.end(matrix([])));
    const transport = managedTransport(
      { workspaceId: 'ws-01234567-89ab-cdef-0123-456789abcdef', region: 'eu-west-1' },
      {
        credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'SECRET', sessionToken: 'SESSION' }),
        clock: testClock(),
        endpoint: url.origin,
      },
    );
    expect(await prometheusSource(transport, atOnce).range(QUERY)).toMatchObject({ accepted: true });
    const [request] = asked;
    expect(request?.path).toBe('/workspaces/ws-01234567-89ab-cdef-0123-456789abcdef/api/v1/query_range');
    expect(request?.headers).toMatchObject({ 'x-amz-date': '20261121T094000Z', 'x-amz-security-token': 'SESSION' });
    expect(request?.headers.authorization).toBe(expectedAuthorization(request, 'SECRET'));
  });
});

/** Signature Version 4 by its documentation, written a second time. */
const expectedAuthorization = (request: Asked | undefined, secret: string): string => {
  const { path = '', headers = {}, body = '' } = request ?? {};
  const signedNames = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [
    'POST',
    path,
    '',
    ...signedNames.split(';').map((name) => `${name}:${String(headers[name])}`),
    '',
    signedNames,
    sha256(body),
  ].join('\n');
  const scope = '20261121/eu-west-1/aps/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20261121T094000Z', scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((derived, part) => createHmac('sha256', derived).update(part).digest(), `AWS4${secret}`);
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  return `AWS4-HMAC-SHA256 Credential=AKID/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
};
