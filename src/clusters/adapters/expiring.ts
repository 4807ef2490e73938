import { type Instant, isAfter, secondsAfter } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';

/** Remembers accepted answers for a while; concurrent callers share one question, refusals are asked again. */
export interface Expiring<T, R extends Refusal> {
  get(key: string, ask: () => Promise<Outcome<T, R>>): Promise<Outcome<T, R>>;
  forget(key: string): void;
}

export const expiring = <T, R extends Refusal>(clock: Clock, keptSeconds: number): Expiring<T, R> => {
  const kept = new Map<string, { readonly until: Instant; readonly answer: Promise<Outcome<T, R>> }>();
  return {
    get: async (key, ask) => {
      const known = kept.get(key);
      if (known !== undefined && isAfter(known.until, clock.now())) return known.answer;
      const entry = { until: secondsAfter(clock.now(), keptSeconds), answer: ask() };
      kept.set(key, entry);
      const drop = (): void => {
        if (kept.get(key) === entry) kept.delete(key);
      };
      try {
        const answer = await entry.answer;
        if (!answer.accepted) drop();
        return answer;
      } catch (error) {
        drop();
        throw error;
      }
    },
    forget: (key) => {
      kept.delete(key);
    },
  };
};
