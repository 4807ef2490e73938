import type { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { expect, test } from 'vitest';
import { ACCEPTED } from '../../lib/accepted.ts';
import { checkRules } from '../../lib/rule-checks.ts';
import { has } from '../../lib/stage.ts';
import { appOf, stageNamed } from './templates.ts';

const busOf = (app: App): Stack => app.node.findChild('phoenix-bus') as Stack;

test.for(['dev', 'staging', 'prod'])('%s breaks no rule without a reason', (name) => {
  const stage = stageNamed(name);
  const app = appOf(stage);
  checkRules(app, stage);
  expect(() => app.synth()).not.toThrow();
  expect(has(stage, 'rule_checks')).toBe(true);
});

test('a planted queue without dead-letter queue is refused', () => {
  const stage = stageNamed('prod');
  const app = appOf(stage);
  new Queue(busOf(app), 'Planted', { enforceSSL: true });
  checkRules(app, stage);
  expect(() => app.synth()).toThrow(/validation/i);
});

test('a planted wildcard grant is refused', () => {
  const stage = stageNamed('prod');
  const app = appOf(stage);
  const role = app.node.findAll().find((each) => each instanceof Role && each.node.path.includes('MeasureSlots'));
  if (!(role instanceof Role)) throw new Error('measure-slots has no role');
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::customers/*'] }));
  checkRules(app, stage);
  expect(() => app.synth()).toThrow(/validation/i);
});

test('every accepted breach still exists somewhere, has a reason and an owner', () => {
  const paths = [stageNamed('prod'), stageNamed('dev')].flatMap((stage) =>
    appOf(stage)
      .node.findAll()
      .map(({ node }) => node.path),
  );
  const gone = ACCEPTED.filter(({ where }) => !paths.some((path) => where.test(path)));
  expect(gone.map(({ rules }) => rules)).toEqual([]);
  for (const { reason, owner } of ACCEPTED) expect(`${owner}: ${reason}`.length).toBeGreaterThan(30);
});
