import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sqsBacklog } from '../../../src/control/adapters/sqs-backlog.ts';
import { dynamodbChannels, dynamodbDeliveries } from '../../../src/events/adapters/dynamodb-channels.ts';
import { dynamodbEventLog, dynamodbOutbox } from '../../../src/events/adapters/dynamodb-events.ts';
import { EVENT_LIMIT_BYTES, eventBridgeBus } from '../../../src/events/adapters/eventbridge-bus.ts';
import { memoryChannels, memoryDeliveries } from '../../../src/events/adapters/memory-channels.ts';
import { memoryEventLog } from '../../../src/events/adapters/memory-events.ts';
import { sqsParking } from '../../../src/events/adapters/sqs-parking.ts';
import { secretsManagerTenantSecrets } from '../../../src/events/adapters/tenant-secrets.ts';
import { makePublishEvents } from '../../../src/events/application/publish-events.ts';
import type { Epoch, TenantId } from '../../../src/kernel/identity.ts';
import { secondsAfter } from '../../../src/kernel/instant.ts';
import { systemClock, systemIds, systemPauses } from '../../../src/kernel/system.ts';
import type { EventEnvelope } from '../../../src/platform/declare/event.ts';
import { tenantKey } from '../../../src/platform/dynamodb/key.ts';
import { envelopesOf, eventWrites } from '../../../src/platform/dynamodb/outbox.ts';
import { ServiceFailure } from '../../../src/platform/failure.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { channelStoreSuite, deliveryStoreSuite } from './channel-store-suite.ts';
import { eventLogSuite } from './event-log-suite.ts';

let cloud: TestCloud;
let sqs: SQSClient;
let eventBridge: EventBridgeClient;
beforeAll(async () => {
  cloud = await startTestCloud();
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  eventBridge = new EventBridgeClient({});
});
afterAll(async () => {
  sqs?.destroy();
  eventBridge?.destroy();
  await cloud?.stop();
});

const write = async (envelope: EventEnvelope): Promise<void> => {
  const pk = tenantKey(envelope.tenant, 'EXP', envelope.subject);
  const written = await cloud.tableOf('core').transact(eventWrites(pk, [envelope]), systemIds.ulid());
  if (!written.written) throw new Error(`${pk} was there already`);
};

describe('events in memory', () => {
  const events: EventEnvelope[] = [];
  eventLogSuite(() => ({
    log: memoryEventLog(() => events),
    write: async (envelope) => {
      events.push(envelope);
    },
  }));
});

describe('events in DynamoDB', () => {
  eventLogSuite(() => ({ log: dynamodbEventLog({ table: cloud.tableOf('core') }), write }));
});

describe('channels and deliveries in memory', () => {
  channelStoreSuite(() => memoryChannels({ clock: systemClock, ids: systemIds }));
  deliveryStoreSuite(memoryDeliveries);
});

describe('channels and deliveries in DynamoDB', () => {
  channelStoreSuite(() => dynamodbChannels({ table: cloud.tableOf('core'), clock: systemClock, ids: systemIds }));
  deliveryStoreSuite(() => dynamodbDeliveries({ table: cloud.tableOf('core') }));
});

