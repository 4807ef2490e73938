import type * as z from 'zod';
import { fromWire, toWire } from '../wire.ts';
import type { Key } from './key.ts';

/** An item as stored: keys, index attributes, and the fields of the thing in wire names. */
export type Item = Key & { readonly [attribute: string]: unknown };

/** Between a thing and its item, for one type of item at one version of its schema. */
export interface ItemCodec<T> {
  /** `attributes` are the keys, the keys of indexes, and `expiresAt` in epoch seconds */
  encode(value: T, attributes: Key | (Key & Readonly<Record<string, string | number>>)): Item;
  /** throws on an item that was not written by us, or by newer code */
  decode(item: Item): T;
}

/** `upgrade` lifts an item of the version before to this one: new code reads what old code wrote. */
export const itemCodec = <S extends z.ZodType>({
  type,
  schema,
  schemaVersion = 1,
  upgrade,
}: {
  readonly type: string;
  readonly schema: S;
  readonly schemaVersion?: number;
  readonly upgrade?: (item: Item) => Item;
}): ItemCodec<z.infer<S>> => ({
  encode: (value, attributes) => ({
    ...(toWire(schema, value) as Readonly<Record<string, unknown>>),
    _type: type,
    _schema: schemaVersion,
    ...attributes,
  }),
  decode: (item) => {
    const { _type: storedType, _schema: storedVersion } = item as Item & { _type?: unknown; _schema?: unknown };
    if (storedType !== type) throw new Error(`${item.pk} ${item.sk} is a ${String(storedType)}, expected a ${type}`);
    if (storedVersion === schemaVersion) return schema.parse(fromWire(schema, item));
    if (upgrade === undefined || storedVersion !== schemaVersion - 1) {
      throw new Error(
        `${item.pk} ${item.sk} has version ${String(storedVersion)} of ${type}, this code reads ${schemaVersion}`,
      );
    }
    return schema.parse(fromWire(schema, upgrade(item)));
  },
});
