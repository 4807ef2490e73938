import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { none } from '../../lib/constructs/alarms.ts';
import { PhoenixFunction } from '../../lib/constructs/phoenix-function.ts';
import { environmentVariablesOf } from '../../src/platform/environment.ts';
import { RESOURCES } from '../../src/platform/resources.ts';
import { manifests, ofType, policiesOf, type Resource, resourcesOf, stageNamed } from './templates.ts';

const prod = resourcesOf(stageNamed('prod'));
const local = resourcesOf(stageNamed('local'));

const idsOf = (resources: readonly Resource[]): readonly string[] =>
  resources.map(({ stack, logicalId }) => `${stack}/${logicalId}`).sort();
const named = (type: string, property: string, name: string): Resource => {
  const found = ofType(prod, type).find(({ properties }) => properties[property] === name);
  if (found === undefined) throw new Error(`no ${type} has ${property} ${name}`);
  return found;
};

describe('queues', () => {
  const queues = ofType(prod, 'AWS::SQS::Queue');
  const isLast = ({ properties }: Resource): boolean =>
    /-(dead|missed|undelivered)$|-undelivered$/.test(String(properties['QueueName']));

  test('every queue has a dead-letter queue, unless it is one', () => {
    const without = queues.filter((queue) => !isLast(queue) && queue.properties['RedrivePolicy'] === undefined);
    expect(idsOf(without)).toEqual([]);
    expect(queues.length).toBeGreaterThan(Object.values(RESOURCES).filter(({ kind }) => kind === 'queue').length);
  });

  test('somebody is told when a dead-letter queue is not empty', () => {
    const watched = ofType(prod, 'AWS::CloudWatch::Alarm').flatMap(({ properties }) =>
      properties['MetricName'] === 'ApproximateNumberOfMessagesVisible'
        ? [JSON.stringify(properties['Dimensions'])]
        : [],
    );
    const unwatched = queues
      .filter(isLast)
      .filter(({ logicalId }) => !watched.some((each) => each.includes(logicalId)));
    expect(idsOf(unwatched)).toEqual([]);
  });

  test('a message stays hidden for at least six times as long as its reader may take, as AWS advises', () => {
    const tooShort = manifests.flatMap(({ name, triggers, timeoutSeconds }) =>
      triggers.flatMap((trigger) => {
        if (trigger.on !== 'queue') return [];
        const queue = RESOURCES[trigger.queue];
        return queue.kind === 'queue' && queue.visibilitySeconds < 6 * timeoutSeconds
          ? [`${name} may take ${timeoutSeconds} s, ${trigger.queue} hides for ${queue.visibilitySeconds} s`]
          : [];
      }),
    );
    expect(tooShort).toEqual([]);
  });
});

describe('functions', () => {
  const alarmsOf = (functionId: string, metric: string): number =>
    ofType(prod, 'AWS::CloudWatch::Alarm').filter(
      ({ properties }) =>
        properties['MetricName'] === metric && JSON.stringify(properties['Dimensions']).includes(`<${functionId}>`),
    ).length;

  test.for(manifests.map(({ name }) => name))('%s has alarms for errors and throttles that reach people', (name) => {
    const { logicalId } = named('AWS::Lambda::Function', 'FunctionName', `phoenix-prod-${name}`);
    expect(alarmsOf(logicalId, 'Errors')).toBe(1);
    expect(alarmsOf(logicalId, 'Throttles')).toBe(1);
  });

  test('alarms are left out only where a reason is given', () => {
    const alarmsWith = (alarms?: ReturnType<typeof none>): number => {
      const stack = new Stack(new App(), 'Alone');
      const [manifest] = manifests;
      if (manifest === undefined) throw new Error('there is no function');
      const unit = { manifest: { ...manifest, triggers: [] }, codeFolder: import.meta.dirname };
      new PhoenixFunction(stack, 'Scratch', {
        stage: stageNamed('dev'),
        unit,
        ...(alarms === undefined ? {} : { alarms }),
      });
      return Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).length;
    };
    expect(alarmsWith()).toBe(2);
    expect(alarmsWith(none('thrown away after the demonstration'))).toBe(0);
  });

  test('every alarm tells the topic of the stage when it begins and when it is over', () => {
    const topic = 'arn:aws:sns:eu-west-1:123456789012:phoenix-prod-alarms';
    const silent = ofType(prod, 'AWS::CloudWatch::Alarm').filter(
      ({ properties }) =>
        JSON.stringify([properties['AlarmActions'], properties['OKActions']]) !== JSON.stringify([[topic], [topic]]),
    );
    expect(idsOf(silent)).toEqual([]);
    expect(ofType(prod, 'AWS::SNS::Topic').map(({ properties }) => properties['TopicName'])).toEqual([
      'phoenix-prod-alarms',
    ]);
  });

  test('all run Node 24 on arm64 with a time limit, and keep their logs for as long as the stage says', () => {
    const functions = ofType(prod, 'AWS::Lambda::Function');
    expect(functions.map(({ properties }) => properties['FunctionName']).sort()).toEqual(
      manifests.map(({ name }) => `phoenix-prod-${name}`).sort(),
    );
    for (const { properties } of functions) {
      expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'], Handler: 'index.handler' });
      const log = named('AWS::Logs::LogGroup', 'LogGroupName', `/aws/lambda/${properties['FunctionName']}`);
      expect(log.properties['RetentionInDays']).toBe(365);
    }
  });

  test('an environment holds what the manifest names, and no secret', () => {
    for (const manifest of manifests) {
      const { properties } = named('AWS::Lambda::Function', 'FunctionName', `phoenix-prod-${manifest.name}`);
      const { Variables } = z.object({ Variables: z.record(z.string(), z.string()) }).parse(properties['Environment']);
      const wanted = environmentVariablesOf(manifest).map(({ name }) => name);
      expect(Object.keys(Variables).sort()).toEqual([...wanted, 'NODE_OPTIONS'].sort());
      expect(Object.values(Variables).filter((value) => /resolve:(secretsmanager|ssm-secure)/.test(value))).toEqual([]);
    }
  });
});

