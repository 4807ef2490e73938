import { COLLECTOR_ENVIRONMENT } from '../frame.ts';
import type { Finding } from './finding.ts';
import { readSettings } from './settings-text.ts';
import { checkSubstitutions } from './substitutions.ts';
import { checkWiring } from './wiring.ts';

/**
 * Everything that can be said about an author's collector settings without starting a collector: text, substitutions,
 * ids and graph, and whether the pinned collector has the components. All findings at once, in the order of the text.
 * Settings of single components and OTTL are the collector's own to check.
 */
export const validateSettings = (
  text: string,
  variables: readonly string[] = Object.values(COLLECTOR_ENVIRONMENT),
): readonly Finding[] => {
  const read = readSettings(text);
  if (!read.readable) return read.findings;
  const { settings, locate } = read.text;
  return [...checkSubstitutions(settings, variables), ...checkWiring(settings)]
    .map(locate)
    .sort((one, other) => one.line - other.line || one.column - other.column);
};
