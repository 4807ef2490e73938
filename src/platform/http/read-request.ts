import { type Outcome, refuse } from '../../kernel/outcome.ts';
import type { RouteDefinition } from '../declare/route.ts';
import { parseWire, snakeCase } from '../wire.ts';
import { type HttpRequest, readJson } from './message.ts';

// The parts of a request as their route declares them; each may be refused in words.

export const readParams = (route: RouteDefinition, raw: Readonly<Record<string, string>>): Outcome<unknown> => {
  if (route.params === undefined) return { accepted: true, value: undefined };
  const result = route.params.safeParse(raw);
  if (result.success) return { accepted: true, value: result.data };
  // a name that cannot exist is a thing that does not exist
  return refuse('resource-not-found', `there is nothing at this address: ${result.error.issues[0]?.message ?? ''}`);
};

export const parseQuery = (route: RouteDefinition, request: HttpRequest): Outcome<unknown> => {
  const fromHeaders = Object.entries(route.queryFromHeaders ?? {}).flatMap(([field, header]) => {
    const value = request.headers[header];
    return value === undefined || value === '' ? [] : [[snakeCase(field), value] as const];
  });
  const given = { ...request.query, ...Object.fromEntries(fromHeaders) };
  if (route.query !== undefined) return parseWire(route.query, given);
  const [stranger] = Object.keys(given);
  return stranger === undefined
    ? { accepted: true, value: undefined }
    : refuse('validation-failed', `this address takes no query, found "${stranger}"`, {}, [
        { pointer: `/${stranger}`, code: 'unknown-field', message: 'this address takes no query' },
      ]);
};

export const readIfMatch = (route: RouteDefinition, request: HttpRequest): Outcome<number | '*' | undefined> => {
  if (route.concurrency !== 'if-match') return { accepted: true, value: undefined };
  const given = request.headers['if-match']?.trim();
  const star = route.starIfMatch === true ? ', or * for any' : '';
  if (given === undefined) {
    return refuse('precondition-required', `say which version you mean: send its ETag as If-Match${star}`);
  }
  if (given === '*' && route.starIfMatch === true) return { accepted: true, value: '*' };
  const version = /^(?:W\/)?"(\d{1,15})(?:\.[\w-]{1,43})?"$/.exec(given)?.[1];
  if (version !== undefined) return { accepted: true, value: Number(version) };
  return refuse(
    'malformed-request',
    `If-Match is ${given.slice(0, 80)}; send the ETag of what you read, such as "3"${star}`,
  );
};

export const readIdempotencyKey = (route: RouteDefinition, request: HttpRequest): Outcome<string | undefined> => {
  if (route.concurrency !== 'idempotency-key') return { accepted: true, value: undefined };
  const key = request.headers['idempotency-key']?.trim();
  if (key === undefined || key === '') {
    return refuse(
      'precondition-required',
      'send the header Idempotency-Key with a value of your own, and the same one when you try again',
    );
  }
  if (/^[\w.:-]{8,128}$/.test(key)) return { accepted: true, value: key };
  return refuse('malformed-request', 'Idempotency-Key has 8 to 128 letters, digits or any of . _ : -');
};

export const readBody = (route: RouteDefinition, request: HttpRequest): Outcome<unknown> => {
  const json = readJson(request);
  if (!json.accepted) return json;
  if (route.body !== undefined) return parseWire(route.body, json.value);
  const isEmpty = json.value === undefined || JSON.stringify(json.value) === '{}';
  return isEmpty ? { accepted: true, value: undefined } : refuse('validation-failed', 'this address takes no body');
};
