import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

// How the HTTP API's own JWT authorizer decides, as its documentation has it and as the emulator was measured: the
// signature by a key of the issuer, `iss`, `exp`, `aud` (or `client_id` where there is none), then the scope of the
// route. 401 for a token that is not good, 403 for one that lacks the scope. It knows nothing of ended sessions.

const ISSUER = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_test';
const CLIENT = 'phoenix-client';
const SCOPE = 'aws.cognito.signin.user.admin';

const generateKeys = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const poolKeys = generateKeys();
const othersKeys = generateKeys();

export type Claims = Readonly<Record<string, unknown>>;

/** What the pool writes into an access token; a claim given as undefined is left out. */
export const accessToken = (sub: string, nowSeconds: number, more: Claims = {}): string =>
  signed(
    {
      sub,
      iss: ISSUER,
      client_id: CLIENT,
      token_use: 'access',
      scope: SCOPE,
      auth_time: nowSeconds,
      iat: nowSeconds,
      exp: nowSeconds + 600,
      ...more,
    },
    poolKeys.privateKey,
  );

/** ID tokens have an audience and no scope. */
export const idToken = (sub: string, nowSeconds: number): string =>
  accessToken(sub, nowSeconds, { token_use: 'id', aud: CLIENT, client_id: undefined, scope: undefined });

export const forgedToken = (sub: string, nowSeconds: number): string => {
  const [head, payload] = accessToken(sub, nowSeconds).split('.');
  const signature = sign('sha256', Buffer.from(`${head}.${payload}`), othersKeys.privateKey);
  return `${head}.${payload}.${signature.toString('base64url')}`;
};

/** The same signature under other claims. */
export const alteredToken = (token: string, change: Claims): string => {
  const [head, payload, signature] = token.split('.');
  return [head, encoded({ ...decoded(payload), ...change }), signature].join('.');
};

export const unsignedToken = (token: string): string =>
  `${encoded({ alg: 'none', typ: 'JWT' })}.${token.split('.')[1]}.`;

export type Admission =
  | { readonly admitted: true; readonly claims: Claims }
  | { readonly admitted: false; readonly status: 401 | 403 };

/** Whether a token opens a route that asks for one of our scopes. */
export const admit = (authorization: string | undefined, nowSeconds: number): Admission => {
  const [head = '', payload = '', signature = ''] = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]?.split('.') ?? [];
  const isSigned =
    decoded(head)['alg'] === 'RS256' &&
    verify('sha256', Buffer.from(`${head}.${payload}`), poolKeys.publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return { admitted: false, status: 401 };
  const claims = decoded(payload);
  const {
    iss,
    aud,
    client_id: client,
    exp,
    scope,
  } = claims as Readonly<Record<string, unknown>> & {
    readonly [name in 'iss' | 'aud' | 'client_id' | 'exp' | 'scope']?: unknown;
  };
  if (iss !== ISSUER || (aud ?? client) !== CLIENT || Number(exp) <= nowSeconds)
    return { admitted: false, status: 401 };
  if (
    !String(scope ?? '')
      .split(' ')
      .includes(SCOPE)
  )
    return { admitted: false, status: 403 };
  return { admitted: true, claims };
};

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const decoded = (part: string | undefined): Claims => {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
  } catch {
    return {};
  }
};

const signed = (claims: Claims, key: KeyObject): string => {
  const text = `${encoded({ alg: 'RS256', kid: 'pool', typ: 'JWT' })}.${encoded(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};
