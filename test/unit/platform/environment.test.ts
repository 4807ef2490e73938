import { describe, expect, expectTypeOf, test } from 'vitest';
import { defineFunction } from '../../../src/platform/declare/function.ts';
import { environmentVariablesOf, readEnvironment } from '../../../src/platform/environment.ts';

const manifest = defineFunction({
  name: 'measure-slots',
  summary: 'measures',
  triggers: [],
  needs: { core: 'read', lifecycle: 'send', people: 'sign-in', experimentMachine: 'report' },
  settings: ['settleSeconds'],
  memoryMb: 512,
  timeoutSeconds: 60,
});

const env = {
  CORE_TABLE_NAME: 'phoenix-core',
  LIFECYCLE_QUEUE_URL: 'http://queue',
  PEOPLE_USER_POOL_ID: 'pool',
  PEOPLE_CLIENT_ID: 'client',
  EXPERIMENT_MACHINE_MACHINE_ARN: 'arn',
  SETTING_SETTLE_SECONDS: '3',
};

describe('the environment of a function', () => {
  test('has exactly the variables that its manifest asks for', () => {
    expect(environmentVariablesOf(manifest).map(({ name }) => name)).toEqual(Object.keys(env));
  });

  test('is read into handles by resource', () => {
    const environment = readEnvironment(manifest, env);
    expect(environment).toEqual({
      core: { tableName: 'phoenix-core' },
      lifecycle: { queueUrl: 'http://queue' },
      people: { userPoolId: 'pool', clientId: 'client' },
      experimentMachine: { machineArn: 'arn' },
      settings: { settleSeconds: '3' },
    });
    expectTypeOf(environment).not.toHaveProperty('samples');
    expectTypeOf(environment.settings).not.toHaveProperty('stageName');
  });

  test('names everything that is missing, an empty value included', () => {
    expect(() => readEnvironment(manifest, { ...env, PEOPLE_CLIENT_ID: '', CORE_TABLE_NAME: undefined })).toThrow(
      'function measure-slots was deployed without CORE_TABLE_NAME, PEOPLE_CLIENT_ID; deploy its stack again',
    );
  });
});
