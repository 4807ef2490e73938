import { afterAll, beforeAll, describe } from 'vitest';
import type { ExperimentId } from '../../../src/kernel/identity.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { dynamodbSampleStore } from '../../../src/measurement/adapters/dynamodb-sample-store.ts';
import { memorySampleStore } from '../../../src/measurement/adapters/memory-sample-store.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { testClock } from '../../support/platform.ts';
import { sampleStoreSuite } from './sample-store-suite.ts';

const freshId = (): ExperimentId => `exp-${systemIds.short()}` as ExperimentId;

describe('samples in memory', () => {
  sampleStoreSuite(() => ({ store: memorySampleStore(), freshId }));
});

describe('samples in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());
  sampleStoreSuite(() => ({ store: dynamodbSampleStore(cloud.tableOf('samples', testClock())), freshId }));
});
