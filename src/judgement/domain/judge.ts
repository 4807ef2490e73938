import type { Evidence } from '../contract/evidence.ts';
import type { Judgement, Look, Verdict } from '../contract/judgement.ts';
import { decide } from './decide.ts';
import { followSlots } from './follow-slots.ts';
import { lastSlotOf, type Material, materialOf } from './material.ts';

/**
 * Judges evidence from its first slot to its last: every look in order, and the verdict once a stop or the horizon is
 * reached (null until then). One algorithm in one fixed order for live looks, the final decision and replay: the same
 * evidence gives the same judgement, bit for bit. Never throws for what was measured.
 */
export const judge = (evidence: Evidence): Judgement =>
  judgeMaterial(materialOf(evidence, Math.min(lastSlotOf(evidence), evidence.design.horizonSlots)));

/** The look after `slot` (1 is the first judged slot), from data up to that slot only; null after an earlier stop. */
export const lookAt = (evidence: Evidence, slot: number): Look | null =>
  followSlots(materialOf(evidence, slot)).looks[slot - 1] ?? null;

/** The decision with what there is: slots that never came count as missing. A stop before the horizon is found, too. */
export const decideAtHorizon = (evidence: Evidence): Verdict =>
  decideMaterial(materialOf(evidence, evidence.design.horizonSlots));

/**
 * Looks beyond the horizon: limits and harm monitors keep acting while the candidate is live (waiting for approval,
 * promoting, watched afterwards). All looks, of which those up to the horizon equal `judge`'s.
 */
export const watch = (evidence: Evidence): readonly Look[] =>
  followSlots(materialOf(evidence, lastSlotOf(evidence))).looks;

/** The decision alone, for material that is already in columns and reaches its horizon. */
export const decideMaterial = (material: Material): Verdict =>
  decide(material, followSlots(material, { keepLooks: false }));

/** Looks and verdict for material that is already in columns. */
export const judgeMaterial = (material: Material): Judgement => {
  const course = followSlots(material);
  const isDecided = course.stop !== null || material.slots >= material.design.horizonSlots;
  return { looks: [...course.looks], verdict: isDecided ? decide(material, course) : null };
};
