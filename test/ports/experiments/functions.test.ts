import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { manifest as clusterStepsManifest } from '../../../functions/cluster-steps/manifest.ts';
import { manifest as dispatchDueManifest } from '../../../functions/dispatch-due/manifest.ts';
import { manifest as experimentStepsManifest } from '../../../functions/experiment-steps/manifest.ts';
import { manifest as measureSlotsManifest } from '../../../functions/measure-slots/manifest.ts';
import { manifest as runLifecycleManifest } from '../../../functions/run-lifecycle/manifest.ts';
import { manifest as sweepManifest } from '../../../functions/sweep/manifest.ts';
import { dynamodbExperimentStore } from '../../../src/experiments/adapters/dynamodb-experiment-store.ts';
import type { Experiment } from '../../../src/experiments/domain/experiment.ts';
import { fromEpochMs } from '../../../src/kernel/instant.ts';
import { systemClock, systemIds } from '../../../src/kernel/system.ts';
import type { FunctionManifest } from '../../../src/platform/declare/function.ts';
import { environmentVariablesOf } from '../../../src/platform/environment.ts';
import { ANNA, after, historyTo } from '../../support/builders.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';

// The functions of the lifecycle, wired as they are deployed, over an AWS of this test's own.

let cloud: TestCloud | undefined;
let sqs: SQSClient;
let running: Experiment;
const queueUrls: Record<string, string> = {};
const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 30_000 };

const SETTINGS: Readonly<Record<string, string>> = {
  stageName: 'local',
  settleSeconds: '3',
  minimumHorizonSeconds: '30',
  minimumWarmupSeconds: '5',
  promoteFromScreening: 'true',
  collectorImage: 'collector:test',
  allowedDirectClusters: '[]',
  allowedMetricSources: '[]',
};

const valueFor = (variable: ReturnType<typeof environmentVariablesOf>[number], tables: TestCloud): string => {
  if (variable.from === 'stage') return SETTINGS[variable.setting] ?? '';
  const { resource, field } = variable;
  if (field === 'tableName') return tables.tableNameOf(resource as Parameters<TestCloud['tableNameOf']>[0]);
  if (field === 'queueUrl') return queueUrls[resource] ?? '';
  if (field === 'machineArn') return `arn:aws:states:eu-west-1:000000000000:stateMachine:${resource}`;
  return field === 'region' ? 'eu-west-1' : 'default';
};

beforeAll(async () => {
  cloud = await startTestCloud();
  const tables = cloud;
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  for (const queue of ['measure', 'clusterWork', 'unpublishable', 'lifecycle']) {
    const created = await sqs.send(new CreateQueueCommand({ QueueName: `${queue}-${process.pid}` }));
    queueUrls[queue] = created.QueueUrl ?? '';
  }
  const manifests: readonly FunctionManifest[] = [
    ...[clusterStepsManifest, dispatchDueManifest, experimentStepsManifest],
    ...[measureSlotsManifest, runLifecycleManifest, sweepManifest],
  ];
  for (const variable of manifests.flatMap(environmentVariablesOf))
    process.env[variable.name] = valueFor(variable, tables);
  // began two minutes ago: its slots of ten seconds are due now
  running = after(...historyTo('running', fromEpochMs(Date.parse(systemClock.now()) - 60_000)));
  const store = dynamodbExperimentStore({ core: cloud.tableOf('core'), clock: systemClock, ids: systemIds });
  const [created] = historyTo('draft');
  if (created === undefined) throw new Error('no draft');
  const draft = after(created);
  await store.create(draft, [], ANNA);
  const change = { announcements: [], actor: ANNA, reserve: [], release: false, isDeletion: false };
  await store.commit({ before: draft, after: running, ...change });
});
afterAll(async () => {
  sqs.destroy();
  await cloud?.stop();
});

const messages = async (queue: string): Promise<readonly unknown[]> => {
  const url = queueUrls[queue] ?? '';
  const answer = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 12 }),
  );
  return (answer.Messages ?? []).map(({ Body: body }) => JSON.parse(body ?? 'null'));
};
const ref = () => ({ tenant_id: running.tenantId, experiment_id: running.id, epoch: running.epoch });
const batch = (body: unknown) => ({ Records: [{ messageId: 'm-1', body: JSON.stringify(body) }] });

test('the tick asks for the looks of a running experiment', async () => {
  const { handler } = await import('../../../functions/dispatch-due/handler.ts');
  await handler({}, context);
  expect((await messages('measure'))[0]).toEqual(ref());
});

test('a look at a running experiment whose cluster is gone measures nothing and fails nothing', async () => {
  const { handler } = await import('../../../functions/measure-slots/handler.ts');
  expect(await handler(batch(ref()), context)).toEqual({ batchItemFailures: [] });
});

test('a step of the machine reads and answers in wire names', async () => {
  const { handler } = await import('../../../functions/experiment-steps/handler.ts');
  const answer = await handler({ step: 'claim', ...ref(), execution: 'too-late' }, context);
  expect(answer).toMatchObject({ outcome: 'stale', reason: expect.stringContaining('claim is not possible') });
});

test('a step on clusters without a cluster has nothing to remove', async () => {
  const { handler } = await import('../../../functions/cluster-steps/handler.ts');
  expect(await handler({ step: 'cleanup', ...ref() }, context)).toEqual({ outcome: 'ok', reason: '' });
});

test('an event of the bus becomes a look; what is none of ours is dropped', async () => {
  const { handler } = await import('../../../functions/run-lifecycle/handler.ts');
  const detail = {
    type: 'control.signal_received',
    tenant: running.tenantId,
    subject: running.id,
    epoch: 1,
    data: { signal: 'stop' },
  };
  expect(await handler(batch({ 'detail-type': detail.type, detail }), context)).toEqual({ batchItemFailures: [] });
  expect(await messages('measure')).toContainEqual(ref());
  expect(await handler(batch({ 'detail-type': 'x', detail: { type: 'cluster.checked' } }), context)).toEqual({
    batchItemFailures: [],
  });
});

test('the janitor sweeps', async () => {
  const { handler } = await import('../../../functions/sweep/handler.ts');
  await expect(handler({}, context)).resolves.toBeUndefined();
});
