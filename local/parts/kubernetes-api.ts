import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';

/** A small client of the Kubernetes API for the local parts: the product's own client has nothing to do with nodes. */
export interface KubernetesApi {
  /** Rejects with {@link KubernetesApiError} on any answer but 2xx. The caller names the shape that this path answers. */
  request<T>(method: Method, path: string, body?: Body): Promise<T>;
  /** Calls back for each change until the server or the signal ends the watch; then resolves. */
  watch<T>(path: string, onChange: (change: Change<T>) => void, abort: AbortSignal): Promise<void>;
  close(): void;
}

export interface Access {
  readonly endpoint: string;
  readonly caPem: string;
  readonly token: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Body {
  readonly type:
    | 'application/json'
    | 'application/apply-patch+yaml'
    | 'application/merge-patch+json'
    | 'application/strategic-merge-patch+json';
  readonly content: unknown;
}

export interface Change<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

export class KubernetesApiError extends Error {
  override readonly name = 'KubernetesApiError';
  readonly status: number;
  readonly reason: string;
  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof KubernetesApiError && error.status === status;

const DEADLINE_MS = 15_000;

export const makeKubernetesApi = ({ endpoint, caPem, token }: Access): KubernetesApi => {
  const agent = new Agent({ ca: caPem, keepAlive: true });

  const send = (method: Method, path: string, body: Body | undefined, abort: AbortSignal): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body.content);
      const sent = httpsRequest(
        new URL(path, endpoint),
        {
          agent,
          method,
          signal: abort,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            // Node sends the body of a DELETE without a length unless told, and the server takes it for the next request
            ...(body === undefined
              ? {}
              : { 'content-type': body.type, 'content-length': String(Buffer.byteLength(text)) }),
          },
        },
        resolve,
      );
      sent.once('error', reject);
      sent.end(text);
    });

  return {
    request: async <T>(method: Method, path: string, body?: Body) => {
      // ended with the answer: a signal that fires later could hit the next request on the same connection
      const deadline = new AbortController();
      const timer = setTimeout(
        () => deadline.abort(new Error(`no answer within ${DEADLINE_MS / 1000} s`)),
        DEADLINE_MS,
      );
      try {
        const answer = await send(method, path, body, deadline.signal);
        const text = await textOf(answer);
        assertSuccess(answer, text, `${method} ${path}`);
        return parseAs<T>(text);
      } finally {
        clearTimeout(timer);
      }
    },
    watch: async <T>(path: string, onChange: (change: Change<T>) => void, abort: AbortSignal) => {
      const answer = await send('GET', path, undefined, abort);
      if (answer.statusCode !== 200) assertSuccess(answer, await textOf(answer), `watch ${path}`);
      for await (const line of createInterface({ input: answer })) onChange(parseAs<Change<T>>(line));
    },
    close: () => agent.destroy(),
  };
};

/** Server-side apply: creates the object or brings the fields that we name to these values. */
export const apply = <T>(api: KubernetesApi, path: string, object: unknown, fieldManager: string): Promise<T> =>
  api.request<T>('PATCH', `${path}?fieldManager=${fieldManager}&force=true&fieldValidation=Strict`, {
    type: 'application/apply-patch+yaml',
    content: object,
  });

const textOf = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

// the API server validates what it stores; its answers are taken at their word, here and nowhere else
const parseAs = <T>(text: string): T => (text.startsWith('{') ? JSON.parse(text) : { text }) as T;

const assertSuccess = (answer: IncomingMessage, text: string, what: string): void => {
  const status = answer.statusCode ?? 0;
  if (status >= 200 && status < 300) return;
  const { message, reason } = parseAs<{ readonly message?: string; readonly reason?: string }>(text);
  throw new KubernetesApiError(status, reason ?? 'Unknown', `${what}: ${status} ${message ?? text.slice(0, 200)}`);
};
