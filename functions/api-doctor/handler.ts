import { sqsBacklog } from '../../src/control/adapters/sqs-backlog.ts';
import { serveDoctor } from '../../src/control/application/serve-doctor.ts';
import { dynamodbOutbox } from '../../src/events/adapters/dynamodb-events.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { sqsClient } from '../../src/platform/clients.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { clustersIn, experimentsIn, waitsIn } from '../experiment-wiring.ts';
import { gatekeeperOn, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, ephemeral, ...queues }) =>
  makeRouter({
    service: manifest.name,
    problems: {},
    gatekeeper: gatekeeperOn(tableNamed(core)),
    served: serveDoctor({
      experiments: experimentsIn(core),
      waits: waitsIn(ephemeral),
      clusters: clustersIn(core),
      outbox: dynamodbOutbox({ table: tableNamed(core) }),
      backlog: sqsBacklog({
        client: sqsClient(),
        queueUrlByName: {
          lifecycle: queues.lifecycle.queueUrl,
          measure: queues.measure.queueUrl,
          'cluster-work': queues.clusterWork.queueUrl,
          'audit-trail': queues.auditTrail.queueUrl,
          unpublishable: queues.unpublishable.queueUrl,
        },
      }),
      clock: systemClock,
    }),
  }),
);
