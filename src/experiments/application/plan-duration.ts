import { type DurationPlan, type MetricPlan, PlanRequest } from '../../judgement/contract/plan.ts';
import { planDuration } from '../../judgement/domain/plan-duration.ts';
import { describeDuration } from '../../kernel/duration.ts';
import type { TenantId } from '../../kernel/identity.ts';
import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { VARIANTS } from '../../measurement/domain/sample.ts';
import type { ClaimPlan, NeededTime } from '../contract/plan.ts';
import { nodesMeant } from '../domain/allocation.ts';
import { factsOf, toCriteria } from '../domain/evidence.ts';
import type { AllocatedNode, CompleteSettings } from '../domain/experiment.ts';
import { FEWEST_HISTORY_SLOTS, historyWords, type NoiseHistory } from '../domain/noise-history.ts';
import { slotsPlanned, totalSlots } from '../domain/schedule.ts';
import {
  CriterionMetric,
  type ExperimentSettings,
  LONGEST_CHOSEN_SECONDS,
  LONGEST_SECONDS,
} from '../domain/settings.ts';
import { completeSettings, type Floors, isControl, MAXIMUM_SLOTS, MINIMUM_SLOTS } from '../domain/setup.ts';
import { inventoryOf } from './check-experiment.ts';
import { makeFindHistory } from './find-history.ts';
import type { ClusterRegistry, ExperimentStore, SampleReader } from './ports.ts';

export interface PlanDurationPorts {
  readonly experiments: ExperimentStore;
  readonly samples: SampleReader;
  readonly clusters: ClusterRegistry;
  readonly policy: Floors;
}

/** What was asked with its duration, and how long it needs. */
export interface PlannedTime {
  readonly settings: CompleteSettings;
  readonly needed: NeededTime;
}

/** "How long must it run?": from what an earlier experiment measured, else from the documented defaults. Stores nothing. */
export const makePlanDuration = (ports: PlanDurationPorts) => {
  const findHistory = makeFindHistory(ports);
  return async (tenantId: TenantId, asked: ExperimentSettings): Promise<PlannedTime> => {
    const ids = asked.targets.map(({ clusterId }) => clusterId);
    const meant = nodesMeant(asked.targets, await inventoryOf(ports.clusters, tenantId, ids));
    const nodes: readonly AllocatedNode[] = meant.accepted ? meant.value : [];
    const settings = completeSettings(asked, LONGEST_CHOSEN_SECONDS);
    const history = await findHistory(tenantId, { settings, nodes });
    return planTime(asked, nodes.length, history, ports.policy);
  };
};

/** What was asked with its duration, refused when that is not enough. The planner is asked only where it matters. */
export const makeAssertEnoughTime = (ports: PlanDurationPorts) => {
  const planDuration = makePlanDuration(ports);
  return async (
    tenantId: TenantId,
    asked: ExperimentSettings,
  ): Promise<Outcome<CompleteSettings, Refusal<'duration-not-enough'>>> =>
    asked.durationSeconds !== undefined && mayBeTooShort(asked)
      ? accept(completeSettings(asked, asked.durationSeconds))
      : assertEnoughTime(await planDuration(tenantId, asked));
};

/** A person may accept that it ends without an answer; an experiment that only measures noise asks for none. */
const mayBeTooShort = (asked: ExperimentSettings): boolean => asked.mayEndInconclusive || isControl(asked);

/** Refuses what would most likely end without an answer, with what it needs. */
export const assertEnoughTime = ({
  settings,
  needed,
}: PlannedTime): Outcome<CompleteSettings, Refusal<'duration-not-enough'>> => {
  if (needed.enough || mayBeTooShort(settings)) return accept(settings);
  const message = `${needed.sentence} Or accept that it may end without an answer (may_end_inconclusive).`;
  const { askedSeconds, neededSeconds, askedSlots, neededSlots } = needed;
  return refuse('duration-not-enough', message, { askedSeconds, neededSeconds, askedSlots, neededSlots }, [
    { pointer: '/duration_seconds', code: 'duration-not-enough', message },
  ] satisfies readonly FieldError[]);
};

