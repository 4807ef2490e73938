import type { PriceBookView } from '../../../src/cost/contract/routes.ts';
import { parseAmount } from '../../../src/cost/domain/amount-text.ts';
import type { OwnRow } from '../../../src/cost/domain/own-prices.ts';
import type { ChangePricesBody } from '../api/queries.ts';

/** What a person types; a price per charge, empty where the list holds. */
export interface PriceForm {
  readonly prices: Readonly<Record<string, string>>;
  readonly currency: string;
  readonly effectiveFrom: string;
  readonly source: string;
  readonly bytesPerPoint: string;
}

/** Prices with several slices are left to files: a field holds one. */
const isPlain = ({ tiers }: OwnRow): boolean => tiers.length === 1;

/** The newest price of one’s own of each charge. */
const newestOf = (book: PriceBookView): ReadonlyMap<string, OwnRow> =>
  new Map((book.own?.rows ?? []).map((row) => [row.sku, row]));

export const priceFormOf = (book: PriceBookView): PriceForm => {
  const newest = newestOf(book);
  const [first] = newest.values();
  return {
    prices: Object.fromEntries(
      [...newest].flatMap(([sku, row]) => (isPlain(row) ? [[sku, row.tiers[0]?.price ?? '']] : [])),
    ),
    currency: first?.currency ?? book.currency,
    effectiveFrom: first?.effectiveFrom ?? book.day,
    source: first?.source ?? '',
    bytesPerPoint: amountText(book.own?.usage.bytesPerPoint),
  };
};

const amountText = (amount: NonNullable<PriceBookView['own']>['usage']['bytesPerPoint']): string => {
  if (amount === undefined) return '';
  return typeof amount === 'number' ? String(amount) : `${amount.low}..${amount.estimate}..${amount.high}`;
};

/**
 * The change that a form means: charges with a price get it as one slice, those whose price was taken out go back to the
 * list, and what has several slices stays as it is. What is not readable is left for the API to refuse at its field.
 */
export const rowsOf = (book: PriceBookView, form: PriceForm): ChangePricesBody => {
  const newest = newestOf(book);
  const priced = book.charges.flatMap(({ sku }) => {
    const price = form.prices[sku]?.trim() ?? '';
    return price === '' ? [] : [{ sku, price }];
  });
  const bytesPerPoint = parseAmount(form.bytesPerPoint);
  const { bytesPerPoint: _, ...usage } = book.own?.usage ?? {};
  return {
    rows: priced.map(({ sku, price }) => {
      const { includedPerHost, included, pointsPerMinuteIncluded } = newest.get(sku) ?? {};
      return {
        sku,
        effectiveFrom: form.effectiveFrom,
        currency: form.currency.trim().toUpperCase(),
        source: form.source,
        tiers: [{ above: 0, price }],
        ...(included === undefined ? {} : { included }),
        ...(includedPerHost === undefined ? {} : { includedPerHost }),
        ...(pointsPerMinuteIncluded === undefined ? {} : { pointsPerMinuteIncluded }),
      };
    }),
    backToList: [...newest.values()]
      .filter((row) => isPlain(row) && !priced.some(({ sku }) => sku === row.sku))
      .map(({ sku }) => sku),
    usage: { ...usage, ...(bytesPerPoint.accepted ? { bytesPerPoint: bytesPerPoint.value } : {}) },
  };
};
