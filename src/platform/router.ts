import { createHash } from 'node:crypto';
import { actorOf, type Principal } from '../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../kernel/outcome.ts';
import { type Problems, wireCode } from './declare/problem.ts';
import { isWrite, type RefusedWrite } from './declare/refused-write.ts';
import type { RouteDefinition } from './declare/route.ts';
import { ServiceFailure } from './failure.ts';
import type { CursorScope, Cursors } from './http/cursor.ts';
import { type IdempotencyStore, LEASE_SECONDS, requestHashOf } from './http/idempotency.ts';
import type { AnyRequest, ServedRoute } from './http/implement.ts';
import { BASE_PATH, makeMatcher } from './http/match.ts';
import type { HttpAnswer, HttpRequest } from './http/message.ts';
import { type AnswerContext, answerProblem, problemOf, SECURITY_HEADERS } from './http/problem-answer.ts';
import { parseQuery, readBody, readIdempotencyKey, readIfMatch, readParams } from './http/read-request.ts';
import type { Run } from './run.ts';
import { toWire } from './wire.ts';

/** Who asks and what they may: the access context stands behind it. Absent in functions with open routes only. */
export interface Gatekeeper {
  /** the member behind a token's claims, or the service key, in the tenant of the header `x-phoenix-tenant` */
  identify(
    claims: Readonly<Record<string, unknown>>,
    tenant: string | undefined,
  ): Promise<Outcome<Principal, Refusal<'unauthorized' | 'authentication-expired' | 'forbidden'>>>;
  /** the lowest role that has a permission, for the sentence of a refusal */
  lowestRoleFor(permission: string): string;
}

export interface RouterParts {
  /** named in problems, for example `api-clusters` */
  readonly service: string;
  readonly served: readonly ServedRoute[];
  /** of the contexts whose routes are served; the common ones are known */
  readonly problems: Problems;
  readonly gatekeeper: Gatekeeper;
  /** needed where a route has an idempotency key, a list with pages */
  readonly idempotency?: IdempotencyStore;
  readonly cursors?: Cursors;
  /** needed where a route writes */
  readonly refusedWrites?: RefusedWrites;
}

/** Where refused writes are told. */
export interface RefusedWrites {
  tell(write: Omit<RefusedWrite, 'at'>): Promise<void>;
}

export type Router = (request: HttpRequest, run: Run) => Promise<HttpAnswer>;

export const TENANT_HEADER = 'x-phoenix-tenant';

/** Answers requests by their declared routes: who may, what is valid, which version, and never anything of our insides. */
export const makeRouter = (parts: RouterParts): Router => {
  const match = makeMatcher(parts.served);
  assertComplete(parts);
  return async (request, run) => {
    const context = { service: parts.service, traceId: run.traceId, requestId: request.requestId };
    let refused: Refusal | undefined;
    const problem = (refusal: Refusal): HttpAnswer => {
      refused = refusal;
      return answerProblem(parts.problems, refusal, context);
    };
    const found = match(request.method, request.path);
    if (found.found === 'nothing') return problem(noSuchPath(request));
    if (found.found === 'path') {
      return withHeader(problem(noSuchMethod(request, found.methods)), 'allow', found.methods.join(', '));
    }
    const { route } = found.served;
    run.log.remember({ route: route.name });
    let caller: Principal | undefined;
    try {
      const identified = await identify(parts.gatekeeper, route, request);
      if (!identified.accepted) return problem(identified.refusal);
      caller = identified.value;
      if (caller !== undefined) run.log.remember({ tenant: caller.tenantId, user: caller.userId });
      const read = await readRequest(parts, route, found.params, request, { run, caller });
      if (!read.accepted) return problem(read.refusal);
      return await answerOnce(parts, found.served, request, read.value, { ...context, problem });
    } catch (error) {
      run.log.failure('http.failed', error);
      return problem(failureRefusal(error, run.traceId));
    } finally {
      if (refused !== undefined && caller !== undefined && isWrite(route)) {
        await tellRefused(parts, { route, params: found.params, caller, refused, context }, run);
      }
    }
  };
};

