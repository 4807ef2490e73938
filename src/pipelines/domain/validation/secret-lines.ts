import type { Finding } from './finding.ts';
import { plainSecretAt } from './substitutions.ts';

/** Secrets in a text that cannot be read as YAML, by its lines: whoever keeps it keeps them. */
export const secretLines = (text: string): readonly Finding[] =>
  text.split('\n').flatMap((line, index) =>
    [...line.slice(0, MOST_CHARACTERS).matchAll(KEY_AND_VALUE)].flatMap(
      ({ 1: key = '', 2: value = '', index: at }): readonly Finding[] => {
        const found = plainSecretAt([], key, value.trim());
        if (found === null) return [];
        const { rule, message, fix } = found;
        return [{ rule, severity: 'error', pointer: '', line: index + 1, column: at + 1, message, fix }];
      },
    ),
  );

/** A value ends with its quote, with a comment, or with what ends it between braces. */
const KEY_AND_VALUE = /(?<![\w.-])([\w.-]+)["']?:\s+["']?((?:\$\{[^}]*\}|[^"',{}#])*)/g;

/** Longer lines are no settings that a person wrote. */
const MOST_CHARACTERS = 2000;
