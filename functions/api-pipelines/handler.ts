import { dynamodbClusterStore } from '../../src/clusters/adapters/dynamodb-cluster-store.ts';
import { makeFindCollector } from '../../src/clusters/application/find-collector.ts';
import { COST_PROBLEMS } from '../../src/cost/contract/problems.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { dynamodbPipelineStore } from '../../src/pipelines/adapters/dynamodb-pipeline-store.ts';
import { servePipelines } from '../../src/pipelines/application/serve-pipelines.ts';
import { PIPELINE_PROBLEMS } from '../../src/pipelines/contract/problems.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { cursorsSignedWith, gatekeeperOn, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, ephemeral, cursorKey, auditTrail, settings }) => {
  const table = tableNamed(core);
  return makeRouter({
    service: manifest.name,
    problems: { ...PIPELINE_PROBLEMS, ...COST_PROBLEMS },
    gatekeeper: gatekeeperOn(table),
    idempotency: idempotencyIn(ephemeral),
    cursors: cursorsSignedWith(cursorKey),
    refusedWrites: refusedWritesTo(auditTrail),
    served: servePipelines({
      pipelines: dynamodbPipelineStore({ table, clock: systemClock, ids: systemIds }),
      clock: systemClock,
      sha256,
      collectorImage: settings.collectorImage,
      findIncumbent: makeFindCollector({
        clusters: dynamodbClusterStore({ table, clock: systemClock, ids: systemIds }),
      }),
    }),
  });
});
