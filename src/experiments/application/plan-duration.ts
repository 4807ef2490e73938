import { type DurationPlan, type MetricPlan, PlanRequest } from '../../judgement/contract/plan.ts';
import { planDuration } from '../../judgement/domain/plan-duration.ts';
import { describeDuration } from '../../kernel/duration.ts';
import type { TenantId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal } from '../../kernel/outcome.ts';
import { VARIANTS } from '../../measurement/domain/sample.ts';
import type { ClaimPlan, NeededTime } from '../contract/plan.ts';
import { nodesMeant } from '../domain/allocation.ts';
import { factsOf, toCriteria } from '../domain/evidence.ts';
import type { AllocatedNode, CompleteSettings } from '../domain/experiment.ts';
import { FEWEST_HISTORY_SLOTS, historyWords, type NoiseHistory } from '../domain/noise-history.ts';
import { slotsPlanned, totalSlots } from '../domain/schedule.ts';
import { CriterionMetric, type ExperimentSettings, LONGEST_SECONDS } from '../domain/settings.ts';
import { completeSettings, type Floors, MAXIMUM_SLOTS, MINIMUM_SLOTS } from '../domain/setup.ts';
import { clustersOf, inventoryOf } from './check-experiment.ts';
import { makeFindHistory } from './find-history.ts';
import type { ClusterRegistry, ExperimentStore, SampleReader } from './ports.ts';

export interface PlanDurationPorts {
  readonly experiments: ExperimentStore;
  readonly samples: SampleReader;
  readonly clusters: ClusterRegistry;
  readonly policy: Floors;
}

/** "How long must it run?": from what an earlier experiment measured, else from the documented defaults. Stores nothing. */
export const makePlanDuration = (ports: PlanDurationPorts) => {
  const findHistory = makeFindHistory(ports);
  return async (
    tenantId: TenantId,
    asked: ExperimentSettings,
  ): Promise<Outcome<NeededTime, Refusal<'cluster-not-found'>>> => {
    const settings = completeSettings(asked);
    const clusters = await clustersOf(ports.clusters, tenantId, settings);
    if (!clusters.accepted) return clusters;
    const ids = settings.targets.map(({ clusterId }) => clusterId);
    const meant = nodesMeant(settings.targets, await inventoryOf(ports.clusters, tenantId, ids));
    const nodes: readonly AllocatedNode[] = meant.accepted ? meant.value : [];
    const history = await findHistory(tenantId, { settings, nodes });
    return accept(neededTime(settings, nodes.length, history, ports.policy));
  };
};

/** The answer, once the nodes are counted and history is found. */
export const neededTime = (
  settings: CompleteSettings,
  nodeCount: number,
  history: NoiseHistory | null,
  floors: Floors,
): NeededTime => {
  const { slotSeconds } = settings;
  const request = PlanRequest.parse({
    stepSeconds: slotSeconds,
    criteria: toCriteria(settings),
    history: history?.series ?? {},
    minimumSlots: Math.max(MINIMUM_SLOTS, Math.ceil(floors.minimumHorizonSeconds / slotSeconds)),
    maximumSlots: Math.min(MAXIMUM_SLOTS, Math.floor(LONGEST_SECONDS / slotSeconds)),
  });
  const plan = planDuration(request);
  const askedSlots = slotsPlanned(settings);
  const seconds = totalSlots(settings) * slotSeconds;
  const claims = plan.metrics.flatMap((metric) => claimOf(metric, settings, history));
  const isHelped = claims.some(({ basedOn }) => basedOn === 'history');
  return {
    enough: plan.enough && plan.slots !== null && plan.slots <= askedSlots,
    askedSlots,
    askedSeconds: settings.durationSeconds,
    neededSlots: plan.enough ? plan.slots : null,
    neededSeconds: plan.enough && plan.slots !== null ? plan.slots * slotSeconds : null,
    power: request.power,
    ...wordsOf(plan, askedSlots, settings),
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
  askedSlots: number,
  { slotSeconds, durationSeconds }: CompleteSettings,
): Pick<NeededTime, 'sentence' | 'hint'> => {
  if (!enough || slots === null) return { sentence, hint: sentence };
  const needed = describeDuration(slots * slotSeconds);
  const purpose =
    decidedBy === null ? 'the shortest that is allowed' : `to be sure of ${titleOf(CriterionMetric.parse(decidedBy))}`;
  const asked = describeDuration(durationSeconds);
  return {
    hint: `needs about ${needed} ${decidedBy === null ? `(${purpose})` : purpose}`,
    sentence:
      slots <= askedSlots
        ? `${asked} are enough: it needs about ${needed}${decidedBy === null ? ', ' : ' '}${purpose}.`
        : `${asked} are not enough: it needs about ${needed} ${purpose}. Run it longer, or accept a wider margin.`,
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
