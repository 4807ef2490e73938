import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import { type Expression, placeholdersOf, toAttributes } from './expression.ts';
import type { Item } from './item.ts';
import type { Key } from './key.ts';
import { cancellationOf, type Tried, tryPatiently } from './patience.ts';

/** One change. `when` is its condition; a condition that does not hold is an answer, not an error. */
export type Write = Change | { readonly check: Key; readonly when: Expression };

/** A write that can stand alone; a mere check cannot. */
export type Change =
  | { readonly put: Item; readonly when?: Expression }
  | Update
  | { readonly remove: Key; readonly when?: Expression };
export interface Update {
  readonly update: Key;
  readonly by: Expression;
  readonly when?: Expression;
}

/** `failed` lists the writes whose condition did not hold, with the item as it is (null: there is none). */
export type Written =
  | { readonly written: true }
  | { readonly written: false; readonly failed: readonly { readonly index: number; readonly item: Item | null }[] };

export interface QueryRange {
  readonly index?: 'gsi1' | 'gsi2' | 'gsi3' | 'gsi4';
  readonly pk: string;
  /** of the sort key: everything, a prefix, or a range with both ends included */
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly descending?: boolean;
  readonly filter?: Expression;
}

export interface Table {
  /** always the newest state */
  get(key: Key): Promise<Item | null>;
  /** a full page where there is enough, found with at most 3 requests; `nextKey` continues it and is null at the end */
  page(
    range: QueryRange & { readonly limit: number; readonly afterKey?: string },
  ): Promise<{ readonly items: readonly Item[]; readonly nextKey: string | null }>;
  /** everything in the range: only where its size is bounded by design */
  all(range: QueryRange): Promise<readonly Item[]>;
  write(write: Change): Promise<Written>;
  /** all or nothing, up to 100; a repeated attempt after a lost answer changes nothing twice */
  transact(writes: readonly Write[], token: string): Promise<Written>;
}

export interface TableParts {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly pauses: Pauses;
}

/** One DynamoDB table by its keys `pk` and `sk`. TTL deletes late (days), so what has expired is not read. */
export const makeTable = ({ client, tableName, clock, pauses }: TableParts): Table => {
  const isAlive = (item: Item): boolean => {
    const { expiresAt } = item as Item & { expiresAt?: unknown };
    return typeof expiresAt !== 'number' || expiresAt * 1000 > epochMsOf(clock.now());
  };
  const patiently = <T>(
    attempt: (tried: Tried) => Promise<T>,
    options?: { readonly repeatsLost: boolean },
  ): Promise<T> => tryPatiently('the database', pauses, attempt, options);

  const readPage = async (range: QueryRange, limit: number | undefined, startKey: Key | undefined) => {
    const keyCondition = keyConditionOf(range);
    const answer = await patiently(() =>
      client.send(
        new QueryCommand({
          TableName: tableName,
          ...(range.index === undefined ? { ConsistentRead: true } : { IndexName: range.index }),
          KeyConditionExpression: keyCondition.text,
          ...(range.filter === undefined ? {} : { FilterExpression: range.filter.text }),
          ...placeholdersOf(keyCondition, range.filter),
          ScanIndexForward: range.descending !== true,
          ...(limit === undefined ? {} : { Limit: limit }),
          ...(startKey === undefined ? {} : { ExclusiveStartKey: toAttributes({ ...startKey }) }),
        }),
      ),
    );
    return {
      items: (answer.Items ?? []).map(fromAttributes).filter(isAlive),
      lastKey: answer.LastEvaluatedKey === undefined ? undefined : fromAttributes(answer.LastEvaluatedKey),
    };
  };

  return {
    get: async ({ pk, sk }) => {
      const answer = await patiently(() =>
        client.send(new GetItemCommand({ TableName: tableName, Key: toAttributes({ pk, sk }), ConsistentRead: true })),
      );
      const item = answer.Item === undefined ? null : fromAttributes(answer.Item);
      return item !== null && isAlive(item) ? item : null;
    },

    page: async ({ limit, afterKey, ...range }) => {
      let position = afterKey === undefined ? undefined : (JSON.parse(afterKey) as Key);
      const items: Item[] = [];
      for (let request = 0; request < 3; request += 1) {
        // one more than asked for tells whether there is a next page
        const read = await readPage(range, limit + 1 - items.length, position);
        items.push(...read.items);
        position = read.lastKey;
        if (position === undefined || items.length > limit) break;
      }
      const last = items[limit - 1];
      if (items.length > limit && last !== undefined) {
        return { items: items.slice(0, limit), nextKey: JSON.stringify(positionOf(last, range.index)) };
      }
      return { items, nextKey: position === undefined ? null : JSON.stringify(position) };
    },

    all: async (range) => {
      const items: Item[] = [];
      let position: Key | undefined;
      do {
        const read = await readPage(range, undefined, position);
        items.push(...read.items);
        position = read.lastKey;
      } while (position !== undefined);
      return items;
    },

    write: (write) => {
      // whether a lost update was done cannot be seen from the item, so it is not repeated
      const options = { repeatsLost: !('update' in write) };
      return patiently(async (tried) => {
        try {
          await send(client, transactItemOf(tableName, write));
          return { written: true };
        } catch (error) {
          const failed = conditionFailureOf(error);
          if (failed === null) throw error;
          // an attempt whose answer was lost may have been ours: then the item is what we wanted
          const isOurs = tried.isUncertain && isWanted(write, failed.item);
          return isOurs ? { written: true } : { written: false, failed: [{ index: 0, item: failed.item }] };
        }
      }, options);
    },

    transact: (writes, token) => {
      if (writes.length > 100) throw new Error(`a transaction has at most 100 writes, this one ${writes.length}`);
      return patiently(async () => {
        try {
          await client.send(
            new TransactWriteItemsCommand({
              TransactItems: writes.map((write) => transactItemOf(tableName, write)),
              ClientRequestToken: token.slice(0, 36),
            }),
          );
          return { written: true };
        } catch (error) {
          const failed = cancellationOf(error);
          if (failed === null) throw error;
          return {
            written: false,
            failed: failed.map(({ index, item }) => ({ index, item: item === null ? null : fromAttributes(item) })),
          };
        }
      });
    },
  };
};

