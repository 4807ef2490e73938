import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pauses } from '../../../src/kernel/ports.ts';
import { expression, hasVersion, IS_NEW } from '../../../src/platform/dynamodb/expression.ts';
import { makeTable, type Table } from '../../../src/platform/dynamodb/table.ts';
import { ServiceFailure } from '../../../src/platform/failure.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { T0, testClock } from '../../support/platform.ts';

let cloud: TestCloud;
let table: Table;
const clock = testClock();

beforeAll(async () => {
  cloud = await startTestCloud();
  table = cloud.tableOf('core', clock);
});
afterAll(() => cloud?.stop());

const at = (sk: string, pk = 'T#acme') => ({ pk, sk });
const NOW_SECONDS = Date.parse(T0) / 1000;

describe('writing', () => {
  test('a condition that does not hold is an answer with the item as it is', async () => {
    const first = { ...at('one'), version: 1, name: 'first', deep: { list: [1, 'a', null, true] } };
    expect(await table.write({ put: first, when: IS_NEW })).toEqual({ written: true });
    expect(await table.write({ put: { ...first, name: 'second' }, when: IS_NEW })).toEqual({
      written: false,
      failed: [{ index: 0, item: first }],
    });
    expect(await table.get(at('one'))).toEqual(first);
    expect(await table.get(at('nothing'))).toBeNull();
  });

  test('an update changes what it names and nothing else', async () => {
    await table.write({ put: { ...at('two'), version: 1, name: 'kept', gone: 'x' } });
    const update = {
      update: at('two'),
      by: expression('SET #version = :next REMOVE #gone', { next: 2 }),
      when: hasVersion(1),
    };
    expect(await table.write(update)).toEqual({ written: true });
    expect(await table.get(at('two'))).toEqual({ ...at('two'), version: 2, name: 'kept' });
    expect(await table.write(update)).toMatchObject({ written: false, failed: [{ index: 0, item: { version: 2 } }] });
  });

  test('what is removed is gone; removing what is not there is no failure', async () => {
    await table.write({ put: { ...at('three') } });
    expect(await table.write({ remove: at('three') })).toEqual({ written: true });
    expect(await table.write({ remove: at('three') })).toEqual({ written: true });
    expect(await table.get(at('three'))).toBeNull();
  });

  test('a transaction is all or nothing and names every write that failed', async () => {
    await table.write({ put: { ...at('four'), version: 4 } });
    const outcome = await table.transact(
      [
        { put: { ...at('five') }, when: IS_NEW },
        { update: at('four'), by: expression('SET #version = :next', { next: 5 }), when: hasVersion(3) },
        { check: at('missing'), when: expression('attribute_exists(#pk)') },
      ],
      'token-1',
    );
    expect(outcome).toEqual({
      written: false,
      failed: [
        { index: 1, item: { ...at('four'), version: 4 } },
        { index: 2, item: null },
      ],
    });
    expect(await table.get(at('five'))).toBeNull();
  });

  test('the same token twice changes nothing twice', async () => {
    await table.write({ put: { ...at('counter'), count: 0 } });
    const writes = [{ update: at('counter'), by: expression('ADD #count :one', { one: 1 }) }];
    await table.transact(writes, 'token-2');
    await table.transact(writes, 'token-2');
    expect(await table.get(at('counter'))).toMatchObject({ count: 1 });
  });

  test('8 writers that raise a version 20 times each end at exactly 160', async () => {
    await table.write({ put: { ...at('contended'), version: 0 } });
    const raise = async (): Promise<void> => {
      const version = Number((await table.get(at('contended')))?.['version']);
      const outcome = await table.write({
        update: at('contended'),
        by: expression('SET #version = :next', { next: version + 1 }),
        when: hasVersion(version),
      });
      if (!outcome.written) await raise();
    };
    const writer = async (): Promise<void> => {
      for (let time = 0; time < 20; time += 1) await raise();
    };
    await Promise.all(Array.from({ length: 8 }, writer));
    expect(await table.get(at('contended'))).toMatchObject({ version: 160 });
  });
});

