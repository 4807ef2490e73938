import { fewOf } from '../../judgement/domain/words.ts';
import type { Verdict } from './verdict.ts';

/**
 * Why a promotion is not offered although the verdict is promote; null: it is. A screening offers none unless the stage
 * allows it. The winner goes to the nodes of the experiment: one of them that was not measured is a node like any other
 * of the fleet, so the bounds over nodes have to hold as well.
 */
export const whyNotOffered = ({ strength, rollOut }: Verdict, promoteFromScreening: boolean): string | null => {
  if (strength !== 'confirmed' && !promoteFromScreening) return SCREENING;
  const unmeasured = rollOut?.unmeasuredNodes ?? [];
  return unmeasured.length > 0 && rollOut?.supportsPromotion !== true
    ? `a promotion would reach ${fewOf(unmeasured)} as well, where too little was measured: ${rollOut?.sentence ?? ''}`
    : null;
};

const SCREENING =
  'less than 24 h were measured: a screening does not promote on this stage; run it for a day or longer';
