import { createServer } from 'node:net';

/**
 * Free TCP ports of 127.0.0.1, all different. They are held together until the last one is known, so that the system
 * cannot give the same one twice; between this answer and their use somebody else could still take one.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const listeners = await Promise.all(Array.from({ length: count }, () => listenAnywhere()));
  await Promise.all(listeners.map(({ close }) => close()));
  return listeners.map(({ port }) => port);
};

/** Whether nobody listens on this port of 127.0.0.1. */
export const isFree = async (port: number): Promise<boolean> => {
  try {
    const { close } = await listenAnywhere(port);
    await close();
    return true;
  } catch {
    return false;
  }
};

/**
 * A number between 1 and 254 that no other life on this machine has, for addresses 127.<number>.x.y. Two environments at
 * once (a person's and a test's) must not give the same address to two pods. Held until released.
 */
export const holdNetwork = async (): Promise<{ readonly number: number; readonly release: () => Promise<void> }> => {
  for (let number = 1; number <= 254; number += 1) {
    try {
      const { close } = await listenAnywhere(GUARD_PORT, `127.${number}.0.1`);
      return { number, release: close };
    } catch (error) {
      // macOS knows 127.0.0.1 only: there is nothing to hold
      if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') return { number: 1, release: async () => {} };
    }
  }
  throw new Error('254 environments run on this machine already');
};

const GUARD_PORT = 10250;

interface Listener {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const listenAnywhere = (port = 0, host = '127.0.0.1'): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    // nobody is to be kept alive by a port that is merely held
    server.unref();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no TCP address'));
      resolve({ port: address.port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
