import { afterAll, beforeAll, describe } from 'vitest';
import { dynamodbOwnPrices, historyPartition } from '../../../src/cost/adapters/dynamodb-own-prices.ts';
import { memoryOwnPrices } from '../../../src/cost/adapters/memory-own-prices.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { readEventItem } from '../../../src/platform/dynamodb/outbox.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { testClock } from '../../support/platform.ts';
import { describeOwnPriceStore } from './own-price-store-suite.ts';

const clock = testClock();

describe('in memory', () => {
  const store = memoryOwnPrices({ clock, ids: systemIds });
  describeOwnPriceStore(() => ({
    store,
    eventsOf: async ({ tenantId, bookId }) =>
      store.events().filter(({ tenant, subject }) => tenant === tenantId && subject === bookId),
  }));
});

describe('in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());

  describeOwnPriceStore(() => {
    const table = cloud.tableOf('core', clock);
    return {
      store: dynamodbOwnPrices({ table, clock, ids: systemIds }),
      eventsOf: async ({ tenantId, bookId }) =>
        (await table.all({ pk: historyPartition(tenantId, bookId), prefix: 'EVT#' })).map(readEventItem),
    };
  });
});
