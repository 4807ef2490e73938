import { run } from '../../cli/run.ts';
import { type Ran, startProgram } from './program.ts';

/**
 * Runs the command `phoenix` as a person would: another process, no terminal, and nothing of this machine's own
 * environment but what is given (`PHOENIX_HOME` and `PHOENIX_STATE` at least).
 */
export const runPhoenix = (args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Ran> =>
  startProgram('cli/phoenix.ts', args, { input, env: { PATH: process.env['PATH'] ?? '', ...env } }).ended;

/** The same inside this process, for tests of what is said: a hundred times as fast, one at a time. */
export const runPhoenixInside = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> => {
  const said = { stdout: '', stderr: '' };
  const before = process.env;
  const listening = (stream: 'stdout' | 'stderr') => {
    const { write } = process[stream];
    process[stream].write = (chunk: string | Uint8Array) => {
      said[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
    return () => {
      process[stream].write = write;
    };
  };
  const giveBack = [listening('stdout'), listening('stderr')];
  process.env = { PATH: before['PATH'], ...env };
  process.exitCode = undefined;
  try {
    await run(args);
    return { exitCode: Number(process.exitCode ?? 0), ...said };
  } finally {
    for (const each of giveBack) each();
    process.env = before;
    process.exitCode = undefined;
  }
};
