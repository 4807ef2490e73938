import { afterAll, beforeAll, describe } from 'vitest';
import { dynamodbIdempotencyStore } from '../../../src/platform/dynamodb/idempotency.ts';
import { memoryIdempotencyStore } from '../../../src/platform/http/memory-idempotency.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { testClock } from '../../support/platform.ts';
import { idempotencySuite } from './idempotency-suite.ts';

describe('idempotency in memory', () => {
  idempotencySuite(() => {
    const clock = testClock();
    return { clock, store: memoryIdempotencyStore({ clock }) };
  });
});

describe('idempotency in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());
  idempotencySuite(() => {
    const clock = testClock();
    return { clock, store: dynamodbIdempotencyStore({ table: cloud.tableOf('ephemeral', clock), clock }) };
  });
});
