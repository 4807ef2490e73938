import * as z from 'zod';
import { epochMsOf } from '../../kernel/instant.ts';
import { expression } from '../../platform/dynamodb/expression.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { EpochRef, WaitStore } from '../application/ports.ts';
import type { Wait } from '../contract/workflow.ts';

const Row = z.object({ token: z.string() });

/** Tokens in the ephemeral table; a row lives as long as its task can. */
export const dynamodbWaitStore = ({ ephemeral }: { readonly ephemeral: Table }): WaitStore => ({
  put: async (ref, wait, token, expiresAt) => {
    const row = { ...keyFor(ref, wait), _type: 'wait', token };
    await ephemeral.write({ put: { ...row, expiresAt: Math.floor(epochMsOf(expiresAt) / 1000) } });
  },
  find: async (ref, wait) => {
    const item = await ephemeral.get(keyFor(ref, wait));
    return item === null ? null : Row.parse(item).token;
  },
  drop: async (ref, wait, token) => {
    // a newer token of the same wait stays
    await ephemeral.write({ remove: keyFor(ref, wait), when: expression('#token = :token', { token }) });
  },
});

const keyFor = ({ tenantId, experimentId, epoch }: EpochRef, wait: Wait): Key => ({
  pk: tenantKey(tenantId, 'WAIT', experimentId),
  sk: keyOf('E', padded(epoch, 6), wait),
});
