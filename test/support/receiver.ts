import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly hostAndPort: string;
  readonly received: readonly Received[];
  /** the first delivery of an event of this type, when it has come */
  first(type: string): Promise<Received>;
  stop(): Promise<void>;
}

/** Somebody's server that takes notifications, and answers the nth of them as told: a status, a redirect, or not at all. */
export const startReceiver = async (
  answers: (nth: number) => { readonly status: number; readonly location?: string } | 'hang up' = () => ({
    status: 200,
  }),
  port = 0,
): Promise<Receiver> => {
  const received: Received[] = [];
  const arrivals = new EventEmitter();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      received.push({ path: incoming.url ?? '', headers: incoming.headers, body: Buffer.concat(chunks).toString() });
      arrivals.emit('arrival');
      const answer = answers(received.length);
      if (answer === 'hang up') return void outgoing.destroy();
      outgoing.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    hostAndPort: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    first: async (type) => {
      for (;;) {
        const found = received.find(({ headers }) => headers['phoenix-event'] === type);
        if (found !== undefined) return found;
        await once(arrivals, 'arrival');
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
