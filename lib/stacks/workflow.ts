import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { type ClusterNetwork, PhoenixFunction } from '../constructs/phoenix-function.ts';
import { PhoenixMachine } from '../constructs/phoenix-machine.ts';
import type { FunctionUnit } from '../functions.ts';
import { pascalCase } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

export interface WorkflowParts {
  readonly units: readonly FunctionUnit[];
  readonly machinesFolder: string;
  readonly network?: ClusterNetwork | undefined;
}

/** The lifecycle: a state machine per folder of statemachines/, and the functions that carry out their steps. */
export class WorkflowStack extends StageStack {
  constructor(scope: Construct, stage: Stage, { units, machinesFolder, network }: WorkflowParts) {
    super(scope, 'workflow', stage, 'state machines and their steps');
    const steps = units.map((unit) => ({
      name: unit.manifest.name,
      function: new PhoenixFunction(this, pascalCase(unit.manifest.name), { stage, unit, network }).function,
    }));
    for (const name of machineNames(machinesFolder)) {
      new PhoenixMachine(this, `${pascalCase(name)}Machine`, {
        stage,
        name,
        definitionFile: join(machinesFolder, name, 'definition.asl.json'),
        steps,
      });
    }
  }
}

const machineNames = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
