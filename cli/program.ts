import { Command, Option } from 'commander';
import product from '../package.json' with { type: 'json' };
import { registerAudit } from './commands/audit.ts';
import { registerAuth } from './commands/auth.ts';
import { registerCluster } from './commands/cluster.ts';
import { registerCost } from './commands/cost.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerEvents } from './commands/events.ts';
import { registerExperiment } from './commands/experiment.ts';
import { registerGenerator } from './commands/generator.ts';
import { registerJudge } from './commands/judge.ts';
import { registerKey } from './commands/key.ts';
import { registerLocal } from './commands/local.ts';
import { registerMember } from './commands/member.ts';
import { registerNotification } from './commands/notification.ts';
import { registerPipeline } from './commands/pipeline.ts';
import { registerPreview } from './commands/preview.ts';
import { registerTruth } from './commands/truth.ts';
import { makeContext } from './context.ts';

const EXAMPLES = `
Examples:
  $ phoenix up                                            a local environment with a first experiment
  $ phoenix experiment create --candidate top-k --cluster local --critical nginx,postgres --start
  $ phoenix experiment watch exp-0123456789ab             follow it to its verdict; the exit code says which
`;

/** The program with all its commands; throws CommanderError instead of ending the process. */
export const makeProgram = (): Command => {
  const program = new Command('phoenix')
    .description('Compare two telemetry pipelines side by side and get a verdict that can be trusted.')
    .version(product.version)
    .addOption(
      new Option('-o, --output <format>', 'how to print the answer')
        .choices(['table', 'json', 'yaml'])
        .default('table'),
    )
    .option('--api-endpoint <url>', 'address of the API, or PHOENIX_API_URL')
    .option('--tenant <id>', 'tenant to work in; needed only by members of several')
    .option('-q, --quiet', 'no talk on standard error')
    .option('--no-input', 'never ask')
    .addHelpText('before', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride();
  const context = () => makeContext(program.opts());
  registerLocal(program, context);
  registerAuth(program, context);
  registerCluster(program, context);
  registerPreview(registerPipeline(program, context), context);
  registerCost(program, context);
  registerGenerator(program, context);
  registerExperiment(program, context);
  registerTruth(program, context);
  registerEvents(program, context);
  registerNotification(program, context);
  registerAudit(program, context);
  registerDoctor(program, context);
  registerKey(program, context);
  registerMember(program, context);
  registerJudge(program);
  for (const command of program.commands) inheritExit(command);
  return program;
};

/** Commander hands its settings to subcommands at creation only, and those were made before. */
const inheritExit = (command: Command): void => {
  command.exitOverride().showSuggestionAfterError();
  for (const sub of command.commands) inheritExit(sub);
};
