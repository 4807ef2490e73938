import { dynamodbOperationStore } from '../../src/clusters/adapters/dynamodb-operation-store.ts';
import { dynamodbOwnPrices } from '../../src/cost/adapters/dynamodb-own-prices.ts';
import { COST_PROBLEMS } from '../../src/cost/contract/problems.ts';
import { serveCosts } from '../../src/experiments/application/serve-costs.ts';
import { serveExperimentTruth } from '../../src/experiments/application/serve-experiment-truth.ts';
import { serveExperiments } from '../../src/experiments/application/serve-experiments.ts';
import { serveProcessLists } from '../../src/experiments/application/serve-process-lists.ts';
import { EXPERIMENT_PROBLEMS } from '../../src/experiments/contract/problems.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { dynamodbSampleStore } from '../../src/measurement/adapters/dynamodb-sample-store.ts';
import { PIPELINE_PROBLEMS } from '../../src/pipelines/contract/problems.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { serveTruth } from '../../src/truth/application/serve-truth.ts';
import { TRUTH_PROBLEMS } from '../../src/truth/contract/problems.ts';
import {
  CODE,
  clustersIn,
  clusterWorkAt,
  experimentsIn,
  looksIn,
  pipelinesIn,
  ruleSetsIn,
  setupPolicyOf,
  truthsIn,
} from '../experiment-wiring.ts';
import { cursorsSignedWith, gatekeeperOn, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(
  manifest,
  ({ core, samples, ephemeral, clusterWork, cursorKey, auditTrail, settings }) => {
    const stores = {
      experiments: experimentsIn(core),
      clusters: clustersIn(core),
      samples: dynamodbSampleStore(tableNamed(samples)),
      truths: truthsIn(samples),
      ruleSets: ruleSetsIn(core),
    };
    return makeRouter({
      service: manifest.name,
      problems: { ...EXPERIMENT_PROBLEMS, ...PIPELINE_PROBLEMS, ...COST_PROBLEMS, ...TRUTH_PROBLEMS },
      gatekeeper: gatekeeperOn(tableNamed(core)),
      idempotency: idempotencyIn(ephemeral),
      cursors: cursorsSignedWith(cursorKey),
      refusedWrites: refusedWritesTo(auditTrail),
      served: [
        ...serveExperiments({
          ...stores,
          pipelines: pipelinesIn(core),
          recordedLooks: looksIn(samples),
          policy: { ...setupPolicyOf(settings), collectorImage: settings.collectorImage },
          sha256,
          code: CODE,
          clock: systemClock,
        }),
        ...serveProcessLists({
          ...stores,
          operations: dynamodbOperationStore({ table: tableNamed(ephemeral) }),
          work: clusterWorkAt(clusterWork),
          clock: systemClock,
          ids: systemIds,
        }),
        ...serveExperimentTruth({ ...stores, clock: systemClock }),
        ...serveTruth({ ...stores, clock: systemClock, sha256 }),
        ...serveCosts({
          ...stores,
          ownPrices: dynamodbOwnPrices({ table: tableNamed(core), clock: systemClock, ids: systemIds }),
          clock: systemClock,
        }),
      ],
    });
  },
);
