import type { OperationId, TenantId } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { Operation } from '../../platform/declare/operation.ts';
import { expression, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { OperationStore } from '../application/ports.ts';

const codec = itemCodec({ type: 'operation', schema: Operation });

const KEPT_SECONDS = 86_400;

/** Operations in the ephemeral table; they vanish a day after they were asked for. */
export const dynamodbOperationStore = ({ table }: { readonly table: Table }): OperationStore => {
  const keyFor = (tenantId: TenantId, id: OperationId) => ({ pk: tenantKey(tenantId, 'OP', id), sk: 'META' });
  const itemOf = (tenantId: TenantId, operation: Operation) =>
    codec.encode(operation, {
      ...keyFor(tenantId, operation.id),
      expiresAt: Math.floor(epochMsOf(operation.createdAt) / 1000) + KEPT_SECONDS,
    });
  return {
    create: async (tenantId, operation) => {
      const created = await table.write({ put: itemOf(tenantId, operation), when: IS_NEW });
      if (!created.written) throw new Error(`the id of operation ${operation.id} was given twice`);
    },
    load: async (tenantId, id) => {
      const item = await table.get(keyFor(tenantId, id));
      return item === null ? null : codec.decode(item);
    },
    update: async (tenantId, operation) => {
      const unfinished = expression('attribute_exists(#pk) AND #finished_at = :null', { null: null });
      return (await table.write({ put: itemOf(tenantId, operation), when: unfinished })).written;
    },
  };
};
