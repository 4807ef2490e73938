import type { EvidenceBundle, Replay } from '../contract/bundle.ts';
import { decideAtHorizon, judge } from './judge.ts';
import { isSame } from './same.ts';

const MOST_DIFFERENCES = 10;

/** Judges a bundle's evidence again and compares every look and the verdict with what was stored, bit for bit. */
export const replay = ({ evidence, judgement: stored }: Pick<EvidenceBundle, 'evidence' | 'judgement'>): Replay => {
  const judged = judge(evidence);
  // a verdict that was stored before the last slot arrived was made by decideAtHorizon
  const verdict = judged.verdict ?? (stored.verdict === null ? null : decideAtHorizon(evidence));
  const judgement = { looks: judged.looks, verdict };
  const slots = Math.max(judged.looks.length, stored.looks.length);
  const differing = Array.from({ length: slots }, (_, index) => index).filter(
    (index) => !isSame(judged.looks[index], stored.looks[index]),
  );
  const verdictDiffers = !isSame(verdict, stored.verdict);
  return {
    reproduced: differing.length === 0 && !verdictDiffers,
    looks: judged.looks.length,
    differingSlots: differing.slice(0, MOST_DIFFERENCES).map((index) => index + 1),
    verdictDiffers,
    judgement,
  };
};