test('a secret is found below its tenant alone; an empty one is none, and a store that is away is no missing secret', async () => {
  const client = new SecretsManagerClient({});
  const namePrefix = 'phoenix/ports/notification-secrets/';
  for (const [name, text] of [
    ['acme/on-call', ' the key\n'],
    ['acme/blank', ' '],
    ['other/theirs', 'their key'],
  ]) {
    await client.send(new CreateSecretCommand({ Name: `${namePrefix}${name}`, SecretString: text }));
  }
  const secretOf = secretsManagerTenantSecrets({ client, namePrefix });
  const found = ['on-call', 'blank', 'theirs', 'nobody'].map((name) => secretOf('acme' as TenantId, name));
  expect(await Promise.all(found)).toEqual(['the key', null, null, null]);
  client.destroy();

  const nowhere = new SecretsManagerClient({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
  const away = secretsManagerTenantSecrets({ client: nowhere, namePrefix })('acme' as TenantId, 'on-call');
  await expect(away).rejects.toBeInstanceOf(ServiceFailure);
  nowhere.destroy();
});

describe('from the outbox to the bus', () => {
  const queueOf = async (name: string): Promise<{ readonly url: string; readonly arn: string }> => {
    const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const { Attributes: attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    return { url, arn: attributes['QueueArn'] ?? '' };
  };
  const bodiesOf = async (url: string): Promise<Record<string, unknown>[]> => {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 }),
    );
    return messages.map(({ Body: body = '' }) => JSON.parse(body));
  };
  const eventsOf = (count: number, data: Record<string, unknown> = {}): readonly EventEnvelope[] =>
    envelopesOf(
      {
        tenant: 'publishing' as TenantId,
        source: 'experiments',
        subject: systemIds.short(),
        epoch: 3 as Epoch,
        actor: { kind: 'system', id: 'workflow' },
        lastSeq: 0,
      },
      Array.from({ length: count }, () => ({
        type: 'experiment.started',
        schemaVersion: 1,
        severity: 'info' as const,
        data,
      })),
      { clock: systemClock, ids: systemIds },
    );

  test('what slipped past the stream is found, published, marked, and found no more; a giant is parked', async () => {
    const busName = 'test-bus';
    await eventBridge.send(new CreateEventBusCommand({ Name: busName }));
    const heard = await queueOf('heard');
    const parked = await queueOf('parked');
    const pattern = { source: ['phoenix.experiments'], 'detail-type': ['experiment.started'], detail: { epoch: [3] } };
    await eventBridge.send(
      new PutRuleCommand({ Name: 'all', EventBusName: busName, EventPattern: JSON.stringify(pattern) }),
    );
    await eventBridge.send(
      new PutTargetsCommand({ Rule: 'all', EventBusName: busName, Targets: [{ Id: 'heard', Arn: heard.arn }] }),
    );

    const outbox = dynamodbOutbox({ table: cloud.tableOf('core') });
    const until = secondsAfter(systemClock.now(), 60);
    for (const row of await outbox.unpublishedUntil(until)) {
      if ('envelope' in row) await outbox.markPublished(row.key, systemClock.now());
    }
    const envelopes = [...eventsOf(3), ...eventsOf(1, { text: 'x'.repeat(EVENT_LIMIT_BYTES) })];
    for (const envelope of envelopes) await write(envelope);

    const publishEvents = makePublishEvents({
      bus: eventBridgeBus({ client: eventBridge, busName }),
      outbox,
      parking: sqsParking({ client: sqs, queueUrl: parked.url }),
      clock: systemClock,
      pauses: systemPauses,
    });
    const rows = await outbox.unpublishedUntil(until);
    expect(await publishEvents(rows)).toEqual({ published: 3, parked: 1, left: 0 });
    expect(await outbox.unpublishedUntil(until)).toEqual([]);

    const messages = await bodiesOf(heard.url);
    expect(messages.map(({ detail }) => (detail as { id: string }).id).toSorted()).toEqual(
      envelopes.slice(0, 3).map(({ id }) => id),
    );
    expect(messages[0]).toMatchObject({
      'detail-type': 'experiment.started',
      detail: { schema_version: 1, tenant: 'publishing', epoch: 3, actor: { kind: 'system', id: 'workflow' } },
    });
    expect(await bodiesOf(parked.url)).toMatchObject([{ reason: 'the bus refuses this event' }]);
  });

  test('what is parked and what is given up is counted', async () => {
    const parked = await queueOf('counted');
    await queueOf('counted-dead');
    await sqs.send(new SendMessageCommand({ QueueUrl: parked.url, MessageBody: 'an event' }));
    const backlog = sqsBacklog({ client: sqs, queueUrlByName: { unpublishable: parked.url } });
    expect(await backlog.parked()).toBe(1);
    expect(await backlog.deadLetters()).toEqual([{ queue: 'unpublishable', messages: 0 }]);
  });

  test('a bus that does not answer leaves the event for later', async () => {
    const nowhere = new EventBridgeClient({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    const bus = eventBridgeBus({ client: nowhere, busName: 'none' });
    expect(await bus.publish(eventsOf(2))).toEqual(['later', 'later']);
    nowhere.destroy();
  });
});
