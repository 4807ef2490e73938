import type { Outcome, Refusal } from '../../kernel/outcome.ts';

/** What a route may refuse; any other refusal is our own mistake. */
export const within = <T, const C extends string>(codes: readonly C[], outcome: Outcome<T>): Outcome<T, Refusal<C>> => {
  if (outcome.accepted) return outcome;
  const { refusal } = outcome;
  const code = codes.find((each) => each === refusal.code);
  if (code === undefined)
    throw new Error(`refused by ${refusal.code}, which this route does not know: ${refusal.message}`);
  return { accepted: false, refusal: { ...refusal, code } };
};
