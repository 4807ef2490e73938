import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { dynamodbPipelineStore } from '../../../src/pipelines/adapters/dynamodb-pipeline-store.ts';
import { memoryPipelineStore } from '../../../src/pipelines/adapters/memory-pipeline-store.ts';
import { readEventItem } from '../../../src/platform/dynamodb/outbox.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { describePipelineStore, type PipelineBench } from './pipeline-store-suite.ts';

const system = { clock: systemClock, ids: systemIds };

describe('pipelines in memory', () => {
  const store = memoryPipelineStore(system);
  const bench: PipelineBench = {
    store,
    eventsOf: async ({ id }) => store.said.filter(({ subject }) => subject === id),
  };
  describePipelineStore(() => bench);
});

describe('pipelines in DynamoDB', () => {
  let cloud: TestCloud | undefined;
  let bench: PipelineBench | undefined;
  beforeAll(async () => {
    cloud = await startTestCloud();
    const table = cloud.tableOf('core');
    bench = {
      store: dynamodbPipelineStore({ table, ...system }),
      eventsOf: async ({ tenantId, id }) =>
        (await table.all({ pk: `T#${tenantId}#PIPE#${id}`, prefix: 'EVT#' })).map(readEventItem),
    };
  });
  afterAll(async () => {
    await cloud?.stop();
  });
  describePipelineStore(() => {
    if (bench === undefined) throw new Error('the emulator did not start');
    return bench;
  });
});
