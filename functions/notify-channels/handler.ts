import { dynamodbChannels, dynamodbDeliveries } from '../../src/events/adapters/dynamodb-channels.ts';
import { makeNotifyChannels } from '../../src/events/application/notify-channels.ts';
import { DueDelivery } from '../../src/events/contract/channel-routes.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { sqsClient } from '../../src/platform/clients.ts';
import { EventEnvelope } from '../../src/platform/declare/event.ts';
import { queueEntry } from '../../src/platform/entry.ts';
import { sqsQueue } from '../../src/platform/queue.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = queueEntry(manifest, ({ core, deliveries }) => {
  const table = tableNamed(core);
  const notifyChannels = makeNotifyChannels({
    channels: dynamodbChannels({ table, clock: systemClock, ids: systemIds }),
    deliveries: dynamodbDeliveries({ table }),
    queue: sqsQueue({ client: sqsClient(), ...deliveries, message: DueDelivery }),
    clock: systemClock,
    sha256,
  });
  return {
    message: EventEnvelope,
    ids: ({ tenant }: EventEnvelope) => ({ tenant }),
    work: async (event: EventEnvelope, { log }) => {
      log.info('notifications.begun', { type: event.type, ...(await notifyChannels(event)) });
    },
  };
});
