import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Principal, TenantId, UserId } from '../../../src/kernel/identity.ts';
import { accept, refuse } from '../../../src/kernel/outcome.ts';
import { PageQuery, page, route } from '../../../src/platform/declare/route.ts';
import { ServiceFailure } from '../../../src/platform/failure.ts';
import { makeCursors } from '../../../src/platform/http/cursor.ts';
import { implement } from '../../../src/platform/http/implement.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import type { HttpAnswer } from '../../../src/platform/http/message.ts';
import { makeRouter, type RefusedWrites, type Router } from '../../../src/platform/router.ts';
import { httpRequest, recordingLog, recordingRefusals, testClock, testRun } from '../../support/platform.ts';

const Thing = z.object({ id: z.string(), displayName: z.string() });
const ById = z.object({ thingId: z.string().regex(/^t-\d+$/, 'expected an id such as t-1') });
const OneField = z.strictObject({ displayName: z.string().min(2) });

const routes = [
  route({
    name: 'listThings',
    method: 'GET',
    path: '/things',
    summary: '',
    permission: 'thing:read',
    query: PageQuery.extend({ ofKind: z.string().optional() }),
    status: 200,
    response: page(Thing),
    refusals: [],
  }),
  route({
    name: 'createThing',
    method: 'POST',
    path: '/things',
    summary: '',
    permission: 'thing:write',
    concurrency: 'idempotency-key',
    body: OneField,
    status: 201,
    response: Thing,
    refusals: ['thing-exists'],
  }),
  route({
    name: 'getThing',
    method: 'GET',
    path: '/things/{thingId}',
    summary: '',
    permission: 'thing:read',
    params: ById,
    status: 200,
    response: Thing,
    refusals: [],
  }),
  route({
    name: 'getNewestThing',
    method: 'GET',
    path: '/things/newest',
    summary: '',
    permission: 'signed-in',
    query: z.object({ after: z.string().optional() }),
    queryFromHeaders: { after: 'last-event-id' },
    status: 200,
    response: z.object({ after: z.string().nullable() }),
    refusals: [],
  }),
  route({
    name: 'renameThing',
    method: 'PUT',
    path: '/things/{thingId}',
    summary: '',
    permission: 'thing:write',
    concurrency: 'if-match',
    params: ById,
    body: OneField,
    status: 200,
    response: Thing,
    refusals: [],
  }),
  route({
    name: 'stopThing',
    method: 'POST',
    path: '/things/{thingId}/stop',
    summary: '',
    permission: 'thing:write',
    concurrency: 'if-match',
    starIfMatch: true,
    params: ById,
    status: 204,
    response: z.null(),
    refusals: [],
  }),
  route({
    name: 'breakThing',
    method: 'POST',
    path: '/things/{thingId}/break',
    summary: '',
    permission: 'open',
    params: ById,
    status: 200,
    response: z.null(),
    refusals: [],
  }),
  route({
    name: 'getLive',
    method: 'GET',
    path: '/live',
    summary: '',
    permission: 'open',
    root: true,
    status: 200,
    response: z.object({ alive: z.boolean() }),
    refusals: [],
  }),
] as const;

const who = (roles: readonly string[], permissions: readonly string[], tenant = 'acme'): Principal => ({
  userId: 'u-1' as UserId,
  email: 'a@b.c',
  tenantId: tenant as TenantId,
  roles,
  permissions: new Set(permissions),
});

const WRITER = { sub: 'writer' };
const READER = { sub: 'reader' };
const DATABASE_SECRET = 'ConditionalCheck at 10.0.0.7 table core';

const clock = testClock();
let created: number;
let log = recordingLog();
let router: Router;
let refusals: RefusedWrites & { readonly told?: readonly unknown[] } = recordingRefusals();

