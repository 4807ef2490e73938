import { readFileSync } from 'node:fs';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

/** The text of a file, of standard input for `-`. */
export const readText = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (failure) {
    throw new CommandFailure(EXIT.invalid, `${file} cannot be read`, failure instanceof Error ? failure.message : '');
  }
};