/** A refusal stands whether or not it could be told; that it could not be told is an alarm for operators. */
const tellRefused = async (
  { refusedWrites, problems }: RouterParts,
  {
    route,
    params,
    caller,
    refused,
    context,
  }: {
    readonly route: RouteDefinition;
    readonly params: Readonly<Record<string, string>>;
    readonly caller: Principal;
    readonly refused: Refusal;
    readonly context: AnswerContext;
  },
  run: Run,
): Promise<void> => {
  try {
    await refusedWrites?.tell({
      tenant: caller.tenantId,
      actor: actorOf(caller),
      action: route.name,
      subject: (Object.values(params).at(-1) ?? '').slice(0, 128),
      code: wireCode(refused.code),
      status: problemOf(problems, refused.code).status,
      message: refused.message.slice(0, 500),
      requestId: context.requestId,
      traceId: context.traceId,
    });
  } catch (error) {
    run.meter.count('refused_writes_untold');
    run.log.failure('audit.untold', error, { code: refused.code });
  }
};

/** A function that serves what it has no store or key for was wired wrongly: say so before the first request. */
const assertComplete = ({ service, served, idempotency, cursors, refusedWrites }: RouterParts): void => {
  for (const { route } of served) {
    if (isWrite(route) && refusedWrites === undefined) {
      throw new Error(`${service} serves ${route.name} and was told of nobody who hears of refused writes`);
    }
    if (route.concurrency === 'idempotency-key' && idempotency === undefined) {
      throw new Error(`${service} serves ${route.name} and was given no idempotency store`);
    }
    if (route.query !== undefined && 'nextToken' in route.query.shape && cursors === undefined) {
      throw new Error(`${service} serves ${route.name} and was given no cursors`);
    }
  }
};

interface ReadRequest {
  readonly asked: AnyRequest;
  /** tenant and person, or `open` */
  readonly who: string;
  readonly cursorScope: CursorScope;
}

const readRequest = async (
  parts: RouterParts,
  route: RouteDefinition,
  rawParams: Readonly<Record<string, string>>,
  request: HttpRequest,
  { run, caller }: { readonly run: Run; readonly caller: Principal | undefined },
): Promise<Outcome<ReadRequest>> => {
  const allowed = authorise(parts.gatekeeper, route, caller);
  if (!allowed.accepted) return allowed;

  const params = readParams(route, rawParams);
  if (!params.accepted) return params;
  const query = parseQuery(route, request);
  if (!query.accepted) return query;
  const { nextToken, limit: _, ...filter } = (query.value ?? {}) as Readonly<Record<string, unknown>>;
  const tenant = caller?.tenantId ?? '';
  const cursorScope = { tenant, list: `${route.name} ${JSON.stringify(rawParams)}`, filter };
  const position = typeof nextToken === 'string' ? await parts.cursors?.read(cursorScope, nextToken) : undefined;
  if (position?.accepted === false) return position;

  const ifMatch = readIfMatch(route, request);
  if (!ifMatch.accepted) return ifMatch;
  const idempotencyKey = readIdempotencyKey(route, request);
  if (!idempotencyKey.accepted) return idempotencyKey;
  const body = readBody(route, request);
  if (!body.accepted) return body;

  const asked = {
    params: params.value,
    query: position === undefined ? query.value : { ...(query.value as object), nextToken: position.value },
    body: body.value,
    caller,
    ifMatch: ifMatch.value,
    idempotencyKey: idempotencyKey.value,
    claims: request.claims ?? {},
    accessToken: /^Bearer (.+)$/i.exec(request.headers['authorization'] ?? '')?.[1] ?? null,
    traceId: run.traceId,
  };
  return { accepted: true, value: { asked, who: `${tenant} ${caller?.userId ?? 'open'}`, cursorScope } };
};

