import { counted } from '../../src/kernel/words.ts';
import { countsOf, type Finding } from '../../src/pipelines/domain/validation/finding.ts';
import type { Validity } from '../../src/pipelines/domain/validation/validity.ts';

/** Every finding with its place and what would work, then the count. */
export const describeFindings = (findings: readonly Finding[], name: string): string => {
  const { errors, warnings } = countsOf(findings);
  return [
    ...findings.map(
      ({ line, column, severity, message, fix, rule }) =>
        `${name}:${line}:${column} ${severity}: ${message}\n    ${fix} [${rule}]`,
    ),
    `${errors === 0 ? '✔' : '✘'} ${name}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
  ].join('\n');
};

/** The same, and whose refusal it is where the collector would take them. */
export const describeValidity = ({ isValid, collector, findings }: Validity, name: string): string => {
  const described = describeFindings(findings, name);
  return !isValid && collector === 'starts'
    ? `${described}\n  the collector would start with them; it is Phoenix that refuses them`
    : described;
};
