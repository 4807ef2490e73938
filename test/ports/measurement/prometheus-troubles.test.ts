import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../../local/processes/ports.ts';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { makeMetricsSources } from '../../../src/measurement/adapters/metrics-sources.ts';
import { prometheusSource } from '../../../src/measurement/adapters/prometheus-source.ts';
import { managedTransport, urlTransport } from '../../../src/measurement/adapters/prometheus-transport.ts';
import { makeCheckMetricsSource } from '../../../src/measurement/application/check-metrics-source.ts';
import { CLUSTER_FIXTURE } from '../../support/fixture-world.ts';
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

const noCredentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'SECRET' });

const clusterMeasuredAt = (url: URL): Cluster => ({
  ...CLUSTER_FIXTURE,
  settings: { ...CLUSTER_FIXTURE.settings, metrics: { kind: 'url', url: url.href } },
});

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
    expect([code, asked.length]).toEqual(['metrics-source-unauthorized', 1]);
    expect(message).toBe(`${url.origin} does not let us in (status ${status})`);
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
    expect(await refusalOf(url)).toMatchObject({
      code: 'metrics-source-not-prometheus',
      message: `${url.origin} does not speak like a Prometheus (status 200)`,
    });
  });

  test('at a wrong path is named with its path, and never with what else its address carries', async () => {
    const { url } = await serve((response) => response.writeHead(404).end());
    expect((await refusalOf(new URL('metrics/?key=secret', url))).message).toBe(
      `${url.origin}/metrics does not speak like a Prometheus (status 404)`,
    );
  });

  test('that answers more than 2 MB is not read to the end', async () => {
    const { url } = await serve((response) => response.end('x'.repeat(2 * 1024 * 1024 + 1)));
    expect(await refusalOf(url)).toMatchObject({
      code: 'metrics-query-refused',
      message: expect.stringContaining('2 MB'),
      facts: { tooMuch: true },
    });
  });

  test('that would have to read too much for a query says so', async () => {
    const error = 'query processing would load too many samples into memory in query execution';
    const { url } = await serve((response) =>
      response.writeHead(422).end(JSON.stringify({ status: 'error', errorType: 'execution', error })),
    );
    expect(await refusalOf(url)).toMatchObject({ code: 'metrics-query-refused', facts: { tooMuch: true } });
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

describe('a preflight', () => {
  const checkAt = async (url: URL, listed = url.host) =>
    makeCheckMetricsSource({
      sources: makeMetricsSources({
        allowedMetricSources: listed,
        credentials: noCredentials,
        clock: testClock(),
        pauses: atOnce,
      }),
      clock: testClock(),
    })(clusterMeasuredAt(url));

  test('asks the store as measuring does, and says which one answered', async () => {
    const { url, asked } = await serve((response) => response.end(matrix([])));
    expect(await checkAt(new URL('store/', url))).toEqual({
      name: 'metrics-source',
      passed: true,
      severity: 'blocking',
      message: `${url.origin}/store answers queries`,
      fix: null,
    });
    expect(asked.map(({ path, body }) => [path, new URLSearchParams(body).get('query')])).toEqual([
      ['/store/api/v1/query_range', 'vector(1)'],
    ]);
  });

  test.each([
    ['is closed to us', 401, '', 'does not let us in (status 401)', 'let it answer without credentials'],
    ['is something else', 200, '<html>', 'does not speak like a Prometheus', 'the address below which /api/v1'],
    ['is overwhelmed', 503, '', 'is not able to answer now (status 503)', 'start the Prometheus there'],
    ['refuses', 400, '{"error":"no PromQL here"}', 'was refused: no PromQL here', 'ask it for vector(1)'],
  ])('names a store that %s, and what would help', async (_, status, body, message, fix) => {
    const { url } = await serve((response) => response.writeHead(status).end(body));
    expect(await checkAt(url)).toMatchObject({
      passed: false,
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });

  test('names the port at which nothing listens', async () => {
    const [port] = await freePorts(1);
    expect(await checkAt(new URL(`http://127.0.0.1:${port}`))).toMatchObject({
      passed: false,
      message: `http://127.0.0.1:${port} does not answer (connect ECONNREFUSED 127.0.0.1:${port})`,
      fix: expect.stringContaining('register the cluster with the address at which it listens'),
    });
  });

  test('asks nothing of an address that the stage does not list', async () => {
    const { url, asked } = await serve((response) => response.end(matrix([])));
    expect(await checkAt(url, 'none')).toMatchObject({
      passed: false,
      fix: expect.stringContaining('allowedMetricSources'),
    });
    expect(asked).toEqual([]);
  });

  test('tells whose role a managed store does not let in', async () => {
    const { url } = await serve((response) => response.writeHead(403).end());
    const workspace = { workspaceId: 'ws-01234567-89ab-cdef-0123-456789abcdef', region: 'eu-west-1' };
    const transport = managedTransport(workspace, {
      credentials: noCredentials,
      clock: testClock(),
      endpoint: url.origin,
    });
    const sources = { open: async () => accept(prometheusSource(transport, atOnce)) };
    const cluster = clusterMeasuredAt(url);
    const managed = { ...cluster, settings: { ...cluster.settings, metrics: { kind: 'amp' as const, ...workspace } } };
    expect(await makeCheckMetricsSource({ sources, clock: testClock() })(managed)).toMatchObject({
      passed: false,
      message: `workspace ${workspace.workspaceId} in eu-west-1 does not let us in (status 403)`,
      fix: expect.stringContaining('aps:QueryMetrics'),
    });
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
