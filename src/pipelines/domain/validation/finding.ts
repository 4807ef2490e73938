import * as z from 'zod';

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

/** A finding before its place in the text is known. */
export interface Remark extends Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'> {
  readonly path: Path;
}

/** Keys and indexes from the root of the settings. */
export type Path = readonly (string | number)[];

export const error = (rule: string, path: Path, message: string, fix: string): Remark => ({
  rule,
  severity: 'error',
  path,
  message,
  fix,
});

export const warning = (rule: string, path: Path, message: string, fix: string): Remark => ({
  ...error(rule, path, message, fix),
  severity: 'warning',
});
