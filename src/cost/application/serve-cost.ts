import type { TenantId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { costRoutes, type PriceBookView } from '../contract/routes.ts';
import { billOf } from '../domain/bill.ts';
import { computeDeduction, everyBill } from '../domain/every-bill.ts';
import { experimentDeduction } from '../domain/net-saving.ts';
import { type Day, dayOf, inEffect, makePriced, type OwnPrices, type PricedBook } from '../domain/own-prices.ts';
import type { PriceBook, PriceBookId } from '../domain/price-book.ts';
import { COLLECTOR_COMPUTE, findPriceBook, priceBooksAsked, priceBooksOf } from '../domain/price-books.ts';
import { assertEven } from '../domain/saving.ts';
import { type ChangePricesPorts, makeChangePrices } from './change-prices.ts';
import { makeCreatePriceBook, makeRevisePriceBook } from './write-price-book.ts';

export type ServeCostPorts = ChangePricesPorts;

/** The routes of cost, answered. List prices are code; only a tenant's own are read. */
export const serveCost = (ports: ServeCostPorts): readonly ServedRoute[] => {
  const { ownPrices, clock } = ports;
  const change = makeChangePrices(ports);
  const create = makeCreatePriceBook(ports);
  const revise = makeRevisePriceBook(ports);
  const today = (): Day => dayOf(clock.now());

  /** Every vendor, or the one that is asked for, as priced for the tenant; and what its nodes cost. */
  const priced = async (
    tenantId: TenantId,
    { priceBook, day }: { readonly priceBook?: PriceBookId | undefined; readonly day: Day },
  ): Promise<
    Outcome<{ readonly books: readonly PricedBook[]; readonly nodes: PricedBook }, Refusal<'price-book-not-found'>>
  > => {
    const own = await ownPrices.list(tenantId);
    const books = priceBooksAsked(priceBook, priceBooksOf(own));
    if (!books.accepted) return books;
    const onDay = makePriced(own, day);
    return accept({ books: books.value.map(onDay), nodes: onDay(COLLECTOR_COMPUTE) });
  };

  /** What is stored now, as it is read today. */
  const answerOf = (own: OwnPrices, more: { readonly location?: string } = {}) => {
    const book = findPriceBook(own.bookId, priceBooksOf([own]));
    if (!book.accepted) throw new Error(`prices are kept of ${own.bookId}, which nobody has`);
    return accept({ body: viewOf(book.value, own, today()), version: own.version, ...more });
  };

  return implement(costRoutes, {
    listPriceBooks: async ({ caller, query: { day = today() } }) => {
      const own = await ownPrices.list(caller.tenantId);
      const ownById = new Map(own.map((each) => [each.bookId, each]));
      return accept({
        body: { items: priceBooksOf(own).map((book) => viewOf(book, ownById.get(book.id) ?? null, day)) },
      });
    },

    createPriceBook: async ({ caller, body }) => {
      const created = await create(caller, body);
      return created.accepted
        ? answerOf(created.value, { location: `/cost/price-books/${created.value.bookId}` })
        : created;
    },

    revisePriceBook: async ({ caller, params: { priceBookId }, ifMatch, body }) => {
      const revised = await revise(caller, priceBookId, ifMatch, body);
      return revised.accepted ? answerOf(revised.value) : revised;
    },

    getPriceBook: async ({ caller, params: { priceBookId }, query: { day = today(), ownVersion } }) => {
      const own = await ownAt(ownPrices, caller.tenantId, priceBookId, ownVersion);
      if (!own.accepted) return own;
      const book = findPriceBook(priceBookId, priceBooksOf(own.value === null ? [] : [own.value]));
      return book.accepted
        ? accept({ body: viewOf(book.value, own.value, day), version: own.value?.version ?? 0 })
        : book;
    },

    changePrices: async ({ caller, params: { priceBookId }, ifMatch, body }) => {
      const changed = await change(caller, priceBookId, ifMatch, body);
      return changed.accepted ? answerOf(changed.value) : changed;
    },

    estimateCost: async ({ caller, body: { usage, rest, priceBook, day = today() } }) => {
      const found = await priced(caller.tenantId, { priceBook, day });
      return found.accepted
        ? accept({ body: { day, items: found.value.books.map((book) => billOf(book, usage, rest)) } })
        : found;
    },

    compareCost: async ({ caller, body: { priceBook, day = today(), experimentCost, ...comparison } }) => {
      const even = assertEven(comparison);
      if (!even.accepted) return even;
      const found = await priced(caller.tenantId, { priceBook, day });
      if (!found.accepted) return found;
      const compute = computeDeduction(found.value.nodes, comparison);
      const experiment = experimentDeduction(experimentCost, 'nothing was said about what the experiment costs');
      return accept({
        body: { day, compute, items: everyBill(found.value.books, comparison, { compute, experiment }) },
      });
    },
  });
};

/** The tenant's prices as they are, or as an earlier version had them; version 0 is the list alone. */
const ownAt = async (
  ownPrices: ServeCostPorts['ownPrices'],
  tenantId: TenantId,
  bookId: PriceBookId,
  version: number | undefined,
): Promise<Outcome<OwnPrices | null, Refusal<'resource-not-found'>>> => {
  if (version === 0) return accept(null);
  if (version === undefined) return accept(await ownPrices.load(tenantId, bookId));
  const found = await ownPrices.loadVersion(tenantId, bookId, version);
  return found === null
    ? refuse('resource-not-found', `your prices of ${bookId} have no version ${version}`, {
        priceBook: bookId,
        version,
      })
    : accept(found);
};

const viewOf = (book: PriceBook, own: OwnPrices | null, day: Day): PriceBookView => {
  const { ownUsage: _, ...view } = inEffect(book, own, day);
  if (own === null) return { ...view, day, own: null };
  const { tenantId: _tenant, bookId: _book, version: _version, ...laidOver } = own;
  return { ...view, day, own: laidOver };
};
