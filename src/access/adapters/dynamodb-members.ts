import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { keyOf, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { MemberStore } from '../application/ports.ts';
import { Member, Tenant } from '../domain/member.ts';
import { byEmail, memberChanged, subjectOf } from './member-events.ts';

/** Members in the core table: `T#t` / `MEMBER#sub`, and all of a person in gsi1 `U#sub`. */
export const dynamodbMemberStore = ({
  table,
  clock,
  ids,
}: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): MemberStore => ({
  membershipsOf: async (userId) =>
    (await table.all({ index: 'gsi1', pk: keyOf('U', userId) })).map((item) => memberCodec.decode(item)),

  load: async (tenantId, userId) => {
    const item = await table.get(memberKey(tenantId, userId));
    return item === null ? null : memberCodec.decode(item);
  },

  list: async (tenantId) =>
    (await table.all({ pk: tenantKey(tenantId), prefix: 'MEMBER#' }))
      .map((item) => memberCodec.decode(item))
      .toSorted(byEmail),

  commit: async (next, expectedVersion, drafts, actor, unchanged) => {
    const key = memberKey(next.tenantId, next.userId);
    const stored = await table.get(key);
    const before = stored === null ? null : memberCodec.decode(stored);
    const lastSeq = Number(stored?.['_last_seq'] ?? 0);
    const subject = changing(subjectOf(next, actor, lastSeq), before, next);
    const envelopes = envelopesOf(subject, drafts, { clock, ids });
    const put = {
      ...memberCodec.encode(next, { ...key, gsi1pk: keyOf('U', next.userId), gsi1sk: tenantKey(next.tenantId) }),
      _last_seq: lastSeq + drafts.length,
    };
    const written = await table.transact(
      [
        { put, when: expectedVersion === 0 ? IS_NEW : hasVersion(expectedVersion) },
        ...eventWrites(tenantKey(next.tenantId, 'USER', next.userId), envelopes),
        ...(unchanged === undefined
          ? []
          : [{ check: memberKey(unchanged.tenantId, unchanged.userId), when: hasVersion(unchanged.version) }]),
      ],
      ids.ulid(),
    );
    if (written.written) return accept(next);
    const stale = written.failed.find(({ index }) => index === 0);
    if (stale === undefined) return memberChanged(unchanged);
    const version = Number(stale.item?.['version'] ?? 0);
    return refuse('precondition-failed', `the member is at version ${version}`, { version });
  },

  loadTenant: async (tenantId) => {
    const item = await table.get({ pk: tenantKey(tenantId), sk: 'META' });
    return item === null ? null : tenantCodec.decode(item);
  },

  createTenant: async (tenant) => {
    await table.write({ put: tenantCodec.encode(tenant, { pk: tenantKey(tenant.id), sk: 'META' }), when: IS_NEW });
  },
});

const memberCodec = itemCodec({ type: 'member', schema: Member });
const tenantCodec = itemCodec({ type: 'tenant', schema: Tenant });

const memberKey = (tenantId: string, userId: string) => ({ pk: tenantKey(tenantId), sk: keyOf('MEMBER', userId) });
