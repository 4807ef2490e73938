import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Item } from '../../platform/dynamodb/item.ts';

/** Attributes of an item that is written and read whole: its text would pass the 400 kB of an item. */
export const compressed = (type: string, value: unknown) => ({
  ...{ _type: type, _schema: 1, body: gzipSync(JSON.stringify(value)) },
});

export const uncompressed = <S extends z.ZodType>(item: Item, schema: S): z.infer<S> => {
  const body = z.instanceof(Uint8Array).parse(item['body']);
  return schema.parse(JSON.parse(gunzipSync(body).toString('utf8')));
};
