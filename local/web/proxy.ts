import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

/** Longer than any API function may take, shorter than a person waits. */
const ANSWER_DEADLINE_MS = 35_000;

/** Headers of one hop, and those that would tell the API a wrong host. */
const NOT_FORWARDED = new Set([
  'connection',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Hands a request on as it is and its answer back as it comes. Answers a problem while the API is not there. */
export const proxyTo = (apiBaseUrl: string | null, request: IncomingMessage, response: ServerResponse): void => {
  if (apiBaseUrl === null) {
    request.resume();
    answerUnavailable(response, 'the API is not deployed yet; it comes up with the local environment');
    return;
  }
  const target = new URL(apiBaseUrl);
  const basePath = target.pathname.replace(/\/(api\/v1\/?)?$/, '');
  const upstream = httpRequest(
    {
      hostname: target.hostname,
      port: target.port === '' ? 80 : target.port,
      method: request.method,
      path: `${basePath}${request.url}`,
      headers: { ...forwarded(request.headers), host: target.host },
      timeout: ANSWER_DEADLINE_MS,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, forwarded(answer.headers));
      answer.pipe(response);
    },
  );
  upstream.on('timeout', () => upstream.destroy(new Error(`no answer within ${ANSWER_DEADLINE_MS / 1000} s`)));
  upstream.on('error', (failure) => answerUnavailable(response, `the API does not answer: ${failure.message}`));
  response.on('close', () => upstream.destroy());
  request.pipe(upstream);
};

const forwarded = (headers: NodeJS.Dict<string | string[]>): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)));

const answerUnavailable = (response: ServerResponse, message: string): void => {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(503, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'retry-after': '2',
  });
  response.end(JSON.stringify({ code: 'API_UNAVAILABLE', message, status: 503, title: 'No API yet', retry: 'later' }));
};
