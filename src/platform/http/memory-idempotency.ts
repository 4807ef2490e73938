import { epochMsOf } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { ANSWER_KEPT_SECONDS, type IdempotencyStore } from './idempotency.ts';
import type { HttpAnswer } from './message.ts';

interface Row {
  readonly requestHash: string;
  readonly answer: HttpAnswer | null;
  readonly untilMs: number;
}

/** For one process: tests and simulations. */
export const memoryIdempotencyStore = ({ clock }: { clock: Clock }): IdempotencyStore => {
  const rows = new Map<string, Row>();
  const nowMs = (): number => epochMsOf(clock.now());
  return {
    begin: async (key, requestHash, leaseSeconds) => {
      const row = rows.get(key);
      if (row === undefined || row.untilMs <= nowMs()) {
        rows.set(key, { requestHash, answer: null, untilMs: nowMs() + leaseSeconds * 1000 });
        return { state: 'claimed' };
      }
      if (row.requestHash !== requestHash) return { state: 'other-request' };
      return row.answer === null ? { state: 'in-progress' } : { state: 'answered', answer: row.answer };
    },
    complete: async (key, requestHash, answer) => {
      rows.set(key, { requestHash, answer, untilMs: nowMs() + ANSWER_KEPT_SECONDS * 1000 });
    },
    release: async (key) => {
      rows.delete(key);
    },
  };
};
