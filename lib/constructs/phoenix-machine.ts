import { readFileSync } from 'node:fs';
import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachine,
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  DefinitionBody,
  LogLevel,
  StateMachine,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { MACHINE_ALIAS, pascalCase, physicalName } from '../names.ts';
import { has, type Stage } from '../stage.ts';
import { raiseAlarm } from './alarms.ts';

export interface PhoenixMachineProperties {
  readonly stage: Stage;
  readonly name: string;
  /** the file that deploys; `${ExperimentStepsArn}` stands for the function experiment-steps */
  readonly definitionFile: string;
  readonly steps: readonly { readonly name: string; readonly function: IFunction }[];
}

/** A state machine from its definition file. It may call the functions that the file names, and nothing else. */
export class PhoenixMachine extends Construct {
  constructor(scope: Construct, id: string, { stage, name, definitionFile, steps }: PhoenixMachineProperties) {
    super(scope, id);
    const definition = readFileSync(definitionFile, 'utf8');
    const substitutions = substitutionsOf(definition, definitionFile, steps);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    if (Object.keys(substitutions).length > 0) {
      role.addToPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: Object.values(substitutions) }),
      );
    }
    const machine = new StateMachine(this, 'Machine', {
      stateMachineName: physicalName(stage, name),
      definitionBody: DefinitionBody.fromString(definition),
      definitionSubstitutions: substitutions,
      role,
      tracingEnabled: has(stage, 'tracing'),
      logs: {
        level: LogLevel.ALL,
        // inputs carry ids only, and even those stay out of the log
        includeExecutionData: false,
        destination: new LogGroup(this, 'Log', {
          // a name of this form keeps the account's resource policy for logs from growing
          logGroupName: `/aws/vendedlogs/states/${physicalName(stage, name)}`,
          retention: stage.logRetentionDays,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
      removalPolicy: stage.keepsState ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (has(stage, 'machine_versions')) this.#keepVersions(machine);
    const endings = {
      Failed: machine.metricFailed(),
      TimedOut: machine.metricTimedOut(),
      Aborted: machine.metricAborted(),
    };
    for (const [ending, metric] of Object.entries(endings)) {
      raiseAlarm(this, ending, stage, {
        means: `an execution of ${name} ended without its own ending; the janitor cleans up, its history has the cause`,
        runbook: 'execution-broke',
        metric,
        atLeast: 1,
      });
    }
  }

  /** What runs keeps the definition it began with; what starts takes the newest. */
  #keepVersions(machine: StateMachine): void {
    const resource = machine.node.defaultChild;
    if (!(resource instanceof CfnStateMachine)) throw new Error('expected the state machine itself');
    const version = new CfnStateMachineVersion(this, 'Version', {
      stateMachineArn: machine.stateMachineArn,
      stateMachineRevisionId: resource.attrStateMachineRevisionId,
    });
    version.applyRemovalPolicy(RemovalPolicy.RETAIN);
    new CfnStateMachineAlias(this, 'Alias', {
      name: MACHINE_ALIAS,
      routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }],
    });
  }
}

const substitutionsOf = (
  definition: string,
  file: string,
  steps: PhoenixMachineProperties['steps'],
): Record<string, string> => {
  const known = new Map(steps.map((step) => [`${pascalCase(step.name)}Arn`, step.function.functionArn]));
  const names = [...new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? ''))];
  return Object.fromEntries(
    names.map((name) => {
      const arn = known.get(name);
      if (arn === undefined)
        throw new Error(`${file} names \${${name}}; functions woken by machines are ${[...known.keys()].join(', ')}`);
      return [name, arn];
    }),
  );
};
