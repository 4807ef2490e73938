import * as distortions from './distortions.ts';
import type { Truth } from './experiments.ts';
import {
  changeOf,
  fleetCoverage,
  isAbort,
  isInconclusive,
  isPromotion,
  medianAlarm,
  plannedVerdicts,
  type Rate,
  rateOf,
  shareOf,
  verdictsOf,
} from './measurements.ts';

/** What verdicts have to hold, each as one measurement with a limit (6.6 of the method and the promises of the issue). */

export type Measured =
  | { readonly kind: 'rate'; readonly rate: Rate }
  /** slot of the alarm in half of the experiments; infinite when fewer alarm */
  | { readonly kind: 'median'; readonly slot: number; readonly replicates: number };

export interface Target {
  readonly id: string;
  readonly promise: string;
  readonly condition: string;
  readonly sense: 'at most' | 'at least';
  readonly limit: number;
  /** rates at their nominal level are accepted by their estimate, the others by the unfavourable end of the interval */
  readonly level: 'slack' | 'nominal';
  /** part of the short run */
  readonly isMain: boolean;
  /** why no judge that looks at every slot can hold it: it stands in the report as missed, with this reason */
  readonly outOfReach?: string;
  readonly measure: (seed: number, replicates: number) => Measured;
}

const HISTORY = { slots: 120, rho: 0.6, shared: 0, history: 'pairs' } as const satisfies Truth;
const SHARED = { ...HISTORY, shared: 0.7 } as const satisfies Truth;
const GOOD = { saving: 0.2 } as const;

const rate =
  (wanted: Parameters<typeof shareOf>[1], truth: Truth): Target['measure'] =>
  (seed, replicates) => ({
    kind: 'rate',
    rate: shareOf(verdictsOf(truth, seed, replicates), wanted),
  });

const median =
  (truth: Truth): Target['measure'] =>
  (seed, replicates) => ({
    kind: 'median',
    slot: medianAlarm(verdictsOf(truth, seed, replicates)),
    replicates,
  });

const equalWithHistory = [0, 0.6, 0.9].map(
  (rho): Target => ({
    id: '1',
    promise: 'false aborts, equal variants, four guardrails, with history',
    condition: `correlation ${rho}, 120 slots`,
    sense: 'at most',
    limit: rho === 0.6 ? 0.03 : 0.05,
    level: 'slack',
    isMain: true,
    measure: rate(isAbort, { ...HISTORY, rho }),
  }),
);

const equalWithoutHistory = [60, 120].flatMap((slots) =>
  [0, 0.6, 0.9].map(
    (rho): Target => ({
      id: '1',
      promise: 'false aborts, equal variants, four guardrails, without history',
      condition: `correlation ${rho}, ${slots} slots`,
      sense: 'at most',
      limit: 0.05,
      level: 'nominal',
      isMain: slots === 120,
      measure: rate(isAbort, { ...HISTORY, rho, slots, history: 'none' }),
    }),
  ),
);

const promotions = ([HISTORY, SHARED] as const).flatMap((truth): Target[] => [
  {
    id: '2',
    promise: 'promotions without a saving',
    condition: `correlation 0.6, ${truth.shared * 100} % shared noise`,
    sense: 'at most',
    limit: 0.05,
    level: 'nominal',
    isMain: truth === HISTORY,
    measure: rate(isPromotion, truth),
  },
  {
    id: '2',
    promise: 'promotions with a guardrail exactly at its margin',
    condition: `saving 0.2 log units, correlation 0.6, ${truth.shared * 100} % shared noise`,
    sense: 'at most',
    limit: 0.05,
    level: 'nominal',
    isMain: truth === HISTORY,
    measure: rate(isPromotion, { ...truth, ...GOOD, harm: 0.05 }),
  },
]);

/** Where the monitor has no time to find harm: only the proof at the horizon stands between it and a promotion. */
const shortPromotions = (
  [
    [30, 'pairs', 'with history'],
    [60, 'pairs', 'with history'],
    [60, 'none', 'without history'],
  ] as const
).map(
  ([slots, history, known]): Target => ({
    id: '2',
    promise: 'promotions with a guardrail exactly at its margin, abort margin half the margin',
    condition: `${slots} slots, saving 0.3 log units, correlation 0.6, 0 % shared noise, ${known}`,
    sense: 'at most',
    limit: 0.05,
    level: 'nominal',
    isMain: slots === 30,
    measure: rate(isPromotion, { ...HISTORY, slots, history, saving: 0.3, harm: 0.05, abortMargin: 0.025 }),
  }),
);