/** Who asks; undefined where anybody may. */
const identify = async (
  gatekeeper: Gatekeeper,
  route: RouteDefinition,
  request: HttpRequest,
): Promise<Outcome<Principal | undefined>> => {
  if (route.permission === 'open') return accept(undefined);
  if (request.claims === null)
    return refuse('unauthorized', 'this needs a signed-in person; sign in and send the token');
  return gatekeeper.identify(request.claims, request.headers[TENANT_HEADER]);
};

const authorise = (
  gatekeeper: Gatekeeper,
  { permission }: RouteDefinition,
  caller: Principal | undefined,
): Outcome<undefined> => {
  if (caller === undefined || permission === 'signed-in' || caller.permissions.has(permission))
    return accept(undefined);
  const { tenantId, roles } = caller;
  const role = gatekeeper.lowestRoleFor(permission);
  return refuse(
    'forbidden',
    `this needs ${permission}, which the role ${role} has; you are ${roles.join(', ') || 'without a role'} in ${tenantId}`,
    { permission, lowestRole: role, roles },
  );
};

interface Answering extends AnswerContext {
  problem(refusal: Refusal): HttpAnswer;
}

/** Under an idempotency key the first answer is the answer; a refusal did nothing, so it may be asked again. */
const answerOnce = async (
  parts: RouterParts,
  served: ServedRoute,
  request: HttpRequest,
  read: ReadRequest,
  context: Answering,
): Promise<HttpAnswer> => {
  const { problem } = context;
  const key = read.asked.idempotencyKey;
  const { idempotency } = parts;
  if (typeof key !== 'string' || idempotency === undefined) return answer(parts, served, request, read, context);

  const scopedKey = requestHashOf([read.who, key]);
  const requestHash = requestHashOf([served.route.name, read.asked.params, read.asked.query, read.asked.body]);
  const known = await idempotency.begin(scopedKey, requestHash, LEASE_SECONDS);
  switch (known.state) {
    case 'answered':
      return withHeader(known.answer, 'idempotency-replayed', 'true');
    case 'other-request':
      return problem(
        refusalOf('idempotency-conflict', 'this Idempotency-Key belongs to another request; use a fresh one'),
      );
    case 'in-progress':
      return problem(
        refusalOf('request-in-progress', 'the first request with this Idempotency-Key is still running; ask again', {
          retryAfterSeconds: 1,
        }),
      );
    case 'claimed':
      return answerClaimed(idempotency, {
        scopedKey,
        requestHash,
        keptOf: (given) => (served.route.showsSecret === true ? shownOnce(parts, served.route, context) : given),
        work: () => answer(parts, served, request, read, context),
      });
  }
};

/** A failure gives the key back too: ids derived from the key make the next attempt find what this one may have done. */
const answerClaimed = async (
  idempotency: IdempotencyStore,
  {
    scopedKey,
    requestHash,
    keptOf,
    work,
  }: {
    readonly scopedKey: string;
    readonly requestHash: string;
    /** what a repeated attempt is answered */
    readonly keptOf: (given: HttpAnswer) => HttpAnswer;
    readonly work: () => Promise<HttpAnswer>;
  },
): Promise<HttpAnswer> => {
  let given: HttpAnswer | undefined;
  try {
    given = await work();
    return given;
  } finally {
    await (given !== undefined && given.statusCode < 400
      ? idempotency.complete(scopedKey, requestHash, keptOf(given))
      : idempotency.release(scopedKey));
  }
};

/** Secrets are nowhere kept as they are, neither for whoever lost the answer. */
const shownOnce = ({ problems }: RouterParts, { name }: RouteDefinition, context: AnswerContext): HttpAnswer =>
  answerProblem(
    problems,
    refusalOf('shown-once', `${name} was done under this Idempotency-Key; the secret in its answer is not kept`),
    context,
  );