beforeEach(() => {
  created = 0;
  log = recordingLog();
  refusals = recordingRefusals();
  const served = implement(
    routes,
    {
      listThings: async ({ query }) =>
        accept({
          body: {
            items: [{ id: 't-1', displayName: query.nextToken ?? 'first page', secret: 'hidden' }],
            metadata: { count: 1, limit: query.limit, nextToken: 'T#acme#THING|t-1' },
          },
        }),
      createThing: async ({ body, idempotencyKey }) => {
        if (body.displayName === 'taken')
          return refuse('thing-exists', 'there is one called taken', { nameAsked: 'taken' });
        if (body.displayName === 'crash') throw new Error(DATABASE_SECRET);
        created += 1;
        return accept({
          body: { id: `t-${created}`, displayName: idempotencyKey },
          version: 1,
          location: '/things/t-1',
        });
      },
      getThing: async ({ params, caller }) =>
        accept({ body: { id: params.thingId, displayName: caller.tenantId }, version: 7 }),
      getNewestThing: async ({ query }) => accept({ body: { after: query.after ?? null } }),
      renameThing: async ({ ifMatch, body }) =>
        ifMatch === 7
          ? accept({ body: { id: 't-1', displayName: body.displayName }, version: 8 })
          : refuse('precondition-failed', 'it is at version 7 now', { version: 7 }),
      stopThing: async () => accept({ body: null }),
      breakThing: async ({ params }) => {
        throw params.thingId === 't-1'
          ? new Error(DATABASE_SECRET)
          : new ServiceFailure('throttled', 'the core table', new Error(DATABASE_SECRET));
      },
      getLive: async () => accept({ body: { alive: true } }),
    },
    { getNewestThing: { 'text/event-stream': (body) => `data: ${JSON.stringify(body)}\n\n` } },
  );
  router = makeRouter({
    service: 'api-things',
    served,
    problems: { 'thing-exists': { status: 409, title: 'The name is taken', retry: 'after-change' } },
    gatekeeper: {
      identify: async (claims, tenant) => {
        if (claims['sub'] === 'writer') return accept(who(['operator'], ['thing:read', 'thing:write'], tenant));
        if (claims['sub'] === 'reader') return accept(who(['viewer'], ['thing:read'], tenant));
        return refuse('authentication-expired', 'the session has ended');
      },
      lowestRoleFor: () => 'operator',
    },
    idempotency: memoryIdempotencyStore({ clock }),
    cursors: makeCursors({ secret: async () => 'key of the tests', clock }),
    refusedWrites: { tell: (write) => refusals.tell(write) },
  });
});

const ask = (...request: Parameters<typeof httpRequest>): Promise<HttpAnswer> =>
  router(httpRequest(...request), testRun(log));
const bodyOf = (answer: HttpAnswer): Record<string, unknown> => JSON.parse(answer.body);
const codeOf = (answer: HttpAnswer): string => `${answer.statusCode} ${bodyOf(answer)['code']}`;

describe('finding a route', () => {
  test('answers below /api/v1 in wire names, with what the response schema names and nothing else', async () => {
    const answer = await ask('GET', '/api/v1/things', { claims: READER });
    expect(answer.statusCode).toBe(200);
    expect(bodyOf(answer)['items']).toEqual([{ id: 't-1', display_name: 'first page' }]);
  });

  test('a literal segment wins over a parameter', async () => {
    expect(bodyOf(await ask('GET', '/api/v1/things/newest', { claims: READER }))).toEqual({ after: null });
  });

  test('only routes that say so answer outside the base path', async () => {
    expect((await ask('GET', '/live')).statusCode).toBe(200);
    expect((await ask('GET', '/api/v1/live')).statusCode).toBe(200);
    expect(codeOf(await ask('GET', '/things', { claims: READER }))).toBe('404 RESOURCE_NOT_FOUND');
  });

  test('an unknown address is 404, a known one with another method is 405 and says which', async () => {
    expect(codeOf(await ask('GET', '/api/v1/nothing'))).toBe('404 RESOURCE_NOT_FOUND');
    const answer = await ask('PATCH', '/api/v1/things');
    expect(codeOf(answer)).toBe('405 METHOD_NOT_ALLOWED');
    expect(answer.headers['allow']).toBe('GET, POST');
  });

  test.each([
    '/api/v1/things/%ZZ',
    '/api/v1/things/t-1%2Fstop',
    '/api/v1/things/..%2f..',
    '/api/v1/things/'.padEnd(3000, 'x'),
  ])('the hostile address %s is not found', async (path) => {
    expect(codeOf(await ask('GET', path, { claims: READER }))).toBe('404 RESOURCE_NOT_FOUND');
  });
});