describe('reading', () => {
  test('pages are full, in order, and end where the range ends', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `item-${index}`);
    for (const name of names) {
      await table.write({ put: { ...at(name, 'T#pages'), gsi1pk: 'list', gsi1sk: `${9 - names.indexOf(name)}` } });
    }
    const read = async (options: object, afterKey?: string): Promise<string[]> => {
      const { items, nextKey } = await table.page({
        pk: 'T#pages',
        limit: 3,
        ...options,
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      const page = items.map(({ sk }) => sk).join(' ');
      return nextKey === null ? [page] : [page, ...(await read(options, nextKey))];
    };
    expect(await read({})).toEqual(['item-0 item-1 item-2', 'item-3 item-4 item-5', 'item-6']);
    expect(await read({ index: 'gsi1', pk: 'list' })).toEqual([
      'item-6 item-5 item-4',
      'item-3 item-2 item-1',
      'item-0',
    ]);
    expect(await read({ descending: true, limit: 7 })).toEqual(['item-6 item-5 item-4 item-3 item-2 item-1 item-0']);
    expect(await read({ from: 'item-2', to: 'item-4' })).toEqual(['item-2 item-3 item-4']);
    expect(await read({ prefix: 'item-5' })).toEqual(['item-5']);
    expect((await table.all({ pk: 'T#pages' })).map(({ sk }) => sk)).toEqual(names);
  });

  test('everything is read although it needs several requests of 1 MB', async () => {
    for (let index = 0; index < 8; index += 1) {
      await table.write({ put: { ...at(`big-${index}`, 'T#big'), text: 'x'.repeat(300_000) } });
    }
    expect(await table.all({ pk: 'T#big' })).toHaveLength(8);
    const { items, nextKey } = await table.page({ pk: 'T#big', limit: 7 });
    expect([items.length, nextKey === null]).toEqual([7, false]);
  });

  test('what has expired is not read, though it is not deleted yet', async () => {
    await table.write({ put: { ...at('ends', 'T#ttl'), expiresAt: NOW_SECONDS + 10 } });
    clock.advance(9);
    expect(await table.get(at('ends', 'T#ttl'))).not.toBeNull();
    clock.advance(1);
    expect(await table.get(at('ends', 'T#ttl'))).toBeNull();
    expect(await table.all({ pk: 'T#ttl' })).toEqual([]);
  });
});

describe('when the table does not behave', () => {
  /** Stands between us and the table: each call may be told to fail before or after it was carried out. */
  const unreliable = (plan: ('before' | 'after' | 'throttle' | 'conflict')[]) => {
    const faults: Record<(typeof plan)[number], () => Error> = {
      before: () => Object.assign(new Error('reset'), { name: 'Error', code: 'ECONNRESET' }),
      after: () => Object.assign(new Error('answer lost'), { name: 'TimeoutError' }),
      throttle: () => Object.assign(new Error('slow down'), { name: 'ThrottlingException' }),
      conflict: () =>
        Object.assign(new Error('cancelled'), {
          name: 'TransactionCanceledException',
          CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
        }),
    };
    const real = cloud.dynamodb.send.bind(cloud.dynamodb) as (command: unknown) => Promise<unknown>;
    const send = async (command: unknown): Promise<unknown> => {
      const fault = plan.shift();
      if (fault === undefined) return real(command);
      if (fault === 'after') await real(command);
      throw faults[fault]();
    };
    const client = new Proxy(cloud.dynamodb, {
      get: (target, name) => (name === 'send' ? send : Reflect.get(target, name)),
    });
    return { client: client satisfies DynamoDBClient, plan };
  };
  const pausesMs: number[] = [];
  const pauses: Pauses = {
    upTo: async (mostMs) => {
      pausesMs.push(mostMs);
    },
    exactly: async () => undefined,
  };
  const tableOf = (client: DynamoDBClient): Table =>
    makeTable({ client, tableName: cloud.tableNameOf('core'), clock, pauses });

  test('a put whose answer was lost is known as ours', async () => {
    const { client } = unreliable(['after']);
    const put = { ...at('lost'), owner: 'me', nested: { b: 1, a: [2] } };
    expect(await tableOf(client).write({ put, when: IS_NEW })).toEqual({ written: true });
  });

  test('a put that somebody else did is not taken for ours', async () => {
    await table.write({ put: { ...at('theirs'), owner: 'them' } });
    const { client } = unreliable(['before']);
    expect(await tableOf(client).write({ put: { ...at('theirs'), owner: 'me' }, when: IS_NEW })).toMatchObject({
      written: false,
    });
  });

  test('a transaction whose answer was lost is not done twice', async () => {
    await table.write({ put: { ...at('once'), count: 0 } });
    const { client } = unreliable(['after', 'conflict', 'throttle']);
    const writes = [{ update: at('once'), by: expression('ADD #count :one', { one: 1 }) }];
    expect(await tableOf(client).transact(writes, 'token-3')).toEqual({ written: true });
    expect(await table.get(at('once'))).toMatchObject({ count: 1 });
  });

  test('an update whose answer was lost is not repeated: it says that the outcome is not known', async () => {
    await table.write({ put: { ...at('versioned'), count: 0 } });
    const { client } = unreliable(['throttle', 'after']);
    const failure = await tableOf(client)
      .write({ update: at('versioned'), by: expression('ADD #count :one', { one: 1 }) })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ServiceFailure', code: 'service-unavailable' });
    expect(await table.get(at('versioned'))).toMatchObject({ count: 1 });
  });

  test('five failures are enough: the caller hears who does not answer, after 750 ms of pauses at most', async () => {
    pausesMs.length = 0;
    const { client, plan } = unreliable(Array.from({ length: 9 }, () => 'throttle' as const));
    const failure = await tableOf(client)
      .get(at('any'))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServiceFailure);
    expect(failure).toMatchObject({ code: 'throttled' });
    expect(plan).toHaveLength(4);
    expect(pausesMs).toEqual([50, 100, 200, 400]);
  });

  test('our own mistake is not tried again', async () => {
    pausesMs.length = 0;
    await expect(tableOf(cloud.dynamodb).write({ put: { pk: 'T#x', sk: '' } })).rejects.toThrow();
    expect(pausesMs).toEqual([]);
  });
});
