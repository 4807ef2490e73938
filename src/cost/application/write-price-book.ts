import { canonicalJson } from '../../kernel/canonical-json.ts';
import { actorOf, type Principal } from '../../kernel/identity.ts';
import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { draftEvent } from '../../platform/declare/event.ts';
import { costEvents } from '../contract/events.ts';
import type { NewPriceBook } from '../contract/routes.ts';
import { bookErrors, type OwnBook, priceBookOf } from '../domain/own-book.ts';
import { changedRows, type OwnPrices } from '../domain/own-prices.ts';
import type { PriceBookId } from '../domain/price-book.ts';
import { findPriceBook } from '../domain/price-books.ts';
import type { ChangePricesPorts } from './change-prices.ts';

/** More of them would make every bill a long one. */
const MOST_OWN_BOOKS = 20;

/** Keeps a price book that a tenant wrote, with its first prices. Written again as it was, it is there already. */
export const makeCreatePriceBook =
  ({ ownPrices, clock }: ChangePricesPorts) =>
  async (
    caller: Principal,
    { id, rows, usage, ...book }: NewPriceBook,
  ): Promise<Outcome<OwnPrices, Refusal<'price-book-not-valid' | 'price-book-exists' | 'too-many-price-books'>>> => {
    const checked = checkedRows(id, 1, book, [], rows);
    if (!checked.accepted) return checked;
    const written = (await ownPrices.list(caller.tenantId)).filter((each) => each.book !== null);
    const actor = actorOf(caller);
    const first: OwnPrices = {
      tenantId: caller.tenantId,
      bookId: id,
      version: 1,
      book,
      rows: [...checked.value],
      usage,
      updatedAt: clock.now(),
      updatedBy: actor,
    };
    if (written.length >= MOST_OWN_BOOKS && !written.some(({ bookId }) => bookId === id)) {
      return refuse(
        'too-many-price-books',
        `a tenant has ${MOST_OWN_BOOKS} price books of its own, and all are taken: change one that nobody needs`,
        { most: MOST_OWN_BOOKS },
      );
    }
    const created = draftEvent(costEvents[1], { priceBook: id, version: 1, title: book.title, retired: book.retired });
    const committed = await ownPrices.commit(first, 0, created, actor);
    if (committed.accepted) return committed;
    const there = await ownPrices.loadVersion(caller.tenantId, id, 1);
    return there !== null && saysTheSame(there, first)
      ? accept(there)
      : refuse('price-book-exists', `there is a price book ${id} already; revise it, or take another id`, { id });
  };

const saysTheSame = (one: OwnPrices, other: OwnPrices): boolean =>
  canonicalJson({ ...one, updatedAt: null }) === canonicalJson({ ...other, updatedAt: null });

/** Says anew how a price book of one's own bills. Prices of charges that it keeps stay, those of others go. */
export const makeRevisePriceBook =
  ({ ownPrices, clock }: ChangePricesPorts) =>
  async (
    caller: Principal,
    id: PriceBookId,
    seenVersion: number,
    book: OwnBook,
  ): Promise<
    Outcome<
      OwnPrices,
      Refusal<'price-book-not-found' | 'price-book-not-yours' | 'price-book-not-valid' | 'precondition-failed'>
    >
  > => {
    const before = await ownPrices.load(caller.tenantId, id);
    if (before === null || before.book === null) {
      const listed = findPriceBook(id);
      return listed.accepted
        ? refuse(
            'price-book-not-yours',
            `${id} is a list that everybody has; lay your prices over it, or write a book of your own`,
            { id },
          )
        : listed;
    }
    const kept = before.rows.filter(({ sku }) => book.charges.some((charge) => charge.sku === sku));
    const checked = checkedRows(id, seenVersion + 1, book, kept, []);
    if (!checked.accepted) return checked;
    const actor = actorOf(caller);
    const next: OwnPrices = {
      ...before,
      version: seenVersion + 1,
      book,
      rows: [...checked.value],
      updatedAt: clock.now(),
      updatedBy: actor,
    };
    const { title, retired } = book;
    const revised = draftEvent(costEvents[2], { priceBook: id, version: next.version, title, retired });
    return ownPrices.commit(next, seenVersion, revised, actor);
  };

/** The prices of a book as it is to be, or everything that is wrong with either. */
const checkedRows = (
  id: PriceBookId,
  version: number,
  book: OwnBook,
  kept: OwnPrices['rows'],
  added: OwnPrices['rows'],
): Outcome<OwnPrices['rows'], Refusal<'price-book-not-valid'>> => {
  const rows = changedRows(priceBookOf(id, version, book), kept, { rows: added, backToList: [] });
  const errors: readonly FieldError[] = [...bookErrors(book), ...(rows.accepted ? [] : (rows.refusal.errors ?? []))];
  const [first] = errors;
  if (first !== undefined)
    return refuse('price-book-not-valid', `${first.pointer}: ${first.message}`, { priceBook: id }, errors);
  return accept(rows.accepted ? [...rows.value] : []);
};
