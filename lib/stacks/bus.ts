import { Duration } from 'aws-cdk-lib';
import { Archive, CfnEventBusPolicy, EventBus, Match, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { experimentEvents } from '../../src/experiments/contract/events.ts';
import type { FunctionManifest } from '../../src/platform/declare/function.ts';
import { RESOURCES, type ResourceName } from '../../src/platform/resources.ts';
import { raiseAlarm } from '../constructs/alarms.ts';
import { deadLetterQueue, PhoenixQueue } from '../constructs/phoenix-queue.ts';
import { arnOfBus, arnOfMachine, arnOfRole, handOn, pascalCase, physicalName } from '../names.ts';
import { has, type Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** Events that a workflow must hear: they start executions or settle what an execution waits for. */
const LIFECYCLE_EVENTS = [
  'experiment.started',
  'control.signal_received',
] as const satisfies readonly (typeof experimentEvents)[number]['type'][];

/** How the parts talk: the bus, the queues, the rules between them, and the topic that people hear alarms from. */
export class BusStack extends StageStack {
  constructor(scope: Construct, stage: Stage, manifests: readonly FunctionManifest[]) {
    super(scope, 'bus', stage, 'events, queues and alarms');
    this.#alarmTopic();
    const bus = new EventBus(this, 'Bus', { eventBusName: physicalName(stage, 'bus') });
    if (has(stage, 'archive')) {
      new Archive(this, 'Archive', {
        sourceEventBus: bus,
        archiveName: physicalName(stage, 'events'),
        eventPattern: { account: [this.account] },
        retention: Duration.days(30),
      });
    }
    if (has(stage, 'bus_policy')) this.#onlyPublishersPut(manifests);

    const queues = new Map<string, PhoenixQueue>();
    for (const [name, resource] of Object.entries(RESOURCES)) {
      if (resource.kind !== 'queue') continue;
      const queue = new PhoenixQueue(this, pascalCase(name), { stage, name, ...resource });
      handOn(this, stage, `queue-url-${name}`, queue.queue.queueUrl);
      queues.set(name, queue);
    }
    const parked = queues.get('unpublishable')?.queue;
    if (parked === undefined) throw new Error('the registry has no queue for what could not be published');
    raiseAlarm(this, 'UnpublishableNotEmpty', stage, {
      means: 'the bus refused an event ten times; it is kept here for four days',
      runbook: 'events-parked',
      metric: parked.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
      atLeast: 1,
    });
    const undelivered = deadLetterQueue(this, 'Undelivered', this.stage, 'undelivered', {
      means: 'EventBridge could not deliver an event to a queue for a day; the event is kept here',
    });
    const targetOf = (name: ResourceName): SqsQueue => {
      const queue = queues.get(name);
      if (queue === undefined) throw new Error(`the registry has no queue called ${name}`);
      return new SqsQueue(queue.queue, { deadLetterQueue: undelivered, maxEventAge: Duration.hours(24) });
    };
    this.#lifecycleRules(bus, targetOf('lifecycle'));
    new Rule(this, 'AuditedEvents', {
      ruleName: physicalName(this.stage, 'audited-events'),
      description: 'every change of ours goes into the audit log',
      eventBus: bus,
      eventPattern: { source: Match.prefix('phoenix.') },
      targets: [targetOf('auditTrail')],
    });
    new Rule(this, 'NotifiedEvents', {
      ruleName: physicalName(this.stage, 'notified-events'),
      description: 'what channels of notifications may hear of',
      eventBus: bus,
      eventPattern: { source: Match.prefix('phoenix.') },
      targets: [targetOf('notices')],
    });
  }

  #lifecycleRules(bus: EventBus, target: SqsQueue): void {
    new Rule(this, 'LifecycleEvents', {
      ruleName: physicalName(this.stage, 'lifecycle-events'),
      description: 'what starts executions or settles their waits',
      eventBus: bus,
      eventPattern: { detailType: [...LIFECYCLE_EVENTS] },
      targets: [target],
    });
    // Step Functions speaks on the account's own bus
    new Rule(this, 'BrokenExecutions', {
      ruleName: physicalName(this.stage, 'broken-executions'),
      description: 'executions that ended without cleaning up: somebody has to do it for them',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: (['experimentMachine', 'withdrawalMachine'] as const).map((machine) =>
            arnOfMachine(this, this.stage, machine),
          ),
        },
      },
      targets: [target],
    });
  }

  #onlyPublishersPut(manifests: readonly FunctionManifest[]): void {
    const publishers = manifests.filter(({ needs }) => needs.bus === 'publish');
    new CfnEventBusPolicy(this, 'OnlyPublishersPut', {
      eventBusName: physicalName(this.stage, 'bus'),
      statementId: 'OnlyPublishersPut',
      statement: {
        Sid: 'OnlyPublishersPut',
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: arnOfBus(this, this.stage),
        Condition: {
          ArnNotEquals: { 'aws:PrincipalArn': publishers.map(({ name }) => arnOfRole(this, this.stage, name)) },
        },
      },
    });
  }

  #alarmTopic(): void {
    // CloudWatch may not use the key that AWS manages for topics
    const key = new Key(this, 'AlarmKey', { description: 'alarms on their way', enableKeyRotation: true });
    key.grantEncryptDecrypt(new ServicePrincipal('cloudwatch.amazonaws.com'));
    const topic = new Topic(this, 'Alarms', {
      topicName: physicalName(this.stage, 'alarms'),
      masterKey: key,
      enforceSSL: true,
    });
    for (const address of this.stage.alarmEmails) topic.addSubscription(new EmailSubscription(address));
  }
}