const harm: readonly Target[] = [
  {
    id: '3',
    promise: 'slot at which +10 % harm of one of four guardrails is found',
    condition: 'median, correlation 0.6, 120 slots, with history',
    sense: 'at most',
    limit: 30,
    level: 'nominal',
    isMain: true,
    measure: median({ ...HISTORY, harm: 0.1 }),
  },
  {
    id: '3',
    promise: 'slot at which +20 % harm of one of four guardrails is found',
    condition: 'median, correlation 0.6, 120 slots, with history',
    sense: 'at most',
    limit: 15,
    level: 'nominal',
    isMain: true,
    measure: median({ ...HISTORY, harm: 0.2 }),
  },
];

const good: Target = {
  id: '4',
  promise: 'good candidates (-20 % cost, equal guardrails) promoted',
  condition: 'correlation 0.6, 70 % shared noise, 120 slots',
  sense: 'at least',
  limit: 0.95,
  level: 'slack',
  isMain: true,
  measure: rate(isPromotion, { ...SHARED, ...GOOD }),
};

/** Same seeds with and without the damage, so that only the damage differs. */
const missing: readonly Target[] = [
  {
    id: '5',
    promise: 'change of the abort rate when 10 % of the minutes are missing',
    condition: 'equal variants, correlation 0.6, with history',
    sense: 'at most',
    limit: 0.01,
    level: 'slack',
    isMain: true,
    measure: (seed, replicates) => {
      const whole = verdictsOf(HISTORY, seed, replicates).map(isAbort);
      const holed = verdictsOf({ ...HISTORY, distort: holesInTheRun }, seed, replicates).map(isAbort);
      return { kind: 'rate', rate: changeOf(whole, holed) };
    },
  },
  {
    id: '5',
    promise: 'verdicts that an outage of ten minutes turns into promote',
    condition: 'good candidates, correlation 0.6, 70 % shared noise',
    sense: 'at most',
    limit: 0,
    level: 'nominal',
    isMain: true,
    measure: rate(isPromotion, { ...SHARED, ...GOOD, distort: distortions.outage }),
  },
  {
    id: '5',
    promise: 'verdicts that an outage of ten minutes turns into abort',
    condition: 'good candidates, correlation 0.6, 70 % shared noise, same seeds without the outage',
    sense: 'at most',
    limit: 0,
    level: 'nominal',
    isMain: true,
    measure: (seed, replicates) => {
      const whole = verdictsOf({ ...SHARED, ...GOOD }, seed, replicates);
      const holed = verdictsOf({ ...SHARED, ...GOOD, distort: distortions.outage }, seed, replicates);
      const turned = holed.filter((verdict, index) => isAbort(verdict) && !isAbort(whole[index] ?? verdict));
      return { kind: 'rate', rate: rateOf(turned.length, replicates) };
    },
  },
];

/** Chance of its own, so that the series themselves stay the same with and without holes. */
const holesInTheRun: NonNullable<Truth['distort']> = (arms) => {
  let state = Math.floor(Math.abs((arms.baseline[0] ?? 0) * 1e9)) || 1;
  return distortions.tenthMissing(arms, {
    uniform: () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 4_294_967_296;
    },
    normal: () => 0,
  });
};

const overlap: Target = {
  id: '7',
  promise: 'false aborts with overlapping windows of five minutes',
  condition: 'equal variants, independent minutes, history treated alike',
  sense: 'at most',
  limit: 0.05,
  level: 'slack',
  isMain: true,
  measure: rate(isAbort, { ...HISTORY, rho: 0, distort: distortions.overlappingWindows }),
};

