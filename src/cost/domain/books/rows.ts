import type { Charge, Confidence, Meter, PriceBook, PriceRow } from '../price-book.ts';
import { PriceBookId } from '../price-book.ts';
import type { Quantity } from '../usage.ts';

// The few words in which price books are written down.

type Stated = Pick<PriceRow, 'source' | 'effectiveFrom'> & { readonly confidence?: Confidence };

/** A price that somebody lists in dollars. */
export const listed = (price: string, { confidence = 'listed', ...stated }: Stated, above = 0): PriceRow => ({
  above,
  price,
  currency: 'USD',
  confidence,
  ...stated,
});

/** A price that only a contract knows. */
export const byContract = (source = 'your contract'): PriceRow => ({
  above: 0,
  price: null,
  currency: 'USD',
  effectiveFrom: null,
  source,
  confidence: 'none',
});

type ChargeDetails = Pick<Charge, 'sku' | 'title' | 'unit' | 'rows'> &
  Partial<Pick<Charge, 'per' | 'included' | 'includedPerHost' | 'wholeUnits' | 'optional'>>;

/** A charge for a quantity of the month, or for another meter. */
export const charge = (counted: Quantity | Meter, details: ChargeDetails): Charge => ({
  meter: typeof counted === 'string' ? { by: 'quantity', quantity: counted, each: null } : counted,
  per: 1,
  included: 0,
  includedPerHost: 0,
  wholeUnits: false,
  optional: false,
  ...details,
});

export const priceBook = ({
  id,
  notes = [],
  ...book
}: Omit<PriceBook, 'id' | 'notes' | 'kind'> & { readonly id: string; readonly notes?: string[] }): PriceBook => ({
  id: PriceBookId.parse(id),
  kind: 'vendor',
  notes,
  ...book,
});

/** Decimal gigabytes; `GIB` where a vendor divides by 2^30. */
export const GB = 1_000_000_000;
export const GIB = 1_073_741_824;