describe('who may', () => {
  test('nobody without a token, and none whose session has ended', async () => {
    expect(codeOf(await ask('GET', '/api/v1/things'))).toBe('401 UNAUTHORIZED');
    expect(codeOf(await ask('GET', '/api/v1/things', { claims: { sub: 'gone' } }))).toBe('401 AUTHENTICATION_EXPIRED');
  });

  test('a role without the permission is told which role has it', async () => {
    const answer = await ask('POST', '/api/v1/things', { claims: READER, body: { display_name: 'new' } });
    expect(codeOf(answer)).toBe('403 FORBIDDEN');
    expect(bodyOf(answer)['message']).toBe(
      'this needs thing:write, which the role operator has; you are viewer in acme',
    );
  });

  test('who may not is not told whether the body is valid', async () => {
    expect(codeOf(await ask('POST', '/api/v1/things', { claims: READER, body: '{' }))).toBe('403 FORBIDDEN');
  });

  test('the tenant header reaches the gatekeeper', async () => {
    const answer = await ask('GET', '/api/v1/things/t-1', { claims: READER, headers: { 'x-phoenix-tenant': 'other' } });
    expect(bodyOf(answer)['display_name']).toBe('other');
  });

  test('the log line knows route, tenant and person', async () => {
    await ask('GET', '/api/v1/things/t-1', { claims: READER });
    log.info('last line');
    expect(log.lines.at(-1)?.ids).toEqual({ route: 'getThing', tenant: 'acme', user: 'u-1' });
  });
});

describe('reading the request', () => {
  const create = (body: unknown, headers: Record<string, string> = { 'idempotency-key': 'key-00001' }) =>
    ask('POST', '/api/v1/things', { claims: WRITER, body, headers });

  test('a field that is wrong, missing or unknown is 422 with its pointer', async () => {
    const answer = await create({ display_name: 'x', tenant: 'other' });
    expect(codeOf(answer)).toBe('422 VALIDATION_FAILED');
    expect(bodyOf(answer)['errors']).toMatchObject([
      { pointer: '/tenant', code: 'unknown-field' },
      { pointer: '/display_name', code: 'too-small' },
    ]);
  });

  test('an unreadable body is 400', async () => {
    expect(codeOf(await create('{"display_name":'))).toBe('400 MALFORMED_REQUEST');
    expect(
      codeOf(
        await create('a=b', { 'idempotency-key': 'key-00001', 'content-type': 'application/x-www-form-urlencoded' }),
      ),
    ).toBe('400 MALFORMED_REQUEST');
  });

  test('a body of 1 MiB is read, one byte more is not', async () => {
    const padding = (bytes: number): string => `{"display_name":"${'x'.repeat(bytes - 19)}"}`;
    expect(padding(1_048_576)).toHaveLength(1_048_576);
    expect((await create(padding(1_048_576))).statusCode).toBe(201);
    expect(codeOf(await create(padding(1_048_577)))).toBe('413 REQUEST_TOO_LARGE');
  });

  test('64 levels are read, 65 are not', async () => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(codeOf(await create(nested(64)))).toBe('422 VALIDATION_FAILED');
    expect(codeOf(await create(nested(65)))).toBe('400 MALFORMED_REQUEST');
    expect(codeOf(await create(JSON.stringify({ display_name: '['.repeat(100), a: 1 })))).toBe('422 VALIDATION_FAILED');
  });

  test('an unknown, wrong or repeated query field is 422', async () => {
    const list = (query: Record<string, string | string[]>) => ask('GET', '/api/v1/things', { claims: READER, query });
    expect(codeOf(await list({ limt: '5' }))).toBe('422 VALIDATION_FAILED');
    expect(codeOf(await list({ limit: '101' }))).toBe('422 VALIDATION_FAILED');
    expect(codeOf(await list({ of_kind: ['a', 'b'] }))).toBe('422 VALIDATION_FAILED');
    expect((await list({ limit: '100' })).statusCode).toBe(200);
  });

  test('an id that cannot exist is not found', async () => {
    const answer = await ask('GET', '/api/v1/things/T%231', { claims: READER });
    expect(codeOf(answer)).toBe('404 RESOURCE_NOT_FOUND');
    expect(bodyOf(answer)['message']).toContain('expected an id such as t-1');
  });

  test('a header may give a query field, and wins', async () => {
    const answer = await ask('GET', '/api/v1/things/newest', {
      claims: READER,
      query: { after: 'query' },
      headers: { 'last-event-id': 'header' },
    });
    expect(bodyOf(answer)).toEqual({ after: 'header' });
  });
});

