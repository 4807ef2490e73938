import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../fixtures/foreign-settings');

/** Settings that people elsewhere might run, in the manner of what they publish; none of them is faulty. */
export const FOREIGN_SETTINGS: readonly { readonly title: string; readonly text: string }[] = readdirSync(FOLDER)
  .sort()
  .flatMap((file) => readFileSync(join(FOLDER, file), 'utf8').split(/^---\n/m))
  .map((text) => ({ title: /^# (.*)/.exec(text)?.[1] ?? '', text }));
