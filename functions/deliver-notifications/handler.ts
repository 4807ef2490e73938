import { dynamodbChannels, dynamodbDeliveries } from '../../src/events/adapters/dynamodb-channels.ts';
import { httpCourier } from '../../src/events/adapters/http-courier.ts';
import { secretsManagerTenantSecrets } from '../../src/events/adapters/tenant-secrets.ts';
import { makeDeliver } from '../../src/events/application/deliver.ts';
import { DueDelivery } from '../../src/events/contract/channel-routes.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { secretsClient, sqsClient } from '../../src/platform/clients.ts';
import { queueEntry } from '../../src/platform/entry.ts';
import { makeAddressGuard } from '../../src/platform/http/address-guard.ts';
import { sqsQueue } from '../../src/platform/queue.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = queueEntry(manifest, ({ core, deliveries, notificationSecrets, settings }) => {
  const table = tableNamed(core);
  const deliver = makeDeliver({
    channels: dynamodbChannels({ table, clock: systemClock, ids: systemIds }),
    deliveries: dynamodbDeliveries({ table }),
    queue: sqsQueue({ client: sqsClient(), ...deliveries, message: DueDelivery }),
    courier: httpCourier({
      guard: makeAddressGuard(settings.allowedNotificationHosts, 'allowedNotificationHosts'),
      secrets: secretsManagerTenantSecrets({ client: secretsClient(), ...notificationSecrets }),
      clock: systemClock,
    }),
    clock: systemClock,
  });
  return {
    message: DueDelivery,
    ids: ({ tenantId }: DueDelivery) => ({ tenant: tenantId }),
    work: async (due: DueDelivery, { log, meter }) => {
      const state = await deliver(due);
      meter.count(`notifications_${state}`);
      log.info(`notification.${state}`, { channel: due.channelId, delivery: due.deliveryId, attempt: due.attempt });
    },
  };
});
