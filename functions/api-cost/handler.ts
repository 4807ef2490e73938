import { dynamodbOwnPrices } from '../../src/cost/adapters/dynamodb-own-prices.ts';
import { serveCost } from '../../src/cost/application/serve-cost.ts';
import { COST_PROBLEMS } from '../../src/cost/contract/problems.ts';
import { serveSpending } from '../../src/experiments/application/serve-spending.ts';
import { systemClock, systemIds } from '../../src/kernel/system.ts';
import { dynamodbSampleStore } from '../../src/measurement/adapters/dynamodb-sample-store.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { experimentsIn } from '../experiment-wiring.ts';
import { gatekeeperOn, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, samples, ephemeral, auditTrail }) => {
  const table = tableNamed(core);
  const ownPrices = dynamodbOwnPrices({ table, clock: systemClock, ids: systemIds });
  return makeRouter({
    service: manifest.name,
    problems: COST_PROBLEMS,
    gatekeeper: gatekeeperOn(table),
    idempotency: idempotencyIn(ephemeral),
    refusedWrites: refusedWritesTo(auditTrail),
    served: [
      ...serveCost({ ownPrices, clock: systemClock }),
      ...serveSpending({
        ownPrices,
        experiments: experimentsIn(core),
        samples: dynamodbSampleStore(tableNamed(samples)),
        clock: systemClock,
      }),
    ],
  });
});
