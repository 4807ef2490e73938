import { ArnFormat, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import type { ResourceName } from '../src/platform/resources.ts';
import { has, type Stage } from './stage.ts';

// How stacks find what another stack made: by names that everybody can work out, and, for what gets its name only
// when it is made, by parameters. Cross-stack exports are not used: an export that is in use blocks every change of it.

/** `phoenix-prod-core`, `phoenix-prod-cluster-work` */
export const physicalName = (stage: Stage, name: string): string => `phoenix-${stage.name}-${kebabCase(name)}`;

/** Roles are named by region too, because they are global; clusters of customers trust them by this name. */
export const roleName = (stage: Stage, name: string): string => `phoenix-${stage.name}-${stage.region}-${name}`;

/** `experimentMachine` → `phoenix-prod-experiment`, from the folder statemachines/experiment */
export const machineName = (stage: Stage, resource: ResourceName): string =>
  physicalName(stage, resource.replace(/Machine$/, ''));

export const MACHINE_ALIAS = 'live';

export const secretName = (stage: Stage, resource: ResourceName): string =>
  `phoenix/${stage.name}/${kebabCase(resource)}`;

export const secretPrefix = (stage: Stage, resource: ResourceName): string => `${secretName(stage, resource)}/`;

export const ROLE_IN_CLUSTER_ACCOUNTS = 'PhoenixClusterAccess';

export const arnOfTable = (scope: Construct, stage: Stage, name: string): string =>
  arn(scope, 'dynamodb', 'table', physicalName(stage, name));

export const arnOfQueue = (scope: Construct, stage: Stage, name: string): string =>
  Stack.of(scope).formatArn({ service: 'sqs', resource: physicalName(stage, name) });

export const arnOfBus = (scope: Construct, stage: Stage): string =>
  arn(scope, 'events', 'event-bus', physicalName(stage, 'bus'));

export const arnOfMachine = (scope: Construct, stage: Stage, resource: ResourceName): string =>
  arn(scope, 'states', 'stateMachine', machineName(stage, resource), ArnFormat.COLON_RESOURCE_NAME);

/** What is started: the alias where the stage has versions, so that a new definition never meets a running execution. */
export const startableArnOfMachine = (scope: Construct, stage: Stage, resource: ResourceName): string =>
  `${arnOfMachine(scope, stage, resource)}${has(stage, 'machine_versions') ? `:${MACHINE_ALIAS}` : ''}`;

export const arnOfRole = (scope: Construct, stage: Stage, name: string): string =>
  Stack.of(scope).formatArn({ service: 'iam', region: '', resource: 'role', resourceName: roleName(stage, name) });

export const arnOfAlarmTopic = (scope: Construct, stage: Stage): string =>
  Stack.of(scope).formatArn({ service: 'sns', resource: physicalName(stage, 'alarms') });

const arn = (
  scope: Construct,
  service: string,
  resource: string,
  resourceName: string,
  arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
): string => Stack.of(scope).formatArn({ service, resource, resourceName, arnFormat });

/** A fact that exists only after its stack was deployed. */
export type HandedOn =
  | 'data-key-arn'
  | 'audit-key-arn'
  | 'core-stream-arn'
  | 'user-pool-id'
  | 'client-id'
  | 'api-id'
  | `queue-url-${string}`;

export const handOn = (scope: Construct, stage: Stage, fact: HandedOn, value: string): void => {
  new StringParameter(scope, `HandOn-${fact}`, { parameterName: parameterName(stage, fact), stringValue: value });
};

/** The value that another stack handed on; that stack has to be deployed before. */
export const handedOn = (scope: Construct, stage: Stage, fact: HandedOn): string =>
  StringParameter.valueForStringParameter(scope, parameterName(stage, fact));

const parameterName = (stage: Stage, fact: HandedOn): string => `/phoenix/${stage.name}/${fact}`;

export const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `cluster-steps` → `ClusterSteps`: names of constructs and of substitutions in state machines */
export const pascalCase = (name: string): string =>
  name.replace(/(^|[-_])([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
