import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { describeFailure } from './failure.ts';
import { makeProgram } from './program.ts';

/** Runs one command as typed; its exit code is left with the process. */
export const run = async (typed: readonly string[]): Promise<void> => {
  try {
    await makeProgram().parseAsync([...typed], { from: 'user' });
  } catch (failure) {
    if (failure instanceof CommanderError) {
      process.exitCode = failure.exitCode === 0 ? EXIT.done : EXIT.invalid;
    } else {
      const { text, exitCode } = describeFailure(failure);
      process.stderr.write(`${text}\n`);
      process.exitCode = exitCode;
    }
  }
};