const defaultAbortMargin: readonly Target[] = [
  {
    id: '8',
    promise: 'slot at which harm of twice the margin is found, abort margin half the margin',
    condition: 'median, margin 10 %, correlation 0.6, no shared noise, with history',
    sense: 'at most',
    limit: 20,
    level: 'nominal',
    isMain: true,
    measure: median({ ...HISTORY, margin: 0.1, abortMargin: 0.05, harm: 0.2 }),
  },
  {
    id: '8',
    promise: 'slot at which harm of twice the margin is found, abort margin half the margin',
    condition: 'median, margin 5 %, correlation 0.6, 70 % shared noise, with history',
    sense: 'at most',
    limit: 20,
    level: 'nominal',
    isMain: false,
    measure: median({ ...SHARED, margin: 0.05, abortMargin: 0.025, harm: 0.1 }),
  },
  {
    id: '8',
    promise: 'slot at which harm of twice the margin is found, abort margin half the margin',
    condition: 'median, margin 5 %, correlation 0.6, no shared noise, with history',
    sense: 'at most',
    limit: 20,
    level: 'nominal',
    isMain: false,
    outOfReach:
      'at this noise the soonest of all tests that look at every slot, told noise and harm exactly, needs more than 20 slots at the level of one of four guardrails (table of harm and margins below)',
    measure: median({ ...HISTORY, margin: 0.05, abortMargin: 0.025, harm: 0.1 }),
  },
  ...([0, 0.7] as const).map(
    (shared): Target => ({
      id: '8',
      promise: 'candidates at half their margin aborted, abort margin half the margin',
      condition: `margin 5 %, correlation 0.6, ${shared * 100} % shared noise`,
      sense: 'at most',
      limit: 0.02,
      level: 'slack',
      isMain: shared === 0,
      measure: rate(isAbort, { ...HISTORY, shared, margin: 0.05, abortMargin: 0.025, harm: 0.025, ...GOOD }),
    }),
  ),
];

const fleet = [6, 12, 30].flatMap((nodes) =>
  [0.05, 0.3].flatMap((spread) =>
    [0, 1.2].map(
      (volumeSpread): Target => ({
        id: '9',
        promise: "fleet intervals that cover the fleet's truth",
        condition: `${nodes} of 300 nodes, spread ${spread}, ${volumeSpread === 0 ? 'equal volumes' : 'volumes log-normal 1.2'}`,
        sense: 'at least',
        limit: 0.93,
        level: 'nominal',
        isMain: nodes === 12,
        measure: (seed, replicates) => ({
          kind: 'rate',
          rate: fleetCoverage({ nodes, spread, volumeSpread }, seed, replicates),
        }),
      }),
    ),
  ),
);

/** What the planner and the judge know: twelve hours of pairs, an hour of calibration, or nothing but the assumptions. */
const KNOWLEDGE = [
  ['history of 720 slots', 'pairs'],
  ['history of 60 slots', { minutes: 60 }],
  ['no history: variation 5 % and correlation 0.6 assumed', 'none'],
] as const;
/** Correlation, shared noise and margin. */
const PLANNED_FOR = [
  [0.6, 0, 0.05],
  [0.6, 0.7, 0.05],
  [0.9, 0.7, 0.1],
  [0, 0, 0.05],
] as const;

const planned = KNOWLEDGE.flatMap(([known, history]) =>
  // what is assumed covers correlations up to 0.6
  PLANNED_FOR.filter(([rho]) => history !== 'none' || rho <= 0.6).map(
    ([rho, shared, margin]): Target => ({
      id: '10',
      promise: "good candidates that end inconclusive at the planner's duration",
      condition: `${known}; correlation ${rho}, ${shared * 100} % shared noise, margin ${margin * 100} %, saving 15 % (5 % asked for)`,
      sense: 'at most',
      limit: 0.1,
      level: 'slack',
      isMain: rho === 0.6 && (shared === 0.7) === (history !== 'none'),
      measure: (seed, replicates) => {
        const truth = { rho, shared, history, margin, abortMargin: margin / 2, minimumSaving: 0.05 } as const;
        return { kind: 'rate', rate: shareOf(plannedVerdicts(truth, 0.15, seed, replicates).verdicts, isInconclusive) };
      },
    }),
  ),
);

export const TARGETS: readonly Target[] = [
  ...equalWithHistory,
  ...equalWithoutHistory,
  ...promotions,
  ...shortPromotions,
  ...harm,
  good,
  ...missing,
  overlap,
  ...defaultAbortMargin,
  ...fleet,
  ...planned,
];

/** The full run: the estimate at nominal level, the unfavourable end of the interval where there is slack. */
export const isMet = (target: Target, measured: Measured): boolean => {
  if (measured.kind === 'median') return measured.slot <= target.limit;
  const { rate, lower, upper } = measured.rate;
  const decisive = target.level === 'nominal' ? rate : target.sense === 'at most' ? upper : lower;
  return target.sense === 'at most' ? decisive <= target.limit : decisive >= target.limit;
};

/** The short run fails only if even the favourable end misses; a median may be off by the noise of few replicates. */
export const isPlausible = (target: Target, measured: Measured): boolean => {
  if (measured.kind === 'median') return measured.slot <= target.limit * 1.1;
  return target.sense === 'at most' ? measured.rate.lower <= target.limit : measured.rate.upper >= target.limit;
};
