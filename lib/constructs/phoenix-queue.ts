import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { raiseAlarm } from './alarms.ts';

export interface PhoenixQueueProperties {
  readonly stage: Stage;
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly maxReceiveCount: number;
}

/** A queue with its dead-letter queue and an alarm on whatever lands there. Encrypted; TLS only. */
export class PhoenixQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(
    scope: Construct,
    id: string,
    { stage, name, visibilitySeconds, maxReceiveCount }: PhoenixQueueProperties,
  ) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', stage, `${name}-dead`, {
      means: `queue ${name} gave up on a message after ${maxReceiveCount} attempts; it is kept for 14 days`,
    });
    this.queue = new Queue(this, 'Queue', {
      queueName: physicalName(stage, name),
      visibilityTimeout: Duration.seconds(visibilitySeconds),
      retentionPeriod: Duration.days(4),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
    });
  }
}

/** Where messages end that nobody could use: kept for 14 days, and somebody is told. */
export const deadLetterQueue = (
  scope: Construct,
  id: string,
  stage: Stage,
  name: string,
  { means }: { readonly means: string },
): Queue => {
  const queue = new Queue(scope, id, {
    queueName: physicalName(stage, name),
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  raiseAlarm(scope, `${id}NotEmpty`, stage, {
    means,
    runbook: 'dead-letters',
    metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    atLeast: 1,
  });
  return queue;
};
