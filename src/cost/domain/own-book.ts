import * as z from 'zod';
import { Currency } from '../../kernel/money.ts';
import type { FieldError } from '../../kernel/outcome.ts';
import { type Charge, type Meter, type PriceBook, PriceBookId, Sku } from './price-book.ts';
import { QUANTITIES, type Quantity } from './usage.ts';

/** No list of ours begins like this, so that one that comes later takes the name of nobody's book. */
const PREFIX = 'own-';

export const OwnBookId = PriceBookId.refine(isOwnBook, `expected an id of your own, such as ${PREFIX}platform-team`);

export function isOwnBook(id: string): boolean {
  return id.startsWith(PREFIX);
}

const text = (most: number) => z.string().trim().min(3).max(most);

const OwnCharge = z.strictObject({
  sku: Sku,
  title: text(120),
  /** what is counted: `month` once a month whatever is sent, else one quantity of it */
  counts: z.enum(['month', ...(Object.keys(QUANTITIES) as [Quantity, ...Quantity[]])]),
  /** what a price is for, in words: `10 million samples` */
  unit: text(60),
  /** the same as a number of what is counted */
  per: z.int().min(1).max(1e15).default(1),
  /** free of charge, in what is counted */
  included: z.int().min(0).max(1e15).default(0),
  includedPerHost: z.int().min(0).max(1e15).default(0),
  wholeUnits: z.boolean().default(false),
  /** left out of a bill when nothing is said about its axes */
  optional: z.boolean().default(false),
});

/** How somebody bills whom no list names: another vendor, or one's own platform team. Prices are laid over it, as over a list. */
export const OwnBook = z.strictObject({
  vendor: text(80),
  title: text(120),
  /** what the bill counts, in a sentence */
  billedOn: text(300),
  notes: z.array(text(300)).max(10).default([]),
  /** of every price of it */
  currency: Currency,
  charges: z.array(OwnCharge).min(1).max(30),
  /** on no bill any more unless it is asked for */
  retired: z.boolean().default(false),
});
export type OwnBook = z.infer<typeof OwnBook>;

/** What cannot be billed like this, charge by charge. */
export const bookErrors = ({ charges }: OwnBook): readonly FieldError[] => [
  ...charges.flatMap(({ sku, counts, included, includedPerHost }, index): FieldError[] => [
    ...(charges.findIndex((each) => each.sku === sku) < index
      ? [error(`/charges/${index}/sku`, 'charge-twice', `the charge ${sku} stands twice`)]
      : []),
    ...(counts === 'month' && included + includedPerHost > 0
      ? [
          error(
            `/charges/${index}/included`,
            'month-includes-nothing',
            `${sku} is billed once a month: leave out what is included, or say what it counts`,
          ),
        ]
      : []),
  ]),
  ...(charges.every(({ optional }) => optional)
    ? [error('/charges', 'only-optional', 'a bill needs a charge that is not optional, or it is nothing without usage')]
    : []),
];

const error = (pointer: string, code: string, message: string): FieldError => ({ pointer, code, message });

/** As a price book like any other, whose prices are not known by themselves. */
export const priceBookOf = (id: PriceBookId, version: number, book: OwnBook): PriceBook => ({
  id,
  vendor: book.vendor,
  title: book.title,
  version,
  kind: book.retired ? 'retired' : 'vendor',
  billedOn: book.billedOn,
  notes: book.notes,
  charges: book.charges.map(
    ({ counts, ...charge }): Charge => ({
      ...charge,
      meter: meterOf(counts),
      rows: [
        { above: 0, price: null, currency: book.currency, effectiveFrom: null, source: NO_PRICE, confidence: 'none' },
      ],
    }),
  ),
});

const NO_PRICE = 'nobody gave a price';

const meterOf = (counts: 'month' | Quantity): Meter =>
  counts === 'month' ? { by: 'month' } : { by: 'quantity', quantity: counts, each: null };
