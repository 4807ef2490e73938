import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { Ulid } from '../../kernel/identity.ts';
import { expression } from '../../platform/dynamodb/expression.ts';
import type { Item } from '../../platform/dynamodb/item.ts';
import { feedPartition, markPublished, queryUnpublished, readEventItem } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { StreamRecord } from '../../platform/entry.ts';
import type { EventLog, Outbox, OutboxRow } from '../application/ports.ts';

/** The feed of a tenant: gsi1 of the core table, sorted by the events' ids. */
export const dynamodbEventLog = ({ table }: { readonly table: Table }): EventLog => ({
  read: async (tenantId, { after, until, limit }) => {
    if (after >= until) return [];
    const { items } = await table.page({
      index: 'gsi1',
      pk: feedPartition(tenantId),
      from: after,
      to: until,
      // the range begins with `after` itself, which is known
      limit: limit + 1,
    });
    return items
      .map(readEventItem)
      .filter(({ id }) => id !== after)
      .slice(0, limit);
  },
  newestUntil: async (tenantId, until) => {
    const { items } = await table.page({
      index: 'gsi1',
      pk: feedPartition(tenantId),
      to: until,
      descending: true,
      limit: 1,
    });
    const id = items[0]?.['gsi1sk'];
    return id === undefined ? null : Ulid.parse(id);
  },
});

export const dynamodbOutbox = ({ table }: { readonly table: Table }): Outbox => ({
  unpublishedUntil: async (until) => (await queryUnpublished(table, until)).map(rowOf),
  markPublished: async (key, at) => {
    await table.write(markPublished(key, at));
  },
  markParked: async ({ pk, sk }, at) => {
    await table.write({
      update: { pk, sk },
      by: expression('SET #parked_at = :parked_at REMOVE #gsi4pk, #gsi4sk', { parked_at: at }),
      when: expression('attribute_exists(#pk)'),
    });
  },
});

/** What the table's stream tells of one new item. */
export const fromStream = (record: StreamRecord): OutboxRow => {
  const image = record.dynamodb?.NewImage;
  if (image === undefined) {
    return { key: null, poison: 'the record has no new image', content: JSON.stringify(record) };
  }
  try {
    return rowOf(unmarshall(image as Record<string, AttributeValue>) as Item);
  } catch (error) {
    return { key: null, poison: `the record cannot be read: ${messageOf(error)}`, content: JSON.stringify(record) };
  }
};

const rowOf = (item: Item): OutboxRow => {
  const key = { pk: item.pk, sk: item.sk };
  try {
    return { key, envelope: readEventItem(item) };
  } catch (error) {
    return { key, poison: `the item is not an event: ${messageOf(error)}`, content: JSON.stringify(item) };
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.slice(0, 500) : 'unreadable');
