import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** How a program has ended and what it has said. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** what it has said so far on standard output */
  stdout(): string;
  readonly ended: Promise<Ran>;
}

/** Runs a file with this Node as a person would: another process, a group of its own, no terminal. */
export const startProgram = (
  file: string,
  args: readonly string[],
  { env = process.env, input = '' }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {},
): RunningProgram => {
  const child = spawn(process.execPath, [join(root, file), ...args], { env, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(input);
  return {
    child,
    stdout: () => stdout,
    ended: new Promise((resolve) => child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }))),
  };
};
