import YAML from 'yaml';
import type * as z from 'zod';
import { type Client, makeClient } from '../src/client/client.ts';
import { ApiProblem } from '../src/client/problem.ts';
import { toWire } from '../src/client/wire.ts';
import { systemIds } from '../src/kernel/system.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';
import { readCredentials, readSettings, writeCredentials } from './session/credentials.ts';
import { readLocalEnvironment } from './session/local-environment.ts';

export type OutputFormat = 'table' | 'json' | 'yaml';

export interface GlobalOptions {
  readonly output: OutputFormat;
  readonly apiEndpoint?: string;
  readonly tenant?: string;
  readonly quiet?: boolean;
  readonly input?: boolean;
}

/** What a command works with; commands return values, this renders them. */
export interface Context {
  readonly options: GlobalOptions;
  readonly isTerminal: boolean;
  client(): Promise<Client>;
  apiEndpoint(): string;
  /** the answer, on standard output: JSON and YAML are the API's own shape */
  answer<S extends z.ZodType>(schema: S, value: z.infer<S>, table: () => string): void;
  /** the talk, on standard error */
  say(text: string): void;
}

export const makeContext = (options: GlobalOptions): Context => ({
  options,
  isTerminal: process.stdout.isTTY === true,
  apiEndpoint: () => endpointOf(options),
  client: async () => {
    const endpoint = endpointOf(options);
    return makeClient({
      ...(await credentialFor(endpoint)),
      newIdempotencyKey: () => systemIds.ulid(),
      ...(tenantOf(options) === undefined ? {} : { tenant: tenantOf(options) }),
    });
  },
  answer: (schema, value, table) => {
    const text =
      options.output === 'table'
        ? table()
        : options.output === 'json'
          ? JSON.stringify(toWire(schema, value), null, 2)
          : YAML.stringify(toWire(schema, value)).trimEnd();
    process.stdout.write(`${text}\n`);
  },
  say: (text) => {
    if (options.quiet !== true) process.stderr.write(`${text}\n`);
  },
});

const tenantOf = (options: GlobalOptions): string | undefined => options.tenant ?? readSettings().tenant;

const endpointOf = (options: GlobalOptions): string => {
  const endpoint =
    options.apiEndpoint ??
    process.env['PHOENIX_API_URL'] ??
    readSettings().apiEndpoint ??
    readLocalEnvironment()?.apiUrl ??
    readCredentials()?.apiEndpoint;
  if (endpoint === undefined || endpoint === null) {
    throw new CommandFailure(
      EXIT.invalid,
      'no API endpoint is known',
      'name it with --api-endpoint or PHOENIX_API_URL, or start a local environment with `phoenix up`',
    );
  }
  return endpoint.replace(/\/$/, '');
};

/** A service key of the environment opens the API for programs, whose address the other one knows. */
const credentialFor = async (
  endpoint: string,
): Promise<
  { readonly baseUrl: string; readonly key: string } | { readonly baseUrl: string; readonly token: string }
> => {
  const key = process.env['PHOENIX_KEY'];
  if (key === undefined) return { baseUrl: endpoint, token: await tokenFor(endpoint) };
  const { body } = await makeClient({ baseUrl: endpoint }).getAuthSettings({});
  return { baseUrl: body.keyApiUrl ?? endpoint, key };
};

/** A token from the environment, or the stored one; an old one is renewed first. */
const tokenFor = async (endpoint: string): Promise<string> => {
  const given = process.env['PHOENIX_TOKEN'];
  if (given !== undefined) return given;
  const stored = readCredentials();
  if (stored === null || stored.apiEndpoint !== endpoint) {
    throw new CommandFailure(EXIT.notAllowed, `nobody is signed in at ${endpoint}`, 'sign in with `phoenix login`');
  }
  if (!isEnding(stored.accessToken)) return stored.accessToken;
  const renewed = await renewedToken(endpoint, stored.refreshToken);
  if (renewed === null) {
    throw new CommandFailure(
      EXIT.notAllowed,
      `the session of ${stored.email} at ${endpoint} has ended`,
      'sign in again with `phoenix login`',
    );
  }
  writeCredentials({ ...stored, accessToken: renewed });
  return renewed;
};

/** Null when the session cannot be renewed any more. */
const renewedToken = async (endpoint: string, refreshToken: string | null): Promise<string | null> => {
  if (refreshToken === null) return null;
  try {
    return (await makeClient({ baseUrl: endpoint }).refreshSession({ body: { refreshToken } })).body.accessToken;
  } catch (failure) {
    if (failure instanceof ApiProblem && failure.status === 401) return null;
    throw failure;
  }
};

/** True from half a minute before its end on; a token that cannot be read is taken as ended. */
const isEnding = (token: string): boolean => {
  try {
    const claims: { exp?: number } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return (claims.exp ?? 0) * 1000 < Date.now() + 30_000;
  } catch {
    return true;
  }
};
