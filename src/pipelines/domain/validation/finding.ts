import * as z from 'zod';
import { shortened } from '../../../kernel/words.ts';
import { RULES, type Rule, type RuleId } from './rules.ts';

/** Something wrong, or worth a look, in the text of an author; line and column count from 1. */
export const Finding = z.strictObject({
  /** stable name of the rule, in kebab-case */
  rule: z.string(),
  /** an error keeps the collector from starting or would break a promise of ours; a warning does neither */
  severity: z.enum(['error', 'warning']),
  /** JSON pointer into the settings; empty for the text as a whole */
  pointer: z.string(),
  line: z.int().positive(),
  column: z.int().positive(),
  message: z.string(),
  /** what would work */
  fix: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const countsOf = (findings: readonly Finding[]) => ({
  errors: findings.filter(({ severity }) => severity === 'error').length,
  warnings: findings.filter(({ severity }) => severity === 'warning').length,
});

/** A finding before its place in the text is known, and before it is known where the settings will run. */
export interface Remark {
  readonly rule: RuleId;
  readonly path: Path;
  /** a character of the text at the path, counted from 0 */
  readonly at?: number;
  readonly message: string;
  readonly fix: string;
}

/** Keys and indexes from the root of the settings. */
export type Path = readonly (string | number)[];

export const remark = (rule: RuleId, path: Path, message: string, fix: string): Remark => ({
  rule,
  path,
  message: shortened(message),
  fix: shortened(fix),
});

/** To sort findings by, in the order of the text. */
export const byPlace = (one: Finding, other: Finding): number => one.line - other.line || one.column - other.column;

/** What only a cluster of ours demands is no more than advice anywhere else. */
export const severityOf = (rule: RuleId, isForCluster: boolean): Finding['severity'] => {
  const { kind }: Rule = RULES[rule];
  switch (kind) {
    case 'collector':
    case 'ours':
      return 'error';
    case 'cluster':
      return isForCluster ? 'error' : 'warning';
    case 'advice':
      return 'warning';
  }
};
