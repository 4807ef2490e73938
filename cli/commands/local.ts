import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Command } from 'commander';
import { endEarlierLife, type LifeRecord, remainsOf } from '../../local/processes/life.ts';
import { processBegin } from '../../local/processes/machine.ts';
import { argumentsOf, type StartOptions, withStartOptions } from '../../local/start-options.ts';
import { LocalProgress } from '../../local/web/progress.ts';
import { describeDuration } from '../../src/kernel/duration.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { openInBrowser } from '../open-in-browser.ts';
import { LocalStatus, renderStatus, statusOf } from '../render/local-status.ts';
import {
  endLocalEnvironment,
  findLocalEnvironment,
  forgetLocalEnvironment,
  type LocalEnvironmentRecord,
  localStateFolder,
  readLocalEnvironment,
} from '../session/local-environment.ts';

const root = join(import.meta.dirname, '../..');

/** Every part is given ten seconds to end before it is killed. */
const DOWN_SECONDS = 60;

export const registerLocal = (program: Command, context: () => Context): void => {
  withStartOptions(program.command('up'))
    .description('start the local environment and stay with it; Ctrl-C ends everything')
    .action(async (options: StartOptions) => {
      const child = spawn(
        process.execPath,
        [join(root, 'local/bootstrap.mjs'), 'local/main.ts', ...argumentsOf(options)],
        { stdio: 'inherit' },
      );
      // a terminal sends Ctrl-C to both
      process.on('SIGINT', () => {});
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
      process.exitCode = await new Promise<number>((resolve) =>
        child.on('exit', (code) => resolve(code ?? EXIT.unexpected)),
      );
    });

  program
    .command('down')
    .description('end the local environment and everything it started, and wait until it is gone')
    .action(async () => {
      const { say } = context();
      const found = findLocalEnvironment();
      if (found.state === 'none') return say('no local environment is running');
      if (found.state === 'stale') {
        const count = await endEarlierLife(localStateFolder(), found.life);
        forgetLocalEnvironment();
        return say(`no local environment is running: ${whatBecameOf(found.life)}\n  ${describeRemains(count)}`);
      }
      const { life, record } = found;
      const { seconds, left } = await endLocalEnvironment(life, DOWN_SECONDS);
      if (left.length > 0)
        throw new CommandFailure(
          EXIT.unavailable,
          `the local environment (process ${life.leader.pid}) has not ended within ${DOWN_SECONDS} s`,
          `still running: ${left.join(', ')}; its terminal and ${localStateFolder()}/logs may say why`,
        );
      const where = record?.webUrl == null ? '' : ` at ${record.webUrl}`;
      return say(
        `✔ the local environment${where} has ended: process ${life.leader.pid} and ${life.processes.length} parts, after ${describeDuration(seconds)}`,
      );
    });

  program
    .command('status')
    .description('what of the local environment is running; exit code 4 when none is')
    .action(async () => {
      const { answer } = context();
      const found = findLocalEnvironment();
      if (found.state !== 'running')
        throw new CommandFailure(
          EXIT.notFound,
          found.state === 'none'
            ? 'no local environment is running'
            : `no local environment is running: ${whatBecameOf(found.life)}`,
          found.state === 'none' || remainsOf(found.life).length === 0
            ? 'start one with `phoenix up` or `npm start`'
            : '`phoenix down` ends what it has left behind; so does the next start',
        );
      const status = statusOf(found, await askForParts(found.record), {
        stateFolder: localStateFolder(),
        nowMs: Date.now(),
      });
      answer(LocalStatus, status, () => renderStatus(status, found.record?.users ?? []));
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

const whatBecameOf = ({ leader: { pid } }: LifeRecord): string =>
  `the last one was killed (its process ${pid} ${processBegin(pid) === undefined ? 'is gone' : 'is another program now'})`;

const describeRemains = (count: number): string =>
  count === 0 ? 'it has left nothing behind' : `${count} processes that it had left behind have been ended`;

/** What the launcher's own web server says; null while there is none, and when it hangs. */
const askForParts = async (record: LocalEnvironmentRecord | null): Promise<LocalStatus['parts']> => {
  if (record?.webUrl == null) return null;
  try {
    const answer = await fetch(`${record.webUrl}/local/progress`, { signal: AbortSignal.timeout(2000) });
    const { parts } = LocalProgress.parse(await answer.json());
    return parts.map(({ label, state, detail }) => ({ label, state, detail }));
  } catch {
    return null;
  }
};
