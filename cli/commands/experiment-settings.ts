import type { Command } from 'commander';
import type { Client } from '../../src/client/client.ts';
import { ExperimentSettings } from '../../src/experiments/domain/settings.ts';
import { parseDuration } from '../../src/kernel/duration.ts';
import { type ClusterId, PipelineId } from '../../src/kernel/identity.ts';
import { incumbentPipeline } from '../../src/pipelines/domain/pipeline.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { readDocument } from '../read-document.ts';
import { readText } from '../read-text.ts';
import { findCluster } from './cluster.ts';
import { findPipeline, parsePipelineRef } from './owned-pipelines.ts';
import { collect, parseParameters, parseTemplateName } from './parameters.ts';

/** What `create` and `plan` are told about an experiment. */
export interface SettingsOptions {
  readonly file?: string;
  readonly name?: string;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly cluster?: string;
  readonly node: readonly string[];
  readonly param: readonly string[];
  readonly duration?: number;
  readonly mayEndInconclusive?: true;
  readonly warmup: number;
  readonly slot: number;
  readonly interval: number;
  readonly critical?: string;
}

export const withSettings = (command: Command): Command =>
  command
    .option('-f, --file <file>', 'scenario file in YAML or JSON, in the API’s own words')
    .option('-n, --name <name>')
    .option(
      '--baseline <template or pipeline>',
      'what to compare with; when absent the published pipeline that was adopted from the cluster, else the template baseline',
    )
    .option('--candidate <template or pipeline>', 'what to try; a pipeline by id, or as NAME@REVISION')
    .option('--cluster <id or name>')
    .option('--node <name>', 'node to measure on, repeatable; all ready nodes when absent', collect, [])
    .option('--param <name=value>', 'parameter of the candidate, repeatable', collect, [])
    .option('-d, --duration <duration>', 'measured time; when absent what it needs, at most 24 h', seconds)
    .option('--may-end-inconclusive', 'accept a duration that is shorter than it needs')
    .option('--warmup <duration>', 'time that is not judged', seconds, 300)
    .option('--slot <duration>', 'one measurement', seconds, 60)
    .option('--interval <duration>', 'collection interval of both variants', seconds, 10)
    .option('--critical <names>', 'executables that must stay visible, separated by commas');

/** A file or options as settings; what is not valid is told before anything is sent. */
export const settingsFrom = async (api: Client, given: SettingsOptions): Promise<ExperimentSettings> =>
  given.file === undefined
    ? parsedOptions(await settingsOfOptions(api, given))
    : readDocument(ExperimentSettings, readText(given.file), given.file);

const settingsOfOptions = async (api: Client, given: SettingsOptions): Promise<unknown> => {
  if (given.candidate === undefined || given.cluster === undefined) {
    throw new CommandFailure(
      EXIT.invalid,
      'an experiment needs --candidate and --cluster, or a file with -f',
      '`phoenix template list` and `phoenix cluster list` show what there is',
    );
  }
  const cluster = await findCluster(api, given.cluster);
  const baseline = given.baseline ?? (await incumbentOn(api, cluster.id)) ?? 'baseline';
  return {
    name: given.name ?? `${given.candidate} against ${baseline} on ${cluster.settings.name}`,
    baselinePipeline: await variantOf(api, baseline, []),
    candidatePipeline: await variantOf(api, given.candidate, given.param),
    targets: [{ clusterId: cluster.id, ...(given.node.length === 0 ? {} : { nodeNames: given.node }) }],
    ...(given.duration === undefined ? {} : { durationSeconds: given.duration }),
    mayEndInconclusive: given.mayEndInconclusive === true,
    warmupSeconds: given.warmup,
    slotSeconds: given.slot,
    collectionIntervalSeconds: given.interval,
    criticalProcesses: given.critical?.split(',') ?? [],
  };
};

/** What runs on the cluster today, as the first published pipeline that was adopted from it; null: none was. */
const incumbentOn = async (api: Client, clusterId: ClusterId): Promise<string | null> => {
  const { body } = await api.listPipelines({ query: { limit: 100, status: 'published' } });
  const found = incumbentPipeline(body.items, clusterId);
  return found === undefined ? null : `${found.name}@${found.latest.number}`;
};

/** A template with parameters, or a pipeline: by its id, or by its name with a revision. */
const variantOf = async (api: Client, text: string, param: readonly string[]): Promise<unknown> => {
  const { named, revision } = parsePipelineRef(text);
  if (revision === undefined && !PipelineId.safeParse(named).success) {
    return { template: parseTemplateName(text), parameters: parseParameters(param) };
  }
  if (param.length > 0) {
    throw new CommandFailure(
      EXIT.invalid,
      `${text} is a pipeline, and its parameters are those of its revision`,
      `leave --param out, or save another revision with \`phoenix pipeline update\``,
    );
  }
  return { pipelineId: (await findPipeline(api, named)).id, ...(revision === undefined ? {} : { revision }) };
};

const parsedOptions = (value: unknown): ExperimentSettings => {
  const parsed = ExperimentSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map(({ path, message }) => `${nameOf(path)}: ${message}`).join('\n  ');
  throw new CommandFailure(EXIT.invalid, 'the experiment is not valid', `${findings}\n  nothing was sent`);
};

/** Where a value came from, as it was typed. */
const nameOf = ([field, ...rest]: readonly PropertyKey[]): string =>
  OPTION_OF[String(field)] ?? [field, ...rest].map(String).join('.');

const OPTION_OF: Readonly<Record<string, string>> = {
  name: '--name',
  durationSeconds: '--duration',
  warmupSeconds: '--warmup',
  slotSeconds: '--slot',
  collectionIntervalSeconds: '--interval',
  criticalProcesses: '--critical',
};

export const seconds = (text: string): number => {
  const parsed = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (parsed.accepted) return parsed.value;
  throw new CommandFailure(EXIT.invalid, parsed.refusal.message, 'nothing was sent');
};
