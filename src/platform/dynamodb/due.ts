import { epochMsOf, type Instant } from '../../kernel/instant.ts';
import { type Expression, expression } from './expression.ts';
import type { Item } from './item.ts';
import { type Key, keyOf, padded, shardOf } from './key.ts';
import type { Table, Update } from './table.ts';

// What is due now, over all tenants: a sparse index (gsi4) in eight partitions, sorted by time.

export const DUE_SHARDS = 8;
const EPOCH_MS_DIGITS = 13;

/** Index attributes of a thing that waits for `dueAt`; none when it waits for nothing. */
export const dueAttributes = (id: string, dueAt: Instant | null): Readonly<Record<string, string>> =>
  dueAt === null ? {} : timeIndex('DUE', id, dueAt);

/** Changes only when a thing is due, never its version: a tick must not make anybody's ETag stale. */
export const changeDue = (key: Key, id: string, dueAt: Instant | null, when?: Expression): Update => {
  const { gsi4pk, gsi4sk } = dueAttributes(id, dueAt);
  return {
    update: key,
    by:
      dueAt === null
        ? expression('REMOVE #gsi4pk, #gsi4sk')
        : expression('SET #gsi4pk = :gsi4pk, #gsi4sk = :gsi4sk', { gsi4pk, gsi4sk }),
    when: when ?? expression('attribute_exists(#pk)'),
  };
};

/** Everything that falls due until then, earliest first. */
export const queryDue = (table: Table, { until }: { readonly until: Instant }): Promise<readonly Item[]> =>
  queryTimeIndex(table, 'DUE', DUE_SHARDS, until);

/** Keys in gsi4 of something that has its time: `DUE`, or `UNPUB` for events not yet published. */
export const timeIndex = (kind: 'DUE' | 'UNPUB', id: string, at: Instant): { gsi4pk: string; gsi4sk: string } => ({
  gsi4pk: keyOf(kind, String(shardOf(id, DUE_SHARDS))),
  gsi4sk: keyOf(padded(epochMsOf(at), EPOCH_MS_DIGITS), id),
});

export const queryTimeIndex = async (
  table: Table,
  kind: 'DUE' | 'UNPUB',
  shards: number,
  until: Instant,
): Promise<readonly Item[]> => {
  // `~` sorts after every id, so the last millisecond is included
  const to = `${padded(epochMsOf(until), EPOCH_MS_DIGITS)}#~`;
  const found = await Promise.all(
    Array.from({ length: shards }, (_, shard) => table.all({ index: 'gsi4', pk: keyOf(kind, String(shard)), to })),
  );
  return found.flat().toSorted((a, b) => (String(a['gsi4sk']) < String(b['gsi4sk']) ? -1 : 1));
};