describe('versions', () => {
  const rename = (ifMatch?: string) =>
    ask('PUT', '/api/v1/things/t-1', {
      claims: WRITER,
      body: { display_name: 'new' },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    });

  test('a write without If-Match is 428, a stale one 412 with the current ETag', async () => {
    expect(codeOf(await rename())).toBe('428 PRECONDITION_REQUIRED');
    const stale = await rename('"6"');
    expect(codeOf(stale)).toBe('412 PRECONDITION_FAILED');
    expect(stale.headers['etag']).toBe('"7"');
    const fresh = await rename('"7"');
    expect([fresh.statusCode, fresh.headers['etag']]).toEqual([200, '"8"']);
  });

  test.each(['7', '""', '"7', '*', '"seven"'])('If-Match %s is unreadable here', async (ifMatch) => {
    expect(codeOf(await rename(ifMatch))).toBe('400 MALFORMED_REQUEST');
  });

  test('* is accepted where the route says so', async () => {
    const stop = await ask('POST', '/api/v1/things/t-1/stop', { claims: WRITER, headers: { 'if-match': '*' } });
    expect([stop.statusCode, stop.body]).toEqual([204, '']);
  });

  test('a GET of what is known is 304; a version alone is not enough, because views change without one', async () => {
    const get = (etag: string) =>
      ask('GET', '/api/v1/things/t-1', { claims: READER, headers: { 'if-none-match': etag } });
    const read = (await get('')).headers['etag'] ?? '';
    expect(read).toMatch(/^"7\.[\w-]{22}"$/);
    expect([(await get(read)).statusCode, (await get(`W/${read}`)).statusCode]).toEqual([304, 304]);
    expect([(await get('"7"')).statusCode, (await get('"6"')).statusCode]).toEqual([200, 200]);
  });

  test('the ETag of what was read is a version to write on', async () => {
    const { headers } = await ask('GET', '/api/v1/things/t-1', { claims: READER });
    const fresh = await rename(headers['etag']);
    expect([fresh.statusCode, fresh.headers['etag']]).toEqual([200, '"8"']);
  });

  test('a list without a version is told apart by its text', async () => {
    const { headers } = await ask('GET', '/api/v1/things/newest', { claims: READER });
    const again = await ask('GET', '/api/v1/things/newest', {
      claims: READER,
      headers: { 'if-none-match': headers['etag'] ?? '' },
    });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });
});

