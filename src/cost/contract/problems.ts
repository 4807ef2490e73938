import type { Problems } from '../../platform/declare/problem.ts';

export const COST_PROBLEMS = {
  'price-book-not-found': { status: 404, title: 'No such price book', retry: 'after-change' },
  'price-not-valid': { status: 422, title: 'A price does not fit into the price book', retry: 'after-change' },
  'usage-uneven': { status: 422, title: 'The same must be known of both variants', retry: 'after-change' },
} as const satisfies Problems;
