import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Epoch, TenantId } from '../../../src/kernel/identity.ts';
import { minutesAfter, secondsAfter } from '../../../src/kernel/instant.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { changeDue, dueAttributes, queryDue } from '../../../src/platform/dynamodb/due.ts';
import {
  envelopesOf,
  eventWrites,
  feedPartition,
  markPublished,
  queryUnpublished,
  readEventItem,
} from '../../../src/platform/dynamodb/outbox.ts';
import type { Table } from '../../../src/platform/dynamodb/table.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { T0, testClock } from '../../support/platform.ts';

let cloud: TestCloud;
let table: Table;
const clock = testClock();
const ACME = 'acme' as TenantId;

beforeAll(async () => {
  cloud = await startTestCloud();
  table = cloud.tableOf('core', clock);
});
afterAll(() => cloud?.stop());

const subject = {
  tenant: ACME,
  source: 'experiments',
  subject: 'exp-0123456789ab',
  epoch: 2 as Epoch,
  actor: { kind: 'system', id: 'workflow' } as const,
};
const draft = (type: string) => ({
  type,
  schemaVersion: 1,
  severity: 'info' as const,
  data: { experiment_id: subject.subject },
});
const PK = 'T#acme#EXP#exp-0123456789ab';

describe('the outbox', () => {
  test('numbers events without a gap and in the order in which they were said', () => {
    const envelopes = envelopesOf({ ...subject, lastSeq: 4 }, ['a', 'b', 'c', 'd'].map(draft), {
      clock,
      ids: systemIds,
    });
    expect(envelopes.map(({ type, seq }) => `${type}${seq}`)).toEqual(['a5', 'b6', 'c7', 'd8']);
    const ids = envelopes.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(ids);
  });

  test('writes events with the change or not at all', async () => {
    const envelopes = envelopesOf({ ...subject, lastSeq: 0 }, [draft('experiment.started')], { clock, ids: systemIds });
    const meta = { put: { pk: PK, sk: 'META' } };
    expect(await table.transact([meta, ...eventWrites(PK, envelopes)], 'change-1')).toEqual({ written: true });
    const again = await table.transact([meta, ...eventWrites(PK, envelopes)], 'change-2');
    expect(again).toMatchObject({ written: false, failed: [{ index: 1 }] });
  });

  test('an event is in the feed of its tenant and unpublished until it is marked', async () => {
    const [item] = await table.all({ index: 'gsi1', pk: feedPartition(ACME) });
    if (item === undefined) throw new Error('the feed is empty');
    expect(readEventItem(item)).toMatchObject({ ...subject, type: 'experiment.started', seq: 1, timestamp: T0 });
    expect(item).toMatchObject({ sk: 'EVT#000000001', schema_version: 1, trace_id: '' });

    expect(await queryUnpublished(table, secondsAfter(T0, -1))).toEqual([]);
    expect(await queryUnpublished(table, T0)).toHaveLength(1);
    await table.write(markPublished(item, minutesAfter(T0, 1)));
    expect(await queryUnpublished(table, T0)).toEqual([]);
    expect(await table.get(item)).toMatchObject({ published_at: minutesAfter(T0, 1) });
    expect(await table.all({ index: 'gsi1', pk: feedPartition(ACME) })).toHaveLength(1);
  });
});

describe('the due index', () => {
  const idOf = (index: number): string => `exp-${String(index).padStart(12, '0')}`;
  const keyOf = (index: number) => ({ pk: `T#acme#EXP#${idOf(index)}`, sk: 'META' });

  test('gives what is due over all partitions, earliest first, the last millisecond included', async () => {
    for (let index = 0; index < 20; index += 1) {
      await table.write({
        put: { ...keyOf(index), version: 7, ...dueAttributes(idOf(index), secondsAfter(T0, 20 - index)) },
      });
    }
    const due = await queryDue(table, { until: secondsAfter(T0, 10) });
    expect(due.map(({ pk }) => pk)).toEqual(Array.from({ length: 10 }, (_, index) => keyOf(19 - index).pk));
  });

  test('a new time changes only when it is due, never its version', async () => {
    await table.write(changeDue(keyOf(19), idOf(19), minutesAfter(T0, 5)));
    await table.write(changeDue(keyOf(18), idOf(18), null));
    expect(await queryDue(table, { until: secondsAfter(T0, 2) })).toEqual([]);
    expect(await table.get(keyOf(18))).toEqual({ ...keyOf(18), version: 7 });
  });

  test('what was deleted meanwhile does not come back', async () => {
    await table.write({ remove: keyOf(17) });
    expect(await table.write(changeDue(keyOf(17), idOf(17), T0))).toMatchObject({ written: false });
    expect(await table.get(keyOf(17))).toBeNull();
  });
});
