#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { registerAuth } from './commands/auth.ts';
import { registerCluster } from './commands/cluster.ts';
import { registerExperiment } from './commands/experiment.ts';
import { registerJudge } from './commands/judge.ts';
import { registerLocal } from './commands/local.ts';
import { registerPipeline } from './commands/pipeline.ts';
import { type Context, makeContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { describeFailure } from './failure.ts';

const EXAMPLES = `
Examples:
  $ phoenix up                                            a local environment with a first experiment
  $ phoenix experiment create --baseline baseline --candidate top-k --cluster local -d 30m --critical nginx,postgres
  $ phoenix experiment watch exp-0123456789ab --wait      follow it to its verdict; the exit code says which
`;

const program = new Command('phoenix')
  .description('Compare two telemetry pipelines side by side and get a verdict that can be trusted.')
  .version('0.1.0')
  .addOption(
    new Option('-o, --output <format>', 'how to print the answer').choices(['table', 'json', 'yaml']).default('table'),
  )
  .option('--api-endpoint <url>', 'address of the API, or PHOENIX_API_URL')
  .option('--tenant <id>', 'tenant to work in; needed only by members of several')
  .option('-q, --quiet', 'no talk on standard error')
  .option('--no-input', 'never ask')
  .option('-v, --verbose', 'tell more')
  .addHelpText('before', EXAMPLES)
  .showSuggestionAfterError()
  .exitOverride();

/** Runs a command's action with the global options and turns what goes wrong into lines and an exit code. */
const context = (): Context => makeContext(program.opts());

registerLocal(program, context);
registerAuth(program, context);
registerCluster(program, context);
registerPipeline(program, context);
registerExperiment(program, context);
registerJudge(program);

try {
  await program.parseAsync();
} catch (failure) {
  if (failure instanceof CommanderError) {
    process.exitCode = failure.exitCode === 0 ? EXIT.done : EXIT.invalid;
  } else {
    const { text, exitCode } = describeFailure(failure);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
