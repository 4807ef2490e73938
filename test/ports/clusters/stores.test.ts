import { afterAll, beforeAll, describe } from 'vitest';
import { dynamodbClusterStore } from '../../../src/clusters/adapters/dynamodb-cluster-store.ts';
import { dynamodbOperationStore } from '../../../src/clusters/adapters/dynamodb-operation-store.ts';
import { memoryClusterStore } from '../../../src/clusters/adapters/memory-cluster-store.ts';
import { memoryOperationStore } from '../../../src/clusters/adapters/memory-operation-store.ts';
import { clusterKey, holdKey } from '../../../src/clusters/domain/node-keys.ts';
import { Epoch } from '../../../src/kernel/identity.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { expression, IS_NEW } from '../../../src/platform/dynamodb/expression.ts';
import { readEventItem } from '../../../src/platform/dynamodb/outbox.ts';
import type { Table } from '../../../src/platform/dynamodb/table.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { testClock } from '../../support/platform.ts';
import { describeClusterStore, type StoreBench } from './cluster-store-suite.ts';
import { describeOperationStore } from './operation-store-suite.ts';

const clock = testClock();
const epoch = Epoch.parse(1);

describe('in memory', () => {
  describe('the store of clusters', () => {
    const store = memoryClusterStore({ clock, ids: systemIds });
    const bench: StoreBench = {
      store,
      eventsOf: async ({ id }) => store.events().filter(({ subject }) => subject === id),
      hold: async ({ tenantId, id }, node, experiment) => store.hold(tenantId, id, node, experiment, epoch),
      release: async ({ tenantId, id }, node, experiment) => store.release(tenantId, id, node, experiment),
    };
    describeClusterStore(() => bench);
  });

  describe('the store of operations', () => {
    const own = testClock();
    const store = memoryOperationStore({ clock: own });
    describeOperationStore(() => ({ store, clock: own }));
  });
});

describe('in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());

  describe('the store of clusters', () => {
    const benchOn = (table: Table): StoreBench => ({
      store: dynamodbClusterStore({ table, clock, ids: systemIds }),
      eventsOf: async ({ tenantId, id }) =>
        (await table.all({ pk: clusterKey(tenantId, id).pk, prefix: 'EVT#' })).map(readEventItem),
      // as the store of experiments does it, inside the transaction of a start
      hold: async ({ tenantId, id }, node, experiment) => {
        const put = { ...holdKey(tenantId, id, node, 'metrics'), experiment_id: experiment, epoch };
        return (await table.write({ put, when: IS_NEW })).written;
      },
      release: async ({ tenantId, id }, node, experiment) => {
        const when = expression('#experiment_id = :mine', { mine: experiment });
        await table.write({ remove: holdKey(tenantId, id, node, 'metrics'), when });
      },
    });
    describeClusterStore(() => benchOn(cloud.tableOf('core', clock)));
  });

  describe('the store of operations', () => {
    const own = testClock();
    describeOperationStore(() => ({
      store: dynamodbOperationStore({ table: cloud.tableOf('ephemeral', own) }),
      clock: own,
    }));
  });
});
