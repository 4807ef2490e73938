#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { describeFailure } from './failure.ts';
import { makeProgram } from './program.ts';

try {
  await makeProgram().parseAsync();
} catch (failure) {
  if (failure instanceof CommanderError) {
    process.exitCode = failure.exitCode === 0 ? EXIT.done : EXIT.invalid;
  } else {
    const { text, exitCode } = describeFailure(failure);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
