import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readManifests } from '../../lib/functions.ts';
import { physicalName, secretPrefix } from '../../lib/names.ts';
import { type Stage, type StageOverrides, stageOf } from '../../lib/stage.ts';
import { RESOURCES, type ResourceName } from '../../src/platform/resources.ts';
import { childEnvironment } from '../processes/machine.ts';
import { run } from '../processes/run.ts';
import { applyTimeToLive } from './time-to-live.ts';

/** Where everything is after a deployment. */
export interface Deployment {
  readonly endpoint: string;
  readonly region: string;
  /** the API by path, because names below localhost do not resolve everywhere: `<apiUrl>/api/v1/…` */
  readonly apiUrl: string;
  /** the same for programs with service keys; null where no function says which keys are good */
  readonly keyApiUrl: string | null;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly tables: Readonly<Record<string, string>>;
  readonly queues: Readonly<Record<string, string>>;
  /** by name of the unit: `dispatch-due` */
  readonly functions: Readonly<Record<string, string>>;
  /** names of secrets with tokens of clusters begin with it */
  readonly clusterSecretPrefix: string;
  /** `7 stacks, 9 functions` */
  readonly summary: string;
}

export interface DeployOptions {
  readonly endpoint: string;
  readonly region: string;
  /** endpoint, region and dummy keys for whoever talks to the emulator */
  readonly awsEnvironment: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly overrides?: StageOverrides;
  /** default: the product's own */
  readonly functionsFolder?: string;
  /** told at the begin of each step and about once a second while there is news: `deploying`, `3 of 7 stacks` */
  readonly report?: (step: string, detail?: string) => void;
  readonly abort?: AbortSignal;
}

const root = join(import.meta.dirname, '..', '..');
/** The account that emulators say they are. */
export const LOCAL_ACCOUNT = '000000000000';

/**
 * Deploys all stacks of the local stage with the plain CDK, then puts right what the emulator leaves out. Bundling and
 * bootstrapping go side by side. Rejects with the last lines of what failed.
 */
export const deployToEmulator = async (options: DeployOptions): Promise<Deployment> => {
  const functionsFolder = options.functionsFolder ?? join(root, 'functions');
  const overrides: StageOverrides = { ...options.overrides, account: LOCAL_ACCOUNT, region: options.region };
  const stage = stageOf('local', overrides);
  const folder = mkdtempSync(join(tmpdir(), 'phoenix-deploy-'));
  try {
    const assembly = join(folder, 'cdk.out');
    const outputsFile = join(folder, 'outputs.json');
    const facts = [
      ...['--context', 'stage=local', '--context', `functions=${functionsFolder}`],
      ...['--context', `overrides=${JSON.stringify(overrides)}`],
    ];
    options.report?.('bundling functions, writing templates');
    await Promise.all([
      cdk(options, 'bundling functions, writing templates', ['synth', '--quiet', ...facts, '--output', assembly]),
      // in a folder without cdk.json: it would synthesise as well
      cdk(options, 'preparing the account', ['bootstrap', `aws://${LOCAL_ACCOUNT}/${options.region}`], folder),
    ]);
    const stacks = stacksOf(assembly);
    const logFile = logOf(options, 'deploy');
    rmSync(logFile, { force: true });
    await telling(
      () => options.report?.('deploying', `${stacksDone(logFile)} of ${stacks.length} stacks`),
      () =>
        cdk(options, 'deploying the stacks', [
          'deploy',
          ...['--all', '--app', assembly, '--outputs-file', outputsFile],
          ...['--require-approval', 'never', '--concurrency', '2', '--method', 'direct', '--progress', 'events'],
        ]),
    );
    await applyTimeToLive(options, stage);
    return await describe(options, stage, functionsFolder, outputsFile, stacks.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const cdk = (
  options: DeployOptions,
  what: string,
  args: readonly [step: string, ...rest: string[]],
  cwd = root,
): Promise<void> => {
  const [step] = args;
  mkdirSync(options.logFolder, { recursive: true });
  const logFile = logOf(options, step);
  rmSync(logFile, { force: true });
  return run({
    what,
    command: process.execPath,
    args: [join(root, 'node_modules/aws-cdk/bin/cdk'), ...args, '--no-color', '--no-notices', '--ci'],
    cwd,
    env: childEnvironment({
      ...options.awsEnvironment,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CDK_DISABLE_VERSION_CHECK: '1',
    }),
    logFile,
    deadlineSeconds: 240,
    ...(options.abort === undefined ? {} : { abort: options.abort }),
  });
};

const logOf = ({ logFolder }: DeployOptions, step: string): string => join(logFolder, `cdk-${step}.log`);

const telling = async (tell: () => void, work: () => Promise<void>): Promise<void> => {
  tell();
  const timer = setInterval(tell, 1000);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
};

const Manifest = z.object({ artifacts: z.record(z.string(), z.object({ type: z.string() })) });
const stacksOf = (assembly: string): readonly string[] =>
  Object.entries(Manifest.parse(JSON.parse(readFileSync(join(assembly, 'manifest.json'), 'utf8'))).artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([name]) => name);

const stacksDone = (logFile: string): number => {
  try {
    return readFileSync(logFile, 'utf8').match(/✅/g)?.length ?? 0;
  } catch {
    return 0;
  }
};

const Outputs = z.object({
  'phoenix-auth': z.object({ UserPoolId: z.string(), ClientId: z.string() }),
  'phoenix-api': z.object({ ApiId: z.string(), KeyApiId: z.string().optional() }),
});

const describe = async (
  { endpoint, region }: DeployOptions,
  stage: Stage,
  functionsFolder: string,
  outputsFile: string,
  stackCount: number,
): Promise<Deployment> => {
  const outputs = Outputs.parse(
    keyedByPart(stage, z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(outputsFile, 'utf8')))),
  );
  const manifests = await readManifests(functionsFolder);
  const { ApiId, KeyApiId } = outputs['phoenix-api'];
  const addressOf = (apiId: string): string => `${endpoint}/_aws/execute-api/${apiId}/$default`;
  return {
    endpoint,
    region,
    apiUrl: addressOf(ApiId),
    keyApiUrl: KeyApiId === undefined ? null : addressOf(KeyApiId),
    userPoolId: outputs['phoenix-auth'].UserPoolId,
    clientId: outputs['phoenix-auth'].ClientId,
    tables: namesOf(stage, 'table'),
    queues: namesOf(stage, 'queue'),
    functions: Object.fromEntries(manifests.map(({ name }) => [name, physicalName(stage, name)])),
    clusterSecretPrefix: secretPrefix(stage, 'clusterSecrets'),
    summary: `${stackCount} stacks, ${manifests.length} functions`,
  };
};

/** The CLI keys outputs by the stack's name in the account; a reader knows it by its part. */
const keyedByPart = (stage: Stage, outputs: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, values]) => [name.replace(`phoenix-${stage.name}-`, 'phoenix-'), values]),
  );

const namesOf = (stage: Stage, kind: 'table' | 'queue'): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (Object.keys(RESOURCES) as ResourceName[])
      .filter((name) => RESOURCES[name].kind === kind)
      .map((name) => [name, physicalName(stage, name)]),
  );
