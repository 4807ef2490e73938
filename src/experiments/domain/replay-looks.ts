import type { Evidence } from '../../judgement/contract/evidence.ts';
import type { Judgement } from '../../judgement/contract/judgement.ts';
import { lookAt } from '../../judgement/domain/judge.ts';
import { lastSlotOf } from '../../judgement/domain/material.ts';
import { hasSameNumbers, isSame } from '../../judgement/domain/same.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { evidenceUntil, judgedSlot } from './evidence.ts';
import type { CompleteSettings } from './experiment.ts';
import { presentLook } from './presentation.ts';
import { Look } from './verdict.ts';

/** `words`: to the letter; `numbers`: as a newer version of the same judge, which may say it in other words. */
export type Likeness = 'words' | 'numbers';

/**
 * Compares every look as it was stored when it was taken with what the evidence gives now, input hash and all. Answers
 * the slots whose look differs; none means that nothing was changed since, neither the measurements nor what was said.
 */
export const differingLooks = (
  settings: CompleteSettings,
  evidence: Evidence,
  judgement: Judgement,
  stored: readonly Look[],
  sha256: Sha256,
  likeness: Likeness = 'words',
): readonly number[] =>
  stored
    .filter((look) => {
      const again = lookAgain(settings, evidence, judgement, look, sha256);
      return again === null || !(likeness === 'words' ? isSame : hasSameNumbers)(again, Look.parse(look));
    })
    .map(({ slot }) => slot);

/** The same look from the evidence; null when there is none at this slot. */
const lookAgain = (
  settings: CompleteSettings,
  evidence: Evidence,
  judgement: Judgement,
  look: Look,
  sha256: Sha256,
): Look | null => {
  const slot = judgedSlot(settings, look.slot);
  const known = evidenceUntil(evidence, slot);
  if (lastSlotOf(known) !== slot) return null;
  // the one that stopped it after the horizon is no part of the judgement
  const judged = slot > evidence.design.horizonSlots ? lookAt(known, slot) : judgement.looks[slot - 1];
  if (judged == null) return null;
  const { epoch, at, codeVersion, nodeVersion } = look;
  const inputHash = sha256(JSON.stringify(known));
  return Look.parse(presentLook(settings, known, judged, { epoch, at, inputHash, codeVersion, nodeVersion }));
};
