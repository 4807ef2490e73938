import type { Construct } from 'constructs';
import { type ClusterNetwork, PhoenixFunction } from '../constructs/phoenix-function.ts';
import type { FunctionUnit } from '../functions.ts';
import { pascalCase } from '../names.ts';
import type { Stage } from '../stage.ts';
import { StageStack } from './stack.ts';

/** What runs without anybody asking: readers of queues and of the stream, and what keeps time. */
export class WorkersStack extends StageStack {
  constructor(scope: Construct, stage: Stage, units: readonly FunctionUnit[], network?: ClusterNetwork) {
    super(scope, 'workers', stage, 'workers on queues, streams and schedules');
    for (const unit of units) new PhoenixFunction(this, pascalCase(unit.manifest.name), { stage, unit, network });
  }
}
