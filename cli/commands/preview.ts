import type { Command } from 'commander';
import * as z from 'zod';
import { Preview, PreviewTerms, preview } from '../../src/pipelines/domain/preview/preview.ts';
import { type PreviewSide, settingsOfSides } from '../../src/pipelines/domain/preview/sides.ts';
import { Recording } from '../../src/pipelines/domain/recording.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure, required } from '../failure.ts';
import { readText } from '../read-text.ts';
import { describePreview } from '../render/preview.ts';
import { axesOf } from './cost.ts';
import { collect, parseParameters, parseTemplateName } from './parameters.ts';

interface PreviewOptions {
  readonly recording: string;
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

/** `phoenix pipeline preview`: what two pipelines would send from a recorded host, and what that costs. Needs no API. */
export const registerPreview = (pipeline: Command, context: () => Context): void => {
  pipeline
    .command('preview')
    .description('what two pipelines would send from a recorded host, and what that costs; at list prices, offline')
    .requiredOption('--recording <file>', 'what `phoenix pipeline record` wrote; - reads standard input')
    .requiredOption('--baseline <pipeline>', 'a template by its name, or a file of collector settings (.yaml)')
    .requiredOption('--candidate <pipeline>', 'likewise')
    .option('--baseline-param <name=value>', 'parameter of the template, repeatable', collect, [])
    .option('--candidate-param <name=value>', 'parameter of the template, repeatable', collect, [])
    .option('--critical <names>', 'executables that must stay visible, separated by commas')
    .option('--interval <seconds>', 'collection interval of templates', Number, 60)
    .option('--hosts <count>', 'so many hosts like the recorded one, for the bills', Number, 1)
    .option('--book <id>', 'one price book; every vendor without it')
    .option('--usage <axis=amount>', "what a bill needs besides, in the vendor's terms, repeatable", collect, [])
    .action((given: PreviewOptions) => {
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
          recording: readRecording(given.recording),
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