/** The answer, once the nodes are counted and history is found. */
export const planTime = (
  asked: ExperimentSettings,
  nodeCount: number,
  history: NoiseHistory | null,
  floors: Floors,
): PlannedTime => {
  const { slotSeconds } = asked;
  const request = PlanRequest.parse({
    stepSeconds: slotSeconds,
    criteria: toCriteria(completeSettings(asked, LONGEST_CHOSEN_SECONDS)),
    history: history?.series ?? {},
    minimumSlots: Math.max(MINIMUM_SLOTS, Math.ceil(floors.minimumHorizonSeconds / slotSeconds)),
    maximumSlots: Math.min(MAXIMUM_SLOTS, Math.floor(LONGEST_SECONDS / slotSeconds)),
  });
  const plan = planDuration(request);
  const mostChosen = Math.floor(LONGEST_CHOSEN_SECONDS / slotSeconds);
  const settings = completeSettings(asked, Math.min(plan.slots ?? mostChosen, mostChosen) * slotSeconds);
  const askedSlots = slotsPlanned(settings);
  const seconds = totalSlots(settings) * slotSeconds;
  const claims = plan.metrics.flatMap((metric) => claimOf(metric, settings, history));
  const isHelped = claims.some(({ basedOn }) => basedOn === 'history');
  const needed: NeededTime = {
    enough: plan.enough && plan.slots !== null && plan.slots <= askedSlots,
    askedSlots,
    askedSeconds: settings.durationSeconds,
    neededSlots: plan.enough ? plan.slots : null,
    neededSeconds: plan.enough && plan.slots !== null ? plan.slots * slotSeconds : null,
    power: request.power,
    ...wordsOf(plan, settings, asked.durationSeconds === undefined),
    basis: {
      kind: isHelped ? 'history' : 'assumption',
      experimentId: isHelped ? (history?.experimentId ?? null) : null,
      slots: isHelped ? (history?.slots ?? null) : null,
      sentence: basisWords(history, isHelped, request),
    },
    claims,
    cost: {
      nodes: nodeCount,
      seconds,
      nodeSeconds: nodeCount * seconds,
      collectors: nodeCount * VARIANTS.length,
    },
  };
  return { settings, needed };
};

const claimOf = (
  { name, slots, longRunVariance, varianceFrom, reason }: MetricPlan,
  settings: CompleteSettings,
  history: NoiseHistory | null,
): readonly ClaimPlan[] => {
  const metric = CriterionMetric.parse(name);
  const criterion = settings.successCriteria.find((each) => each.metric === metric && each.role !== 'limit');
  if (criterion?.role !== 'primary' && criterion?.role !== 'guardrail') return [];
  const isUnknown = longRunVariance === null;
  return [
    {
      metric,
      title: factsOf(metric).title,
      role: criterion.role,
      neededSlots: slots,
      neededSeconds: slots === null ? null : slots * settings.slotSeconds,
      basedOn: isUnknown ? 'nothing' : varianceFrom,
      remark: isUnknown ? unknownNoise(history) : reason,
    },
  ];
};

const unknownNoise = (history: NoiseHistory | null): string =>
  history === null
    ? 'how much a difference varies is not known before it was measured once'
    : 'it did not vary at all in the earlier experiment, so there is nothing to plan for';

const wordsOf = (
  { enough, slots, sentence, decidedBy }: DurationPlan,
  settings: CompleteSettings,
  isChosen: boolean,
): Pick<NeededTime, 'sentence' | 'hint'> => {
  if (!enough || slots === null) return { sentence, hint: sentence };
  const isEnough = slots <= slotsPlanned(settings);
  const needed = describeDuration(slots * settings.slotSeconds);
  const purpose =
    decidedBy === null ? 'the shortest that is allowed' : `to be sure of ${titleOf(CriterionMetric.parse(decidedBy))}`;
  const asked = describeDuration(settings.durationSeconds);
  const need = `${needed}${decidedBy === null ? ', ' : ' '}${purpose}`;
  const hasMargin = settings.successCriteria.some(({ metric, role }) => metric === decidedBy && role === 'guardrail');
  const instead = hasMargin ? ', or accept a wider margin' : '';
  return {
    hint: `needs about ${needed} ${decidedBy === null ? `(${purpose})` : purpose}`,
    sentence: isChosen
      ? isEnough
        ? `It runs about ${need}.`
        : `It needs about ${need}, and more than ${asked} are never taken unasked. Say that duration${instead}.`
      : isEnough
        ? `${asked} are enough: it needs about ${need}.`
        : `${asked} are not enough: it needs about ${need}. Run it longer${instead}.`,
  };
};

const titleOf = (metric: CriterionMetric): string => factsOf(metric).title.toLowerCase();

const basisWords = (
  history: NoiseHistory | null,
  isHelped: boolean,
  { assumedVariation, assumedAutocorrelation }: PlanRequest,
): string => {
  if (history !== null && isHelped) return `How much values vary is known from ${historyWords(history)}.`;
  const assumed = `Assumed: values vary by ${assumedVariation * 100} % around their mean, and neighbouring slots are alike (correlation ${assumedAutocorrelation}).`;
  return history === null
    ? `No finished experiment with these pipelines, nodes, slots and collection interval has at least ${FEWEST_HISTORY_SLOTS} slots. ${assumed}`
    : `The earlier experiment ${history.experimentId} did not vary enough to tell. ${assumed}`;
};
