import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { AMAZON, AMAZON_MANAGED_PROMETHEUS } from './books/amazon.ts';
import { DATADOG } from './books/datadog.ts';
import { GRAFANA_CLOUD } from './books/grafana-cloud.ts';
import { NEW_RELIC } from './books/new-relic.ts';
import { COLLECTOR_COMPUTE, OTHERS } from './books/others.ts';
import type { PriceBook } from './price-book.ts';

export { AMAZON_MANAGED_PROMETHEUS, COLLECTOR_COMPUTE };

/** The one list of prices: nothing else in the code knows one. */
export const PRICE_BOOKS: readonly PriceBook[] = [
  ...DATADOG,
  ...NEW_RELIC,
  ...GRAFANA_CLOUD,
  ...AMAZON,
  ...OTHERS,
  COLLECTOR_COMPUTE,
];

export const findPriceBook = (id: string): Outcome<PriceBook, Refusal<'price-book-not-found'>> => {
  const found = PRICE_BOOKS.find((book) => book.id === id);
  return found === undefined
    ? refuse(
        'price-book-not-found',
        `there is no price book "${id}"; there are ${PRICE_BOOKS.map((book) => book.id).join(', ')}`,
        { id },
      )
    : accept(found);
};

/** The book that is asked for, or those of every vendor. */
export const priceBooksAsked = (
  id: string | undefined,
): Outcome<readonly PriceBook[], Refusal<'price-book-not-found'>> => {
  if (id === undefined) return accept(PRICE_BOOKS.filter(({ kind }) => kind === 'vendor'));
  const found = findPriceBook(id);
  return found.accepted ? accept([found.value]) : found;
};
