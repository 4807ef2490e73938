import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpAnswer, HttpRequest } from '../../src/platform/http/message.ts';
import type { Run } from '../../src/platform/run.ts';
import { testRun } from './platform.ts';

export interface Listening {
  readonly url: string;
  /** how requests were answered so far: `GET /experiments 304` */
  readonly answers: readonly string[];
  stop(): Promise<void>;
}

/** A server on the loopback that hands requests on as the gateway would; who asks is read from the token by `claimsOf`. */
export const listen = async (
  handle: (request: HttpRequest, run: Run) => Promise<HttpAnswer>,
  claimsOf: (authorization: string | undefined) => Record<string, unknown> | null,
): Promise<Listening> => {
  const answers: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const url = new URL(incoming.url ?? '/', 'http://loopback');
      const nth = answers.length + 1;
      const answer = await handle(
        {
          method: incoming.method ?? 'GET',
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: Object.fromEntries(
            Object.entries(incoming.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : (value ?? ''),
            ]),
          ),
          body: chunks.length === 0 ? undefined : Buffer.concat(chunks).toString('utf8'),
          claims: claimsOf(incoming.headers.authorization),
          requestId: `request-${nth}`,
        },
        { ...testRun(), traceId: `1-65000000-${String(nth).padStart(24, '0')}` },
      );
      answers.push(`${incoming.method} ${url.pathname.replace('/api/v1', '')} ${answer.statusCode}`);
      outgoing.writeHead(answer.statusCode, answer.headers);
      outgoing.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
