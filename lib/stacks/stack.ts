import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { physicalName } from '../names.ts';
import type { Stage } from '../stage.ts';

/** A stack of a stage: its name, where it goes, and tags that bills are split by. */
export class StageStack extends Stack {
  readonly stage: Stage;

  constructor(scope: Construct, part: string, stage: Stage, description: string) {
    super(scope, `phoenix-${part}`, {
      stackName: physicalName(stage, part),
      description: `Phoenix ${stage.name}: ${description}`,
      env: { region: stage.region, ...(stage.account === undefined ? {} : { account: stage.account }) },
      terminationProtection: stage.keepsState,
    });
    this.stage = stage;
    Tags.of(this).add('product', 'phoenix');
    Tags.of(this).add('stage', stage.name);
  }
}
