import { type Client, makeClient } from '../../../src/client/client.ts';
import { ApiProblem } from '../../../src/client/problem.ts';
import { connectedFetch } from './connection.ts';
import { makeStore } from './store.ts';

/** `ended` says why, so that the sign-in page can. */
export type Session =
  | { readonly state: 'signed-in' }
  | { readonly state: 'signed-out'; readonly because: string | null };

interface AccessToken {
  readonly token: string;
  readonly endsAtMs: number;
}

// The access token lives in memory only: scripts of other origins and the disk never see it. The refresh token has to
// outlive a reload, or every F5 would ask for the password; sessionStorage ends with the tab and is not shared between
// tabs. A cookie would need a server of our own in front of the user pool, which the cloud does not have.
const REFRESH_KEY = 'phoenix-refresh-token';

/** Renewed this long before its end, so that no request travels with a token that dies on the way. */
const RENEW_EARLY_MS = 30_000;

let access: AccessToken | null = null;
let renewal: Promise<string | null> | null = null;

export const session = makeStore<Session>(
  sessionStorage.getItem(REFRESH_KEY) === null ? { state: 'signed-out', because: null } : { state: 'signed-in' },
);

const baseUrl = location.origin;
const openApi = makeClient({ baseUrl, fetch: connectedFetch });

/** The API as the signed-in person; every call carries a token that is still good. */
export const api: Client = makeClient({
  baseUrl,
  fetch: connectedFetch,
  token: () => currentToken(),
  newIdempotencyKey: () => crypto.randomUUID(),
});

export const authSettings = () => openApi.getAuthSettings({});

export const signIn = async (email: string, password: string): Promise<void> => {
  const { body } = await openApi.login({ body: { email, password } });
  keep(body);
  session.set({ state: 'signed-in' });
};

/** Ends the session everywhere; here it ends even when the API cannot be told. */
export const signOut = async (because: string | null = null): Promise<void> => {
  const telling = access === null ? Promise.resolve() : api.logout({}).then(() => undefined);
  await telling.catch(() => undefined);
  endSession(because);
};

/** After a 401: the token was refused although it looked good. */
export const endSession = (because: string | null): void => {
  access = null;
  sessionStorage.removeItem(REFRESH_KEY);
  session.set({ state: 'signed-out', because });
};

const currentToken = async (): Promise<string | null> => {
  if (access !== null && access.endsAtMs - RENEW_EARLY_MS > Date.now()) return access.token;
  // many queries ask at once; a refresh token that rotates may be used by one of them only
  renewal ??= renew().finally(() => {
    renewal = null;
  });
  return renewal;
};

const renew = async (): Promise<string | null> => {
  const refreshToken = sessionStorage.getItem(REFRESH_KEY);
  if (refreshToken === null) return null;
  try {
    const { body } = await openApi.refreshSession({ body: { refreshToken } });
    return keep({ ...body, refreshToken: body.refreshToken ?? refreshToken });
  } catch (failure) {
    // only a clear no ends the session: an API that is away for a minute must not sign anybody out
    if (failure instanceof ApiProblem && failure.status === 401) endSession('Your session has ended. Sign in again.');
    throw failure;
  }
};

const keep = (given: {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number;
}): string => {
  access = { token: given.accessToken, endsAtMs: Date.now() + given.expiresInSeconds * 1000 };
  if (given.refreshToken !== null) sessionStorage.setItem(REFRESH_KEY, given.refreshToken);
  return given.accessToken;
};
