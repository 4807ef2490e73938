import { afterAll, beforeAll, describe } from 'vitest';
import { dynamodbExperimentStore } from '../../../src/experiments/adapters/dynamodb-experiment-store.ts';
import { dynamodbLookStore } from '../../../src/experiments/adapters/dynamodb-look-store.ts';
import { dynamodbWaitStore } from '../../../src/experiments/adapters/dynamodb-wait-store.ts';
import { memoryExperimentStore } from '../../../src/experiments/adapters/memory-experiment-store.ts';
import { memoryLookStore } from '../../../src/experiments/adapters/memory-look-store.ts';
import { memoryWaitStore } from '../../../src/experiments/adapters/memory-wait-store.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { readEventItem } from '../../../src/platform/dynamodb/outbox.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { describeExperimentStore, type ExperimentBench } from './experiment-store-suite.ts';

const system = { clock: systemClock, ids: systemIds };

describe('experiments in memory', () => {
  const store = memoryExperimentStore(system);
  const bench: ExperimentBench = {
    store,
    looks: memoryLookStore(),
    waits: memoryWaitStore(system),
    eventsOf: async ({ id }) => store.said.filter(({ subject }) => subject === id),
  };
  describeExperimentStore(() => bench);
});

describe('experiments in DynamoDB', () => {
  let cloud: TestCloud | undefined;
  let bench: ExperimentBench | undefined;
  beforeAll(async () => {
    cloud = await startTestCloud();
    const core = cloud.tableOf('core');
    bench = {
      store: dynamodbExperimentStore({ core, ...system }),
      looks: dynamodbLookStore({ samples: cloud.tableOf('samples') }),
      waits: dynamodbWaitStore({ ephemeral: cloud.tableOf('ephemeral') }),
      eventsOf: async ({ tenantId, id }) =>
        (await core.all({ pk: `T#${tenantId}#EXP#${id}`, prefix: 'EVT#' })).map(readEventItem),
    };
  });
  afterAll(async () => {
    await cloud?.stop();
  });
  describeExperimentStore(() => {
    if (bench === undefined) throw new Error('the emulator did not start');
    return bench;
  });
});
