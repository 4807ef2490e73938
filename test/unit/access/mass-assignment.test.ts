import { describe, expect, test } from 'vitest';
import { ALL_ROUTES } from '../../../src/client/contracts.ts';
import type { RouteDefinition } from '../../../src/platform/declare/route.ts';
import { parseWire, toWire } from '../../../src/platform/wire.ts';

// What belongs to the server is never taken from a body: each such field, at every depth of every example.

const OURS = [
  ['tenant', 'tenant_id', 'id', 'user_id', 'email', 'role', 'roles', 'permissions', 'is_active'],
  ['state', 'status', 'epoch', 'version', 'seq', 'verdict', 'created_at', 'created_by', 'updated_at', 'gsi1pk', 'pk'],
  ['__proto__', 'constructor', 'prototype', '_type', 'tenantId', 'sessionsEndedAt'],
].flat();

/** Places whose keys are the writer's own: parameters of a template, maps of a recording. What stands there decides nothing. */
const FREE_KEYS = /\/(parameters|owners|files|links|counts)$/;

const withBody = (ALL_ROUTES as readonly RouteDefinition[]).filter(({ body }) => body !== undefined);

/** Pointers of all objects in a value. */
const objectsIn = (value: unknown, pointer = ''): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, each]) => objectsIn(each, `${pointer}/${key}`));
  return Array.isArray(value) ? below : [pointer, ...below];
};

/** A JSON text of the value with one more field in the object at the pointer; text, because `__proto__` is a field only there. */
const planted = (value: unknown, at: string, field: string, pointer = ''): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([key, each]) => [key, planted(each, at, field, `${pointer}/${key}`)] as const,
  );
  if (Array.isArray(value)) return `[${entries.map(([, text]) => text).join(',')}]`;
  const own = entries
    .filter(([key]) => pointer !== at || key !== field)
    .map(([key, text]) => `${JSON.stringify(key)}:${text}`);
  return `{${[...own, ...(pointer === at ? [`${JSON.stringify(field)}:"planted"`] : [])].join(',')}}`;
};

/** Places of a body that take a field as somebody's own. */
const takenAt = (route: RouteDefinition, field: string): readonly string[] => {
  const { body } = route;
  if (body === undefined) throw new Error('chosen for its body');
  const example = toWire(body, route.example);
  return objectsIn(example).filter((pointer) => {
    const { errors } = parseWire(body, JSON.parse(planted(example, pointer, field)));
    return errors.length === 0 && !FREE_KEYS.test(pointer);
  });
};

describe.each(withBody.map((route) => [route.name, route] as const))('%s', (name, route) => {
  test('takes none of the fields of the server', () => {
    const taken = OURS.flatMap((field) => takenAt(route, field).map((pointer) => `${name}${pointer} ${field}`));
    expect(taken).toEqual([]);
    expect(({} as { planted?: unknown }).planted).toBeUndefined();
  });
});
