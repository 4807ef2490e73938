import * as z from 'zod';
import { Actor, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Currency, DecimalPrice } from '../../kernel/money.ts';
import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { isOwnBook, OwnBook, priceBookOf } from './own-book.ts';
import { type Charge, type PriceBook, PriceBookId, type PriceRow, Sku } from './price-book.ts';
import { Usage } from './usage.ts';

export const Day = z.iso.date().brand<'Day'>();
export type Day = z.infer<typeof Day>;

/** The day in UTC: prices change at its beginning. */
export const dayOf = (instant: Instant): Day => Day.parse(instant.slice(0, 10));

/** What a contract says about one charge from a day on. It replaces every list price of this charge. */
export const OwnRow = z.strictObject({
  sku: Sku,
  effectiveFrom: Day,
  currency: Currency,
  /** where it stands, for whoever wonders: `order form 2026-114` */
  source: z.string().trim().min(3).max(200),
  /** slices in rising order, the first from 0; prices are per unit of the charge */
  tiers: z
    .array(z.strictObject({ above: z.int().min(0).default(0), price: DecimalPrice }))
    .min(1)
    .max(20),
  /** absent: as in the list */
  included: z.int().min(0).optional(),
  includedPerHost: z.int().min(0).optional(),
  pointsPerMinuteIncluded: z.number().gt(0).max(1e6).optional(),
});
export type OwnRow = z.infer<typeof OwnRow>;

/** A tenant's own prices over one price book; every version is kept. */
export const OwnPrices = z.object({
  tenantId: TenantId,
  bookId: PriceBookId,
  version: z.int().min(1),
  /** null: laid over a list; else the tenant wrote the book as well */
  book: OwnBook.nullable().default(null),
  rows: z.array(OwnRow),
  /** what the tenant knows of its usage in the vendor's terms, for bills that do not say it */
  usage: Usage,
  updatedAt: Instant,
  updatedBy: Actor,
});
export type OwnPrices = z.infer<typeof OwnPrices>;

/** What a person changes: rows of the same charge and day are replaced, charges that are named are given back to the list. */
export const OwnPricesChange = z.strictObject({
  rows: z.array(OwnRow).max(50).default([]),
  backToList: z.array(Sku).max(50).default([]),
  /** absent: stays as it is */
  usage: Usage.optional(),
});
export type OwnPricesChange = z.infer<typeof OwnPricesChange>;

const MOST_ROWS = 100;

/** The rows after a change, or what is wrong with it, row by row. */
export const changedRows = (
  book: PriceBook,
  before: readonly OwnRow[],
  { rows, backToList }: Pick<OwnPricesChange, 'rows' | 'backToList'>,
): Outcome<readonly OwnRow[], Refusal<'price-not-valid'>> => {
  const kept = before.filter(
    ({ sku, effectiveFrom }) =>
      !backToList.includes(sku) && !rows.some((row) => row.sku === sku && row.effectiveFrom === effectiveFrom),
  );
  const after = [...kept, ...rows].toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const errors = [
    ...rows.flatMap((row, index) => rowErrors(book, row, rows.slice(0, index)).map(at(`/rows/${index}`))),
    ...backToList.flatMap((sku, index) =>
      knows(book, sku) ? [] : [at(`/back_to_list/${index}`)(unknownSku(book, sku))],
    ),
    ...(after.length > MOST_ROWS
      ? [
          {
            pointer: '/rows',
            code: 'too-many-rows',
            message: `a price book holds ${MOST_ROWS} rows, this would be ${after.length}`,
          },
        ]
      : []),
    ...mixedCurrency(after),
    ...foreignCurrency(book, after),
  ];
  const [first] = errors;
  return first === undefined
    ? accept(after)
    : refuse('price-not-valid', `${first.pointer}: ${first.message}`, { priceBook: book.id }, errors);
};

const sortKey = ({ sku, effectiveFrom }: OwnRow): string => `${sku} ${effectiveFrom}`;
const at =
  (pointer: string) =>
  (error: FieldError): FieldError => ({ ...error, pointer: `${pointer}${error.pointer}` });
const knows = (book: PriceBook, sku: string): boolean => book.charges.some((charge) => charge.sku === sku);
const unknownSku = (book: PriceBook, sku: string): FieldError => ({
  pointer: '',
  code: 'unknown-sku',
  message: `${book.id} has no charge "${sku}"; it has ${book.charges.map((charge) => charge.sku).join(', ')}`,
});

const rowErrors = (book: PriceBook, row: OwnRow, earlier: readonly OwnRow[]): readonly FieldError[] => {
  const charge = book.charges.find(({ sku }) => sku === row.sku);
  if (charge === undefined) return [{ ...unknownSku(book, row.sku), pointer: '/sku' }];
  const rises = row.tiers.every(({ above }, index) => index === 0 || above > (row.tiers[index - 1]?.above ?? 0));
  return [
    ...(row.tiers[0]?.above === 0
      ? []
      : [error('/tiers/0/above', 'tiers-not-from-zero', 'the first slice begins at 0')]),
    ...(rises ? [] : [error('/tiers', 'tiers-not-rising', 'each slice begins above the one before')]),
    ...(row.pointsPerMinuteIncluded === undefined || charge.meter.by === 'series_or_points'
      ? []
      : [error('/points_per_minute_included', 'not-by-points', `${row.sku} is not billed by points a minute`)]),
    ...(earlier.some((each) => sortKey(each) === sortKey(row))
      ? [error('/effective_from', 'row-twice', `${row.sku} from ${row.effectiveFrom} stands twice`)]
      : []),
  ];
};

