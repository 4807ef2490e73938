import type { TrustCheck } from '../contract/judgement.ts';
import type { ExperimentVerdict } from '../contract/vocabulary.ts';
import { wilsonInterval } from './counts.ts';

/** How often two equal variants were told apart. */
export interface SelfTest {
  readonly passed: boolean;
  readonly experiments: number;
  readonly falseAborts: number;
  readonly rate: number | null;
  /** Wilson's 95 % interval of the rate */
  readonly interval: { readonly lower: number; readonly upper: number } | null;
}

const MOST_FALSE_ABORTS = 0.05;
const ABORTS: ReadonlySet<ExperimentVerdict> = new Set(['abort_harm', 'abort_limit', 'invalid_input_mismatch']);

/**
 * The A/A gate (5.9 of the method): a template may promote by itself only after experiments with two equal variants.
 * One live experiment passes without abort, limit and failed trust check; a replay of many windows passes with at most
 * 5 % false aborts.
 */
export const assessSelfTest = (
  verdicts: readonly { readonly verdict: ExperimentVerdict; readonly trust: readonly TrustCheck[] }[],
): SelfTest => {
  const falseAborts = verdicts.filter(
    ({ verdict, trust }) => ABORTS.has(verdict) || trust.some(({ outcome }) => outcome === 'failed'),
  ).length;
  const rate = verdicts.length === 0 ? null : falseAborts / verdicts.length;
  return {
    passed: rate !== null && rate <= (verdicts.length === 1 ? 0 : MOST_FALSE_ABORTS),
    experiments: verdicts.length,
    falseAborts,
    rate,
    interval: wilsonInterval(falseAborts, verdicts.length),
  };
};
