import { epochMsOf } from '../../kernel/instant.ts';
import { IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { EpochRef, LookStore } from '../application/ports.ts';
import { Look } from '../domain/verdict.ts';

const codec = itemCodec({ type: 'look', schema: Look });
const KEPT_DAYS = 400;

/** Looks beside their samples: `T#tenant#EXP#id` / `E#epoch#L#slot`, in the table of samples. */
export const dynamodbLookStore = ({ samples }: { readonly samples: Table }): LookStore => ({
  record: async (ref, look) => {
    const key = { pk: partitionOf(ref), sk: `${looksOf(ref)}#${padded(look.slot, 8)}` };
    const expiresAt = Math.floor(epochMsOf(look.at) / 1000) + KEPT_DAYS * 86_400;
    const { written } = await samples.write({ put: codec.encode(look, { ...key, expiresAt }), when: IS_NEW });
    return written;
  },
  list: async (ref) => {
    const items = await samples.all({ pk: partitionOf(ref), prefix: `${looksOf(ref)}#` });
    return items.map(codec.decode);
  },
});

const partitionOf = ({ tenantId, experimentId }: EpochRef): string => tenantKey(tenantId, 'EXP', experimentId);
const looksOf = ({ epoch }: EpochRef): string => keyOf('E', padded(epoch, 6), 'L');
