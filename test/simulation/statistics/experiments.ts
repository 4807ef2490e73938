import type { MetricCriterion } from '../../../src/judgement/contract/criteria.ts';
import { type HistorySeries, POOLED } from '../../../src/judgement/contract/evidence.ts';
import type { Verdict } from '../../../src/judgement/contract/judgement.ts';
import type { MetricColumns } from '../../../src/judgement/domain/columns.ts';
import { decideMaterial } from '../../../src/judgement/domain/judge.ts';
import type { Material } from '../../../src/judgement/domain/material.ts';
import { type Chance, type LogArms, makeArms, mixed, toValues } from './series.ts';

/** A simulated experiment: four guardrails and a primary, judged by the product's own code. */

export type History = 'none' | 'pairs' | { readonly minutes: number } | 'baseline';

export interface Truth {
  readonly slots: number;
  readonly rho: number;
  readonly shared: number;
  readonly history: History;
  readonly guardrails?: number;
  /** log units, positive is worse */
  readonly saving?: number;
  /** harm of the first guardrail */
  readonly harm?: number;
  /** slot from which on the harm is there; from the start when absent */
  readonly harmFrom?: number;
  readonly margin?: number;
  readonly abortMargin?: number;
  readonly minimumSaving?: number;
  readonly alpha?: number;
  readonly mismatchGuard?: boolean;
  readonly historyRho?: number;
  /** changes the arms of each metric before they are judged */
  readonly distort?: (arms: LogArms, chance: Chance) => LogArms;
  readonly innovation?: (chance: Chance) => number;
}

const HISTORY_MINUTES = 720;

/** Margins of the model are log units; criteria are declared as ratios. */
export const asRatio = (log: number): number => Math.expm1(log);

export const simulate = (chance: Chance, truth: Truth): Verdict => decideMaterial(simulatedMaterial(chance, truth));

export const simulatedMaterial = (chance: Chance, truth: Truth): Material => {
  const { slots, rho, shared, guardrails = 4, saving = 0, harm = 0, margin = 0.05, abortMargin = 0 } = truth;
  const criteria: MetricCriterion[] = [
    {
      name: 'cost',
      role: 'primary',
      better: 'lower',
      aggregate: 'sum',
      scale: 'log_ratio',
      minimumSaving: truth.minimumSaving ?? 0,
    },
    ...Array.from(
      { length: guardrails },
      (_, index): MetricCriterion => ({
        name: `guardrail-${index + 1}`,
        role: 'guardrail',
        better: 'lower',
        aggregate: 'sum',
        scale: 'log_ratio',
        margin: asRatio(margin),
        abortMargin: asRatio(abortMargin),
      }),
    ),
  ];
  const model = { length: slots, rho, shared, ...(truth.innovation && { innovation: truth.innovation }) };
  const base = makeArms(chance, model);
  const distort = truth.distort ?? ((arms: LogArms) => arms);
  const armsOf = (effect: number): LogArms => distort(mixed(makeArms(chance, model), base, effect), chance);
  const effects = [-saving, ...Array.from({ length: guardrails }, (_, index) => (index === 0 ? harm : 0))];
  return {
    design: {
      stepSeconds: 60,
      horizonSlots: slots,
      alpha: truth.alpha ?? 0.05,
      populationNodes: null,
      hypotheticalBaseline: false,
      mismatchGuard: truth.mismatchGuard ?? false,
      bootstrapSeed: null,
      criteria,
    },
    metrics: criteria.map((criterion, index) =>
      columnsOf(criterion, index === 1 ? harmedLate(armsOf(effects[index] ?? 0), truth) : armsOf(effects[index] ?? 0)),
    ),
    slots,
    history: Object.fromEntries(criteria.map(({ name }) => [name, historyOf(chance, truth)])),
    trust: { bothReady: 'unknown', sameSettingsOtherwise: 'unknown', clock: 'unknown' },
    interruption: null,
  };
};

/** Takes the harm out of the slots before it begins. */
const harmedLate = ({ baseline, candidate }: LogArms, { harm = 0, harmFrom = 0 }: Truth): LogArms => ({
  baseline,
  candidate: candidate.map((value, t) => (t < harmFrom ? value - harm : value)),
});

/** NaN in log units is a missing value. */
export const columnsOf = (criterion: MetricCriterion, arms: LogArms): MetricColumns => ({
  criterion,
  nodes: [
    {
      node: POOLED,
      since: 1,
      baseline: { values: toValues(arms.baseline), reasons: new Map(), weights: new Map() },
      candidate: { values: toValues(arms.candidate), reasons: new Map(), weights: new Map() },
    },
  ],
});

const historyOf = (chance: Chance, truth: Truth): HistorySeries => {
  const { history, rho, shared, distort = (arms: LogArms) => arms } = truth;
  if (history === 'none') return { baseline: [] };
  const length =
    typeof history === 'object' ? history.minutes : history === 'pairs' ? HISTORY_MINUTES : 2 * HISTORY_MINUTES;
  const arms = mixedArms(chance, { length, rho: truth.historyRho ?? rho, shared });
  const treated = truth.historyRho === undefined ? distort(arms, chance) : arms;
  const baseline = [...toValues(treated.baseline)];
  return history === 'baseline' ? { baseline } : { baseline, candidate: [...toValues(treated.candidate)] };
};

const mixedArms = (chance: Chance, model: { length: number; rho: number; shared: number }): LogArms =>
  mixed(makeArms(chance, model), makeArms(chance, model), 0);