const error = (pointer: string, code: string, message: string): FieldError => ({ pointer, code, message });

/** Two currencies on one bill could not be added up. */
const mixedCurrency = (rows: readonly OwnRow[]): readonly FieldError[] => {
  const currencies = [...new Set(rows.map(({ currency }) => currency))];
  return currencies.length < 2
    ? []
    : [
        error(
          '/rows',
          'currency-mixed',
          `all prices of one book have one currency, these would be ${currencies.join(' and ')}`,
        ),
      ];
};

/** A list may be paid in another currency than its own; a book that one wrote oneself says which it is. */
const foreignCurrency = (book: PriceBook, rows: readonly OwnRow[]): readonly FieldError[] => {
  const currency = listCurrency(book);
  const foreign = isOwnBook(book.id) ? rows.find((row) => row.currency !== currency) : undefined;
  return foreign === undefined
    ? []
    : [
        error(
          '/rows',
          'currency-foreign',
          `${book.id} is in ${currency}, a price of ${foreign.sku} in ${foreign.currency}`,
        ),
      ];
};

/** The books that a tenant wrote, among all that it said of prices. */
export const booksWritten = (own: readonly OwnPrices[]): readonly PriceBook[] =>
  own.flatMap(({ book, bookId, version }) => (book === null ? [] : [priceBookOf(bookId, version, book)]));

/** A price book as it holds for a tenant on a day. */
export interface PricedBook extends PriceBook {
  /** 0: list prices only, or own ones that nobody has stored */
  readonly ownVersion: number;
  readonly currency: Currency;
  /** names list and own version, for every figure made with it: `datadog-pro@1+own.3`; of a book of one's own its version */
  readonly reference: string;
  readonly ownUsage: Usage;
}

/**
 * The book with a tenant's prices over it: of each charge the newest row that has begun. One currency only: what is listed
 * in another one has no price then.
 */
export const inEffect = (
  book: PriceBook,
  own: { readonly rows: readonly OwnRow[]; readonly usage: Usage; readonly version: number } | null,
  day: Day,
): PricedBook => {
  const rows = own?.rows ?? [];
  const begun = new Map(rows.filter(({ effectiveFrom }) => effectiveFrom <= day).map((row) => [row.sku, row]));
  const currency = [...begun.values()][0]?.currency ?? listCurrency(book);
  return {
    ...book,
    ownVersion: own?.version ?? 0,
    currency,
    reference: `${book.id}@${book.version}${own === null || isOwnBook(book.id) ? '' : `+own.${own.version}`}`,
    ownUsage: own?.usage ?? {},
    charges: book.charges.map((charge) => {
      const row = begun.get(charge.sku);
      return row === undefined ? inCurrency(charge, currency) : withOwnRow(charge, row);
    }),
  };
};

/** The list alone: without prices of one's own every day is the same. */
export const atListPrices = (book: PriceBook): PricedBook => inEffect(book, null, ANY_DAY);

const ANY_DAY = Day.parse('1970-01-01');

/** The same for any book, from all that a tenant has laid over lists. */
export const makePriced =
  (own: readonly OwnPrices[], day: Day) =>
  (book: PriceBook): PricedBook =>
    inEffect(book, own.find(({ bookId }) => bookId === book.id) ?? null, day);

const listCurrency = ({ id, charges }: PriceBook): Currency => {
  const [row] = charges[0]?.rows ?? [];
  if (row === undefined) throw new Error(`${id} has no row`);
  return row.currency;
};

const withOwnRow = (charge: Charge, row: OwnRow): Charge => ({
  ...charge,
  included: row.included ?? charge.included,
  includedPerHost: row.includedPerHost ?? charge.includedPerHost,
  meter:
    charge.meter.by === 'series_or_points'
      ? {
          ...charge.meter,
          pointsPerMinuteIncluded: row.pointsPerMinuteIncluded ?? charge.meter.pointsPerMinuteIncluded,
        }
      : charge.meter,
  rows: row.tiers.map(({ above, price }): PriceRow => {
    const { currency, effectiveFrom, source } = row;
    return { above, price, currency, effectiveFrom, source, confidence: 'contract' };
  }),
});

const inCurrency = (charge: Charge, currency: Currency): Charge => ({
  ...charge,
  rows: charge.rows.map((row) =>
    row.currency === currency
      ? row
      : {
          ...row,
          price: null,
          currency,
          confidence: 'none',
          source: `listed in ${row.currency} only; give your price in ${currency}`,
        },
  ),
});