const fromAttributes = (attributes: Record<string, AttributeValue>): Item => unmarshall(attributes) as Item;

const keyConditionOf = ({ index, pk, prefix, from, to }: QueryRange): Expression => {
  const partition = index === undefined ? 'pk' : `${index}pk`;
  const sort = index === undefined ? 'sk' : `${index}sk`;
  const text = `#${partition} = :keyPk`;
  if (prefix !== undefined) {
    return { text: `${text} AND begins_with(#${sort}, :keyPrefix)`, values: { keyPk: pk, keyPrefix: prefix } };
  }
  if (from !== undefined && to !== undefined) {
    return {
      text: `${text} AND #${sort} BETWEEN :keyFrom AND :keyTo`,
      values: { keyPk: pk, keyFrom: from, keyTo: to },
    };
  }
  if (from !== undefined) return { text: `${text} AND #${sort} >= :keyFrom`, values: { keyPk: pk, keyFrom: from } };
  if (to !== undefined) return { text: `${text} AND #${sort} <= :keyTo`, values: { keyPk: pk, keyTo: to } };
  return { text, values: { keyPk: pk } };
};

/** Where a page ended: the keys of the item, of the index too. */
const positionOf = (item: Item, index: QueryRange['index']): Readonly<Record<string, unknown>> => ({
  pk: item.pk,
  sk: item.sk,
  ...(index === undefined ? {} : { [`${index}pk`]: item[`${index}pk`], [`${index}sk`]: item[`${index}sk`] }),
});

/** Alone, a write has the same fields as in a transaction. */
const send = (
  client: DynamoDBClient,
  { Put: put, Delete: remove, Update: update }: TransactWriteItem,
): Promise<unknown> => {
  if (put !== undefined) return client.send(new PutItemCommand(put));
  if (remove !== undefined) return client.send(new DeleteItemCommand(remove));
  if (update !== undefined) return client.send(new UpdateItemCommand(update));
  throw new Error('a condition is checked in a transaction only');
};

const transactItemOf = (tableName: string, write: Write): TransactWriteItem => {
  const common = {
    TableName: tableName,
    ...(write.when === undefined ? {} : { ConditionExpression: write.when.text }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  if ('put' in write) return { Put: { ...common, Item: toAttributes(write.put), ...placeholdersOf(write.when) } };
  if ('remove' in write) {
    return { Delete: { ...common, Key: keyAttributes(write.remove), ...placeholdersOf(write.when) } };
  }
  if ('check' in write) {
    return {
      ConditionCheck: {
        ...common,
        ConditionExpression: write.when.text,
        Key: keyAttributes(write.check),
        ...placeholdersOf(write.when),
      },
    };
  }
  return {
    Update: {
      ...common,
      Key: keyAttributes(write.update),
      UpdateExpression: write.by.text,
      ...placeholdersOf(write.by, write.when),
    },
  };
};

const keyAttributes = ({ pk, sk }: Key) => toAttributes({ pk, sk });

const conditionFailureOf = (error: unknown): { readonly item: Item | null } | null => {
  if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') return null;
  const { Item: item } = error as Error & { readonly Item?: Record<string, AttributeValue> };
  return { item: item === undefined ? null : fromAttributes(item) };
};

const isWanted = (write: Write, item: Item | null): boolean => {
  if ('remove' in write) return item === null;
  return 'put' in write && item !== null && sameItem(write.put, item);
};

const sameItem = (wanted: Item, found: Item): boolean =>
  canonicalJson(fromAttributes(toAttributes(wanted))) === canonicalJson(found);
