import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { ANSWER_KEPT_SECONDS, type IdempotencyState, type IdempotencyStore } from '../http/idempotency.ts';
import type { HttpAnswer } from '../http/message.ts';
import { expression } from './expression.ts';
import { type Key, keyOf } from './key.ts';
import type { Table } from './table.ts';

/** Answers by idempotency key in the ephemeral table. */
export const dynamodbIdempotencyStore = ({ table, clock }: { table: Table; clock: Clock }): IdempotencyStore => {
  const nowSeconds = (): number => Math.floor(epochMsOf(clock.now()) / 1000);
  return {
    begin: async (key, requestHash, leaseSeconds): Promise<IdempotencyState> => {
      const claim = await table.write({
        put: { ...keyFor(key), request_hash: requestHash, expiresAt: nowSeconds() + leaseSeconds },
        when: expression('attribute_not_exists(#pk) OR #expiresAt <= :now', { now: nowSeconds() }),
      });
      if (claim.written) return { state: 'claimed' };
      const row = claim.failed[0]?.item;
      if (row?.['request_hash'] !== requestHash) return { state: 'other-request' };
      const { answer } = row as { readonly answer?: HttpAnswer };
      return answer === undefined ? { state: 'in-progress' } : { state: 'answered', answer };
    },
    complete: async (key, requestHash, answer) => {
      await table.write({
        put: { ...keyFor(key), request_hash: requestHash, answer, expiresAt: nowSeconds() + ANSWER_KEPT_SECONDS },
      });
    },
    release: async (key) => {
      await table.write({ remove: keyFor(key) });
    },
  };
};

const keyFor = (key: string): Key => ({ pk: keyOf('IDEM', key), sk: 'META' });
