import type { Evidence } from '../contract/evidence.ts';
import type { Judgement, Look, Verdict } from '../contract/judgement.ts';

/**
 * Judges evidence from its first slot to its last: every look in order, and the verdict once a stop or the horizon is
 * reached. One algorithm in one fixed order for live looks, the final decision and replay.
 */
export const judge = (_evidence: Evidence): Judgement => ({ looks: [], verdict: null });

/** The look after `slot` (1 is the first judged slot), from data up to that slot only. */
export const lookAt = (_evidence: Evidence, _slot: number): Look => ({ slot: 1, metrics: [], limits: [], stop: null });

/** The decision with what there is: slots that never came count as missing. */
export const decideAtHorizon = (_evidence: Evidence): Verdict => {
  throw new Error('not yet written');
};
