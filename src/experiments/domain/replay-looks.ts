import type { Evidence } from '../../judgement/contract/evidence.ts';
import type { Judgement } from '../../judgement/contract/judgement.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { evidenceUntil, judgedSlot } from './evidence.ts';
import type { CompleteSettings } from './experiment.ts';
import { presentLook } from './presentation.ts';
import { Look } from './verdict.ts';

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
): readonly number[] =>
  stored.filter((look) => !isReproduced(settings, evidence, judgement, look, sha256)).map(({ slot }) => slot);

const isReproduced = (
  settings: CompleteSettings,
  evidence: Evidence,
  judgement: Judgement,
  look: Look,
  sha256: Sha256,
): boolean => {
  const slot = judgedSlot(settings, look.slot);
  const judged = judgement.looks[slot - 1];
  if (judged === undefined) return false;
  const known = evidenceUntil(evidence, slot);
  const { epoch, at, codeVersion, nodeVersion } = look;
  const inputHash = sha256(JSON.stringify(known));
  const again = presentLook(settings, known, judged, { epoch, at, inputHash, codeVersion, nodeVersion });
  return JSON.stringify(Look.parse(again)) === JSON.stringify(Look.parse(look));
};
