import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import {
  camelCase,
  fromWire,
  parseWire,
  pointerOf,
  snakeCase,
  snakeCaseKeys,
  toWire,
} from '../../../src/platform/wire.ts';

const Access = z.discriminatedUnion('accessKind', [
  z.object({ accessKind: z.literal('eks'), roleArn: z.string() }),
  z.object({ accessKind: z.literal('direct'), caPem: z.string() }),
]);

const Thing = z.strictObject({
  displayName: z.string().min(2),
  access: Access,
  userLabels: z.record(z.string(), z.object({ innerValue: z.number() })).default({}),
  hardLimits: z.array(z.object({ maxCount: z.int() })).optional(),
  lastSeen: z.object({ atNode: z.string() }).nullable(),
  pair: z.tuple([z.string(), z.object({ deepField: z.number() })]).optional(),
  either: z.union([z.object({ plainValue: z.number() }), z.object({ missingReason: z.string() })]).optional(),
  once: z.object({ upperName: z.string() }).readonly().prefault({ upperName: 'x' }),
});

const inCode = {
  displayName: 'eu-1',
  access: { accessKind: 'eks' as const, roleArn: 'arn' },
  userLabels: { 'kubernetes.io/hostName': { innerValue: 1 }, camelKey: { innerValue: 2 } },
  hardLimits: [{ maxCount: 3 }],
  lastSeen: null,
  pair: ['a', { deepField: 4 }],
  either: { missingReason: 'late' },
  once: { upperName: 'y' },
};
const onTheWire = {
  display_name: 'eu-1',
  access: { access_kind: 'eks', role_arn: 'arn' },
  user_labels: { 'kubernetes.io/hostName': { inner_value: 1 }, camelKey: { inner_value: 2 } },
  hard_limits: [{ max_count: 3 }],
  last_seen: null,
  pair: ['a', { deep_field: 4 }],
  either: { missing_reason: 'late' },
  once: { upper_name: 'y' },
};

describe('between code and wire', () => {
  test('keys of objects are converted at every depth, keys of records stay the user’s', () => {
    expect(toWire(Thing, inCode)).toEqual(onTheWire);
    expect(fromWire(Thing, onTheWire)).toEqual(inCode);
    expect(parseWire(Thing, onTheWire)).toMatchObject({ accepted: true, value: inCode });
  });

  test('what the schema does not name does not leave', () => {
    expect(toWire(z.object({ a: z.string() }), { a: 'x', secret: 'y' })).toEqual({ a: 'x' });
  });

  test('an open object keeps its further keys as they are', () => {
    const open = z.looseObject({ ownField: z.string() });
    expect(toWire(open, { ownField: 'a', someElse: 1 })).toEqual({ own_field: 'a', someElse: 1 });
    expect(parseWire(open, { own_field: 'a', someElse: 1 })).toMatchObject({
      accepted: true,
      value: { ownField: 'a', someElse: 1 },
    });
  });

  test('a wire value goes in and comes out as it was, whatever the names', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,4}([A-Z][a-z0-9]{0,4}){0,3}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.integer(), { minKeys: 1, noNullPrototype: true }), (value) => {
        const schema = z.object(Object.fromEntries(Object.keys(value).map((key) => [key, z.int()])));
        expect(fromWire(schema, toWire(schema, value))).toEqual(value);
      }),
    );
  });
});

describe('what a stranger wrote', () => {
  const refusedAt = (value: unknown) => parseWire(Thing, value).errors.map(({ pointer, code }) => `${pointer} ${code}`);

  test('an unknown field is refused where it stands, also in an object that is not strict', () => {
    expect(refusedAt({ ...onTheWire, tenant: 'x' })).toEqual(['/tenant unknown-field']);
    expect(refusedAt({ ...onTheWire, access: { ...onTheWire.access, a_b: 1 } })).toEqual(['/access/a_b unknown-field']);
  });

  test('the name in code is no name on the wire', () => {
    const { display_name, ...rest } = onTheWire;
    expect(refusedAt({ ...rest, displayName: display_name })).toEqual([
      '/displayName unknown-field',
      '/display_name invalid-type',
    ]);
  });

  test('a prototype key is a field like any other: unknown', () => {
    expect(refusedAt(JSON.parse(`{"__proto__":{"polluted":true},${JSON.stringify(onTheWire).slice(1)}`))).toEqual([
      '/__proto__ unknown-field',
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('pointers are in wire names through objects, arrays, records and unions', () => {
    expect(
      refusedAt({
        ...onTheWire,
        display_name: 'x',
        hard_limits: [{ max_count: 1 }, { max_count: 'b' }],
        user_labels: { 'a/b': { inner_value: '1' } },
        access: { access_kind: 'direct' },
      }),
    ).toEqual([
      '/display_name too-small',
      '/access/ca_pem invalid-type',
      '/user_labels/a~1b/inner_value invalid-type',
      '/hard_limits/1/max_count invalid-type',
    ]);
    expect(pointerOf(Thing, ['either', 'missingReason'])).toBe('/either/missing_reason');
  });

  test('a missing field is called missing', () => {
    const { display_name: _, ...rest } = onTheWire;
    expect(parseWire(Thing, rest).errors).toEqual([
      { pointer: '/display_name', code: 'invalid-type', message: 'is missing; expected string' },
    ]);
  });

  test('a body that is no object at all is refused as a whole', () => {
    expect(refusedAt('text')).toEqual([' invalid-type']);
    expect(refusedAt(undefined)).toEqual([' invalid-type']);
  });
});

describe('names', () => {
  test.each([
    ['a', 'a'],
    ['sha256', 'sha256'],
    ['cpuP99Ms', 'cpu_p99_ms'],
    ['costMicroUsd', 'cost_micro_usd'],
  ])('%s is %s on the wire', (code, wire) => {
    expect(snakeCase(code)).toBe(wire);
    expect(camelCase(wire)).toBe(code);
  });

  test('facts of a refusal are converted without a schema', () => {
    expect(snakeCaseKeys({ currentState: 'a', nodesHeld: [{ byWhom: 1 }] })).toEqual({
      current_state: 'a',
      nodes_held: [{ by_whom: 1 }],
    });
  });
});
