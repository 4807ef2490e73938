import { counted } from '../../kernel/words.ts';
import { POOLED, type TrustFact } from '../contract/evidence.ts';
import type { TrustCheck } from '../contract/judgement.ts';
import { seenNodes } from './equal-input.ts';
import type { Course } from './follow-slots.ts';
import type { Material } from './material.ts';
import { isFine } from './metric-decision.ts';
import type { DecidedMetric } from './metric-judgement.ts';
import { fewOf } from './words.ts';

/** Whether a verdict about the candidate may be trusted at all (5.1 of the method). What is not known says why. */
export const trustChecks = (material: Material, metrics: readonly DecidedMetric[], course: Course): TrustCheck[] => {
  const { trust } = material;
  const needed = metrics.filter(({ criterion }) => criterion.role !== 'diagnostic');
  const lacking = needed.filter(({ judgement, facts }) => facts?.lacksData || judgement.verdict === 'no_data');
  return [
    equalInput(material, metrics, course),
    {
      name: 'completeness',
      // a run that was stopped early is short, not incomplete
      outcome: lacking.length === 0 ? 'passed' : course.stop === null ? 'failed' : 'unknown',
      sentence:
        lacking.length === 0
          ? 'At least 90 % of the slots are usable, without a long gap.'
          : `Too few usable slots: ${lacking.map((metric) => lackWords(metric, course.slots)).join(', ')}.`,
    },
    { name: 'both_ready', outcome: trust.bothReady, sentence: BOTH_READY[trust.bothReady] },
    {
      name: 'same_settings_otherwise',
      outcome: trust.sameSettingsOtherwise,
      sentence: SAME_SETTINGS[trust.sameSettingsOtherwise],
    },
    clock(material, metrics, course),
  ];
};

/** Same input: seen on the same nodes, and as much of it. Not shown is not failed. */
const equalInput = (material: Material, metrics: readonly DecidedMetric[], { slots }: Course): TrustCheck => {
  const name = 'equal_input';
  const inputs = metrics.filter(({ criterion }) => criterion.role === 'trust');
  const apart = material.metrics
    .filter(({ criterion, nodes }) => criterion.role === 'trust' && nodes.some(({ node }) => node !== POOLED))
    .map((metric) => seenNodes(metric, slots))
    .find(({ differs }) => differs);
  if (apart !== undefined) {
    const sentence = `The baseline was seen on ${counted(apart.baseline, 'node')}, the candidate on ${apart.candidate}.`;
    return { name, outcome: 'failed', sentence };
  }
  if (inputs.length === 0) return { name, outcome: 'unknown', sentence: 'Equality of the input was not measured.' };
  const verdicts = inputs.map(({ judgement }) => judgement.verdict);
  const isShown = verdicts.every(isFine);
  const sentence = inputs.map(({ judgement }) => judgement.sentence).join(' ');
  return { name, outcome: verdicts.includes('invalid') ? 'failed' : isShown ? 'passed' : 'unknown', sentence };
};

/**
 * The clock that cuts time into slots and the store that is asked about them agree as long as collectors are read anew
 * in each slot. A store that is behind has nothing newer, for both variants alike.
 */
const clock = ({ trust }: Material, metrics: readonly DecidedMetric[], { slots }: Course): TrustCheck => {
  const name = 'clock';
  const scheduled = metrics.find(({ facts }) => facts?.role === 'trust' && facts.isScheduled);
  if (trust.clock !== 'unknown' || scheduled === undefined) {
    return { name, outcome: trust.clock, sentence: CLOCK[trust.clock] };
  }
  const { n, dropped } = scheduled.judgement;
  const late = Math.min(dropped.baseline['late'] ?? 0, dropped.candidate['late'] ?? 0);
  if (late * MOST_LATE > slots) {
    const sentence = `In ${late} of ${counted(slots, 'slot')} the store had nothing new from either variant: it stands still, or is behind the clock.`;
    return { name, outcome: 'failed', sentence };
  }
  return n === 0
    ? { name, outcome: 'unknown', sentence: 'No slot was usable, so nothing is known about the clock.' }
    : { name, outcome: 'passed', sentence: 'The store kept up with the clock: each usable slot was read anew.' };
};

/** One in so many slots may be late: the budget for missing slots. */
const MOST_LATE = 10;

const lackWords = ({ judgement: { title, n }, unwatchedNodes }: DecidedMetric, slots: number): string =>
  unwatchedNodes.length === 0 || n === 0 ? `${title} ${n} of ${slots}` : `${title} on ${fewOf(unwatchedNodes)}`;

const BOTH_READY: Readonly<Record<TrustFact, string>> = {
  passed: 'Both variants were ready before the first slot.',
  failed: 'Not both variants were ready before the first slot.',
  unknown: 'Nobody said whether both variants were ready before the first slot.',
};

const SAME_SETTINGS: Readonly<Record<TrustFact, string>> = {
  passed: 'The variants differ in the tested change only.',
  failed: 'The variants differ in more than the tested change.',
  unknown: 'Nobody said whether the variants differ in more than the tested change.',
};

const CLOCK: Readonly<Record<TrustFact, string>> = {
  passed: 'The clocks agreed.',
  failed: 'The clocks did not agree.',
  unknown: 'Nobody said whether the clocks agreed.',
};

export const hasFailed = (checks: readonly TrustCheck[], name: TrustCheck['name']): boolean =>
  checks.some((check) => check.name === name && check.outcome === 'failed');
