import { describeDuration } from '../../kernel/duration.ts';
import type { MetricCriterion } from '../contract/criteria.ts';
import type { DurationPlan, MetricPlan, PlanRequest } from '../contract/plan.ts';
import { declaredMargin, lineOf, orientedSaving } from './contrast.ts';
import { historyPrior, startingScale } from './history-prior.ts';
import { ownEntry } from './own-entry.ts';
import { type PlannedNoise, slotsToProve } from './power.ts';
import { lowered, titleOf } from './words.ts';

/** A candidate that is only just good enough is not what a plan is made for. */
const HOPED_BEYOND_MINIMUM = 0.1;

/**
 * How long an experiment must run to recognise a good candidate (3.13 of the method): per metric the slots that prove
 * delta, the margin of a guardrail (no worsening expected) or the expected saving beyond the minimum. All claims have to
 * hold together, so the miss rate beta is shared by their number. The longest metric decides.
 */
export const planDuration = (request: PlanRequest): DurationPlan => {
  const claims = request.criteria.filter(isClaim);
  const beta = (1 - request.power) / Math.max(claims.length, 1);
  const metrics = claims.map((criterion) => planMetric(criterion, request, 1 - beta));
  const impossible = metrics.find(({ slots }) => slots === null);
  if (impossible !== undefined) return refused(metrics, `${lowered(titleOf(impossible))}: ${impossible.reason}`);
  if (metrics.length === 0) return refused(metrics, 'no metric asks for a proof');

  const longest = metrics.reduce((found, metric) => ((metric.slots ?? 0) > (found.slots ?? 0) ? metric : found));
  const slots = Math.max(longest.slots ?? 0, request.minimumSlots);
  const minutes = (slots * request.stepSeconds) / 60;
  const length = describeDuration(slots * request.stepSeconds);
  if (slots > request.maximumSlots) {
    const allowed = describeDuration(request.maximumSlots * request.stepSeconds);
    const reason = `${length} would be needed for ${lowered(titleOf(longest))}, ${allowed} are allowed; a wider margin, longer slots or more nodes would help`;
    return { ...refused(metrics, reason), slots, minutes, decidedBy: longest.name };
  }
  return {
    enough: true,
    slots,
    minutes,
    decidedBy: slots === request.minimumSlots && (longest.slots ?? 0) < slots ? null : longest.name,
    metrics,
    sentence: `It has to run ${length} (${slots} slots)${slots > (longest.slots ?? 0) ? ', the shortest that is allowed' : `, because of ${lowered(titleOf(longest))}`}.`,
  };
};

type Claim = Exclude<MetricCriterion, { role: 'limit' } | { role: 'diagnostic' }>;

const isClaim = (criterion: MetricCriterion): criterion is Claim =>
  criterion.role === 'primary' || criterion.role === 'guardrail' || criterion.role === 'trust';

const refused = (metrics: readonly MetricPlan[], reason: string): DurationPlan => ({
  enough: false,
  slots: null,
  minutes: null,
  decidedBy: null,
  metrics: [...metrics],
  sentence: `No allowed duration is enough: ${reason}.`,
});

const planMetric = (criterion: Claim, request: PlanRequest, power: number): MetricPlan => {
  const history = ownEntry(request.history, criterion.name);
  const scale = startingScale(criterion, history);
  const prior = historyPrior(history, criterion, scale, request.stepSeconds);
  const inflation = (1 + request.assumedAutocorrelation) / (1 - request.assumedAutocorrelation);
  const assumed = scale === 'difference' ? null : 2 * request.assumedVariation ** 2 * inflation;
  const longRunVariance = prior?.variance ?? assumed;
  const varianceFrom = prior === undefined ? 'assumption' : 'history';
  const plain = { name: criterion.name, longRunVariance, varianceFrom } as const;
  if (longRunVariance === null) {
    // without history the noise of a plain difference is unknown; the floor and the run itself have to do
    return {
      ...plain,
      slots: request.minimumSlots,
      delta: null,
      reason: 'no history: the noise of a difference is not known',
    };
  }
  const delta = distanceToProve(criterion, request);
  const neededPower = criterion.role === 'trust' ? 1 - (1 - power) / 2 : power;
  const noise: PlannedNoise = {
    longRunVariance,
    autocorrelation: prior?.autocorrelation ?? request.assumedAutocorrelation,
    prior,
  };
  const slots = slotsToProve(delta, noise, request.alpha, neededPower);
  return { ...plain, slots, delta, reason: slots === null ? reasonWithoutDistance(criterion) : null };
};

const reasonWithoutDistance = ({ role }: Claim): string =>
  role === 'primary'
    ? 'the expected saving is not above the minimum saving, so no time is enough'
    : 'a margin of zero cannot be proven for an equal candidate, however long it runs';

/** On the oriented scale: expected saving minus minimum saving, or the margin. */
const distanceToProve = (criterion: Claim, request: PlanRequest): number => {
  const scale = startingScale(criterion, ownEntry(request.history, criterion.name));
  const line = lineOf(criterion, scale) ?? 0;
  if (criterion.role !== 'primary') return line;
  const minimum = declaredMargin(criterion) ?? 0;
  const expected =
    ownEntry(request.expectedSaving, criterion.name) ??
    minimum + (scale === 'difference' ? minimum : HOPED_BEYOND_MINIMUM);
  return orientedSaving(Math.min(expected, scale === 'log_ratio' ? 0.999 : expected), scale, criterion.better) - line;
};
