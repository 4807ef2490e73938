import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';

/** A request as the router sees it, whatever the gateway. Header names are lower case. */
export interface HttpRequest {
  readonly method: string;
  /** with the base path, still percent-encoded */
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** of the token, or by the key, that the gateway's authorizer accepted */
  readonly claims: Readonly<Record<string, unknown>> | null;
  readonly requestId: string;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Payload format 2.0 of an HTTP API: the parts that we read. */
export interface GatewayEvent {
  readonly version: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | null;
  readonly isBase64Encoded: boolean;
  readonly requestContext: {
    readonly requestId: string;
    readonly stage?: string;
    readonly http: { readonly method: string; readonly path: string };
    readonly authorizer?: {
      readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
      /** what our own authorizer of service keys answered */
      readonly lambda?: Readonly<Record<string, unknown>> | null;
    };
  };
}

export const fromGateway = (event: GatewayEvent): HttpRequest => ({
  method: event.requestContext.http.method.toUpperCase(),
  path: withoutStage(event.rawPath, event.requestContext.stage),
  query: readQuery(event.rawQueryString ?? ''),
  headers: Object.fromEntries(
    Object.entries(event.headers ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  ),
  body:
    event.body === undefined || event.body === null
      ? undefined
      : event.isBase64Encoded
        ? Buffer.from(event.body, 'base64').toString('utf8')
        : event.body,
  claims: claimsOf(event.requestContext.authorizer),
  requestId: event.requestContext.requestId,
});

/** A token of our pool never says that it is a key: the pool alone writes `token_use`. */
export const KEY_USE = 'service_key';

const claimsOf = (authorizer: GatewayEvent['requestContext']['authorizer']): HttpRequest['claims'] => {
  if (authorizer?.jwt?.claims !== undefined) return authorizer.jwt.claims;
  const keyId = authorizer?.lambda?.['keyId'];
  return keyId === undefined ? null : { token_use: KEY_USE, sub: keyId };
};

/** A named stage puts its name before the path; `$default` does not. */
const withoutStage = (path: string, stage: string | undefined): string =>
  stage !== undefined && stage !== '$default' && path.startsWith(`/${stage}/`) ? path.slice(stage.length + 1) : path;

const readQuery = (raw: string): HttpRequest['query'] => {
  const given = new URLSearchParams(raw);
  return Object.fromEntries(
    [...new Set(given.keys())].map((name) => {
      const values = given.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
};

export const BODY_LIMIT_BYTES = 1_048_576;
export const DEPTH_LIMIT = 64;

/** Reads a JSON body within our caps; an absent body is `undefined`. */
export const readJson = (
  request: HttpRequest,
): Outcome<
  unknown,
  { code: 'malformed-request' | 'request-too-large'; message: string; facts: object & Record<string, unknown> }
> => {
  if (request.body === undefined || request.body === '') return accept(undefined);
  const bytes = Buffer.byteLength(request.body);
  if (bytes > BODY_LIMIT_BYTES) {
    return refuse('request-too-large', `the body has ${bytes} bytes, at most ${BODY_LIMIT_BYTES} are read`, {
      bytes,
      limitBytes: BODY_LIMIT_BYTES,
    });
  }
  const contentType = request.headers['content-type'] ?? 'application/json';
  if (!/^application\/([\w.-]+\+)?json\s*(;|$)/i.test(contentType)) {
    return refuse('malformed-request', `the body is ${contentType}; send application/json`, { contentType });
  }
  if (depthOf(request.body) > DEPTH_LIMIT) {
    return refuse('malformed-request', `the body is nested deeper than ${DEPTH_LIMIT} levels`, {
      limit: DEPTH_LIMIT,
    });
  }
  try {
    return accept(JSON.parse(request.body));
  } catch (error) {
    // the parser's sentence tells the place and quotes only what the caller sent
    const where = error instanceof SyntaxError ? error.message : 'unreadable';
    return refuse('malformed-request', `the body is not JSON: ${where.slice(0, 200)}`);
  }
};

/** Deepest nesting of a JSON text, read before parsing so that a hostile body costs nothing. */
const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (isInString) {
      if (char === '\\') i += 1;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === '{' || char === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (char === '}' || char === ']') depth -= 1;
  }
  return deepest;
};
