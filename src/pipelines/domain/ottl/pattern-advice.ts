/** What to write instead of a regular expression that the collector does not take. */
export const patternAdvice = (pattern: string): string => {
  if (/\(\?(?:[=!>]|<[=!])/.test(pattern))
    return 'RE2 looks neither ahead nor behind: write two conditions, one with not';
  if (/\\[1-9]/.test(pattern)) return 'RE2 has no back-references: write out what repeats';
  return 'use the syntax of RE2 (https://github.com/google/re2/wiki/Syntax)';
};
