import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../../src/kernel/system.ts';
import { counted } from '../../src/kernel/words.ts';
import { processesOf } from '../../src/pipelines/domain/recorded-processes.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';
import { recordHost } from '../recording/record-host.ts';

/** `phoenix pipeline record`: what the scraper of processes sees of this machine, as a file. */
export const registerRecord = (pipeline: Command, context: () => Context): void => {
  pipeline
    .command('record <file>')
    .description('record what a collector sees of the processes of this machine; - writes to standard output')
    .option('--moments <count>', 'how often it is looked at; rates need two', Number, 3)
    .option('--every <seconds>', 'seconds from one look to the next', Number, 5)
    .option('--root <folder>', 'folder that /proc is below', '/')
    .action(async (file: string, given: { moments: number; every: number; root: string }) => {
      const { say } = context();
      if (process.platform !== 'linux')
        throw new CommandFailure(
          EXIT.invalid,
          'there is no /proc on this machine',
          'record on Linux, and use the file here',
        );
      if (!Number.isInteger(given.moments) || given.moments < 1 || given.moments > 1000)
        throw new CommandFailure(EXIT.invalid, `--moments ${given.moments} is not possible`, 'take 1 to 1000');
      if (!(given.every >= 0.1 && given.every * (given.moments - 1) <= 86_400))
        throw new CommandFailure(
          EXIT.invalid,
          `--every ${given.every} is not possible`,
          'take at least 0.1, and a day in all',
        );
      const recording = await recordHost({
        root: given.root,
        moments: given.moments,
        everySeconds: given.every,
        clock: systemClock,
        ticksPerSecond: configured('CLK_TCK', 100),
        pageBytes: configured('PAGESIZE', 4096),
      });
      const text = `${JSON.stringify(recording)}\n`;
      if (file === '-') process.stdout.write(text);
      else writeFileSync(file, text, { mode: 0o600 });
      const [first] = recording.moments;
      const processes = first === undefined ? 0 : processesOf(recording, first).length;
      say(
        `✔ ${counted(processes, 'process', 'processes')}, ${counted(given.moments, 'moment')}; no arguments, no environment`,
      );
    });
};

/** What the C library was built with; the usual value where there is no getconf. */
const configured = (name: string, usual: number): number => {
  try {
    const value = Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
    return Number.isInteger(value) && value > 0 ? value : usual;
  } catch {
    return usual;
  }
};
