import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionManifest } from '../src/platform/declare/function.ts';
import { type AccessByKind, type HandleByKind, RESOURCES, type ResourceName } from '../src/platform/resources.ts';
import {
  arnOfBus,
  arnOfMachine,
  arnOfQueue,
  arnOfTable,
  handedOn,
  machineName,
  physicalName,
  ROLE_IN_CLUSTER_ACCOUNTS,
  secretName,
  secretPrefix,
  startableArnOfMachine,
} from './names.ts';
import { has, type Stage } from './stage.ts';

type Kind = keyof AccessByKind;
type Grant = (scope: Construct, stage: Stage, name: ResourceName) => readonly PolicyStatement[];

/** The policy statements that a manifest's needs stand for; nothing that it does not name. */
export const grantsOf = (scope: Construct, stage: Stage, manifest: FunctionManifest): readonly PolicyStatement[] =>
  (Object.keys(manifest.needs) as ResourceName[]).flatMap((name) => {
    const grants: Partial<Record<string, Grant>> = GRANTS[RESOURCES[name].kind];
    const access = manifest.needs[name];
    const grant = access === undefined ? undefined : grants[access];
    if (grant === undefined) throw new Error(`${manifest.name} needs ${name} for ${access}, which nothing grants`);
    return grant(scope, stage, name);
  });

/** What one field of a resource's handle is in this stage: the value of an environment variable. */
export const handleValue = (scope: Construct, stage: Stage, name: ResourceName, field: string): string => {
  const handle: Readonly<Record<string, () => string>> = HANDLES[RESOURCES[name].kind](scope, stage, name);
  const value = handle[field];
  if (value === undefined) throw new Error(`resource ${name} has no ${field}`);
  return value();
};

const allow = (actions: readonly string[], resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });

const READ_ITEMS = ['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'Query'].map((action) => `dynamodb:${action}`);
// no Scan: a leading-keys condition is true for a request without keys
const WRITE_ITEMS = ['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map((action) => `dynamodb:${action}`);
const USE_KEY = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map(
  (action) => `kms:${action}`,
);

export const USE_KEY_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'] as const;

/** Tables are encrypted with a key of ours; using them is using it. */
const keyFactOf = (table: string): 'audit-key-arn' | 'data-key-arn' =>
  table === 'audit' ? 'audit-key-arn' : 'data-key-arn';

const useOfKey = (scope: Construct, stage: Stage, table: string): PolicyStatement =>
  allow(USE_KEY, [handedOn(scope, stage, keyFactOf(table))]);

const indexArns = (scope: Construct, stage: Stage, name: ResourceName): readonly string[] => {
  const resource = RESOURCES[name];
  return resource.kind === 'table'
    ? resource.indexes.map((index) => `${arnOfTable(scope, stage, name)}/index/${index}`)
    : [];
};

const readTable: Grant = (scope, stage, name) => [
  allow(READ_ITEMS, [arnOfTable(scope, stage, name), ...indexArns(scope, stage, name)]),
  useOfKey(scope, stage, name),
];

const secretArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'secretsmanager', resource: 'secret', resourceName: name, arnFormat: COLON });
const COLON = ArnFormat.COLON_RESOURCE_NAME;

