import type * as z from 'zod';
import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import type { Item } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import type { Table } from '../../platform/dynamodb/table.ts';
import type { TruthRef, TruthStore } from '../application/ports.ts';
import { Curves } from '../domain/curves.ts';
import { TruthState } from '../domain/state.ts';
import { compressed, uncompressed } from './compressed.ts';

/** Beside the samples: `T#tenant#EXP#id` / `E#epoch#T` for the state and `E#epoch#T#check` for curves; compressed. */
export const dynamodbTruthStore = ({
  samples,
  clock,
}: {
  readonly samples: Table;
  readonly clock: Clock;
}): TruthStore => {
  const read = async <S extends z.ZodType>(key: Key, schema: S): Promise<z.infer<S> | null> => {
    const item = await samples.get(key);
    return item === null ? null : uncompressed(item, schema);
  };
  const itemOf = (key: Key, type: string, value: unknown, more: Readonly<Record<string, unknown>> = {}): Item => ({
    ...key,
    ...compressed(type, value),
    expiresAt: Math.floor(epochMsOf(clock.now()) / 1000) + KEPT_DAYS * 86_400,
    ...more,
  });
  return {
    load: (ref) => read(stateKey(ref), TruthState),
    save: async (ref, next) => {
      const put = itemOf(stateKey(ref), 'truth', next, { version: next.version });
      const { written } = await samples.write({
        put,
        when: next.version === 1 ? IS_NEW : hasVersion(next.version - 1),
      });
      return written;
    },
    curves: (ref, check) => read(curvesKey(ref, check), Curves),
    saveCurves: async (ref, check, next) => {
      await samples.write({ put: itemOf(curvesKey(ref, check), 'truth-curves', next) });
    },
  };
};

const KEPT_DAYS = 400;

const stateKey = ({ tenantId, experimentId, epoch }: TruthRef): Key => ({
  pk: tenantKey(tenantId, 'EXP', experimentId),
  sk: keyOf('E', padded(epoch, 6), 'T'),
});

const curvesKey = (ref: TruthRef, check: string): Key => ({
  pk: stateKey(ref).pk,
  sk: keyOf('E', padded(ref.epoch, 6), 'T', check),
});
