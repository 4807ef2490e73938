import type { Instant } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { EpochRef, WaitStore } from '../application/ports.ts';
import type { Wait } from '../contract/workflow.ts';

/** Tokens in memory. */
export const memoryWaitStore = ({ clock }: { readonly clock: Clock }): WaitStore => {
  const tokens = new Map<string, { readonly token: string; readonly expiresAt: Instant }>();
  const keyOf = ({ tenantId, experimentId, epoch }: EpochRef, wait: Wait): string =>
    `${tenantId}/${experimentId}/${epoch}/${wait}`;
  return {
    put: async (ref, wait, token, expiresAt) => void tokens.set(keyOf(ref, wait), { token, expiresAt }),
    find: async (ref, wait) => {
      const found = tokens.get(keyOf(ref, wait));
      return found === undefined || found.expiresAt <= clock.now() ? null : found.token;
    },
    drop: async (ref, wait, token) => {
      if (tokens.get(keyOf(ref, wait))?.token === token) tokens.delete(keyOf(ref, wait));
    },
  };
};
