import { isOwnBook } from '../src/cost/domain/own-book.ts';
import { PriceBookId } from '../src/cost/domain/price-book.ts';
import { findPriceBook } from '../src/cost/domain/price-books.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure, required } from './failure.ts';

/** Which books of one's own there are only the API knows; every other is a list. */
export const parseBookId = (text: string): PriceBookId => {
  if (!isOwnBook(text)) required(findPriceBook(text));
  const parsed = PriceBookId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CommandFailure(EXIT.invalid, `"${text}" is no id of a price book`, 'write it as own-platform-team');
};
