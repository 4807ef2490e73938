import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KEY_HEADER } from '../../src/platform/declare/function.ts';
import type { ProgressBoard } from './progress.ts';
import { proxyTo } from './proxy.ts';
import { makeStaticFiles } from './static-files.ts';

export interface WebSettings {
  /** a wish: when it is taken, as 0, a free one */
  readonly port: number;
  /** with or without a path; null as long as there is no API */
  readonly apiBaseUrl: string | (() => string | null);
  /** where requests with a service key go */
  readonly keyApiBaseUrl?: () => string | null;
  /** the built dashboard */
  readonly distFolder: string;
  readonly progress: ProgressBoard;
}

export interface Web {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves the dashboard, hands `/api` on to the API (one origin, as behind the CDN of the cloud) and tells at
 * `/local/progress` how far this machine is. Listens on the loopback address only.
 */
export const startWeb = async ({
  port,
  apiBaseUrl,
  keyApiBaseUrl,
  distFolder,
  progress,
}: WebSettings): Promise<Web> => {
  const files = makeStaticFiles(distFolder);
  const apiNow = typeof apiBaseUrl === 'string' ? () => apiBaseUrl : apiBaseUrl;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://local').pathname;
    if (!isForUs(request, server)) return answerJson(response, 421, { message: 'open this page as 127.0.0.1' });
    if (path === '/api' || path.startsWith('/api/')) {
      const withKey = keyApiBaseUrl !== undefined && request.headers[KEY_HEADER] !== undefined;
      return proxyTo(withKey ? keyApiBaseUrl() : apiNow(), request, response);
    }
    if (path === '/local/progress') return answerJson(response, 200, progress.snapshot());
    return files(request, response, path);
  });
  if (!(await listens(server, port))) await listens(server, 0);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** False when the port is taken. */
const listens = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const refuse = (failure: NodeJS.ErrnoException): void => {
      if (failure.code === 'EADDRINUSE' && port !== 0) resolve(false);
      else reject(failure);
    };
    server.once('error', refuse);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', refuse);
      resolve(true);
    });
  });

/** A foreign page may point a name of its own at 127.0.0.1; its requests carry that name as Host. */
const isForUs = (request: IncomingMessage, server: Server): boolean => {
  const { port } = server.address() as AddressInfo;
  return [`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
};

const answerJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
};
