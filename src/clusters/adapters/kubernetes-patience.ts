import { setTimeout as wait } from 'node:timers/promises';
import { secondsBetween } from '../../kernel/instant.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { retryAdvice, statusOf } from './kubernetes-errors.ts';

/** Time and chance for waiting between tries. */
export interface Patience {
  readonly clock: Clock;
  sleep(ms: number): Promise<void>;
  /** in [0, 1) */
  chance(): number;
}

export const realPatience = (clock: Clock, ids: Ids): Patience => ({
  clock,
  sleep: (ms) => wait(ms),
  chance: () => Number.parseInt(ids.short().slice(0, 6), 36) / 36 ** 6,
});

/** Runs a call to a cluster again while that can help. */
export type Persist = <T>(call: () => Promise<T>) => Promise<T>;

const TRIES = 5;
const BUDGET_SECONDS = 20;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8_000;

/**
 * 401: a fresh token, once. 429: as long as the server asks, at most 30 s. 5xx and broken sockets: five tries with full
 * jitter inside 20 seconds. Everything else is thrown at once.
 */
export const makePersist =
  (patience: Patience, forgetToken: () => void): Persist =>
  async (call) => {
    const startedAt = patience.clock.now();
    let tokenWasRefreshed = false;
    for (let tries = 1; ; tries++) {
      try {
        return await call();
      } catch (error) {
        if (statusOf(error) === 401 && !tokenWasRefreshed) {
          tokenWasRefreshed = true;
          forgetToken();
          continue;
        }
        const advice = retryAdvice(error);
        if (advice === null || tries >= TRIES) throw error;
        const jitteredMs = patience.chance() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
        const waitMs = advice.afterMs ?? jitteredMs;
        const spentSeconds = secondsBetween(startedAt, patience.clock.now());
        if (advice.afterMs === null && spentSeconds + waitMs / 1000 > BUDGET_SECONDS) throw error;
        await patience.sleep(waitMs);
      }
    }
  };
