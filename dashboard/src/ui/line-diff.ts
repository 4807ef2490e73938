import { commonSubsequence } from '../../../src/kernel/common-subsequence.ts';

/** One line of a comparison: in both, only before, only after. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Compares two texts line by line, by their longest common subsequence. Meant for settings of some hundred lines. */
export const lineDiff = (before: string, after: string): readonly DiffLine[] => {
  const a = before.trimEnd().split('\n');
  const b = after.trimEnd().split('\n');
  const kept = commonSubsequence(a, b);
  const lines: DiffLine[] = [];
  let next = 0;
  const addUntilKept = (): void => {
    for (; next < b.length && !kept.after.has(next); next += 1) lines.push({ kind: 'added', text: b[next] ?? '' });
  };
  for (const [index, text] of a.entries()) {
    if (!kept.before.has(index)) {
      lines.push({ kind: 'removed', text });
      continue;
    }
    addUntilKept();
    lines.push({ kind: 'same', text });
    next += 1;
  }
  addUntilKept();
  return lines;
};
