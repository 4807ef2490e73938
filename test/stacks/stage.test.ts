import { expect, test } from 'vitest';
import { settingText, stageOf } from '../../lib/stage.ts';
import { defineFunction } from '../../src/platform/declare/function.ts';
import { environmentVariablesOf, readEnvironment } from '../../src/platform/environment.ts';

const READER = defineFunction({
  name: 'reader',
  summary: 'reads lists of the stage',
  triggers: [],
  needs: {},
  settings: ['allowedDirectClusters', 'allowedMetricSources'],
  memoryMb: 256,
  timeoutSeconds: 10,
});

test('a stage that nobody has described is refused with the names of those there are', () => {
  expect(() => stageOf('production')).toThrow('no stage is called production; there are local, dev, staging, prod');
});

test('facts known only at deployment are added to the stage, and other settings stay', () => {
  const stage = stageOf('local', { region: 'eu-central-1', settings: { allowedDirectClusters: ['127.0.0.1:6443'] } });
  expect(stage.region).toBe('eu-central-1');
  expect(stage.settings.allowedDirectClusters).toEqual(['127.0.0.1:6443']);
  expect(stage.settings.settleSeconds).toBe(3);
});

test.for([
  [{ settings: { settleSecond: 5 } }, 'settleSecond'],
  [{ settings: { allowedDirectClusters: ['https://127.0.0.1'] } }, 'expected host:port'],
  [{ account: '12345' }, 'account'],
  [{ features: ['amp'] }, 'features'],
] as const)('an override that nobody knows or that cannot be is refused: %j', ([overrides, named]) => {
  expect(() => stageOf('prod', overrides)).toThrow(named);
});

test('functions read settings as text: lists have commas, truth is true or false', () => {
  const stage = stageOf('local', { settings: { allowedMetricSources: ['127.0.0.1:9090', 'prometheus:9090'] } });
  expect(settingText(stage, 'stageName')).toBe('local');
  expect(settingText(stage, 'passwordSignIn')).toBe('true');
  expect(settingText(stage, 'settleSeconds')).toBe('3');
  expect(settingText(stage, 'allowedMetricSources')).toBe('127.0.0.1:9090,prometheus:9090');
});

test('no setting is ever an empty text, which a function would take for a broken deployment', () => {
  const prod = stageOf('prod');
  expect(settingText(prod, 'allowedDirectClusters')).toBe('none');
  const environment = Object.fromEntries(
    environmentVariablesOf(READER).map(({ name, ...variable }) => [
      name,
      variable.from === 'stage' ? settingText(prod, variable.setting) : 'a name',
    ]),
  );
  expect(readEnvironment(READER, environment).settings.allowedMetricSources).toBe('none');
});

test('outside demonstrations a screening is not promoted, and nothing is measured for less than half an hour', () => {
  for (const name of ['staging', 'prod']) {
    const { settings } = stageOf(name);
    expect(settings).toMatchObject({ promoteFromScreening: false, passwordSignIn: false, allowedDirectClusters: [] });
    expect(settings.minimumHorizonSeconds).toBeGreaterThanOrEqual(1800);
  }
});
