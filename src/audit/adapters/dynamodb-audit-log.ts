import type { TenantId } from '../../kernel/identity.ts';
import type { Ids, Pauses, Sha256 } from '../../kernel/ports.ts';
import { allOf, type Expression, expression, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { type Item, itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import { ServiceFailure } from '../../platform/failure.ts';
import type { AuditFilter, AuditLog } from '../application/ports.ts';
import { BEFORE_THE_FIRST, sealed, type Unreadable } from '../domain/chain.ts';
import { AuditEntry } from '../domain/entry.ts';

/** Writers that meet at the end of one chain: somebody gets through in every round, so fifty of them need no more. */
const MOST_ROUNDS = 60;
const LONGEST_PAUSE_MS = 200;

/**
 * Entries under `T#t` by position, one partition per tenant: the end of the chain is one read, and a place is taken only
 * once. A second item says that an origin was written. Both are new or neither is written; nothing is ever changed.
 */
export const dynamodbAuditLog = ({
  table,
  sha256,
  ids,
  pauses,
}: {
  readonly table: Table;
  readonly sha256: Sha256;
  readonly ids: Ids;
  readonly pauses: Pauses;
}): AuditLog => {
  const lastOf = async (tenant: TenantId) => {
    const { items } = await table.page({ pk: tenantKey(tenant), prefix: 'P#', descending: true, limit: 1 });
    return items[0] === undefined ? BEFORE_THE_FIRST : entryCodec.decode(items[0]);
  };

  return {
    append: async (draft) => {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const entry = sealed(draft, await lastOf(draft.tenant), sha256);
        const written = await table.transact(
          [
            { put: entryCodec.encode(entry, attributesOf(entry)), when: IS_NEW },
            { put: { ...originKey(entry), _type: 'audit-origin', position: entry.position }, when: IS_NEW },
          ],
          ids.ulid(),
        );
        if (written.written) return 'written';
        if (written.failed.some(({ index }) => index === 1)) return 'known';
        await pauses.upTo(Math.min(LONGEST_PAUSE_MS, 5 * 2 ** round));
      }
      throw new ServiceFailure('throttled', 'the audit log', new Error(`no place in ${MOST_ROUNDS} rounds`));
    },

    get: async (tenant, position) => {
      const item = await table.get(entryKey(tenant, position));
      return item === null ? null : entryCodec.decode(item);
    },

    list: async (tenant, { subject, ...filter }, page) => {
      const conditions = conditionsOf(filter);
      const range =
        subject === undefined
          ? { pk: tenantKey(tenant), prefix: 'P#' }
          : { index: 'gsi1' as const, pk: subjectPartition(tenant, subject) };
      const { items, nextKey } = await table.page({
        ...range,
        descending: true,
        ...(conditions === null ? {} : { filter: conditions }),
        ...page,
      });
      return { items: items.map(entryCodec.decode), nextKey };
    },

    following: async (tenant, position, limit) => {
      const from = entryKey(tenant, position + 1).sk;
      const { items } = await table.page({ pk: tenantKey(tenant), from, to: LAST, limit });
      return items.map(readEntry);
    },
  };
};

const readEntry = (item: Item): AuditEntry | Unreadable => {
  try {
    return entryCodec.decode(item);
  } catch {
    return { position: Number(item.sk.slice('P#'.length)), unreadable: 'it cannot be read as an entry' };
  }
};

const entryCodec = itemCodec({ type: 'audit-entry', schema: AuditEntry });

const POSITION_DIGITS = 12;
/** sorts after every position */
const LAST = 'P#~';
const entryKey = (tenant: TenantId, position: number): Key => ({
  pk: tenantKey(tenant),
  sk: keyOf('P', padded(position, POSITION_DIGITS)),
});
const originKey = ({ tenant, origin }: AuditEntry): Key => ({
  pk: tenantKey(tenant, 'ORIGIN', encodeURIComponent(origin)),
  sk: 'META',
});
/** Ids of our own; what a stranger put into an address may hold anything. */
const subjectPartition = (tenant: TenantId, subject: string): string =>
  tenantKey(tenant, 'R', encodeURIComponent(subject));

const attributesOf = (entry: AuditEntry) => {
  const key = entryKey(entry.tenant, entry.position);
  return entry.subject === '' ? key : { ...key, gsi1pk: subjectPartition(entry.tenant, entry.subject), gsi1sk: key.sk };
};

const conditionsOf = ({ actor, action, outcome, since, until }: Omit<AuditFilter, 'subject'>): Expression | null =>
  allOf([
    ...(actor === undefined ? [] : [expression('#actor.#id = :actor', { actor })]),
    ...(action === undefined ? [] : [expression('#action = :action', { action })]),
    ...(outcome === undefined ? [] : [expression('#outcome = :outcome', { outcome })]),
    ...(since === undefined ? [] : [expression('#at >= :since', { since })]),
    ...(until === undefined ? [] : [expression('#at <= :until', { until })]),
  ]);
