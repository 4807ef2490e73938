import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chanceOf } from './faults.ts';

export interface DroppingDoor {
  readonly url: string;
  /** how connections ended so far, by name of the end */
  readonly ends: Readonly<Record<End, number>>;
  stop(): Promise<void>;
}

const ENDS = ['answered', 'lost before', 'lost after', 'cut', 'refused'] as const;
type End = (typeof ENDS)[number];

/**
 * A door before a server, where connections are lost by chance: before the server hears of the request, after it has
 * answered, in the middle of its answer, or with a 503. It gives every request the token, as readers of event streams cannot.
 */
export const openDroppingDoor = async (
  upstream: string,
  { seed, token, ends: possible = ENDS }: { seed: number; token: string; ends?: readonly End[] },
): Promise<DroppingDoor> => {
  const chance = chanceOf(seed);
  const ends = Object.fromEntries(ENDS.map((end) => [end, 0])) as Record<End, number>;
  const server = createServer((incoming, outgoing) => {
    const end = possible[Math.floor(chance() * possible.length)] ?? 'answered';
    ends[end] += 1;
    if (end === 'lost before') return void outgoing.destroy();
    if (end === 'refused') return void outgoing.writeHead(503, { 'content-type': 'application/json' }).end('{}');
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    request(`${upstream}${incoming.url}`, { method: incoming.method ?? 'GET', headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        if (end === 'lost after') return void outgoing.destroy();
        const body = Buffer.concat(chunks);
        const { 'transfer-encoding': _, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, { ...rest, 'content-length': body.length });
        if (end !== 'cut') return void outgoing.end(body);
        outgoing.write(body.subarray(0, Math.floor(chance() * body.length)), () => outgoing.destroy());
      });
    }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ends,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
