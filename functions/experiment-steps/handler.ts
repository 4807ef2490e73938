import { makeExperimentSteps } from '../../src/experiments/application/experiment-steps.ts';
import { ExperimentStep, StepAnswer } from '../../src/experiments/contract/workflow.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { dynamodbSampleStore } from '../../src/measurement/adapters/dynamodb-sample-store.ts';
import { type MachineWork, machineEntry } from '../../src/platform/entry.ts';
import { clustersIn, experimentsIn, lookQueueAt, pipelinesIn, setupPolicyOf, waitsIn } from '../experiment-wiring.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = machineEntry(
  manifest,
  ({ core, samples, ephemeral, measure, settings }): MachineWork<typeof ExperimentStep, typeof StepAnswer> => {
    const carryOut = makeExperimentSteps({
      experiments: experimentsIn(core),
      clusters: clustersIn(core),
      pipelines: pipelinesIn(core),
      samples: dynamodbSampleStore(tableNamed(samples)),
      waits: waitsIn(ephemeral),
      looks: lookQueueAt(measure),
      policy: {
        ...setupPolicyOf(settings),
        settleSeconds: Number(settings.settleSeconds),
        promoteFromScreening: settings.promoteFromScreening === 'true',
      },
      sha256,
      clock: systemClock,
    });
    return {
      payload: ExperimentStep,
      answer: StepAnswer,
      ids: ({ tenantId, experimentId, epoch }) => ({ tenant: tenantId, experiment: experimentId, epoch }),
      work: async (step, { log }) => {
        const answer = await carryOut(step);
        log.info(`experiment.${step.step}`, { outcome: answer.outcome, reason: answer.reason });
        return answer;
      },
    };
  },
);
