import { silentClusters } from '../../clusters/domain/health.ts';
import type { StepAnswer } from '../contract/workflow.ts';
import { type Experiment, verdictOf } from '../domain/experiment.ts';
import { whyNotOffered } from '../domain/promotion.ts';
import { type ExperimentVerdict, type Verdict, verdictWithoutMeasurement } from '../domain/verdict.ts';
import { makeAdvanceExperiment } from './change-experiment.ts';
import { makeConclude } from './judging.ts';
import type { EpochRef } from './ports.ts';
import { answer, type StepPorts, staleAnswer, stopAnswer } from './steps.ts';

/** The steps that say how it ends: decide, begin the promotion, put back, finalise. */
export const makeConclusions = (ports: StepPorts) => {
  const advance = makeAdvanceExperiment(ports);
  const conclude = makeConclude(ports);

  /** The verdict that an outcome of the machine means when none was reached before. */
  const verdictFor = async (ref: EpochRef, outcome: string, reason: string): Promise<Verdict> => {
    const at = ports.clock.now();
    const stored = await ports.experiments.load(ref);
    const known = stored === null ? null : verdictOf(stored.experiment);
    if (known !== null) return known;
    if (stored !== null && NUMERIC_OUTCOMES.includes(outcome)) {
      const judged = await conclude(ref, stored.experiment, at, 'stopped-by-numbers');
      if (judged !== null) return judged;
    }
    return verdictWithoutMeasurement(nameOf(outcome), sentenceOf(nameOf(outcome), reason), at);
  };

  return {
    decide: async (ref: EpochRef): Promise<StepAnswer> => {
      const deciding = await advance(ref, (_, said) => ({ type: 'begin-deciding', ...said }));
      if (!deciding.accepted) return staleAnswer(deciding.refusal);
      const stop = stopAnswer(deciding.value.experiment);
      if (stop !== null) return stop;
      const verdict = await conclude(ref, deciding.value.experiment, ports.clock.now(), 'horizon');
      if (verdict === null) throw new Error(`the judgement of ${ref.experimentId} at its horizon gave no verdict`);
      const concluded = await advance(ref, (_, said) => ({ type: 'conclude', verdict, ...said }));
      if (!concluded.accepted) return staleAnswer(concluded.refusal);
      return offer(concluded.value.experiment, ports.policy.promoteFromScreening);
    },

    beginPromotion: async (ref: EpochRef): Promise<StepAnswer> => {
      const stored = await ports.experiments.load(ref);
      const stop = stored === null ? null : stopAnswer(stored.experiment);
      if (stop !== null) return stop;
      const promoting = await advance(ref, (_, said) => ({ type: 'begin-promotion', ...said }));
      if (!promoting.accepted) return staleAnswer(promoting.refusal);
      const plan = await ports.experiments.plan(ref);
      const clusters = plan?.clusters.map(({ clusterId }) => ({ clusterId })) ?? [];
      return { ...answer('ok'), clusters };
    },

    compensate: async (ref: EpochRef, outcome: string, given: string): Promise<StepAnswer> => {
      const reason = await explained(ports, ref, outcome, given);
      const verdict = await verdictFor(ref, outcome, reason);
      const withdrawn = await advance(ref, (_, said) => ({
        type: 'withdraw',
        verdict,
        reason: reason === '' ? verdict.sentence : reason,
        ...said,
      }));
      return withdrawn.accepted ? answer('ok') : staleAnswer(withdrawn.refusal);
    },

    finalise: async (ref: EpochRef, outcome: string, given: string, cleaned: boolean): Promise<StepAnswer> => {
      const reason = await explained(ports, ref, outcome, given);
      const fallback = await verdictFor(ref, outcome, reason);
      const ended = await advance(ref, (_, said) => ({
        type: 'finalise',
        promoted: outcome === 'ready',
        cleaned,
        fallback,
        reason: endingReason(outcome, reason),
        ...said,
      }));
      if (ended.accepted) return answer('ok');
      if (ended.refusal.code === 'stale-epoch' || ended.refusal.code === 'resource-not-found') {
        return staleAnswer(ended.refusal);
      }
      // not done, and nobody else will do it: the machine tries again, then the janitor
      throw new Error(`${ref.experimentId} could not be finalised: ${ended.refusal.message}`);
    },
  };
};

/** The machine knows of its own failures only which step failed; a cluster that does not answer is why, more often than not. */
const explained = async (
  { experiments, clusters }: Pick<StepPorts, 'experiments' | 'clusters'>,
  ref: EpochRef,
  outcome: string,
  reason: string,
): Promise<string> => {
  if (outcome !== 'error_infrastructure') return reason;
  const targets = (await experiments.load(ref))?.experiment.settings.targets ?? [];
  const known = await Promise.all(targets.map(({ clusterId }) => clusters.load(ref.tenantId, clusterId)));
  const silent = silentClusters(known.filter((cluster) => cluster !== null)).filter((line) => !reason.includes(line));
  return silent.length === 0 ? reason : `${reason} (${silent.join('; ')})`;
};

const NUMERIC_OUTCOMES: readonly string[] = ['abort_limit', 'abort_harm', 'invalid_input_mismatch'];

const nameOf = (outcome: string): ExperimentVerdict => {
  switch (outcome) {
    case 'stopped':
      return 'cancelled';
    case 'invalid_setup':
    case 'abort_limit':
    case 'abort_harm':
    case 'invalid_input_mismatch':
      return outcome;
    default:
      return 'error_infrastructure';
  }
};

const sentenceOf = (verdict: ExperimentVerdict, reason: string): string => {
  const because = reason === '' ? '.' : `: ${reason.replace(/\.$/, '')}.`;
  switch (verdict) {
    case 'cancelled':
      return `A person stopped it${because}`;
    case 'invalid_setup':
      return `The question cannot be asked like this${because}`;
    case 'error_infrastructure':
      return `Our own failure ended it, which says nothing about the candidate${because}`;
    default:
      return `It was ended early${because}`;
  }
};

/** Only a promote verdict is offered to a person, and only where it reaches. */
const offer = (experiment: Experiment, promoteFromScreening: boolean): StepAnswer => {
  const verdict = verdictOf(experiment);
  if (verdict?.verdict !== 'promote') return answer('over');
  const reason = whyNotOffered(verdict, promoteFromScreening);
  return reason === null ? answer('offer') : answer('over', reason);
};

const endingReason = (outcome: string, reason: string): string | null => {
  if (reason !== '') return reason;
  return outcome === 'expired' ? 'nobody decided within 72 h' : null;
};
