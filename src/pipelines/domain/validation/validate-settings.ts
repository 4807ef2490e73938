import type { Settings } from '../settings-tree.ts';
import { checkAccess, checkListeners } from './access.ts';
import { checkAvailability, type RunningImage } from './availability.ts';
import { checkShapes } from './components.ts';
import { checkEffects } from './effects.ts';
import { byPlace, type Finding, type Remark } from './finding.ts';
import { checkFrame } from './frame-rules.ts';
import { checkKeyPaths } from './key-paths.ts';
import { checkOrder } from './order.ts';
import { checkOttl, readOttl } from './ottl.ts';
import { checkNames } from './ottl-names.ts';
import { type ClusterPolicy, STRICTEST_POLICY } from './policy.ts';
import { secretLines } from './secret-lines.ts';
import { type ReadSettings, readSettings } from './settings-text.ts';
import { checkSubstitutions, plainSecretsIn } from './substitutions.ts';
import { checkWiring } from './wiring.ts';

/** Where settings will run. */
export interface Circumstances {
  /** what the owner of a cluster of ours allows; undefined: a collector elsewhere, so what only we demand is advice */
  readonly policy?: ClusterPolicy;
  readonly image?: RunningImage;
}

/**
 * Everything that can be said about an author's collector settings without starting a collector: text, substitutions,
 * settings of components, ids and graph, what the pinned collector has, order and destinations, and OTTL. All findings
 * at once, in the order of the text.
 */
export const validateSettings = (text: string, circumstances: Circumstances = {}): readonly Finding[] =>
  findingsIn(text, readSettings(text), circumstances);

/** The same of a text that was read already. */
export const findingsIn = (text: string, read: ReadSettings, circumstances: Circumstances = {}): readonly Finding[] => {
  if (!read.readable) return [...read.findings, ...secretLines(text)];
  const { settings, locate } = read.text;
  return toldOnce(remarksOn(settings, circumstances))
    .map((remark) => locate(remark, circumstances.policy !== undefined))
    .sort(byPlace);
};

/** A value that names one variable a thousand times has one fault. */
const toldOnce = (remarks: readonly Remark[]): readonly Remark[] => [
  ...new Map(remarks.map((each) => [JSON.stringify([each.rule, each.path, each.at, each.message]), each])).values(),
];

const remarksOn = (settings: Settings, { policy, image = 'ours' }: Circumstances): readonly Remark[] => {
  const cut = checkKeyPaths(settings);
  // what is left would be judged where it does not stand; a secret is one anywhere
  if (cut.length > 0) return [...cut, ...plainSecretsIn(settings)];
  const isSet = (variable: string): boolean => policy?.variables.includes(variable) === true;
  const { lines, faults } = readOttl(settings, isSet);
  return [
    ...checkSubstitutions(settings, policy),
    ...checkShapes(settings, isSet),
    ...checkWiring(settings),
    ...checkAvailability(settings, image, policy?.promotionWaivers),
    ...checkOrder(settings, isSet),
    ...checkAccess(settings, lines, policy ?? STRICTEST_POLICY),
    ...checkListeners(settings),
    ...checkFrame(settings),
    ...checkEffects(settings, lines, policy?.criticalProcesses ?? []),
    ...faults,
    ...checkOttl(lines),
    ...checkNames(settings, lines),
  ];
};
