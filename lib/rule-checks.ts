import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { ACCEPTED, ACCEPTED_WILDCARDS, resourceIn } from './accepted.ts';
import type { Stage } from './stage.ts';

/** Refuses to synthesise what breaks a rule of these packs and is not in the reviewed list. */
export const checkRules = (app: App, stage: Stage): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Validations.of(app).addPlugins(new ServerlessChecks(app));

  const reasons = [
    ...ACCEPTED,
    ...ACCEPTED_WILDCARDS.map((wildcard) => ({
      ...wildcard,
      rules: [`AwsSolutions-IAM5[Resource::${resourceIn(wildcard, stage)}]`],
    })),
  ];
  for (const construct of app.node.findAll()) {
    for (const { rules, where, reason, owner } of reasons) {
      if (!where.test(construct.node.path)) continue;
      Validations.of(construct).acknowledge(...rules.map((id) => ({ id, reason: `${reason}; owner: ${owner}` })));
    }
  }
};