describe('doing once', () => {
  const create = (key: string | undefined, name: string, claims = WRITER) =>
    ask('POST', '/api/v1/things', {
      claims,
      body: { display_name: name },
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });

  test('a POST without a key is 428, with an odd one 400', async () => {
    expect(codeOf(await create(undefined, 'new'))).toBe('428 PRECONDITION_REQUIRED');
    expect(codeOf(await create('short', 'new'))).toBe('400 MALFORMED_REQUEST');
  });

  test('the same key and body get the same answer and do nothing again', async () => {
    const first = await create('key-00001', 'new');
    const second = await create('key-00001', 'new');
    expect(second.body).toBe(first.body);
    expect(second.headers).toMatchObject({
      etag: '"1"',
      location: '/api/v1/things/t-1',
      'idempotency-replayed': 'true',
    });
    expect(created).toBe(1);
  });

  test('the same key with another body is a conflict', async () => {
    await create('key-00001', 'new');
    expect(codeOf(await create('key-00001', 'other'))).toBe('409 IDEMPOTENCY_CONFLICT');
  });

  test('of ten at once one does it and the others are told to wait', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create('key-00001', 'new')));
    expect(answers.filter((answer) => answer.statusCode === 201)).toHaveLength(1);
    expect(answers.filter((answer) => codeOf(answer) === '409 REQUEST_IN_PROGRESS')).toHaveLength(9);
    expect(created).toBe(1);
  });

  test('a refused or failed attempt may be made again under the same key', async () => {
    expect(codeOf(await create('key-00001', 'taken'))).toBe('409 THING_EXISTS');
    expect((await create('key-00001', 'free')).statusCode).toBe(201);
    expect(codeOf(await create('key-00002', 'crash'))).toBe('500 INTERNAL_ERROR');
    expect((await create('key-00002', 'fine')).statusCode).toBe(201);
  });
});

describe('cursors', () => {
  const list = (query: Record<string, string>, tenant = 'acme') =>
    ask('GET', '/api/v1/things', { claims: READER, query, headers: { 'x-phoenix-tenant': tenant } });
  const tokenOf = (answer: HttpAnswer): string => (bodyOf(answer)['metadata'] as { next_token: string }).next_token;
  const refusedFor = async (query: Record<string, string>, tenant?: string) => codeOf(await list(query, tenant));

  test('carry the key of the store to the next page', async () => {
    const next = await list({ next_token: tokenOf(await list({})) });
    expect((bodyOf(next)['items'] as { display_name: string }[])[0]?.display_name).toBe('T#acme#THING|t-1');
  });

  test('are worth nothing in another tenant, filter, or when altered', async () => {
    const token = tokenOf(await list({ of_kind: 'a' }));
    expect((await list({ of_kind: 'a', next_token: token, limit: '5' })).statusCode).toBe(200);
    expect(await refusedFor({ of_kind: 'a', next_token: token }, 'other')).toBe('400 MALFORMED_REQUEST');
    expect(await refusedFor({ of_kind: 'b', next_token: token })).toBe('400 MALFORMED_REQUEST');
    expect(await refusedFor({ of_kind: 'a', next_token: `x${token}` })).toBe('400 MALFORMED_REQUEST');
    expect(await refusedFor({ of_kind: 'a', next_token: 'T#other' })).toBe('400 MALFORMED_REQUEST');
  });

  test('expire after a day', async () => {
    const token = tokenOf(await list({}));
    clock.advance(24 * 3600 - 1);
    expect((await list({ next_token: token })).statusCode).toBe(200);
    clock.advance(1);
    expect(await refusedFor({ next_token: token })).toBe('400 MALFORMED_REQUEST');
  });
});

