import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { bundledFunctions, type FunctionUnit } from '../lib/functions.ts';
import { checkRules } from '../lib/rule-checks.ts';
import { ApiStack } from '../lib/stacks/api.ts';
import { AuthStack } from '../lib/stacks/auth.ts';
import { BusStack } from '../lib/stacks/bus.ts';
import { DataStack } from '../lib/stacks/data.ts';
import { EdgeStack } from '../lib/stacks/edge.ts';
import { NetworkStack } from '../lib/stacks/network.ts';
import { ObservabilityStack } from '../lib/stacks/observability.ts';
import { WorkersStack } from '../lib/stacks/workers.ts';
import { WorkflowStack } from '../lib/stacks/workflow.ts';
import { has, type Stage, stageOf } from '../lib/stage.ts';

/** All stacks of a stage, joined. A function goes where it is woken: by a route, by a machine, or by itself. */
export const phoenix = (app: App, stage: Stage, units: readonly FunctionUnit[], machinesFolder: string): void => {
  const manifests = units.map(({ manifest }) => manifest);
  const wokenBy = (on: string) => units.filter(({ manifest }) => manifest.triggers.some((each) => each.on === on));
  const [ofRoutes, ofMachines] = [[...wokenBy('http'), ...wokenBy('authorizer')], wokenBy('machine')];
  const ofThemselves = units.filter((unit) => !ofRoutes.includes(unit) && !ofMachines.includes(unit));

  const data = new DataStack(app, stage);
  const bus = new BusStack(app, stage, manifests);
  const auth = new AuthStack(app, stage);
  const network = has(stage, 'vpc') ? new NetworkStack(app, stage).network : undefined;
  const api = new ApiStack(app, stage, ofRoutes);
  const workflow = new WorkflowStack(app, stage, { units: ofMachines, machinesFolder, network });
  const workers = new WorkersStack(app, stage, ofThemselves, network);
  const observability = new ObservabilityStack(app, stage, manifests);

  for (const stack of [api, workflow, workers])
    for (const before of [data, bus, auth]) stack.addStackDependency(before);
  workers.addStackDependency(workflow);
  observability.addStackDependency(api);
  if (has(stage, 'edge')) new EdgeStack(app, stage).addStackDependency(api);
};

// `cdk deploy --all -c stage=dev`; facts that are known only now come as -c overrides='{"region":"eu-central-1"}'
if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const app = new App();
  const context = (name: string, otherwise: string): string => String(app.node.tryGetContext(name) ?? otherwise);
  const stage = stageOf(context('stage', 'dev'), JSON.parse(context('overrides', '{}')));
  const functions = context('functions', join(root, 'functions'));
  phoenix(app, stage, await bundledFunctions(functions, join(app.outdir, 'functions')), join(root, 'statemachines'));
  if (has(stage, 'rule_checks')) checkRules(app, stage);
  app.synth();
}
