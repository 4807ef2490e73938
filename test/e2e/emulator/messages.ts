import { DescribeContinuousBackupsCommand, DescribeTimeToLiveCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProbedCloud } from './cloud.ts';

/** What the emulator does with messages, streams, rules, schedules and tables. */
export const probeMessages = (started: () => ProbedCloud): void => {
  let cloud: ProbedCloud;
  beforeAll(() => {
    cloud = started();
  });
  const events = () => new EventBridgeClient({});

  const urlOf = async (queue: string): Promise<string> => {
    const { QueueUrl } = await cloud.sqs.send(
      new GetQueueUrlCommand({ QueueName: cloud.deployment.queues[queue] ?? queue }),
    );
    if (QueueUrl === undefined) throw new Error(`no queue ${queue}`);
    return QueueUrl;
  };
  const send = async (queue: string, MessageBody: string, DelaySeconds = 0): Promise<void> => {
    await cloud.sqs.send(new SendMessageCommand({ QueueUrl: await urlOf(queue), MessageBody, DelaySeconds }));
  };
  const receive = async (queue: string): Promise<string | undefined> => {
    const { Messages } = await cloud.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: await urlOf(queue), WaitTimeSeconds: 1 }),
    );
    return Messages?.[0]?.Body;
  };
  const noted =
    (name: string, times = 1) =>
    async (): Promise<number | undefined> => {
      const seen = (await cloud.notes())[name] ?? 0;
      return seen >= times ? seen : undefined;
    };

  describe('queues', () => {
    test('of a batch only what is given back stays; the rest is done once', async () => {
      await Promise.all([send('measure', 'good 1'), send('measure', 'bad 1'), send('measure', 'good 2')]);
      await cloud.until('three messages to be noted', async () => {
        const notes = await cloud.notes();
        return ['good 1', 'bad 1', 'good 2'].every((name) => name in notes) ? notes : undefined;
      });
      expect(await cloud.notes()).toMatchObject({ 'good 1': 1, 'good 2': 1 });
      // it is hidden now, and not deleted
      expect(await receive('measure')).toBeUndefined();
    });

    test('a message comes when its delay is over, not before', async () => {
      const sentAt = performance.now();
      await send('measure', 'late', 3);
      await cloud.until('the delayed message', noted('late'));
      expect(performance.now() - sentAt).toBeGreaterThan(2500);
    });
  });

  describe('the stream of the core table', () => {
    const put = (pk: string, sk: string) =>
      cloud.dynamodb.send(
        new PutItemCommand({ TableName: cloud.deployment.tables['core'], Item: { pk: { S: pk }, sk: { S: sk } } }),
      );

    test('brings new items with the prefix of events, and no others', async () => {
      await put('other item', 'META');
      await put('event item', 'EVT#000001');
      await cloud.until('the record of the event', noted('event item'));
      expect(await cloud.notes()).not.toHaveProperty('other item');
    });

    test.fails('brings again what was given back', async () => {
      await put('bad record', 'EVT#000002');
      await cloud.until('the record', noted('bad record'));
      await cloud.until('the record once more', noted('bad record', 2), 5);
    });
  });

  describe('rules', () => {
    const published = async (DetailType: string, detail: object) => {
      const answer = await events().send(
        new PutEventsCommand({
          Entries: [
            { EventBusName: 'phoenix-local-bus', Source: 'experiments', DetailType, Detail: JSON.stringify(detail) },
          ],
        }),
      );
      expect(answer.FailedEntryCount).toBe(0);
    };

    test('an event that starts an execution reaches the lifecycle queue, another does not', async () => {
      await published('experiment.created', { id: 'not for the queue' });
      await published('experiment.started', { id: 'for the queue' });
      const body = await cloud.until('the event in the queue', () => receive('lifecycle'));
      expect(JSON.parse(body)).toMatchObject({ 'detail-type': 'experiment.started', detail: { id: 'for the queue' } });
      expect(await receive('lifecycle')).toBeUndefined();
    });

    test.fails('an event whose target is gone lies in the dead-letter queue of the rule', async () => {
      const queue = 'probe-undelivered';
      await cloud.sqs.send(new CreateQueueCommand({ QueueName: queue }));
      const arn = (name: string) => `arn:aws:sqs:${cloud.deployment.region}:000000000000:${name}`;
      const Rule = 'probe-to-nowhere';
      await events().send(new PutRuleCommand({ Name: Rule, EventPattern: JSON.stringify({ source: ['probe'] }) }));
      await events().send(
        new PutTargetsCommand({
          Rule,
          Targets: [{ Id: 'nowhere', Arn: arn('probe-missing'), DeadLetterConfig: { Arn: arn(queue) } }],
        }),
      );
      await events().send(new PutEventsCommand({ Entries: [{ Source: 'probe', DetailType: 'x', Detail: '{}' }] }));
      await cloud.until('the event in the dead-letter queue', () => receive(queue), 5);
    });
  });

  describe('what templates ask of tables', () => {
    test('expired items are deleted, because the launcher asks for it after the deployment', async () => {
      const { TimeToLiveDescription } = await cloud.dynamodb.send(
        new DescribeTimeToLiveCommand({ TableName: cloud.deployment.tables['ephemeral'] }),
      );
      expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' });
    });

    test.fails('backups of every second are on', async () => {
      const { ContinuousBackupsDescription } = await cloud.dynamodb.send(
        new DescribeContinuousBackupsCommand({ TableName: cloud.deployment.tables['core'] }),
      );
      expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED');
    });
  });

  test.fails('messages of a dead-letter queue can be sent back by one call', async () => {
    const SourceArn = `arn:aws:sqs:${cloud.deployment.region}:000000000000:phoenix-local-measure-dead`;
    await cloud.sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
  });

  // last: a minute has nearly passed by now
  test('the tick comes within a minute or so', async () => {
    await cloud.until('the first tick', noted('tick'), 75);
  });
};
