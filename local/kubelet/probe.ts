import { connect } from 'node:net';
import type { Container, Probe } from './pod.ts';

/** Asks a container once whether it is ready. A container without a probe is. */
export const isReady = async (probe: Probe | undefined, container: Container, podIp: string): Promise<boolean> => {
  const timeoutMs = (probe?.timeoutSeconds ?? 1) * 1000;
  if (probe?.httpGet !== undefined) {
    const { path = '/', port, host = podIp, scheme = 'HTTP' } = probe.httpGet;
    const url = `${scheme.toLowerCase()}://${host}:${portNumber(port, container)}${path.startsWith('/') ? path : `/${path}`}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    return answer !== undefined && answer.status >= 200 && answer.status < 400;
  }
  if (probe?.tcpSocket !== undefined)
    return accepts(probe.tcpSocket.host ?? podIp, portNumber(probe.tcpSocket.port, container), timeoutMs);
  return true;
};

export const portNumber = (port: number | string, container: Container): number =>
  typeof port === 'number' ? port : (container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port));

const accepts = (host: string, port: number, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: timeoutMs });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
