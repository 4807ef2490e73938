import { actorOf, type Principal } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { draftEvent } from '../../platform/declare/event.ts';
import { costEvents } from '../contract/events.ts';
import { changedRows, type OwnPrices, type OwnPricesChange } from '../domain/own-prices.ts';
import type { PriceBookId } from '../domain/price-book.ts';
import { findPriceBook, priceBooksOf } from '../domain/price-books.ts';
import type { OwnPriceStore } from './ports.ts';

export interface ChangePricesPorts {
  readonly ownPrices: OwnPriceStore;
  readonly clock: Clock;
}

/** Lays prices of a contract over a price book, as the version after the one that the caller has seen. */
export const makeChangePrices =
  ({ ownPrices, clock }: ChangePricesPorts) =>
  async (
    caller: Principal,
    bookId: PriceBookId,
    seenVersion: number,
    change: OwnPricesChange,
  ): Promise<Outcome<OwnPrices, Refusal<'price-book-not-found' | 'price-not-valid' | 'precondition-failed'>>> => {
    const before = await ownPrices.load(caller.tenantId, bookId);
    const book = findPriceBook(bookId, priceBooksOf(before === null ? [] : [before]));
    if (!book.accepted) return book;
    const rows = changedRows(book.value, before?.rows ?? [], change);
    if (!rows.accepted) return rows;
    const actor = actorOf(caller);
    const next: OwnPrices = {
      tenantId: caller.tenantId,
      bookId,
      version: seenVersion + 1,
      book: before?.book ?? null,
      rows: [...rows.value],
      usage: change.usage ?? before?.usage ?? {},
      updatedAt: clock.now(),
      updatedBy: actor,
    };
    const changed = draftEvent(costEvents[0], {
      priceBook: bookId,
      version: next.version,
      changed: [...new Set(change.rows.map(({ sku }) => sku))],
      backToList: change.backToList,
    });
    return ownPrices.commit(next, seenVersion, changed, actor);
  };
