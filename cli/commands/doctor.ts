import type { Command } from 'commander';
import { responseOf } from '../../src/client/wire.ts';
import { controlRoutes } from '../../src/control/contract/routes.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

export const registerDoctor = (program: Command, context: () => Context): void => {
  program
    .command('doctor')
    .description('what is stuck, since when, why, and the command that helps; ends with 1 when something is')
    .action(async () => {
      const { client, answer } = context();
      const { body } = await (await client()).diagnose({});
      answer(responseOf(controlRoutes, 'diagnose'), body, () =>
        body.healthy
          ? 'nothing is stuck'
          : body.findings
              .map(({ code, subject, since, sentence, command }) =>
                [
                  `✘ ${code}  ${subject}${since === null ? '' : `  since ${since}`}`,
                  `  ${sentence}`,
                  `  → ${command}`,
                  `  docs/runbook.md#${code}`,
                ].join('\n'),
              )
              .join('\n\n'),
      );
      if (!body.healthy) process.exitCode = EXIT.findings;
    });
};
