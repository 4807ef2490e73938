import type { Finding } from './finding.ts';
import { plainSecretAt } from './substitutions.ts';

/** Secrets in a text that cannot be read as YAML, by its lines: whoever keeps it keeps them. */
export const secretLines = (text: string): readonly Finding[] =>
  text.split('\n').flatMap((line, index): readonly Finding[] => {
    const [whole = '', before = '', key = '', value = ''] = KEY_AND_VALUE.exec(line.slice(0, MOST_CHARACTERS)) ?? [];
    const found = whole === '' ? null : plainSecretAt([], key, value.replace(/\s+#.*$/, '').trim());
    if (found === null) return [];
    const { rule, message, fix } = found;
    return [{ rule, severity: 'error', pointer: '', line: index + 1, column: before.length + 1, message, fix }];
  });

const KEY_AND_VALUE = /^([\s{-]*["']?)([\w.-]+)["']?:\s+["']?([^"']*)/;

/** Longer lines are no settings that a person wrote. */
const MOST_CHARACTERS = 2000;
