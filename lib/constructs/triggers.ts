import { Duration } from 'aws-cdk-lib';
import { type Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  CfnEventInvokeConfig,
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Trigger } from '../../src/platform/declare/function.ts';
import { USE_KEY_TO_READ } from '../grants.ts';
import { arnOfQueue, arnOfTable, handedOn, pascalCase, physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';
import { deadLetterQueue } from './phoenix-queue.ts';

type TriggerOn<On extends Trigger['on']> = Extract<Trigger, { readonly on: On }>;

interface Woken {
  readonly scope: Construct;
  readonly stage: Stage;
  readonly function: LambdaFunction;
  /** the function's own; what it has to read its source comes in here */
  readonly policy: Policy;
}

/** Lets the trigger wake the function. Routes and machines do that from their own stack, by the function's name. */
export const connectTrigger = (woken: Woken, trigger: Trigger): void => {
  switch (trigger.on) {
    case 'queue':
      readQueue(woken, trigger);
      break;
    case 'stream':
      readStream(woken, trigger);
      break;
    case 'schedule':
      keepTime(woken, trigger);
      break;
    case 'http':
    case 'authorizer':
    case 'machine':
      break;
  }
};

const readQueue = ({ scope, stage, policy, ...woken }: Woken, trigger: TriggerOn<'queue'>): void => {
  const queueArn = arnOfQueue(scope, stage, trigger.queue);
  policy.addStatements(
    new PolicyStatement({
      actions: ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map(
        (action) => `sqs:${action}`,
      ),
      resources: [queueArn],
    }),
  );
  new EventSourceMapping(scope, `From${pascalCase(trigger.queue)}`, {
    target: woken.function,
    eventSourceArn: queueArn,
    batchSize: trigger.batchSize,
    reportBatchItemFailures: true,
    ...(trigger.maxConcurrency === undefined ? {} : { maxConcurrency: trigger.maxConcurrency }),
  }).node.addDependency(policy);
};

/** A poison record is tried ten times, alone in the end, and then goes to the queue of what could not be published. */
const readStream = ({ scope, stage, policy, ...woken }: Woken, trigger: TriggerOn<'stream'>): void => {
  const streamArn = handedOn(scope, stage, `${trigger.table}-stream-arn`);
  const givenUp = arnOfQueue(scope, stage, 'unpublishable');
  policy.addStatements(
    new PolicyStatement({
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action}`),
      resources: [streamArn],
    }),
    // no ARN: streams are listed per table
    new PolicyStatement({
      actions: ['dynamodb:ListStreams'],
      resources: [`${arnOfTable(scope, stage, trigger.table)}/stream/*`],
    }),
    new PolicyStatement({ actions: [...USE_KEY_TO_READ], resources: [handedOn(scope, stage, 'data-key-arn')] }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [givenUp] }),
  );
  new EventSourceMapping(scope, 'FromStream', {
    target: woken.function,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    bisectBatchOnError: true,
    retryAttempts: 10,
    maxRecordAge: Duration.hours(6),
    reportBatchItemFailures: true,
    onFailure: { bind: () => ({ destination: givenUp }) },
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { sk: { S: FilterRule.beginsWith(trigger.keyPrefix) } } },
      }),
    ],
  }).node.addDependency(policy);
};

const keepTime = (
  { scope, stage, policy, ...woken }: Woken,
  { name, everyMinutes, retry = 0 }: TriggerOn<'schedule'>,
): void => {
  const missed = deadLetterQueue(scope, 'Missed', stage, `${name}-missed`, {
    means: `schedule ${name} could not call its function: it does not run any more, or not often enough`,
  });
  // a tick that is late is worth less than the next one
  const maximumEventAgeInSeconds = Math.max(60, everyMinutes * 60);
  policy.addStatements(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }));
  // the schedule hands over and goes; trying again is up to Lambda
  new CfnEventInvokeConfig(scope, 'Patience', {
    functionName: woken.function.functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: Math.min(retry, 2),
    maximumEventAgeInSeconds,
    destinationConfig: { onFailure: { destination: missed.queueArn } },
  }).node.addDependency(policy);
  const role = new Role(scope, 'ScheduleRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [woken.function.functionArn] }),
  );
  role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }));
  new CfnSchedule(scope, 'Schedule', {
    name: physicalName(stage, name),
    scheduleExpression: `rate(${everyMinutes} ${everyMinutes === 1 ? 'minute' : 'minutes'})`,
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: woken.function.functionArn,
      roleArn: role.roleArn,
      retryPolicy: { maximumRetryAttempts: retry, maximumEventAgeInSeconds },
      deadLetterConfig: { arn: missed.queueArn },
    },
  });
};
