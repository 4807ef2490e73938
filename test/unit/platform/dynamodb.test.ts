import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { itemCodec } from '../../../src/platform/dynamodb/item.ts';
import { keyOf, padded, shardOf, tenantKey } from '../../../src/platform/dynamodb/key.ts';

describe('keys', () => {
  test('a part that could forge a neighbour’s key is refused', () => {
    expect(tenantKey('acme', 'EXP', 'exp-1')).toBe('T#acme#EXP#exp-1');
    expect(() => tenantKey('acme#EXP', 'x')).toThrow('cannot be part of a key');
    expect(() => keyOf('T', '')).toThrow('cannot be part of a key');
  });

  test('numbers sort as numbers', () => {
    expect([2, 10, 9].map((each) => padded(each, 3)).toSorted()).toEqual(['002', '009', '010']);
    expect(padded(999, 3)).toBe('999');
    expect(() => padded(1000, 3)).toThrow('does not fit');
    expect(() => padded(-1, 3)).toThrow('does not fit');
  });

  test('ids spread over all shards', () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (let id = 0; id < 8000; id += 1) {
      const shard = shardOf(`exp-${id.toString(36).padStart(12, '0')}`, 8);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(700);
    expect(Math.max(...counts)).toBeLessThan(1300);
  });
});

describe('items', () => {
  const Thing = z.object({ displayName: z.string(), labels: z.record(z.string(), z.string()) });
  const codec = itemCodec({ type: 'thing', schema: Thing });
  const thing = { displayName: 'a', labels: { camelKey: 'x' } };
  const item = codec.encode(thing, { pk: 'T#acme', sk: 'THING', gsi1pk: 'x', gsi1sk: 'y' });

  test('hold the fields in wire names beside keys and version', () => {
    expect(item).toEqual({
      pk: 'T#acme',
      sk: 'THING',
      gsi1pk: 'x',
      gsi1sk: 'y',
      _type: 'thing',
      _schema: 1,
      display_name: 'a',
      labels: { camelKey: 'x' },
    });
    expect(codec.decode(item)).toEqual(thing);
  });

  test('of another type, of a newer version or spoilt are not read', () => {
    expect(() => codec.decode({ ...item, _type: 'other' })).toThrow('is a other, expected a thing');
    expect(() => codec.decode({ ...item, _schema: 2 })).toThrow('has version 2 of thing, this code reads 1');
    expect(() => codec.decode({ ...item, display_name: 7 })).toThrow();
  });

  test('of the version before are lifted', () => {
    const newer = itemCodec({
      type: 'thing',
      schemaVersion: 2,
      schema: Thing.extend({ colour: z.string() }),
      upgrade: (old) => ({ ...old, colour: 'grey' }),
    });
    expect(newer.decode(item)).toEqual({ ...thing, colour: 'grey' });
    expect(() => newer.decode({ ...item, _schema: 0 })).toThrow('has version 0');
  });
});
