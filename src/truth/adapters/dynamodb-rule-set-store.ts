import type { TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { expression, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { RuleSetStore } from '../application/ports.ts';
import { RuleSet, RuleSetChecks } from '../domain/rule-set.ts';
import { compressed, uncompressed } from './compressed.ts';
import { changedMeanwhile, subjectOf } from './rule-set-answers.ts';

const codec = itemCodec({ type: 'rule-set', schema: RuleSet });

const newestKey = (tenantId: TenantId, name: string): Key => ({
  pk: tenantKey(tenantId, 'TRUTH'),
  sk: keyOf('SET', name),
});
const partitionOf = (tenantId: TenantId, name: string): string => tenantKey(tenantId, 'TRUTH', name);
const checksKey = (tenantId: TenantId, name: string, digest: string): Key => ({
  pk: partitionOf(tenantId, name),
  sk: keyOf('D', digest),
});

/** Rule sets in the core table: the newest revision of each together, and the checks of every revision for good, compressed. */
export const dynamodbRuleSetStore = (parts: {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}): RuleSetStore => {
  const { table, ids } = parts;
  const load: RuleSetStore['load'] = async (tenantId, name) => {
    const item = await table.get(newestKey(tenantId, name));
    return item === null ? null : codec.decode(item);
  };
  return {
    load,
    list: async (tenantId) => (await table.all({ pk: tenantKey(tenantId, 'TRUTH'), prefix: 'SET#' })).map(codec.decode),
    checks: async (tenantId, name, digest) => {
      const item = await table.get(checksKey(tenantId, name, digest));
      return item === null ? null : uncompressed(item, RuleSetChecks);
    },
    commit: async (next, checks, event, actor) => {
      const key = checksKey(next.tenantId, next.name, next.digest);
      const before = await load(next.tenantId, next.name);
      const body = { ...key, ...compressed('rule-set-checks', checks) };
      const subject = changing(subjectOf(next, actor), before, next);
      const written = await table.transact(
        [
          {
            put: codec.encode(next, newestKey(next.tenantId, next.name)),
            when: next.revision === 1 ? IS_NEW : expression('#revision = :before', { before: next.revision - 1 }),
          },
          // the same digest has the same checks
          { put: body },
          ...eventWrites(key.pk, envelopesOf(subject, [event], parts)),
        ],
        ids.ulid(),
      );
      return written.written
        ? accept(next)
        : changedMeanwhile(next, (await load(next.tenantId, next.name))?.revision ?? 0);
    },
  };
};
