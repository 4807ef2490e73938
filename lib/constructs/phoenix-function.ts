import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionManifest, StageSetting } from '../../src/platform/declare/function.ts';
import { environmentVariablesOf } from '../../src/platform/environment.ts';
import { METRICS_NAMESPACE } from '../../src/platform/resources.ts';
import type { FunctionUnit } from '../functions.ts';
import { grantsOf, handleValue } from '../grants.ts';
import { pascalCase, physicalName, roleName } from '../names.ts';
import { has, type Stage, settingText } from '../stage.ts';
import { type NoAlarms, raiseAlarm } from './alarms.ts';
import { connectTrigger } from './triggers.ts';

/** Where functions with `network: 'cluster'` run, in stages that have a private network. */
export interface ClusterNetwork {
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
}

export interface PhoenixFunctionProperties {
  readonly stage: Stage;
  readonly unit: FunctionUnit;
  readonly network?: ClusterNetwork | undefined;
  /** settings that only the stack knows */
  readonly settings?: Partial<Readonly<Record<StageSetting, string>>> | undefined;
  /** on by default; `none('why')` leaves them out */
  readonly alarms?: NoAlarms;
}

/**
 * A function as its manifest wants it: code, environment, triggers and exactly the grants that follow from its needs.
 * Its role and log group have names of their own, because clusters trust the one and people look for the other.
 */
export class PhoenixFunction extends Construct {
  readonly function: LambdaFunction;

  constructor(
    scope: Construct,
    id: string,
    { stage, unit, network, settings = {}, alarms }: PhoenixFunctionProperties,
  ) {
    super(scope, id);
    const { manifest, codeFolder } = unit;
    const functionName = physicalName(stage, manifest.name);
    const inNetwork = manifest.network === 'cluster' ? network : undefined;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: stage.logRetentionDays,
      removalPolicy: stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', {
      roleName: roleName(stage, manifest.name),
      description: manifest.summary,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const policy = new Policy(this, 'Policy', {
      roles: [role],
      statements: [
        new PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          // a log group's streams are below its ARN
          resources: [logGroup.logGroupArn],
        }),
        ...grantsOf(this, stage, manifest),
        ...(inNetwork === undefined ? [] : [IN_A_NETWORK()]),
      ],
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName,
      description: manifest.summary,
      code: Code.fromAsset(codeFolder),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: manifest.memoryMb,
      timeout: Duration.seconds(manifest.timeoutSeconds),
      environment: { ...environmentOf(this, stage, manifest, settings), NODE_OPTIONS: '--no-deprecation' },
      role,
      logGroup,
      tracing: has(stage, 'tracing') ? Tracing.ACTIVE : Tracing.DISABLED,
      ...(manifest.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: manifest.reservedConcurrency }),
      ...(inNetwork === undefined ? {} : { vpc: inNetwork.vpc, securityGroups: [inNetwork.securityGroup] }),
    });
    this.function.node.addDependency(policy);
    for (const trigger of manifest.triggers)
      connectTrigger({ scope: this, stage, function: this.function, policy }, trigger);
    if (alarms === undefined) this.#raiseAlarms(stage, manifest);
  }

  #raiseAlarms(stage: Stage, { name, triggers, counts = [] }: FunctionManifest): void {
    raiseAlarm(this, 'Fails', stage, {
      means: `function ${name} ends with errors; its log group has a line with the cause`,
      runbook: 'function-fails',
      metric: this.function.metricErrors({ period: Duration.minutes(5) }),
      atLeast: 1,
    });
    raiseAlarm(this, 'Throttled', stage, {
      means: `function ${name} is called more often than it may run at once`,
      runbook: 'function-throttled',
      metric: this.function.metricThrottles({ period: Duration.minutes(5) }),
      atLeast: 1,
      periods: 3,
    });
    if (triggers.some(({ on }) => on === 'stream')) {
      raiseAlarm(this, 'Behind', stage, {
        means: `function ${name} is more than a minute behind its stream: a record may block it`,
        runbook: 'stream-behind',
        metric: this.function.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
        atLeast: 60_000,
        periods: 3,
      });
    }
    for (const { metric: metricName, means, runbook } of counts) {
      raiseAlarm(this, pascalCase(metricName.replaceAll('_', '-')), stage, {
        means,
        runbook,
        metric: new Metric({
          namespace: METRICS_NAMESPACE,
          metricName,
          statistic: 'Sum',
          dimensionsMap: { service: name },
        }),
        atLeast: 1,
      });
    }
  }
}

const environmentOf = (
  scope: Construct,
  stage: Stage,
  manifest: FunctionManifest,
  settings: NonNullable<PhoenixFunctionProperties['settings']>,
): Record<string, string> =>
  Object.fromEntries(
    environmentVariablesOf(manifest).map((variable) => [
      variable.name,
      variable.from === 'resource'
        ? handleValue(scope, stage, variable.resource, variable.field)
        : (settings[variable.setting] ?? settingText(stage, variable.setting)),
    ]),
  );

// cannot be narrowed: the interfaces do not exist before
const IN_A_NETWORK = (): PolicyStatement =>
  new PolicyStatement({
    actions: [
      'AssignPrivateIpAddresses',
      'CreateNetworkInterface',
      'DeleteNetworkInterface',
      'DescribeNetworkInterfaces',
      'DescribeSubnets',
      'UnassignPrivateIpAddresses',
    ].map((action) => `ec2:${action}`),
    resources: ['*'],
  });
