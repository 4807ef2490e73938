import type { KeyId, TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { EXISTS, expression, hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { keyOf, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { KeyStore } from '../application/ports.ts';
import { ServiceKey } from '../domain/service-key.ts';
import { stale, subjectOf } from './key-store-answers.ts';

/** Keys in the core table: `AK#id` / `META`, and all of a tenant in gsi1 `T#t#AK`. */
export const dynamodbKeyStore = ({
  table,
  clock,
  ids,
}: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): KeyStore => ({
  find: async (id) => {
    const item = await table.get(metaKey(id));
    return item === null ? null : keyCodec.decode(item);
  },

  list: async (tenantId) =>
    (await table.all({ index: 'gsi1', pk: listPartition(tenantId), descending: true })).map((item) =>
      keyCodec.decode(item),
    ),

  commit: async (next, expectedVersion, drafts, actor) => {
    const stored = await table.get(metaKey(next.id));
    const before = stored === null ? null : keyCodec.decode(stored);
    const lastSeq = Number(stored?.['_last_seq'] ?? 0);
    const subject = changing(subjectOf(next, actor, lastSeq), before, next);
    const put = {
      ...keyCodec.encode(next, {
        ...metaKey(next.id),
        gsi1pk: listPartition(next.tenantId),
        gsi1sk: keyOf(next.createdAt, next.id),
      }),
      _last_seq: lastSeq + drafts.length,
    };
    const written = await table.transact(
      [
        { put, when: expectedVersion === 0 ? IS_NEW : hasVersion(expectedVersion) },
        ...eventWrites(tenantKey(next.tenantId, 'KEY', next.id), envelopesOf(subject, drafts, { clock, ids })),
      ],
      ids.ulid(),
    );
    if (written.written) return accept(next);
    return stale(next.id, Number(written.failed.find(({ index }) => index === 0)?.item?.['version'] ?? 0));
  },

  markUsed: async (id, at) => {
    await table.write({
      update: metaKey(id),
      by: expression('SET #last_used_at = :at', { at }),
      when: EXISTS,
    });
  },
});

const keyCodec = itemCodec({ type: 'service-key', schema: ServiceKey });

const metaKey = (id: KeyId) => ({ pk: keyOf('AK', id), sk: 'META' });
const listPartition = (tenantId: TenantId): string => tenantKey(tenantId, 'AK');
