import * as z from 'zod';
import { stepFunctionsMachines } from '../../src/experiments/adapters/step-functions.ts';
import { makeRunLifecycle } from '../../src/experiments/application/run-lifecycle.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { sfnClient } from '../../src/platform/clients.ts';
import { queueEntry } from '../../src/platform/entry.ts';
import { experimentsIn, lookQueueAt } from '../experiment-wiring.ts';
import { manifest } from './manifest.ts';

// two kinds of sender, the bus in wire names and Step Functions in its own: the use case tells them apart
const message = z.unknown();

export const handler = queueEntry(manifest, ({ core, measure, experimentMachine, withdrawalMachine }) => {
  const runLifecycle = makeRunLifecycle({
    experiments: experimentsIn(core),
    machines: stepFunctionsMachines({
      client: sfnClient(),
      arns: { experiment: experimentMachine.machineArn, withdrawal: withdrawalMachine.machineArn },
    }),
    looks: lookQueueAt(measure),
    clock: systemClock,
  });
  return {
    message,
    work: async (said, { log }) => {
      const { what, ref } = await runLifecycle(said);
      if (ref !== null) log.remember({ tenant: ref.tenantId, experiment: ref.experimentId, epoch: ref.epoch });
      log.info(`lifecycle.${what}`);
    },
  };
});
