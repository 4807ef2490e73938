import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { route } from '../../platform/declare/route.ts';
import { Check } from '../domain/check.ts';
import { RuleDocument } from '../domain/documents.ts';
import { RuleSet, RuleSetName } from '../domain/rule-set.ts';

/** A set with the checks of its newest revision. */
export const RuleSetView = z.object({ ...RuleSet.shape, checks: z.array(Check) });
export type RuleSetView = z.infer<typeof RuleSetView>;

export const truthRoutes = [
  route({
    name: 'listRuleSets',
    method: 'GET',
    path: '/rule-sets',
    summary: 'Imported rules and dashboards, by name',
    permission: may('experiment:read'),
    status: 200,
    response: z.object({ items: z.array(RuleSet) }),
    refusals: [],
  }),
  route({
    name: 'importRuleSet',
    method: 'POST',
    path: '/rule-sets',
    summary: 'Import rule files, PrometheusRule objects and dashboards; the same again stays the revision it is',
    permission: may('experiment:create'),
    body: z.strictObject({
      name: RuleSetName,
      documents: z.array(RuleDocument).min(1).max(200),
      /** values of a dashboard's variables, without the `$` */
      variables: z.record(z.string(), z.string()).default({}),
    }),
    status: 201,
    response: RuleSetView,
    refusals: ['rules-unreadable'],
    example: {
      name: 'node-alerts',
      documents: [{ name: 'node.yaml', text: 'groups: [{ name: cpu, rules: [{ alert: Busy, expr: "x > 1" }] }]' }],
    },
  }),
  route({
    name: 'getRuleSet',
    method: 'GET',
    path: '/rule-sets/{ruleSetName}',
    summary: 'One set with every alert, recording and panel in it, and why some can never be evaluated',
    permission: may('experiment:read'),
    params: z.object({ ruleSetName: RuleSetName }),
    status: 200,
    response: RuleSetView,
    refusals: [],
  }),
] as const;
