import * as z from 'zod';
import { Currency, DecimalPrice } from '../../kernel/money.ts';
import { Interval } from './interval.ts';
import { QUANTITIES, type Quantity } from './usage.ts';

export const PriceBookId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{2,60}$/, 'expected the id of a price book such as datadog-pro')
  .brand<'PriceBookId'>();
export type PriceBookId = z.infer<typeof PriceBookId>;

export const Sku = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'expected the name of a charge such as custom-series');

/** A day, or the month in which a list price was seen. */
const SeenAt = z.string().regex(/^\d{4}-\d{2}(-\d{2})?$/);

/** How far a price can be trusted. `assumed`: stated by nobody in writing, to be checked; `none`: only a contract knows it. */
export const Confidence = z.enum(['contract', 'listed', 'assumed', 'none']);
export type Confidence = z.infer<typeof Confidence>;

/** The price of one slice of a charge. */
export const PriceRow = z.object({
  /** the slice begins beyond so many, counted after what is included */
  above: z.int().min(0),
  /** per unit of the charge; null: only a contract knows it */
  price: DecimalPrice.nullable(),
  currency: Currency,
  /** null: not stated */
  effectiveFrom: SeenAt.nullable(),
  source: z.string(),
  confidence: Confidence,
});
export type PriceRow = z.infer<typeof PriceRow>;

/** What is counted. Most vendors count one quantity of a month; some a mixture or a multiple of it. */
export const Meter = z.discriminatedUnion('by', [
  z.object({ by: z.literal('month') }),
  z.object({
    by: z.literal('quantity'),
    quantity: z.enum(Object.keys(QUANTITIES) as [Quantity, ...Quantity[]]),
    /** how much is billed for one of it, where the vendor's own form is known within bounds only */
    each: Interval.nullable(),
  }),
  /** series, or points where a series has more of them than are included */
  z.object({ by: z.literal('series_or_points'), pointsPerMinuteIncluded: z.number().gt(0) }),
]);
export type Meter = z.infer<typeof Meter>;

/** One axis of a bill. */
export const Charge = z.object({
  sku: Sku,
  title: z.string(),
  meter: Meter,
  /** what a price is for, in words: `10 million samples` */
  unit: z.string(),
  /** the same as a number of the meter's own units */
  per: z.int().min(1),
  /** free of charge, in the meter's own units */
  included: z.int().min(0),
  includedPerHost: z.int().min(0),
  /** only whole units are billed, the rest is not */
  wholeUnits: z.boolean(),
  /** left out of a bill when nothing is said about its axes; a charge that is not optional makes the bill unknown then */
  optional: z.boolean(),
  /** slices in rising order, the first from 0 */
  rows: z.array(PriceRow).min(1),
});
export type Charge = z.infer<typeof Charge>;

/** How one vendor bills, with what is known of its prices. */
export const PriceBook = z.object({
  id: PriceBookId,
  vendor: z.string(),
  title: z.string(),
  /** raised with every change of it: a figure names it */
  version: z.int().min(1),
  /** `compute`: what nodes cost, to be subtracted from a saving; `retired`: on a bill only where it is asked for */
  kind: z.enum(['vendor', 'compute', 'retired']),
  /** what the bill counts, in a sentence */
  billedOn: z.string(),
  notes: z.array(z.string()),
  charges: z.array(Charge).min(1),
});
export type PriceBook = z.infer<typeof PriceBook>;
