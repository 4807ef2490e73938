import type { TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { type Item, itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { OwnPriceStore } from '../application/ports.ts';
import { OwnPrices } from '../domain/own-prices.ts';
import type { PriceBookId } from '../domain/price-book.ts';
import { stale, subjectOf } from './own-price-answers.ts';

const codec = itemCodec({ type: 'own-prices', schema: OwnPrices });
const VERSION_DIGITS = 9;

/** The newest of all books stand together, so that a bill reads them at once. */
const newestKey = (tenantId: TenantId, bookId: PriceBookId): Key => ({
  pk: tenantKey(tenantId, 'PRICES'),
  sk: keyOf('BOOK', bookId),
});

/** Versions and events of one book. */
export const historyPartition = (tenantId: TenantId, bookId: PriceBookId): string =>
  tenantKey(tenantId, 'PRICES', bookId);
const versionKey = ({ tenantId, bookId }: Pick<OwnPrices, 'tenantId' | 'bookId'>, version: number): Key => ({
  pk: historyPartition(tenantId, bookId),
  sk: keyOf('V', padded(version, VERSION_DIGITS)),
});

/** Own prices in the core table: the newest version, and each version for good. */
export const dynamodbOwnPrices = (parts: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): OwnPriceStore => {
  const { table, ids } = parts;
  const read = async (key: Key): Promise<OwnPrices | null> => {
    const item = await table.get(key);
    return item === null ? null : codec.decode(item);
  };
  return {
    load: (tenantId, bookId) => read(newestKey(tenantId, bookId)),
    loadVersion: (tenantId, bookId, version) => read(versionKey({ tenantId, bookId }, version)),
    list: async (tenantId) =>
      (await table.all({ pk: tenantKey(tenantId, 'PRICES'), prefix: 'BOOK#' })).map(codec.decode),
    commit: async (next, expectedVersion, event, actor) => {
      const version = versionKey(next, next.version);
      const before = await read(newestKey(next.tenantId, next.bookId));
      const subject = changing(subjectOf(next, actor), before, next);
      const written = await table.transact(
        [
          {
            put: codec.encode(next, newestKey(next.tenantId, next.bookId)),
            when: expectedVersion === 0 ? IS_NEW : hasVersion(expectedVersion),
          },
          { put: codec.encode(next, version), when: IS_NEW },
          ...eventWrites(version.pk, envelopesOf(subject, [event], parts)),
        ],
        ids.ulid(),
      );
      return written.written ? accept(next) : stale(next, versionOf(written.failed[0]?.item ?? null));
    },
  };
};

const versionOf = (item: Item | null): number => (item === null ? 0 : codec.decode(item).version);
