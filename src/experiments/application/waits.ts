import { secondsAfter, secondsBetween } from '../../kernel/instant.ts';
import type { StepAnswer } from '../contract/workflow.ts';
import { APPROVAL_SECONDS } from '../domain/commands.ts';
import { looksWithin } from '../domain/schedule.ts';
import { makeAdvanceExperiment } from './change-experiment.ts';
import type { EpochRef } from './ports.ts';
import { answer, beginWait, type StepPorts, staleAnswer } from './steps.ts';

/** 15 min each: 2 h without a sign of measuring is too long. */
const MOST_BLINDNESS = 8;
const TICK_SECONDS = 60;

/** The steps that wait to be told: they move the experiment on, then leave their token. */
export const makeWaits = (ports: StepPorts) => {
  const advance = makeAdvanceExperiment(ports);
  return {
    warmup: async (ref: EpochRef, token: string): Promise<StepAnswer> => {
      const warming = await advance(ref, (_, said) => ({ type: 'warm', ...said }));
      if (!warming.accepted) return staleAnswer(warming.refusal);
      await beginWait(ports, ref, 'Warmup', token);
      // the tick knows of it from its next minute on; until then its looks are asked for here
      const now = ports.clock.now();
      const looks = looksWithin(
        warming.value.experiment,
        now,
        secondsAfter(now, TICK_SECONDS),
        ports.policy.settleSeconds,
      );
      await ports.looks.ask(looks.map((at) => ({ ref, delaySeconds: Math.ceil(secondsBetween(now, at)) })));
      return answer('ok');
    },

    observe: async (ref: EpochRef, token: string): Promise<StepAnswer> => {
      const running = await advance(ref, (_, said) => ({ type: 'measure', ...said }));
      if (!running.accepted) return staleAnswer(running.refusal);
      await beginWait(ports, ref, 'Observe', token);
      return answer('ok');
    },

    blind: async (ref: EpochRef): Promise<StepAnswer> => {
      const times = await ports.experiments.countBlindness(ref, 'one-more');
      return times < MOST_BLINDNESS
        ? answer('again')
        : answer('error_infrastructure', `nothing was measured for ${(times * 15) / 60} h`);
    },

    awaitApproval: async (ref: EpochRef, token: string): Promise<StepAnswer> => {
      const waiting = await advance(ref, (_, said) => ({
        type: 'await-approval',
        expiresAt: secondsAfter(said.at, APPROVAL_SECONDS),
        ...said,
      }));
      if (!waiting.accepted) return staleAnswer(waiting.refusal);
      await beginWait(ports, ref, 'AwaitApproval', token);
      return answer('ok');
    },
  };
};
