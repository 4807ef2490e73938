import { readFileSync } from 'node:fs';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** The text of a file, of standard input for `-`. */
export const readText = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (failure) {
    throw new CommandFailure(
      EXIT.invalid,
      `${file === '-' ? 'standard input' : file} cannot be read: ${reasonOf(failure)}`,
      'give the path of a readable file, or - for standard input',
    );
  }
};

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

const reasonOf = (failure: unknown): string => {
  if (!(failure instanceof Error)) return String(failure);
  return ('code' in failure ? REASONS[String(failure.code)] : undefined) ?? failure.message;
};
