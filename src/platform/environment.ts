import type { EnvironmentOf, FunctionManifest, StageSetting } from './declare/function.ts';
import { type HandleByKind, RESOURCES, type ResourceName } from './resources.ts';

/** One variable of a function's environment and where its value comes from. */
export type EnvironmentVariable =
  | { readonly name: string; readonly from: 'resource'; readonly resource: ResourceName; readonly field: string }
  | { readonly name: string; readonly from: 'stage'; readonly setting: StageSetting };

/** Every variable that a manifest asks for: the stacks set them, `readEnvironment` reads them. */
export const environmentVariablesOf = (manifest: FunctionManifest): readonly EnvironmentVariable[] => [
  ...neededResources(manifest).flatMap((resource) =>
    HANDLE_FIELDS[RESOURCES[resource].kind].map((field) => ({
      name: `${screamingCase(resource)}_${screamingCase(field)}`,
      from: 'resource' as const,
      resource,
      field,
    })),
  ),
  ...(manifest.settings ?? []).map((setting) => ({
    name: `SETTING_${screamingCase(setting)}`,
    from: 'stage' as const,
    setting,
  })),
];

/** The typed environment of a function. Throws with the names of everything that is missing: then it was deployed wrongly. */
export const readEnvironment = <M extends FunctionManifest>(
  manifest: M,
  env: Readonly<Record<string, string | undefined>>,
): EnvironmentOf<M> => {
  const variables = environmentVariablesOf(manifest);
  const missing = variables.filter(({ name }) => (env[name] ?? '') === '').map(({ name }) => name);
  if (missing.length > 0) {
    throw new Error(`function ${manifest.name} was deployed without ${missing.join(', ')}; deploy its stack again`);
  }
  const handleOf = (resource: ResourceName): object =>
    Object.fromEntries(
      variables.flatMap((each) =>
        each.from === 'resource' && each.resource === resource ? [[each.field, env[each.name]]] : [],
      ),
    );
  return {
    ...Object.fromEntries(neededResources(manifest).map((resource) => [resource, handleOf(resource)])),
    settings: Object.fromEntries(
      variables.flatMap((each) => (each.from === 'stage' ? [[each.setting, env[each.name]]] : [])),
    ),
  } as EnvironmentOf<M>;
};

const HANDLE_FIELDS = {
  table: ['tableName'],
  queue: ['queueUrl'],
  bus: ['busName'],
  machine: ['machineArn'],
  userPool: ['userPoolId', 'clientId'],
  secrets: ['namePrefix'],
  secret: ['secretName'],
  eks: ['region'],
  amp: ['region'],
} as const satisfies { readonly [K in keyof HandleByKind]: readonly (keyof HandleByKind[K])[] };

const neededResources = (manifest: FunctionManifest): readonly ResourceName[] =>
  Object.keys(manifest.needs) as ResourceName[];

/** `experimentMachine` → `EXPERIMENT_MACHINE` */
const screamingCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
