import { dynamodbOutbox, fromStream } from '../../src/events/adapters/dynamodb-events.ts';
import { eventBridgeBus } from '../../src/events/adapters/eventbridge-bus.ts';
import { sqsParking } from '../../src/events/adapters/sqs-parking.ts';
import { makePublishEvents } from '../../src/events/application/publish-events.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { eventBridgeClient, sqsClient } from '../../src/platform/clients.ts';
import { streamEntry } from '../../src/platform/entry.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = streamEntry(manifest, ({ core, bus, unpublishable }) => {
  const publishEvents = makePublishEvents({
    bus: eventBridgeBus({ client: eventBridgeClient(), ...bus }),
    outbox: dynamodbOutbox({ table: tableNamed(core) }),
    parking: sqsParking({ client: sqsClient(), ...unpublishable }),
    clock: systemClock,
    pauses: systemPauses,
  });
  return async (records, run) => {
    const report = await publishEvents(records.map(fromStream));
    run.meter.count('events_published', report.published);
    run.meter.count('events_parked', report.parked);
    run.meter.count('events_left', report.left);
    run.log.info('events.published', { ...report });
  };
});
