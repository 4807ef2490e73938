import type * as z from 'zod';
import type { RouteDefinition } from '../platform/declare/route.ts';
import { fromWire, snakeCase, toWire } from '../platform/wire.ts';
import { ALL_ROUTES } from './contracts.ts';
import { problemFrom } from './problem.ts';

/** What a caller gives: path parameters, query and body as the route declares them, and what protects a write. */
type Given<R extends RouteDefinition> = (R['params'] extends z.ZodType
  ? { readonly params: z.input<R['params']> }
  : unknown) &
  (R['query'] extends z.ZodType ? { readonly query?: z.input<R['query']> } : unknown) &
  (R['body'] extends z.ZodType ? { readonly body: z.input<R['body']> } : unknown) &
  (R['concurrency'] extends 'if-match'
    ? { readonly ifMatch: R['starIfMatch'] extends true ? number | '*' : number }
    : unknown) & {
    /** a repeated attempt with the same key does the work once; a fresh one is made when absent */
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

export interface Answer<T> {
  readonly body: T;
  readonly status: number;
  readonly etag: string | null;
  readonly location: string | null;
}

type RouteNamed<N extends string> = Extract<(typeof ALL_ROUTES)[number], { name: N }>;

/** One method per route, named like it; everything in camelCase; refusals are thrown as ApiProblem. */
export type Client = {
  readonly [N in (typeof ALL_ROUTES)[number]['name']]: (
    given: Given<RouteNamed<N>>,
  ) => Promise<Answer<z.infer<RouteNamed<N>['response']>>>;
};

export interface ClientSettings {
  /** with or without `/api/v1` at its end */
  readonly baseUrl: string;
  /** an access token, or what gives a fresh one at each call */
  readonly token?: string | (() => Promise<string | null>);
  /** a service key in place of a token */
  readonly key?: string | undefined;
  /** needed by members of several tenants */
  readonly tenant?: string | undefined;
  /** for writes that are called without a key of their own; a fresh ULID where absent */
  readonly newIdempotencyKey?: () => string;
  readonly fetch?: typeof globalThis.fetch;
}

/** The typed client that CLI and dashboard use, made from the same routes as the router. */
export const makeClient = (settings: ClientSettings): Client => {
  const base = `${settings.baseUrl.replace(/\/(api\/v1\/?)?$/, '')}/api/v1`;
  const call = async (route: RouteDefinition, given: LooselyGiven): Promise<Answer<unknown>> => {
    const send = settings.fetch ?? globalThis.fetch;
    const response = await send(`${base}${pathOf(route, given)}${queryOf(route, given)}`, {
      method: route.method,
      headers: await headersOf(settings, route, given),
      ...(route.body === undefined ? {} : { body: JSON.stringify(toWire(route.body, given.body ?? {})) }),
      ...(given.signal === undefined ? {} : { signal: given.signal }),
    });
    const text = await response.text();
    const json = parsedOrNull(text);
    if (!response.ok) throw problemFrom(response.status, json, response.headers.get('x-request-id'));
    return {
      body: response.status === 204 ? null : route.response.parse(fromWire(route.response, json)),
      status: response.status,
      etag: response.headers.get('etag'),
      location: response.headers.get('location'),
    };
  };
  return Object.fromEntries(
    ALL_ROUTES.map((route) => [route.name, (given: LooselyGiven) => call(route, given)]),
  ) as Record<string, unknown> as Client;
};

interface LooselyGiven {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: number | '*';
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

const pathOf = (route: RouteDefinition, given: LooselyGiven): string =>
  route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.params?.[name])));

const queryOf = (route: RouteDefinition, given: LooselyGiven): string => {
  if (route.query === undefined) return '';
  const entries = Object.entries(given.query ?? {}).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(entries.map(([name, value]) => [snakeCase(name), String(value)]));
  return entries.length === 0 ? '' : `?${search}`;
};

const headersOf = async (
  settings: ClientSettings,
  route: RouteDefinition,
  given: LooselyGiven,
): Promise<Record<string, string>> => {
  const token = typeof settings.token === 'function' ? await settings.token() : settings.token;
  return {
    accept: 'application/json',
    ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined || token === null || route.permission === 'open'
      ? {}
      : { authorization: `Bearer ${token}` }),
    ...(settings.key === undefined || route.permission === 'open' ? {} : { 'x-api-key': settings.key }),
    ...(settings.tenant === undefined ? {} : { 'x-phoenix-tenant': settings.tenant }),
    ...(given.ifMatch === undefined ? {} : { 'if-match': given.ifMatch === '*' ? '*' : `"${given.ifMatch}"` }),
    ...(route.concurrency === 'idempotency-key' ? { 'idempotency-key': keyFor(settings, route, given) } : {}),
  };
};

/** Chance is the caller's: a key made here could not be repeated with the attempt. */
const keyFor = (settings: ClientSettings, route: RouteDefinition, given: LooselyGiven): string => {
  const key = given.idempotencyKey ?? settings.newIdempotencyKey?.();
  if (key === undefined)
    throw new Error(`${route.name} needs an idempotency key: give one, or newIdempotencyKey to the client`);
  return key;
};

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
