import type { HistoryPrior } from './history-prior.ts';
import { KAPPA, type LongRunVariance } from './long-run-variance.ts';
import { normalUpperQuantile, studentUpperQuantile } from './special-functions.ts';

/** When a sequence may speak, and how often in a row it has to. */
export interface MonitorRule {
  readonly kappa: number;
  readonly fewestPairs: number;
  readonly fewestEffective: number;
  readonly crossingsInARow: number;
}

/** Algorithm C: with history. The earliest abort is the sixth pair. */
export const WITH_HISTORY: MonitorRule = { kappa: KAPPA.run, fewestPairs: 5, fewestEffective: 0, crossingsInARow: 2 };

/** Algorithm D: without history, one guardrail. */
export const ONE_WITHOUT_HISTORY: MonitorRule = {
  kappa: KAPPA.run,
  fewestPairs: 15,
  fewestEffective: 8,
  crossingsInARow: 3,
};

/**
 * Algorithm D: without history, several guardrails, which share alpha; looser constants alarm too often (8 to 12 %).
 * Nine effective slots where the method has eight: with eight, 4.7 % of equal variants are aborted at a correlation of 0.9
 * (120 slots, 16,000 replicates), so near to 5 % that one seed in five is above; with nine 4.1 %, and harm of 10 % and 20 %
 * is found two and four slots later.
 */
export const SEVERAL_WITHOUT_HISTORY: MonitorRule = {
  kappa: KAPPA.runOfSeveralGuardrails,
  fewestPairs: 15,
  fewestEffective: 9,
  crossingsInARow: 5,
};

export const ruleFor = (prior: HistoryPrior | undefined, guardrails: number): MonitorRule => {
  if (prior !== undefined) return WITH_HISTORY;
  return guardrails <= 1 ? ONE_WITHOUT_HISTORY : SEVERAL_WITHOUT_HISTORY;
};

/** The prior weighs as much as an hour of minutes. */
export const PRIOR_WEIGHT = 60;

/** Long-run variance of the run so far, drawn towards history: `(60 L0 + n L) / (60 + n)`. */
export const withPrior = (own: number, n: number, prior: HistoryPrior | undefined): number =>
  prior === undefined ? own : (PRIOR_WEIGHT * prior.variance + n * own) / (PRIOR_WEIGHT + n);

export const maySpeak = (rule: MonitorRule, own: LongRunVariance | undefined, n: number): own is LongRunVariance =>
  own !== undefined && n >= rule.fewestPairs && own.effectiveN >= rule.fewestEffective;

/**
 * Without history the variance itself is uncertain: the sequence widens like Student's t against the normal, at a
 * twentieth of alpha (Algorithm D, step 2).
 */
export const makeSmallSampleWidening = (alpha: number): ((effectiveN: number) => number) => {
  const normal = normalUpperQuantile(alpha / 20);
  return (effectiveN) => studentUpperQuantile(alpha / 20, effectiveN - 1) / normal;
};
