import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { renderFields } from '../render/table.ts';
import { LocalEnvironmentRecord, readLocalEnvironment } from '../session/local-environment.ts';

const root = join(import.meta.dirname, '../..');

const gone = async (pid: number, seconds: number): Promise<boolean> => {
  for (let i = 0; i < seconds * 5; i += 1) {
    if (readLocalEnvironment()?.pid !== pid) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
};

export const registerLocal = (program: Command, context: () => Context): void => {
  program
    .command('up')
    .description('start the local environment and stay with it; Ctrl-C ends everything')
    .action(async () => {
      const child = spawn(process.execPath, [join(root, 'local/bootstrap.mjs'), 'local/main.ts'], { stdio: 'inherit' });
      process.on('SIGINT', () => {});
      process.on('SIGTERM', () => child.kill('SIGTERM'));
      process.exitCode = await new Promise<number>((resolve) =>
        child.on('exit', (code) => resolve(code ?? EXIT.unexpected)),
      );
    });

  program
    .command('down')
    .description('end the local environment and everything it started')
    .action(async () => {
      const { say } = context();
      const local = readLocalEnvironment();
      if (local === null) return say('no local environment is running');
      process.kill(local.pid, 'SIGTERM');
      if (!(await gone(local.pid, 60))) {
        throw new CommandFailure(
          EXIT.unavailable,
          `the environment (process ${local.pid}) has not ended for a minute`,
          'its terminal may say why',
        );
      }
      return say('✔ the local environment has ended');
    });

  program
    .command('status')
    .description('what of the local environment is running')
    .action(() => {
      const { answer } = context();
      const local = readLocalEnvironment();
      if (local === null)
        throw new CommandFailure(
          EXIT.notFound,
          'no local environment is running',
          'start one with `phoenix up` or `npm start`',
        );
      const { users, ...shown } = local;
      answer(LocalEnvironmentRecord.omit({ users: true }), shown, () =>
        renderFields([
          ['process', `${local.pid}, since ${local.startedAt}`],
          ['dashboard', local.webUrl],
          ['API', local.apiUrl ?? 'not deployed yet'],
          ['users', users.map(({ email, role }) => `${email} (${role})`).join(', ')],
          ['experiment', local.experimentId ?? 'none yet'],
        ]),
      );
    });

  program
    .command('open [experiment]')
    .description('open the dashboard, or the page of an experiment')
    .action((experiment?: string) => {
      const { apiEndpoint } = context();
      const url = `${readLocalEnvironment()?.webUrl ?? apiEndpoint()}${experiment === undefined ? '' : `/experiments/${experiment}`}`;
      openInBrowser(url);
      process.stdout.write(`${url}\n`);
    });
};
