import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { AMAZON, AMAZON_MANAGED_PROMETHEUS } from './books/amazon.ts';
import { DATADOG } from './books/datadog.ts';
import { GRAFANA_CLOUD } from './books/grafana-cloud.ts';
import { NEW_RELIC } from './books/new-relic.ts';
import { COLLECTOR_COMPUTE, OTHERS } from './books/others.ts';
import { booksWritten, type OwnPrices } from './own-prices.ts';
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

/** Every price book that a tenant can ask for: the lists, and those that it wrote. */
export const priceBooksOf = (own: readonly OwnPrices[]): readonly PriceBook[] => [...PRICE_BOOKS, ...booksWritten(own)];

export const findPriceBook = (
  id: string,
  books: readonly PriceBook[] = PRICE_BOOKS,
): Outcome<PriceBook, Refusal<'price-book-not-found'>> => {
  const found = books.find((book) => book.id === id);
  return found === undefined
    ? refuse(
        'price-book-not-found',
        `there is no price book "${id}"; there are ${books.map((book) => book.id).join(', ')}`,
        { id },
      )
    : accept(found);
};

/** The book that is asked for, or those of every vendor. */
export const priceBooksAsked = (
  id: string | undefined,
  books: readonly PriceBook[] = PRICE_BOOKS,
): Outcome<readonly PriceBook[], Refusal<'price-book-not-found'>> => {
  if (id === undefined) return accept(books.filter(({ kind }) => kind === 'vendor'));
  const found = findPriceBook(id, books);
  return found.accepted ? accept([found.value]) : found;
};
