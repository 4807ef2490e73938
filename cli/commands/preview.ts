import type { Command } from 'commander';
import * as z from 'zod';
import type { Client } from '../../src/client/client.ts';
import { parseWire } from '../../src/client/wire.ts';
import { ProcessListResult } from '../../src/experiments/contract/process-list-routes.ts';
import type { ExperimentId } from '../../src/kernel/identity.ts';
import { Preview, PreviewTerms, preview } from '../../src/pipelines/domain/preview/preview.ts';
import { type PreviewSide, settingsOfSides } from '../../src/pipelines/domain/preview/sides.ts';
import { type ProcessList, recordingOf } from '../../src/pipelines/domain/process-list.ts';
import { Recording } from '../../src/pipelines/domain/recording.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, required } from '../failure.ts';
import { followOperation } from '../follow-operation.ts';
import { readText } from '../read-text.ts';
import { describePreview } from '../render/preview.ts';
import { axesOf } from './cost.ts';
import { parseId } from './experiment.ts';
import { collect, parseParameters, parseTemplateName } from './parameters.ts';

interface PreviewOptions {
  readonly recording?: string;
  readonly experiment?: string;
  readonly node?: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly baselineParam: readonly string[];
  readonly candidateParam: readonly string[];
  readonly critical?: string;
  readonly interval: number;
  readonly hosts: number;
  readonly book?: string;
  readonly usage: readonly string[];
}

/** `phoenix pipeline preview`: what two pipelines would send from a host, and what that costs. A recording needs no API. */
export const registerPreview = (pipeline: Command, context: () => Context): void => {
  pipeline
    .command('preview')
    .description(
      'what two pipelines would send from a host, and what that costs; at list prices, offline from a recording',
    )
    .option('--recording <file>', 'what `phoenix pipeline record` wrote; - reads standard input')
    .option('--experiment <id>', 'instead of it: the processes that the baseline of this experiment sends now')
    .option('--node <name>', 'with --experiment: of this node instead of the first')
    .requiredOption('--baseline <pipeline>', 'a template by its name, or a file of collector settings (.yaml)')
    .requiredOption('--candidate <pipeline>', 'likewise')
    .option('--baseline-param <name=value>', 'parameter of the template, repeatable', collect, [])
    .option('--candidate-param <name=value>', 'parameter of the template, repeatable', collect, [])
    .option('--critical <names>', 'executables that must stay visible, separated by commas')
    .option('--interval <seconds>', 'collection interval of templates', Number, 60)
    .option('--hosts <count>', 'so many hosts like the recorded one, for the bills', Number, 1)
    .option('--book <id>', 'one price book; every vendor without it')
    .option('--usage <axis=amount>', "what a bill needs besides, in the vendor's terms, repeatable", collect, [])
    .action(async (given: PreviewOptions) => {
      const { answer } = context();
      const criticalProcesses = given.critical?.split(',') ?? [];
      const sides = {
        baseline: sideOf(given.baseline, given.baselineParam),
        candidate: sideOf(given.candidate, given.candidateParam),
      };
      const frame = {
        criticalProcesses,
        collectionIntervalSeconds: wholeFrom('--interval', given.interval, 3600),
        remoteWriteAuth: 'none',
      } as const;
      const found = required(
        preview({
          recording: await recordingMeant(given, context()),
          ...required(settingsOfSides(sides, frame)),
          criticalProcesses,
          hosts: wholeFrom('--hosts', given.hosts, 1_000_000),
          terms: termsOf(given.usage),
          priceBook: given.book,
        }),
      );
      answer(Preview, found, () => describePreview(found));
      if (found.baseline.figures === null || found.candidate.figures === null) process.exitCode = EXIT.findings;
    });
};

const recordingMeant = async (
  { recording, experiment, node }: PreviewOptions,
  context: Context,
): Promise<Recording> => {
  if ((recording === undefined) === (experiment === undefined)) {
    throw new CommandFailure(
      EXIT.invalid,
      'a preview is made from a recording or from an experiment',
      'give --recording FILE, or --experiment ID',
    );
  }
  if (recording !== undefined) return readRecording(recording);
  return recordingOf(await processesSent(await context.client(), context.say, parseId(experiment ?? ''), node));
};

/** What the baseline of an experiment sends of a node, as a worker reads it back. */
const processesSent = async (
  client: Client,
  say: Context['say'],
  experimentId: ExperimentId,
  node: string | undefined,
): Promise<ProcessList> => {
  const asked = await client.listNodeProcesses({
    params: { experimentId },
    body: node === undefined ? {} : { node },
  });
  const { state, problem, result } = await followOperation(client, asked.body, say);
  if (state === 'failed') {
    throw new CommandFailure(
      EXIT.unavailable,
      problem?.message ?? 'the worker failed without saying why',
      'record a host instead: phoenix pipeline record host.json',
    );
  }
  const { list } = required(parseWire(ProcessListResult, result));
  say(`✔ ${list.processes.length} processes of ${list.node}, as of ${list.at}`);
  return list;
};

const sideOf = (text: string, parameters: readonly string[]): PreviewSide => {
  if (!/\.ya?ml$|\/|^-$/.test(text))
    return { template: parseTemplateName(text), parameters: parseParameters(parameters) };
  if (parameters.length > 0)
    throw new CommandFailure(EXIT.invalid, `${text} is a file and takes no parameters`, 'change the file');
  return { yaml: readText(text) };
};

const readRecording = (file: string): Recording => {
  const text = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
    throw new CommandFailure(EXIT.invalid, `${file} is not JSON`, '`phoenix pipeline record FILE` makes a recording');
  }
  const recording = Recording.safeParse(value);
  if (recording.success) return recording.data;
  const [first] = recording.error.issues;
  throw new CommandFailure(
    EXIT.invalid,
    `${file} is no recording: ${first?.path.join('/')}: ${first?.message}`,
    '`phoenix pipeline record FILE` makes one',
  );
};

const termsOf = (assignments: readonly string[]): PreviewTerms => {
  const terms = PreviewTerms.safeParse(axesOf(assignments));
  if (terms.success) return terms.data;
  throw new CommandFailure(
    EXIT.invalid,
    z.prettifyError(terms.error),
    'series, points_per_minute and hosts come from the recording and --hosts',
  );
};

const wholeFrom = (option: string, value: number, most: number): number => {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new CommandFailure(EXIT.invalid, `${option} ${value} is not possible`, `take a whole number from 1 to ${most}`);
};