const GRANTS: { readonly [K in Kind]: Readonly<Record<AccessByKind[K], Grant>> } = {
  table: {
    read: readTable,
    write: (scope, stage, name) => [
      ...readTable(scope, stage, name),
      allow(WRITE_ITEMS, [arnOfTable(scope, stage, name)]),
    ],
    // whoever adds to a log has to know its end
    append: (scope, stage, name) => [
      ...readTable(scope, stage, name),
      allow(['dynamodb:PutItem'], [arnOfTable(scope, stage, name)]),
    ],
  },
  queue: {
    send: (scope, stage, name) => [allow(['sqs:SendMessage'], [arnOfQueue(scope, stage, name)])],
    count: (scope, stage, name) => [
      allow(['sqs:GetQueueAttributes'], [arnOfQueue(scope, stage, name), arnOfQueue(scope, stage, `${name}-dead`)]),
    ],
  },
  bus: { publish: (scope, stage) => [allow(['events:PutEvents'], [arnOfBus(scope, stage)])] },
  machine: {
    start: (scope, stage, name) => [
      allow(['states:StartExecution'], [startableArnOfMachine(scope, stage, name)]),
      // an execution that exists already is ours if its input is
      allow(
        ['states:DescribeExecution'],
        [
          Stack.of(scope).formatArn({
            service: 'states',
            resource: 'execution',
            resourceName: `${machineName(stage, name)}:*`,
            arnFormat: COLON,
          }),
        ],
      ),
    ],
    report: (scope, stage, name) => [
      allow(
        ['states:SendTaskFailure', 'states:SendTaskHeartbeat', 'states:SendTaskSuccess'],
        [arnOfMachine(scope, stage, name)],
      ),
    ],
  },
  userPool: {
    // the calls of a person signing in are public: Cognito asks for no IAM permission
    'sign-in': () => [],
    administer: (scope, stage) => [
      allow(
        [
          'AdminAddUserToGroup',
          'AdminCreateUser',
          'AdminDisableUser',
          'AdminEnableUser',
          'AdminGetUser',
          'AdminRemoveUserFromGroup',
          'AdminUserGlobalSignOut',
          'ListUsers',
        ].map((action) => `cognito-idp:${action}`),
        [
          Stack.of(scope).formatArn({
            service: 'cognito-idp',
            resource: 'userpool',
            resourceName: handedOn(scope, stage, 'user-pool-id'),
          }),
        ],
      ),
    ],
  },
  secrets: {
    read: (scope, stage, name) => [
      allow(['secretsmanager:GetSecretValue'], [secretArn(scope, `${secretPrefix(stage, name)}*`)]),
    ],
    write: (scope, stage, name) => [
      allow(
        ['CreateSecret', 'DeleteSecret', 'PutSecretValue'].map((action) => `secretsmanager:${action}`),
        [secretArn(scope, `${secretPrefix(stage, name)}*`)],
      ),
    ],
  },
  secret: {
    // Secrets Manager ends each ARN with six characters of its own
    read: (scope, stage, name) => [
      allow(['secretsmanager:GetSecretValue'], [secretArn(scope, `${secretName(stage, name)}-??????`)]),
      allow(['kms:Decrypt'], [handedOn(scope, stage, 'data-key-arn')]),
    ],
  },
  eks: {
    connect: (scope) => [
      allow(
        ['sts:AssumeRole', 'sts:TagSession'],
        [
          Stack.of(scope).formatArn({
            service: 'iam',
            region: '',
            account: '*',
            resource: 'role',
            resourceName: ROLE_IN_CLUSTER_ACCOUNTS,
          }),
        ],
      ),
    ],
  },
  amp: {
    query: (scope, stage) =>
      has(stage, 'amp')
        ? [
            allow(
              ['GetLabels', 'GetMetricMetadata', 'GetSeries', 'QueryMetrics'].map((action) => `aps:${action}`),
              [Stack.of(scope).formatArn({ service: 'aps', resource: 'workspace', resourceName: '*' })],
            ),
          ]
        : [],
  },
};

const HANDLES: {
  readonly [K in Kind]: (
    scope: Construct,
    stage: Stage,
    name: ResourceName,
  ) => { readonly [F in keyof HandleByKind[K]]: () => string };
} = {
  table: (_, stage, name) => ({ tableName: () => physicalName(stage, name) }),
  queue: (scope, stage, name) => ({ queueUrl: () => handedOn(scope, stage, `queue-url-${name}`) }),
  bus: (_, stage, name) => ({ busName: () => physicalName(stage, name) }),
  machine: (scope, stage, name) => ({ machineArn: () => startableArnOfMachine(scope, stage, name) }),
  userPool: (scope, stage) => ({
    userPoolId: () => handedOn(scope, stage, 'user-pool-id'),
    clientId: () => handedOn(scope, stage, 'client-id'),
  }),
  secrets: (_, stage, name) => ({ namePrefix: () => secretPrefix(stage, name) }),
  secret: (_, stage, name) => ({ secretName: () => secretName(stage, name) }),
  eks: (_, stage) => ({ region: () => stage.region }),
  amp: (_, stage) => ({ region: () => stage.region }),
};
