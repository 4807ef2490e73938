import { expect, test } from 'vitest';
import { ACCEPTED_WILDCARDS, resourceIn } from '../../lib/accepted.ts';
import { has } from '../../lib/stage.ts';
import type { FunctionManifest, Trigger } from '../../src/platform/declare/function.ts';
import { RESOURCES, type ResourceName } from '../../src/platform/resources.ts';
import {
  ACCOUNT,
  manifests,
  ofType,
  policiesOf,
  type Resource,
  resourcesOf,
  type Statement,
  stageNamed,
} from './templates.ts';

const prod = stageNamed('prod');
const resources = resourcesOf(prod);

/** One line per pair of action and resource. */
const pairs = (statements: readonly Statement[]): readonly string[] =>
  [
    ...new Set(
      statements.flatMap(({ actions, resources: on }) =>
        actions.flatMap((action) => on.map((each) => `${action} ${each}`)),
      ),
    ),
  ].sort();

const grantedTo = (name: string): readonly string[] => {
  const role = roleNamed(`phoenix-prod-${prod.region}-${name}`);
  return pairs(
    policiesOf(resources)
      .filter(({ resource, roles }) => resource.stack === role.stack && roles.includes(`<${role.logicalId}>`))
      .flatMap(({ statements }) => statements),
  );
};

const roleNamed = (name: string): Resource => {
  const role = ofType(resources, 'AWS::IAM::Role').find(({ properties }) => properties['RoleName'] === name);
  if (role === undefined) throw new Error(`no role is called ${name}`);
  return role;
};

