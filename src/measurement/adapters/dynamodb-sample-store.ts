import { gunzipSync, gzipSync } from 'node:zlib';
import type { Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { IS_NEW } from '../../platform/dynamodb/expression.ts';
import type { Item } from '../../platform/dynamodb/item.ts';
import { keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import { fromWire, toWire } from '../../platform/wire.ts';
import type { SampleStore } from '../application/ports.ts';
import { Sample } from '../domain/sample.ts';

/**
 * Samples in the table of that name: `T#tenant#EXP#id` / `E#epoch#S#slot`. One partition per experiment and no day in the
 * key: a slot each few seconds is far below what a partition takes, and reading an epoch in order is one query over one
 * range whatever the hour it began.
 */
export const dynamodbSampleStore = (table: Table): SampleStore => ({
  record: async (tenantId, sample) => {
    const { written } = await table.write({ put: toItem(tenantId, sample), when: IS_NEW });
    return written;
  },
  lastSlot: async (tenantId, experimentId, epoch) => {
    const { items } = await table.page({
      pk: partitionOf(tenantId, experimentId),
      prefix: slotsOf(epoch),
      descending: true,
      limit: 1,
    });
    const [newest] = items;
    return newest === undefined ? null : fromItem(newest).slot;
  },
  list: async (tenantId, experimentId, epoch, { fromSlot = 0, toSlot = MOST_SLOTS } = {}) => {
    const items = await table.all({
      pk: partitionOf(tenantId, experimentId),
      from: sortOf(epoch, fromSlot),
      to: sortOf(epoch, toSlot),
    });
    return items.map(fromItem);
  },
});

const partitionOf = (tenantId: TenantId, experimentId: ExperimentId): string =>
  tenantKey(tenantId, 'EXP', experimentId);
const slotsOf = (epoch: Epoch): string => `${keyOf('E', padded(epoch, 6), 'S')}#`;
const sortOf = (epoch: Epoch, slot: number): string => keyOf('E', padded(epoch, 6), 'S', padded(slot, 8));

const MOST_SLOTS = 99_999_999;
const KEPT_DAYS = 400;

/** Compressed: with hundreds of nodes a sample would pass the 400 kB of an item, and it is written once and read whole. */
const toItem = (tenantId: TenantId, sample: Sample): Item => ({
  pk: partitionOf(tenantId, sample.experimentId),
  sk: sortOf(sample.epoch, sample.slot),
  _type: 'sample',
  _schema: 1,
  ends_at: sample.endsAt,
  body: gzipSync(JSON.stringify(toWire(Sample, sample))),
  expiresAt: Math.floor(epochMsOf(sample.endsAt) / 1000) + KEPT_DAYS * 86_400,
});

const fromItem = (item: Item): Sample => {
  const { body } = item;
  if (!(body instanceof Uint8Array)) throw new Error(`${item.pk} ${item.sk} is not a sample that this code reads`);
  return Sample.parse(fromWire(Sample, JSON.parse(gunzipSync(body).toString('utf8'))));
};
