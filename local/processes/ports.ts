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

const listenAnywhere = (port = 0): Promise<{ readonly port: number; readonly close: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no TCP address'));
      resolve({ port: address.port, close: () => new Promise((done) => server.close(() => done())) });
    });
  });
