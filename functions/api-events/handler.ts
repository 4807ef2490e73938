import { dynamodbEventLog } from '../../src/events/adapters/dynamodb-events.ts';
import { serveEvents } from '../../src/events/application/serve-events.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { gatekeeperOn, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core }) => {
  const table = tableNamed(core);
  return makeRouter({
    service: manifest.name,
    problems: {},
    gatekeeper: gatekeeperOn(table),
    served: serveEvents({ log: dynamodbEventLog({ table }), clock: systemClock, pauses: systemPauses }),
  });
});
