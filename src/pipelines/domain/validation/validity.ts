import * as z from 'zod';
import { mayAskCollector } from './collector-words.ts';
import { countsOf, Finding } from './finding.ts';
import { RULES, type Rule, type RuleId } from './rules.ts';

/** What the collector says to settings: a question apart from whether we let them run. */
export const CollectorAnswer = z.enum([
  /** they are valid for it; what stands among the errors all the same is refused by us alone */
  'starts',
  'refuses',
  /** it would read what we do not read: files, addresses, texts within texts */
  'unknown',
]);
export type CollectorAnswer = z.infer<typeof CollectorAnswer>;

/** Two answers about settings, with everything that was found. */
export const Validity = z.strictObject({
  /** whether we let them run: no finding is an error */
  isValid: z.boolean(),
  collector: CollectorAnswer,
  findings: z.array(Finding),
});
export type Validity = z.infer<typeof Validity>;

/** @param said what the collector answered, where it was asked; what it would answer by our findings, where it was not */
export const validityOf = (findings: readonly Finding[], said = foreseenAnswer(findings)): Validity => ({
  isValid: countsOf(findings).errors === 0,
  collector: said,
  findings: [...findings],
});

const foreseenAnswer = (findings: readonly Finding[]): CollectorAnswer => {
  if (findings.some(({ rule }) => isCollectorsOwn(rule))) return 'refuses';
  return mayAskCollector(findings) ? 'starts' : 'unknown';
};

const isCollectorsOwn = (rule: string): boolean => {
  const known: Rule | undefined = Object.hasOwn(RULES, rule) ? RULES[rule as RuleId] : undefined;
  return known?.kind === 'collector';
};