describe('what is kept', () => {
  const STATEFUL = [
    'AWS::DynamoDB::Table',
    'AWS::KMS::Key',
    'AWS::Cognito::UserPool',
    'AWS::SecretsManager::Secret',
    'AWS::Events::EventBus',
    'AWS::S3::Bucket',
    'AWS::APS::Workspace',
  ];

  test('things that hold data keep their ids: another id would be another, empty thing', () => {
    expect(idsOf(prod.filter(({ type }) => STATEFUL.includes(type)))).toMatchInlineSnapshot(`
      [
        "phoenix-auth/PeopleE38C8D03",
        "phoenix-bus/AlarmKeyE05DE300",
        "phoenix-bus/BusEA82B648",
        "phoenix-data/AuditKeyB2DBB069",
        "phoenix-data/AuditTable18A3095C",
        "phoenix-data/CoreTableF8B57BAA",
        "phoenix-data/CursorKey255E8F8A",
        "phoenix-data/DataKey17AFBB84",
        "phoenix-data/EphemeralTable4521869B",
        "phoenix-data/KeyPepperB58BE0AC",
        "phoenix-data/Metrics",
        "phoenix-data/SamplesTable6BA69DDE",
        "phoenix-edge/Logs6819BB44",
        "phoenix-edge/Pages127DFD1A",
      ]
    `);
  });

  test('tables, keys and people survive the deletion of their stack where the stage keeps its state', () => {
    const kept = (resources: readonly Resource[], type: string) =>
      ofType(resources, type)
        .filter(({ stack }) => stack !== 'phoenix-bus')
        .map(({ deletionPolicy }) => deletionPolicy);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::KMS::Key', 'AWS::Cognito::UserPool']) {
      expect(new Set(kept(prod, type)), type).toEqual(new Set(['Retain']));
      expect(new Set(kept(local, type)), type).toEqual(new Set(['Delete']));
    }
  });

  test('tables are as the registry says, encrypted with our keys, the valuable ones backed up every second', () => {
    for (const [name, resource] of Object.entries(RESOURCES)) {
      if (resource.kind !== 'table') continue;
      const { properties } = named('AWS::DynamoDB::Table', 'TableName', `phoenix-prod-${name}`);
      const isValuable = name === 'core' || name === 'audit';
      expect(properties).toMatchObject({
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: isValuable },
        DeletionProtectionEnabled: isValuable,
      });
      const indexes = z
        .array(z.object({ IndexName: z.string(), KeySchema: z.array(z.object({ AttributeName: z.string() })) }))
        .parse(properties['GlobalSecondaryIndexes'] ?? []);
      expect(
        indexes.map(({ IndexName, KeySchema }) => [IndexName, ...KeySchema.map((key) => key.AttributeName)]),
      ).toEqual(resource.indexes.map((index) => [index, `${index}pk`, `${index}sk`]));
      expect(properties['TimeToLiveSpecification']).toEqual(
        resource.ttl === null ? undefined : { AttributeName: resource.ttl, Enabled: true },
      );
      expect(properties['StreamSpecification']).toEqual(
        resource.stream ? { StreamViewType: 'NEW_AND_OLD_IMAGES' } : undefined,
      );
    }
  });
});

