import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { phoenix } from '../../bin/phoenix.ts';
import cdkSettings from '../../cdk.json' with { type: 'json' };
import { readManifests } from '../../lib/functions.ts';
import { type Stage, stageOf } from '../../lib/stage.ts';

const root = join(import.meta.dirname, '../..');
export const manifests = await readManifests(join(root, 'functions'));

export const ACCOUNT = '123456789012';
/** A stage as its file says it, in an account of its own. */
export const stageNamed = (name: string): Stage => stageOf(name, name === 'local' ? {} : { account: ACCOUNT });

/** The whole app of a stage. Templates do not depend on what functions do, only on what they want. */
export const appOf = (stage: Stage): App => {
  const app = new App({ context: cdkSettings.context });
  const codeFolder = mkdtempSync(join(tmpdir(), 'phoenix-code-'));
  writeFileSync(join(codeFolder, 'index.mjs'), 'export const handler = async () => {};\n');
  const units = manifests.map((manifest) => ({ manifest, codeFolder }));
  phoenix(app, stage, units, join(root, 'statemachines'));
  return app;
};

const Json = z.record(z.string(), z.unknown());
const ResourceJson = z.object({
  Type: z.string(),
  Properties: Json.default({}),
  DeletionPolicy: z.string().optional(),
});

export interface Resource {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  /** intrinsic functions are written out: references as `<LogicalId>` or `<LogicalId.Attribute>`, parameters by name */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deletionPolicy: string | undefined;
}

/** Every resource of every stack. */
export const resourcesOf = (stage: Stage): readonly Resource[] =>
  appOf(stage)
    .node.children.filter((child) => Stack.isStack(child))
    .flatMap((stack) => {
      const template = Template.fromStack(stack).toJSON();
      const parameters = Json.parse(template['Parameters'] ?? {});
      return Object.entries(Json.parse(template['Resources'] ?? {})).map(([logicalId, json]) => {
        const { Type, Properties, DeletionPolicy } = ResourceJson.parse(json);
        return {
          stack: stack.node.id,
          logicalId,
          type: Type,
          properties: Json.parse(written(Properties, parameters, stage)),
          deletionPolicy: DeletionPolicy,
        };
      });
    });

export const ofType = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter((resource) => resource.type === type);

/** The value with its intrinsic functions written out as text. */
const written = (value: unknown, parameters: Record<string, unknown>, stage: Stage): unknown => {
  const inner = (each: unknown): unknown => written(each, parameters, stage);
  if (Array.isArray(value)) return value.map(inner);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, content] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && key === 'Ref') return reference(String(content), parameters, stage);
  if (others.length === 0 && key === 'Fn::GetAtt' && Array.isArray(content)) return `<${content.join('.')}>`;
  if (others.length === 0 && key === 'Fn::Join' && Array.isArray(content)) {
    const [separator, parts] = content;
    return (parts as unknown[]).map(inner).join(String(separator));
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inner(each)]));
};

const reference = (name: string, parameters: Record<string, unknown>, stage: Stage): string => {
  if (name === 'AWS::AccountId') return stage.account ?? '<AWS::AccountId>';
  if (name === 'AWS::Region') return stage.region;
  if (name === 'AWS::Partition') return 'aws';
  const parameter = parameters[name];
  return parameter === undefined ? `<${name}>` : `{${String(Json.parse(parameter)['Default'])}}`;
};

export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const StatementJson = z.object({
  Effect: z.string(),
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.union([z.string(), z.array(z.string())]).optional(),
});
const PolicyJson = z.object({ Statement: z.array(StatementJson) });

/** Statements of a policy document, with lists where there was one thing. */
export const statementsOf = (document: unknown): readonly Statement[] =>
  PolicyJson.parse(document).Statement.map(({ Effect, Action, Resource }) => ({
    effect: Effect,
    actions: [Action].flat(),
    resources: Resource === undefined ? [] : [Resource].flat(),
  }));

/** Every policy of a principal: the role's logical id, and what it is allowed. */
export const policiesOf = (
  resources: readonly Resource[],
): readonly { roles: readonly string[]; resource: Resource; statements: readonly Statement[] }[] =>
  ofType(resources, 'AWS::IAM::Policy').map((resource) => ({
    resource,
    roles: z.array(z.string()).parse(resource.properties['Roles']),
    statements: statementsOf(resource.properties['PolicyDocument']),
  }));
