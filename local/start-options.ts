import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../cli/exit-codes.ts';

/** What a person may ask of a start, by `npm start -- …` and by `phoenix up …` alike. */
export interface StartOptions {
  /** an AWS emulator that runs already: `http://127.0.0.1:4566` */
  readonly endpoint?: string;
  readonly open: boolean;
  readonly experiment: boolean;
  readonly untilVerdict?: true;
}

/** The options, on whichever command takes them. */
export const withStartOptions = (command: Command): Command =>
  command
    .option('--endpoint <url>', 'deploy to the AWS emulator that runs there; ours is not started', endpointFrom)
    .option('--no-open', 'do not open the dashboard in a browser')
    .option('--no-experiment', 'start everything and no first experiment')
    .addOption(
      new Option('--until-verdict', 'end everything when the first experiment has its verdict').conflicts('experiment'),
    );

/** The words that ask for these options again: for handing them on to another process. */
export const argumentsOf = ({ endpoint, open, experiment, untilVerdict }: StartOptions): readonly string[] => [
  ...(endpoint === undefined ? [] : ['--endpoint', endpoint]),
  ...(open ? [] : ['--no-open']),
  ...(experiment ? [] : ['--no-experiment']),
  ...(untilVerdict === true ? ['--until-verdict'] : []),
];

/** What was asked for, or the exit code after a sentence on standard error (after the help on standard output: 0). */
export const readStartOptions = (
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  output: { readonly say: (text: string) => void; readonly answer: (text: string) => void },
): StartOptions | number => {
  const command = withStartOptions(new Command('npm start --'))
    .description(
      'Everything on this machine: an AWS emulator with the real stacks, Kubernetes, collectors, Prometheus.',
    )
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ writeErr: output.say, writeOut: output.answer });
  const taken = takenByNpm(command, environment);
  if (taken !== undefined) {
    output.say(`error: npm has taken ${taken} for itself; write it behind two dashes: npm start -- ${taken}\n`);
    return EXIT.invalid;
  }
  try {
    return command.parse([...args], { from: 'user' }).opts<StartOptions>();
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? EXIT.done : EXIT.invalid;
    throw failure;
  }
};

/** npm keeps what stands before the two dashes and shows it to its scripts as settings of its own. */
const takenByNpm = (command: Command, environment: Readonly<Record<string, string | undefined>>): string | undefined =>
  environment['npm_lifecycle_event'] !== 'start'
    ? undefined
    : command.options.find(
        (option) => environment[`npm_config_${option.name().replace(/^no-/, '').replaceAll('-', '_')}`] !== undefined,
      )?.long;

/** Clients are given an origin: paths are made of it. */
const endpointFrom = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && url.protocol === 'http:' && `${url.origin}/` === url.href;
  if (!isOrigin) throw new InvalidArgumentError('Write it as http://HOST:PORT, for example http://127.0.0.1:4566.');
  return url.origin;
};
