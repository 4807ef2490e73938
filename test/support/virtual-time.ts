import type { Ulid } from '../../src/kernel/identity.ts';
import { epochMsOf, fromEpochMs, type Instant } from '../../src/kernel/instant.ts';
import type { Clock, Ids } from '../../src/kernel/ports.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that passes only when a test says so; timers fire in order, and everything they cause has settled before the next. */
export interface VirtualTime extends Clock {
  at(atMs: number, fire: () => void): () => void;
  sleep(seconds: number): Promise<void>;
  advance(seconds: number): Promise<void>;
  settle(): Promise<void>;
}

export const makeVirtualTime = (start: Instant): VirtualTime => {
  let nowMs = epochMsOf(start);
  let order = 0;
  const timers = new Set<Timer>();
  // memory adapters answer within microtasks; a few turns of the event loop let whole chains of them finish
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  const at = (atMs: number, fire: () => void): (() => void) => {
    const timer = { atMs, order: order++, fire };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const nextUntil = (limitMs: number): Timer | undefined =>
    [...timers].filter(({ atMs }) => atMs <= limitMs).toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  return {
    now: () => fromEpochMs(nowMs),
    at,
    sleep: (seconds) => new Promise((resolve) => void at(nowMs + seconds * 1000, resolve)),
    settle,
    advance: async (seconds) => {
      const limitMs = nowMs + seconds * 1000;
      await settle();
      for (let timer = nextUntil(limitMs); timer !== undefined; timer = nextUntil(limitMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.fire();
        await settle();
      }
      nowMs = limitMs;
    },
  };
};

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Ids that count: the same in every run, sorted like time. */
export const makeCountingIds = (): Ids => {
  let count = 0;
  const digits = (alphabet: string, length: number): string => {
    count += 1;
    return Array.from(
      { length },
      (_, i) => alphabet[Math.floor(count / alphabet.length ** (length - 1 - i)) % alphabet.length],
    ).join('');
  };
  return {
    ulid: () => digits(CROCKFORD, 26) as Ulid,
    short: () => digits('0123456789abcdefghijklmnopqrstuvwxyz', 12),
  };
};
