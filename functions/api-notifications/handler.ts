import { dynamodbChannels, dynamodbDeliveries } from '../../src/events/adapters/dynamodb-channels.ts';
import { serveChannels } from '../../src/events/application/serve-channels.ts';
import { DueDelivery } from '../../src/events/contract/channel-routes.ts';
import { CHANNEL_PROBLEMS } from '../../src/events/contract/problems.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { sqsClient } from '../../src/platform/clients.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeAddressGuard } from '../../src/platform/http/address-guard.ts';
import { sqsQueue } from '../../src/platform/queue.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { cursorsSignedWith, gatekeeperOn, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, ephemeral, deliveries, cursorKey, auditTrail, settings }) => {
  const table = tableNamed(core);
  const { allowedNotificationHosts } = settings;
  return makeRouter({
    service: manifest.name,
    problems: CHANNEL_PROBLEMS,
    gatekeeper: gatekeeperOn(table),
    idempotency: idempotencyIn(ephemeral),
    cursors: cursorsSignedWith(cursorKey),
    refusedWrites: refusedWritesTo(auditTrail),
    served: serveChannels({
      channels: dynamodbChannels({ table, clock: systemClock, ids: systemIds }),
      deliveries: dynamodbDeliveries({ table }),
      queue: sqsQueue({ client: sqsClient(), ...deliveries, message: DueDelivery }),
      mayLeadTo: makeAddressGuard(allowedNotificationHosts, 'allowedNotificationHosts').check,
      clock: systemClock,
      ids: systemIds,
      sha256,
    }),
  });
});
