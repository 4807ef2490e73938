import type { Problems } from '../../platform/declare/problem.ts';

export const COST_PROBLEMS = {
  'price-book-not-found': { status: 404, title: 'No such price book', retry: 'after-change' },
  'price-book-exists': { status: 409, title: 'There is such a price book already', retry: 'after-change' },
  'price-book-not-valid': { status: 422, title: 'Nobody can be billed by this price book', retry: 'after-change' },
  'price-book-not-yours': { status: 409, title: 'The price book is a list that everybody has', retry: 'after-change' },
  'too-many-price-books': {
    status: 409,
    title: 'There are as many price books as a tenant may have',
    retry: 'after-change',
  },
  'price-not-valid': { status: 422, title: 'A price does not fit into the price book', retry: 'after-change' },
  'usage-uneven': { status: 422, title: 'The same must be known of both variants', retry: 'after-change' },
} as const satisfies Problems;