describe('events', () => {
  test('what starts executions, and executions that broke, reach the lifecycle queue', () => {
    const rules = ofType(prod, 'AWS::Events::Rule')
      .map(({ properties }) => properties)
      .filter(({ Targets }) => JSON.stringify(Targets).includes('Lifecycle'));
    expect(rules).toHaveLength(2);
    expect(rules.map(({ EventPattern }) => EventPattern)).toContainEqual({
      'detail-type': ['experiment.started', 'control.signal_received'],
    });
    expect(rules.map(({ EventPattern }) => EventPattern)).toContainEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: ['experiment', 'withdrawal'].map(
          (name) => `arn:aws:states:eu-west-1:123456789012:stateMachine:phoenix-prod-${name}`,
        ),
      },
    });
    for (const { Targets } of rules)
      expect(JSON.stringify(Targets)).toMatch(/Lifecycle.*DeadLetterConfig.*Undelivered/);
  });

  test('every event of ours reaches the audit log, and none of anybody else', () => {
    const rules = ofType(prod, 'AWS::Events::Rule')
      .map(({ properties }) => properties)
      .filter(({ Targets }) => JSON.stringify(Targets).includes('AuditTrail'));
    expect(rules).toMatchObject([{ EventPattern: { source: [{ prefix: 'phoenix.' }] } }]);
    expect(JSON.stringify(rules[0]?.['Targets'])).toMatch(/DeadLetterConfig.*Undelivered/);
  });

  test('nobody but our publishers may put events on the bus', () => {
    const [policy] = ofType(prod, 'AWS::Events::EventBusPolicy');
    const publishers = manifests.filter(({ needs }) => needs.bus === 'publish').map(({ name }) => name);
    expect(policy?.properties['Statement']).toMatchObject({
      Effect: 'Deny',
      Principal: '*',
      Action: 'events:PutEvents',
      Condition: {
        ArnNotEquals: {
          'aws:PrincipalArn': publishers.map((name) => `arn:aws:iam::123456789012:role/phoenix-prod-eu-west-1-${name}`),
        },
      },
    });
  });
});

describe('machines', () => {
  test('a machine may call the functions that its file names, and write its log', () => {
    const policies = policiesOf(prod).filter(({ resource }) =>
      /^(Experiment|Withdrawal)Machine/.test(resource.logicalId),
    );
    expect(policies).toHaveLength(2);
    for (const { statements } of policies) {
      const invoked = statements
        .filter(({ actions }) => actions.includes('lambda:InvokeFunction'))
        .flatMap(({ resources }) => resources);
      expect(invoked.length).toBeGreaterThan(0);
      for (const each of invoked) expect(each).toMatch(/^<(ExperimentSteps|ClusterSteps)Function[0-9A-F]{8}\.Arn>$/);
      const others = statements
        .flatMap(({ actions }) => actions)
        .filter((action) => !/^(lambda:InvokeFunction|logs:|xray:)/.test(action));
      expect(others).toEqual([]);
    }
  });

  test('what runs keeps the definition it began with', () => {
    expect(ofType(prod, 'AWS::StepFunctions::StateMachineVersion').map(({ deletionPolicy }) => deletionPolicy)).toEqual(
      ['Retain', 'Retain'],
    );
    expect(ofType(prod, 'AWS::StepFunctions::StateMachineAlias').map(({ properties }) => properties['Name'])).toEqual([
      'live',
      'live',
    ]);
  });
});

/** Types that were deployed to the emulator; one more wants to be tried there first, and a feature of the stage if it is refused. */
const DEPLOYED_LOCALLY = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CDK::Metadata',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::UserPool',
  'AWS::Cognito::UserPoolClient',
  'AWS::Cognito::UserPoolDomain',
  'AWS::Cognito::UserPoolGroup',
  'AWS::Cognito::UserPoolResourceServer',
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::Rule',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'AWS::StepFunctions::StateMachine',
];

test('the local stage has only types of resources that its emulator knows', () => {
  const types = [...new Set(local.map(({ type }) => type))];
  expect(types.filter((type) => !DEPLOYED_LOCALLY.includes(type))).toEqual([]);
  // what it refuses by name, though the type is known: metric math
  const withMath = ofType(local, 'AWS::CloudWatch::Alarm').filter(({ properties }) => 'Metrics' in properties);
  expect(idsOf(withMath)).toEqual([]);
});
