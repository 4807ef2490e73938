import * as z from 'zod';
import type { Principal } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';

/** What protects a write from being done twice or on a stale picture. */
export type Concurrency = 'none' | 'idempotency-key' | 'if-match';

/**
 * One route, declared once: router, OpenAPI, typed client, permission matrix and isolation tests come from it.
 * Schemas are written in camelCase; the platform converts to snake_case on the wire.
 */
export interface RouteDefinition {
  /** operationId and method of the typed client */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** below `/api/v1`, parameters in braces and camelCase: `/experiments/{experimentId}` */
  readonly path: string;
  readonly summary: string;
  /** an action of the permission table; `signed-in` for any member; `open` for anybody */
  readonly permission: string;
  readonly concurrency?: Concurrency;
  /** with if-match: whether `If-Match: *` is accepted, for commands that must work on a stale picture too */
  readonly starIfMatch?: true;
  /** answers outside `/api/v1` as well: health checks */
  readonly root?: true;
  /** query fields (camelCase) that a request header may give instead; the header wins */
  readonly queryFromHeaders?: Readonly<Record<string, string>>;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 204;
  /** the answer has a secret in it: it is not kept for a repeated attempt, which is told so */
  readonly showsSecret?: true;
  readonly response: z.ZodType;
  /** codes beyond those that every route can answer */
  readonly refusals: readonly string[];
  /** an example of the body, in camelCase */
  readonly example?: unknown;
}

export const route = <const R extends RouteDefinition>(definition: R): R => definition;

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;

/** What an implementation receives: everything parsed, the caller known. */
export interface RouteRequest<R extends RouteDefinition> {
  readonly params: Parsed<R['params']>;
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
  readonly caller: R['permission'] extends 'open' ? undefined : Principal;
  /** expected version of the thing, or `*` where the route allows it */
  readonly ifMatch: R['concurrency'] extends 'if-match'
    ? R['starIfMatch'] extends true
      ? number | '*'
      : number
    : undefined;
  /** the caller's key; ids of what is created may be derived from it so that a repeated attempt finds its own work */
  readonly idempotencyKey: R['concurrency'] extends 'idempotency-key' ? string : undefined;
  /** claims of the caller's token, for the routes of sessions */
  readonly claims: Readonly<Record<string, unknown>>;
  /** the token itself, for the one route that ends it; null where none was sent */
  readonly accessToken: string | null;
  readonly traceId: string;
}

/**
 * What an implementation answers; `version` becomes the ETag, `location` (below `/api/v1`) the header.
 * In lists `query.nextToken` and `metadata.nextToken` are the store's own plain keys: the router signs and checks them.
 */
export interface RouteAnswer<R extends RouteDefinition> {
  readonly body: z.infer<R['response']>;
  readonly version?: number;
  readonly location?: string;
}

export type Implementation<R extends RouteDefinition> = (
  request: RouteRequest<R>,
) => Promise<Outcome<RouteAnswer<R>, Refusal<R['refusals'][number] | CommonCode>>>;

/** Codes that any route may answer without naming them. */
export type CommonCode =
  | 'unauthorized'
  | 'authentication-expired'
  | 'forbidden'
  | 'resource-not-found'
  | 'method-not-allowed'
  | 'malformed-request'
  | 'request-too-large'
  | 'validation-failed'
  | 'precondition-required'
  | 'precondition-failed'
  | 'idempotency-conflict'
  | 'request-in-progress'
  | 'shown-once'
  | 'rate-limit-exceeded'
  | 'throttled'
  | 'service-unavailable'
  | 'internal-error';

/** A page of things; `nextToken` is an opaque signed cursor. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    metadata: z.object({ count: z.int(), limit: z.int(), nextToken: z.string().nullable() }),
  });

export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  nextToken: z.string().max(2048).optional(),
});
