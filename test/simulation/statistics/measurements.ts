import type { Verdict } from '../../../src/judgement/contract/judgement.ts';
import type { DurationPlan } from '../../../src/judgement/contract/plan.ts';
import { PlanRequest } from '../../../src/judgement/contract/plan.ts';
import { wilsonInterval } from '../../../src/judgement/domain/counts.ts';
import { fleetInterval } from '../../../src/judgement/domain/fleet.ts';
import { decideMaterial } from '../../../src/judgement/domain/judge.ts';
import { planDuration } from '../../../src/judgement/domain/plan-duration.ts';
import { simulate, simulatedMaterial, type Truth } from './experiments.ts';
import { type Chance, makeChance } from './series.ts';

/** Rates and medians over replicates with fixed seeds. */

export interface Rate {
  readonly count: number;
  readonly replicates: number;
  readonly rate: number;
  readonly lower: number;
  readonly upper: number;
}

export const rateOf = (count: number, replicates: number): Rate => ({
  count,
  replicates,
  rate: count / replicates,
  ...(wilsonInterval(count, replicates) ?? { lower: 0, upper: 1 }),
});

/**
 * By how much a rate changed, in either direction, when the same experiments were judged twice. Its interval is
 * McNemar's: only experiments that answered differently carry information.
 */
export const changeOf = (before: readonly boolean[], after: readonly boolean[]): Rate => {
  const replicates = before.length;
  const gained = after.filter((is, index) => is && before[index] === false).length;
  const lost = before.filter((was, index) => was && after[index] === false).length;
  const count = Math.abs(gained - lost);
  const reach = (1.96 * Math.sqrt(gained + lost - count ** 2 / replicates)) / replicates;
  const rate = count / replicates;
  return { count, replicates, rate, lower: Math.max(0, rate - reach), upper: rate + reach };
};

/** Every replicate has a seed of its own, so that cells can be repeated one by one. */
export const replicate = <T>(seed: number, replicates: number, draw: (chance: Chance) => T): readonly T[] =>
  Array.from({ length: replicates }, (_, index) => draw(makeChance(seed + 7919 * index)));

export const verdictsOf = (truth: Truth, seed: number, replicates: number): readonly Verdict[] =>
  replicate(seed, replicates, (chance) => simulate(chance, truth));

export const shareOf = (verdicts: readonly Verdict[], wanted: (verdict: Verdict) => boolean): Rate =>
  rateOf(verdicts.filter(wanted).length, verdicts.length);

export const isAbort = ({ verdict }: Verdict): boolean => verdict === 'abort_harm';
export const isPromotion = ({ verdict }: Verdict): boolean => verdict === 'promote';
export const isInconclusive = ({ verdict }: Verdict): boolean => verdict.startsWith('inconclusive');

/** Slot of the alarm in half of all replicates; infinite when fewer than half alarm. */
export const medianAlarm = (verdicts: readonly Verdict[]): number =>
  medianOf(verdicts.map((verdict) => (isAbort(verdict) ? verdict.decidedAtSlot : Number.POSITIVE_INFINITY)));

export const medianOf = (slots: readonly number[]): number =>
  slots.toSorted((a, b) => a - b)[Math.floor(slots.length / 2)] ?? Number.POSITIVE_INFINITY;

/** How often an interval over k of 300 nodes covers the fleet's volume-weighted truth. */
export const fleetCoverage = (
  { nodes, spread, volumeSpread }: { nodes: number; spread: number; volumeSpread: number },
  seed: number,
  replicates: number,
): Rate => {
  const population = 300;
  const covered = replicate(seed, replicates, (chance) => {
    const fleet = Array.from({ length: population }, () => ({
      effect: -0.2 + spread * chance.normal(),
      volume: Math.exp(volumeSpread * chance.normal()),
    }));
    const total = fleet.reduce((sum, { volume }) => sum + volume, 0);
    const truth = fleet.reduce((sum, { effect, volume }) => sum + (effect * volume) / total, 0);
    const measured = shuffled(fleet, chance).slice(0, nodes);
    const interval = fleetInterval(
      measured.map(({ effect }) => effect + 0.005 * chance.normal()),
      measured.map(({ volume }) => volume),
      population,
      0.05,
    );
    // the claim is made from four effective nodes on
    return interval.effectiveNodes < 4 ? null : interval.lower <= truth && truth <= interval.upper;
  }).filter((isCovered) => isCovered !== null);
  return rateOf(covered.filter(Boolean).length, covered.length);
};

const shuffled = <T>(values: readonly T[], chance: Chance): readonly T[] =>
  values
    .map((value) => ({ value, key: chance.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);

/** Good candidates judged at the duration that the planner chose from the same history. */
export const plannedVerdicts = (
  truth: Omit<Truth, 'slots'>,
  hopedSaving: number,
  seed: number,
  replicates: number,
): { readonly verdicts: readonly Verdict[]; readonly slots: readonly number[] } => {
  const drawn = replicate(seed, replicates, (chance) => {
    const past = simulatedMaterial(chance, { ...truth, slots: 1 });
    const plan: DurationPlan = planDuration(
      PlanRequest.parse({
        stepSeconds: 60,
        criteria: past.design.criteria,
        history: past.history,
        expectedSaving: { cost: hopedSaving },
        minimumSlots: 30,
        maximumSlots: 5000,
      }),
    );
    const slots = plan.slots ?? 30;
    const run = simulatedMaterial(chance, { ...truth, history: 'none', slots, saving: -Math.log1p(-hopedSaving) });
    return { slots, verdict: decideMaterial({ ...run, history: past.history }) };
  });
  return { verdicts: drawn.map(({ verdict }) => verdict), slots: drawn.map(({ slots }) => slots) };
};