describe('what leaves', () => {
  test('a refusal is a problem with code, service, trace and details in wire names', async () => {
    const answer = await ask('POST', '/api/v1/things', {
      claims: WRITER,
      body: { display_name: 'taken' },
      headers: { 'idempotency-key': 'key-00001' },
    });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(bodyOf(answer)).toEqual({
      type: '/docs/errors#thing-exists',
      title: 'The name is taken',
      status: 409,
      detail: 'there is one called taken',
      instance: 'request-1',
      code: 'THING_EXISTS',
      message: 'there is one called taken',
      service: 'api-things',
      trace_id: '1-65000000-000000000000000000000001',
      retry: 'after-change',
      details: { name_asked: 'taken' },
      errors: [],
    });
  });

  test('nothing of our insides, whatever fails; the log has it', async () => {
    const ours = await ask('POST', '/api/v1/things/t-1/break');
    const theirs = await ask('POST', '/api/v1/things/t-2/break');
    expect([codeOf(ours), codeOf(theirs)]).toEqual(['500 INTERNAL_ERROR', '503 THROTTLED']);
    expect(theirs.headers['retry-after']).toBe('5');
    expect(`${ours.body}${theirs.body}`).not.toMatch(/10\.0\.0\.7|Conditional| at /);
    expect(log.lines.map(({ error }) => (error as Error).message)).toEqual([DATABASE_SECRET, 'the core table is busy']);
  });

  test('security headers are on every answer', async () => {
    for (const answer of [await ask('GET', '/live'), await ask('GET', '/api/v1/nothing')]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-request-id': 'request-1',
      });
    }
  });

  test('another form is chosen by Accept and never answers 304', async () => {
    const first = await ask('GET', '/api/v1/things/newest', { claims: READER });
    const stream = await ask('GET', '/api/v1/things/newest', {
      claims: READER,
      headers: { accept: 'text/event-stream', 'if-none-match': first.headers['etag'] ?? '' },
    });
    expect(stream).toMatchObject({ statusCode: 200, body: 'data: {"after":null}\n\n' });
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'Accept',
    });
  });
});

describe('refused writes', () => {
  const asked = { tenant: 'acme', actor: { kind: 'user', id: 'u-1', email: 'a@b.c' }, requestId: 'request-1' };
  const rename = (claims: Record<string, string> | null, ifMatch = '"7"', body: unknown = { display_name: 'new' }) =>
    ask('PUT', '/api/v1/things/t-1', {
      ...(claims === null ? {} : { claims }),
      headers: { 'if-match': ifMatch, 'x-phoenix-tenant': 'acme' },
      body,
    });

  test('are told: who wanted what of which thing, and why not', async () => {
    await rename(READER);
    await rename(WRITER, '"6"');
    await rename(WRITER, '"7"', { display_name: '' });
    expect(refusals.told).toMatchObject([
      { ...asked, action: 'renameThing', subject: 't-1', code: 'FORBIDDEN', status: 403 },
      { ...asked, action: 'renameThing', subject: 't-1', code: 'PRECONDITION_FAILED', status: 412 },
      { ...asked, action: 'renameThing', subject: 't-1', code: 'VALIDATION_FAILED', status: 422 },
    ]);
  });

  test('are told with an empty subject where something new was asked for', async () => {
    await ask('POST', '/api/v1/things', { claims: READER, headers: { 'x-phoenix-tenant': 'acme' } });
    expect(refusals.told).toMatchObject([{ ...asked, action: 'createThing', subject: '', code: 'FORBIDDEN' }]);
  });

  test('are not told of reads, of strangers, and of what was done', async () => {
    await ask('GET', '/api/v1/things/none', { claims: READER });
    await rename(null);
    await rename({ sub: 'ended' });
    await rename(WRITER);
    expect(refusals.told).toEqual([]);
  });

  test('stay refused where nobody can be told, and operators see it', async () => {
    refusals = { tell: () => Promise.reject(new Error(DATABASE_SECRET)) };
    const answer = await rename(READER);
    expect(codeOf(answer)).toBe('403 FORBIDDEN');
    expect(answer.body).not.toContain(DATABASE_SECRET);
    expect(log.lines.filter(({ level }) => level === 'failure')).toMatchObject([{ event: 'audit.untold' }]);
  });

  test('a router that serves a write and tells nobody is wired wrongly', () => {
    const served = implement([routes[1]], {
      createThing: async () => accept({ body: { id: 't-1', displayName: '' } }),
    });
    const parts = { service: 'api-things', served, problems: {}, idempotency: memoryIdempotencyStore({ clock }) };
    const gatekeeper = { identify: async () => accept(who([], [])), lowestRoleFor: () => '' };
    expect(() => makeRouter({ ...parts, gatekeeper })).toThrow('createThing');
  });
});
