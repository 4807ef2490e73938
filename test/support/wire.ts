import { connect, createServer, type Socket } from 'node:net';

/** A way to a server on the loopback that a test can cut: connections break, new ones are refused, until it is joined. */
export interface Wire {
  join(): Promise<void>;
  cut(): Promise<void>;
}

export const layWire = (port: number, to: URL): Wire => {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    const far = connect(Number(to.port), to.hostname);
    // either end that breaks takes the other with it
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      keep(one).on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    near.pipe(far).pipe(near);
  });
  return {
    join: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    cut: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
