import type { ExperimentStep, StepAnswer } from '../contract/workflow.ts';
import { makeConclusions } from './conclude.ts';
import { makePrepare } from './prepare.ts';
import type { StepPorts } from './steps.ts';
import { makeWaits } from './waits.ts';

/** Carries out one step of the function experiment-steps. Each can be repeated: done already, it answers the same. */
export const makeExperimentSteps = (ports: StepPorts) => {
  const prepare = makePrepare(ports);
  const waits = makeWaits(ports);
  const conclusions = makeConclusions(ports);
  return async (step: ExperimentStep): Promise<StepAnswer> => {
    const { tenantId, experimentId, epoch } = step;
    const ref = { tenantId, experimentId, epoch };
    switch (step.step) {
      case 'validate':
        return prepare.validate(ref);
      case 'claim':
        return prepare.claim(ref, step.execution);
      case 'plan':
        return prepare.plan(ref);
      case 'check-applied':
        return prepare.checkApplied(ref, step.answers);
      case 'warmup':
        return waiting(step.step, await waits.warmup(ref, step.token));
      case 'observe':
        return waiting(step.step, await waits.observe(ref, step.token));
      case 'blind':
        return waits.blind(ref);
      case 'decide':
        return conclusions.decide(ref);
      case 'await-approval':
        return waiting(step.step, await waits.awaitApproval(ref, step.token));
      case 'begin-promotion':
        return conclusions.beginPromotion(ref);
      case 'compensate':
        return conclusions.compensate(ref, step.outcome, step.reason);
      case 'finalise':
        return conclusions.finalise(ref, step.outcome, step.reason, step.cleaned);
    }
  };
};

/** Nobody reads what a token step returns: without a wait it has to fail, or the machine waits for nothing. */
export const waiting = (step: string, answer: StepAnswer): StepAnswer => {
  if (answer.outcome !== 'ok') throw new Error(`${step} cannot wait: ${answer.reason}`);
  return answer;
};