// what each need means, written down a second time and by hand: a change of lib/grants.ts has to be meant
const arn = (service: string, resource: string): string => `arn:aws:${service}:${prod.region}:${ACCOUNT}:${resource}`;
const table = (name: string): string => arn('dynamodb', `table/phoenix-prod-${name}`);
const READ = ['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'Query'];
const WRITE = ['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'];
const KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
const DATA_KEY = '{/phoenix/prod/data-key-arn}';
const on = (service: string, actions: readonly string[], ...where: string[]): readonly string[] =>
  actions.flatMap((action) => where.map((each) => `${service}:${action} ${each}`));
const indexes = (name: ResourceName): readonly string[] => {
  const resource = RESOURCES[name];
  return resource.kind === 'table' ? resource.indexes.map((index) => `${table(name)}/index/${index}`) : [];
};
const keyOf = (name: string): string => (name === 'audit' ? '{/phoenix/prod/audit-key-arn}' : DATA_KEY);
const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const MEANS: Readonly<Record<string, (name: ResourceName) => readonly string[]>> = {
  'table read': (name) => [...on('dynamodb', READ, table(name), ...indexes(name)), ...on('kms', KEY, keyOf(name))],
  'table write': (name) => [
    ...on('dynamodb', READ, table(name), ...indexes(name)),
    ...on('dynamodb', WRITE, table(name)),
    ...on('kms', KEY, keyOf(name)),
  ],
  'table append': (name) => [
    ...on('dynamodb', READ, table(name), ...indexes(name)),
    ...on('dynamodb', ['PutItem'], table(name)),
    ...on('kms', KEY, keyOf(name)),
  ],
  'queue send': (name) => on('sqs', ['SendMessage'], arn('sqs', `phoenix-prod-${kebab(name)}`)),
  'queue count': (name) =>
    on(
      'sqs',
      ['GetQueueAttributes'],
      arn('sqs', `phoenix-prod-${kebab(name)}`),
      arn('sqs', `phoenix-prod-${kebab(name)}-dead`),
    ),
  'bus publish': () => on('events', ['PutEvents'], arn('events', 'event-bus/phoenix-prod-bus')),
  'machine start': (name) => [
    ...on('states', ['StartExecution'], arn('states', `stateMachine:phoenix-prod-${name.replace('Machine', '')}:live`)),
    ...on('states', ['DescribeExecution'], arn('states', `execution:phoenix-prod-${name.replace('Machine', '')}:*`)),
  ],
  'machine report': (name) =>
    on(
      'states',
      ['SendTaskFailure', 'SendTaskHeartbeat', 'SendTaskSuccess'],
      arn('states', `stateMachine:phoenix-prod-${name.replace('Machine', '')}`),
    ),
  'userPool sign-in': () => [],
  'userPool administer': () =>
    on(
      'cognito-idp',
      [
        'AdminAddUserToGroup',
        'AdminCreateUser',
        'AdminDisableUser',
        'AdminEnableUser',
        'AdminGetUser',
        'AdminRemoveUserFromGroup',
        'AdminUserGlobalSignOut',
        'ListUsers',
      ],
      arn('cognito-idp', 'userpool/{/phoenix/prod/user-pool-id}'),
    ),
  'secrets read': (name) =>
    on('secretsmanager', ['GetSecretValue'], arn('secretsmanager', `secret:phoenix/prod/${kebab(name)}/*`)),
  'secrets write': (name) =>
    on(
      'secretsmanager',
      ['CreateSecret', 'DeleteSecret', 'PutSecretValue'],
      arn('secretsmanager', `secret:phoenix/prod/${kebab(name)}/*`),
    ),
  'secret read': (name) => [
    ...on('secretsmanager', ['GetSecretValue'], arn('secretsmanager', `secret:phoenix/prod/${kebab(name)}-??????`)),
    ...on('kms', ['Decrypt'], DATA_KEY),
  ],
  'eks connect': () => on('sts', ['AssumeRole', 'TagSession'], 'arn:aws:iam::*:role/PhoenixClusterAccess'),
  'amp query': () =>
    on('aps', ['GetLabels', 'GetMetricMetadata', 'GetSeries', 'QueryMetrics'], arn('aps', 'workspace/*')),
};

/** What being woken needs, beside the needs. */
const toBeWokenBy = (trigger: Trigger): readonly string[] => {
  switch (trigger.on) {
    case 'queue':
      return on(
        'sqs',
        ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'],
        arn('sqs', `phoenix-prod-${kebab(trigger.queue)}`),
      );
    case 'stream':
      return [
        ...on('dynamodb', ['DescribeStream', 'GetRecords', 'GetShardIterator'], '{/phoenix/prod/core-stream-arn}'),
        ...on('dynamodb', ['ListStreams'], `${table('core')}/stream/*`),
        ...on('kms', ['Decrypt', 'DescribeKey'], DATA_KEY),
        ...on('sqs', ['SendMessage'], arn('sqs', 'phoenix-prod-unpublishable')),
      ];
    case 'schedule':
      return on('sqs', ['SendMessage'], '<missed>');
    case 'http':
    case 'authorizer':
    case 'machine':
      return [];
  }
};

const always = ({ network }: FunctionManifest): readonly string[] => [
  ...on('logs', ['CreateLogStream', 'PutLogEvents'], '<log>'),
  ...(has(prod, 'tracing') ? on('xray', ['PutTelemetryRecords', 'PutTraceSegments'], '*') : []),
  ...(network === 'cluster'
    ? on(
        'ec2',
        [
          'AssignPrivateIpAddresses',
          'CreateNetworkInterface',
          'DeleteNetworkInterface',
          'DescribeNetworkInterfaces',
          'DescribeSubnets',
          'UnassignPrivateIpAddresses',
        ],
        '*',
      )
    : []),
];

// a function's own log group and queue of missed calls are references inside its stack
const named = (pair: string): string =>
  pair.replace(/<\w+Log[0-9A-F]{8}\.Arn>$/, '<log>').replace(/<\w+Missed[0-9A-F]{8}\.Arn>$/, '<missed>');

test.for(manifests.map((manifest) => [manifest.name, manifest] as const))(
  '%s may do what its manifest names and nothing else',
  ([name, manifest]) => {
    const needs = Object.entries(manifest.needs) as [ResourceName, string][];
    const expected = needs.flatMap(([resource, access]) => {
      const means = MEANS[`${RESOURCES[resource].kind} ${access}`];
      if (means === undefined) throw new Error(`nobody has written down what ${access} of ${resource} means`);
      return means(resource);
    });
    expect(grantedTo(name).map(named)).toEqual(
      [...new Set([...expected, ...manifest.triggers.flatMap(toBeWokenBy), ...always(manifest)])].sort(),
    );
  },
);

test('a grant on more than one thing stands in the reviewed list, with a reason', () => {
  const accepted = ACCEPTED_WILDCARDS.map((wildcard) => resourceIn(wildcard, prod));
  const unexplained = policiesOf(resources).flatMap(({ resource, statements }) =>
    statements.flatMap((statement) => [
      ...statement.resources
        .filter((each) => each.includes('*') && !accepted.includes(each))
        .map((each) => `${resource.stack}/${resource.logicalId}: ${each}`),
      ...statement.actions
        .filter((each) => each.includes('*'))
        .map((each) => `${resource.stack}/${resource.logicalId}: ${each}`),
    ]),
  );
  expect(unexplained).toEqual([]);
  for (const { reason, owner } of ACCEPTED_WILDCARDS) expect(`${owner}: ${reason}`.length).toBeGreaterThan(20);
});

test('no accepted wildcard is left over', () => {
  const granted = new Set(
    policiesOf(resources).flatMap(({ statements }) => statements.flatMap((each) => each.resources)),
  );
  const unused = ACCEPTED_WILDCARDS.map((wildcard) => resourceIn(wildcard, prod)).filter((each) => !granted.has(each));
  const waiting = manifests.some(({ triggers }) => triggers.some(({ on: kind }) => kind === 'stream'))
    ? []
    : [`${table('core')}/stream/*`];
  expect(unused).toEqual(waiting);
});

test('nobody may change or delete what was written to the audit log', () => {
  const FORBIDDEN = ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem', 'dynamodb:*', '*'];
  const offenders = policiesOf(resources).filter(({ statements }) =>
    statements.some(
      ({ effect, actions, resources: where }) =>
        effect === 'Allow' &&
        actions.some((action) => FORBIDDEN.includes(action) || action.startsWith('dynamodb:PartiQL')) &&
        where.some((each) => each === '*' || each.startsWith(table('audit'))),
    ),
  );
  expect(offenders.map(({ resource }) => resource.logicalId)).toEqual([]);
});

test('no function may scan a table', () => {
  const actions = policiesOf(resources).flatMap(({ statements }) => statements.flatMap((each) => each.actions));
  expect(actions.filter((action) => action === 'dynamodb:Scan')).toEqual([]);
  expect(actions).toContain('dynamodb:Query');
});

test('no role carries a policy of AWS, which would change without us', () => {
  const managed = ofType(resources, 'AWS::IAM::Role').filter(
    ({ properties }) => properties['ManagedPolicyArns'] !== undefined,
  );
  expect(managed.map(({ logicalId }) => logicalId)).toEqual([]);
});