const answer = async (
  parts: RouterParts,
  { route, answer: implementation, textForms }: ServedRoute,
  request: HttpRequest,
  { asked, cursorScope }: ReadRequest,
  context: Answering,
): Promise<HttpAnswer> => {
  const outcome = await implementation(asked);
  if (!outcome.accepted) return context.problem(outcome.refusal);
  const { body, version, location } = outcome.value;
  const wireBody = toWire(route.response, await signNextToken(parts.cursors, cursorScope, body));
  const form = Object.keys(textForms).find((type) => request.headers['accept']?.includes(type));
  const text = form === undefined ? JSON.stringify(wireBody) : (textForms[form]?.(wireBody) ?? '');
  const etag = etagOf(route, version, text);
  const headers = {
    ...SECURITY_HEADERS,
    'cache-control': form === undefined && request.method === 'GET' ? 'private, no-cache' : 'no-store',
    'x-request-id': context.requestId,
    ...(Object.keys(textForms).length > 0 ? { vary: 'Accept' } : {}),
    ...(etag === undefined || form !== undefined ? {} : { etag }),
    ...(location === undefined ? {} : { location: `${BASE_PATH}${location}` }),
  };
  // an event stream must answer 200: any other status ends an EventSource for good
  if (form === undefined && request.method === 'GET' && isKnown(request.headers['if-none-match'], etag)) {
    return { statusCode: 304, headers, body: '' };
  }
  if (route.status === 204) return { statusCode: 204, headers, body: '' };
  return {
    statusCode: route.status,
    headers: { ...headers, 'content-type': form === undefined ? 'application/json' : `${form}; charset=utf-8` },
    body: text,
  };
};

/**
 * What was read: the version, and behind a point the text's own mark, because a view can change (slots are measured,
 * looks are taken) without a new version of its thing. If-Match reads the version only. Without a version the mark alone.
 */
const etagOf = (route: RouteDefinition, version: number | undefined, text: string): string | undefined => {
  if (route.method !== 'GET') return version === undefined ? undefined : `"${version}"`;
  const mark = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  return version === undefined ? `W/"t${mark}"` : `"${version}.${mark}"`;
};

const isKnown = (ifNoneMatch: string | undefined, etag: string | undefined): boolean =>
  etag !== undefined && (ifNoneMatch ?? '').split(',').some((each) => weak(each.trim()) === weak(etag));

const weak = (etag: string): string => etag.replace(/^W\//, '');

const signNextToken = async (cursors: Cursors | undefined, scope: CursorScope, body: unknown): Promise<unknown> => {
  const { metadata } = (body ?? {}) as { readonly metadata?: { readonly nextToken?: unknown } };
  if (cursors === undefined || typeof metadata?.nextToken !== 'string') return body;
  const nextToken = await cursors.issue(scope, metadata.nextToken);
  return { ...(body as object), metadata: { ...metadata, nextToken } };
};

/** What a caller may know of a failure: whose fault it is and whether asking again can help. */
const failureRefusal = (error: unknown, traceId: string): Refusal =>
  error instanceof ServiceFailure
    ? refusalOf(error.code, `${error.message}; nothing is known to be wrong with your request, try again`)
    : refusalOf('internal-error', `something went wrong on our side; tell us the trace ${traceId}`);

const noSuchPath = ({ path }: HttpRequest): Refusal =>
  refusalOf('resource-not-found', `there is no address ${path.slice(0, 200)}`);

const noSuchMethod = ({ method, path }: HttpRequest, methods: readonly string[]): Refusal =>
  refusalOf('method-not-allowed', `${path.slice(0, 200)} has no ${method}; it has ${methods.join(', ')}`, { methods });

const refusalOf = (code: string, message: string, facts: Refusal['facts'] = {}): Refusal => ({ code, message, facts });

const withHeader = (given: HttpAnswer, name: string, value: string): HttpAnswer => ({
  ...given,
  headers: { ...given.headers, [name]: value },
});
