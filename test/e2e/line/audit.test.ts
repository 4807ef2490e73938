import { createHmac } from 'node:crypto';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, onTestFinished, test } from 'vitest';
import { firstExperiment } from '../../../local/first-experiment.ts';
import { DEMO_TENANT } from '../../../local/seed.ts';
import type { AuditEntry } from '../../../src/audit/domain/entry.ts';
import { ChannelSettings } from '../../../src/events/contract/channel.ts';
import { clientOf, closedPort, clusterId, eventually, line } from '../../support/line.ts';
import { startReceiver } from '../../support/receiver.ts';

test('what was done and what was refused is in the audit log, in an unbroken chain', async () => {
  const admin = await clientOf('admin');
  const viewer = await clientOf('viewer');
  const { body } = await admin.createExperiment({ body: firstExperiment(clusterId(), { name: 'audited' }) });
  const params = { experimentId: body.id };
  await expect(viewer.deleteExperiment({ params, ifMatch: body.version })).rejects.toMatchObject({ status: 403 });
  await admin.deleteExperiment({ params, ifMatch: body.version });

  const entries = await eventually<readonly AuditEntry[]>(
    `the audit log to have heard of ${body.id}`,
    60,
    async () => (await admin.listAudit({ query: { subject: body.id } })).body.items,
    (items) => ['experiment.deleted', 'deleteExperiment'].every((name) => items.some(({ action }) => action === name)),
  );
  const entryOf = (name: string) => entries.find(({ action }) => action === name);
  const [created, refused, deleted] = ['experiment.created', 'deleteExperiment', 'experiment.deleted'].map(entryOf);
  expect(created).toMatchObject({ outcome: 'done', before: null, actor: { email: 'admin@phoenix.local' } });
  expect(refused).toMatchObject({ outcome: 'refused', code: 'FORBIDDEN', actor: { email: 'viewer@phoenix.local' } });
  expect(deleted).toMatchObject({ outcome: 'done', after: null, before: created?.after });
  expect([created?.requestId, refused?.requestId, deleted?.requestId].every((id) => id)).toBe(true);

  const { body: verified } = await admin.verifyAudit({ query: {} });
  expect(verified).toMatchObject({ state: 'intact', broken: null });
  await expect(viewer.listAudit({ query: {} })).rejects.toMatchObject({ status: 403 });
});

test('what happens to an experiment comes to a webhook that hears of it, signed, and so does a test message', async () => {
  const signingKey = 'a key that signs';
  const secrets = new SecretsManagerClient({
    endpoint: line().emulatorUrl,
    region: line().region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const Name = `phoenix/local/notification-secrets/${DEMO_TENANT}/on-call`;
  await secrets.send(new CreateSecretCommand({ Name, SecretString: signingKey }));
  const receiver = await startReceiver(undefined, closedPort(3));
  onTestFinished(() => receiver.stop());

  const admin = await clientOf('admin');
  const { body: experiment } = await admin.createExperiment({
    body: firstExperiment(clusterId(), { name: 'heard of' }),
  });
  const settings = ChannelSettings.parse({
    name: 'on call',
    target: { kind: 'webhook', url: `http://${receiver.hostAndPort}/hook`, signingSecret: 'on-call' },
    types: ['experiment.deleted'],
    subjects: [experiment.id],
  });
  const { id: channelId } = (await admin.createChannel({ body: settings })).body;
  await admin.deleteExperiment({ params: { experimentId: experiment.id }, ifMatch: experiment.version });
  await admin.testChannel({ params: { channelId } });

  for (const [type, subject] of [
    ['experiment.deleted', experiment.id],
    ['channel.tested', channelId],
  ] as const) {
    const { path, headers, body } = await receiver.first(type);
    const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['phoenix-signature'])) ?? [];
    expect(createHmac('sha256', signingKey).update(`${at}.${body}`).digest('hex')).toBe(signature);
    expect([path, JSON.parse(body)]).toMatchObject(['/hook', { channel_id: channelId, event: { type, subject } }]);
  }
  const sent = await eventually(
    'both deliveries to be told as delivered',
    30,
    async () => (await admin.listDeliveries({ params: { channelId }, query: {} })).body.items,
    (items) => items.length === 2 && items.every(({ state }) => state === 'delivered'),
  );
  expect(sent.map(({ event, attempts }) => [event.type, attempts]).toSorted()).toEqual([
    ['channel.tested', 1],
    ['experiment.deleted', 1],
  ]);
}, 120_000);
