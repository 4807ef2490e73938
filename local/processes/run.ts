import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { endsWithLauncher, signalGroup } from './child.ts';
import { logTail } from './log-tail.ts';

export interface Command {
  /** Completes the sentence "… failed": `compiling the collector`. */
  readonly what: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly deadlineSeconds: number;
  readonly abort?: AbortSignal;
}

/** A command of the toolchain that did not do its work, with the last lines that it said. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Runs a command to its end, its output in a log file. Ended with all it started at the deadline or when aborted. */
export const run = async (command: Command): Promise<void> => {
  command.abort?.throwIfAborted();
  mkdirSync(dirname(command.logFile), { recursive: true });
  const log = openSync(command.logFile, 'a');
  const [file, args] = endsWithLauncher(command.command, command.args);
  const child = spawn(file, args, {
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
    env: { ...command.env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const deadline = AbortSignal.timeout(command.deadlineSeconds * 1000);
  const end = (): void => signalGroup(child.pid ?? -1, 'SIGKILL');
  deadline.addEventListener('abort', end);
  command.abort?.addEventListener('abort', end);
  try {
    const outcome = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal === null ? `code ${code}` : signal));
    });
    if (outcome === 'code 0') return;
    command.abort?.throwIfAborted();
    const why = deadline.aborted ? `took longer than ${command.deadlineSeconds} s` : `failed (${outcome})`;
    throw new CommandFailed(
      `${command.what} ${why}:\n${logTail(command.logFile, 8)}\n  the whole log: ${command.logFile}`,
    );
  } finally {
    deadline.removeEventListener('abort', end);
    command.abort?.removeEventListener('abort', end);
  }
};
