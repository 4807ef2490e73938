import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { CommandFailure } from '../../../cli/failure.ts';
import { checkEndpoint } from '../../../local/deploy/endpoint.ts';
import { freePorts } from '../../../local/processes/ports.ts';

const started: (() => void)[] = [];
afterEach(() => {
  for (const stop of started.splice(0)) stop();
});

/** Something that listens and answers as told. */
const listen = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const answering = (status: number, type: string, body: string) =>
  listen((_, response) => void response.writeHead(status, { 'content-type': type }).end(body));

const identity = (account: string): string =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

const refusalOf = async (endpoint: string): Promise<CommandFailure> => {
  const failure = await checkEndpoint(endpoint, 'us-east-1').then(
    () => new Error('it was accepted'),
    (cause: unknown) => cause,
  );
  if (failure instanceof CommandFailure) return failure;
  throw failure;
};

describe('an address for --endpoint', () => {
  test('at which nobody listens is told with what happened', async () => {
    const [port = 0] = await freePorts(1);
    const endpoint = `http://127.0.0.1:${port}`;
    const { message, advice, exitCode } = await refusalOf(endpoint);
    expect(message).toBe(`no AWS emulator answers at ${endpoint}: connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(advice).toContain('leave --endpoint out');
    expect(exitCode).toBe(6);
  });

  test.each([
    [404, 'text/html', '<html>not here</html>', 'with 404 text/html'],
    [200, 'application/json', '{"status":"fine"}', 'with 200 application/json'],
    [200, 'text/html', '<html>welcome</html>', 'with something that names no account'],
    [
      403,
      'text/xml',
      '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The token is invalid.</Message></Error></ErrorResponse>',
      'with 403 text/xml (InvalidClientTokenId: The token is invalid.)',
    ],
  ])('of a server that is no emulator is told with what came back: %i %s', async (status, type, body, found) => {
    const endpoint = await answering(status, type, body);
    const { message, advice, exitCode } = await refusalOf(endpoint);
    expect(message).toBe(`what listens at ${endpoint} is no AWS emulator: it answered "who am I" ${found}`);
    expect(advice).toContain('AWS_ENDPOINT_URL');
    expect(exitCode).toBe(6);
  });

  test('of somebody who hangs up is told', async () => {
    const { message } = await refusalOf(await listen((request) => request.socket.destroy()));
    expect(message).toMatch(/^no AWS emulator answers at http:\/\/127\.0\.0\.1:\d+: (socket hang up|read ECONNRESET)$/);
  });

  test('of a real account is refused: dummy keys or not, the local stage belongs on an emulator', async () => {
    const endpoint = await answering(200, 'text/xml', identity('123456789012'));
    const { message, exitCode } = await refusalOf(endpoint);
    expect(message).toContain('is account 123456789012');
    expect(exitCode).toBe(2);
  });

  test('of something that knows one service and not the next is told, too', async () => {
    const endpoint = await listen((request, response) =>
      request.headers['x-amz-target'] === undefined
        ? void response.writeHead(200, { 'content-type': 'text/xml' }).end(identity('000000000000'))
        : void response.writeHead(501, { 'content-type': 'text/plain' }).end('no'),
    );
    const { message, exitCode } = await refusalOf(endpoint);
    expect(message).toContain('it answered a question to DynamoDB with 501 text/plain');
    expect(exitCode).toBe(6);
  });
});
