import type { Problems } from '../../platform/declare/problem.ts';

export const TRUTH_PROBLEMS = {
  'rules-unreadable': { status: 422, title: 'These rules cannot be read', retry: 'after-change' },
} as const satisfies Problems;
