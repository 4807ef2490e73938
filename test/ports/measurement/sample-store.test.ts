import { afterAll, beforeAll, describe } from 'vitest';
import type { ExperimentId } from '../../../src/kernel/identity.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import { dynamodbSampleStore } from '../../../src/measurement/adapters/dynamodb-sample-store.ts';
import { memorySampleStore } from '../../../src/measurement/adapters/memory-sample-store.ts';
import { dynamodbRuleSetStore } from '../../../src/truth/adapters/dynamodb-rule-set-store.ts';
import { dynamodbTruthStore } from '../../../src/truth/adapters/dynamodb-truth-store.ts';
import { memoryRuleSetStore } from '../../../src/truth/adapters/memory-rule-set-store.ts';
import { memoryTruthStore } from '../../../src/truth/adapters/memory-truth-store.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { testClock } from '../../support/platform.ts';
import { ruleSetStoreSuite } from '../truth/rule-set-store-suite.ts';
import { truthStoreSuite } from '../truth/truth-store-suite.ts';
import { sampleStoreSuite } from './sample-store-suite.ts';

const freshId = (): ExperimentId => `exp-${systemIds.short()}` as ExperimentId;

describe('in memory', () => {
  describe('samples', () => sampleStoreSuite(() => ({ store: memorySampleStore(), freshId })));
  describe('truth', () => truthStoreSuite(() => ({ store: memoryTruthStore(), freshId })));
  describe('rule sets', () => {
    const store = memoryRuleSetStore();
    ruleSetStoreSuite(() => store);
  });
});

describe('in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());
  const system = { clock: systemClock, ids: systemIds };
  describe('samples', () =>
    sampleStoreSuite(() => ({ store: dynamodbSampleStore(cloud.tableOf('samples', testClock())), freshId })));
  describe('truth', () =>
    truthStoreSuite(() => ({
      store: dynamodbTruthStore({ samples: cloud.tableOf('samples', testClock()), clock: systemClock }),
      freshId,
    })));
  describe('rule sets', () =>
    ruleSetStoreSuite(() => dynamodbRuleSetStore({ table: cloud.tableOf('core'), ...system })));
});
