import { dynamodbOutbox } from '../../src/events/adapters/dynamodb-events.ts';
import { eventBridgeBus } from '../../src/events/adapters/eventbridge-bus.ts';
import { sqsParking } from '../../src/events/adapters/sqs-parking.ts';
import { makeSweepEvents } from '../../src/events/application/sweep-events.ts';
import { stepFunctionsMachines } from '../../src/experiments/adapters/step-functions.ts';
import { makeSweepExperiments } from '../../src/experiments/application/sweep-experiments.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { eventBridgeClient, sfnClient, sqsClient } from '../../src/platform/clients.ts';
import { scheduleEntry } from '../../src/platform/entry.ts';
import { experimentsIn } from '../experiment-wiring.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = scheduleEntry(manifest, ({ core, bus, unpublishable, experimentMachine }) => {
  const sweepExperiments = makeSweepExperiments({
    experiments: experimentsIn(core),
    machines: stepFunctionsMachines({ client: sfnClient(), arns: { experiment: experimentMachine.machineArn } }),
    clock: systemClock,
  });
  const sweepEvents = makeSweepEvents({
    bus: eventBridgeBus({ client: eventBridgeClient(), ...bus }),
    outbox: dynamodbOutbox({ table: tableNamed(core) }),
    parking: sqsParking({ client: sqsClient(), ...unpublishable }),
    clock: systemClock,
    pauses: systemPauses,
  });
  return async (_, { log, meter }) => {
    const events = await sweepEvents();
    const experiments = await sweepExperiments();
    meter.count('events_swept', events.published);
    meter.count('experiments_recovered', experiments.recovered);
    meter.count('cleanup_overdue', experiments.cleanupOverdue);
    log.info('janitor.swept', { events, experiments });
  };
});
