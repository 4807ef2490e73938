import { microsOf } from '../../kernel/money.ts';
import { type Place, within } from './interval.ts';
import type { Charge, Meter, PriceRow } from './price-book.ts';
import { axesOf, type Consumption, type UsageAxis } from './usage.ts';

/** What a charge counts in a month, in the meter's own units; null when an axis of it is not known. */
export const quantityOf = ({ meter }: Charge, month: Consumption, place: Place): number | null => {
  switch (meter.by) {
    case 'month':
      return 1;
    case 'quantity': {
      const quantity = month[meter.quantity];
      return quantity === undefined ? null : quantity * (meter.each === null ? 1 : within(meter.each, place));
    }
    case 'series_or_points': {
      const { series, points_per_minute: points } = month;
      return series === undefined || points === undefined
        ? null
        : Math.max(series, points / meter.pointsPerMinuteIncluded);
    }
  }
};

/** Axes of usage without which a charge cannot be computed. */
export const axesNeeded = ({ meter, includedPerHost }: Charge): readonly UsageAxis[] => [
  ...new Set([...meterAxes(meter), ...(includedPerHost > 0 ? (['hosts'] as const) : [])]),
];

const meterAxes = (meter: Meter): readonly UsageAxis[] => {
  switch (meter.by) {
    case 'month':
      return [];
    case 'quantity':
      return axesOf(meter.quantity);
    case 'series_or_points':
      return ['series', 'pointsPerMinute'];
  }
};

/** Free of charge, in the meter's own units. */
export const includedIn = (charge: Charge, hosts: number): number => charge.included + charge.includedPerHost * hosts;

/**
 * What a charge costs in millionths: each slice at its own price, never a credit. Rises with the quantity and falls with
 * the hosts that bring something with them. Null: a slice of it has a price that only a contract knows.
 */
export const costOf = (charge: Charge, quantity: number, hosts: number): bigint | null => {
  const billed = billable(charge, quantity, hosts);
  const slices = charge.rows.map((row, index) => ({ row, amount: sliceOf(charge.rows, index, billed) }));
  const used = slices.filter(({ amount }) => amount > 0n);
  if (used.some(({ row }) => row.price === null)) return null;
  const total = used.reduce((sum, { row, amount }) => sum + amount * BigInt(microsOf(row.price ?? '0')), 0n);
  const per = BigInt(charge.per);
  // half a millionth goes up: rounding once keeps the whole charge rising
  return (2n * total + per) / (2n * per);
};

/** Whole base units beyond what is included. */
const billable = (charge: Charge, quantity: number, hosts: number): bigint => {
  const counted = BigInt(Math.round(quantity));
  const per = BigInt(charge.per);
  const whole = charge.wholeUnits ? (counted / per) * per : counted;
  const beyond = whole - BigInt(Math.round(includedIn(charge, hosts)));
  return beyond > 0n ? beyond : 0n;
};

const sliceOf = (rows: readonly PriceRow[], index: number, billed: bigint): bigint => {
  const from = BigInt(rows[index]?.above ?? 0);
  const next = rows[index + 1];
  const to = next === undefined || billed < BigInt(next.above) ? billed : BigInt(next.above);
  return to > from ? to - from : 0n;
};

/** Where the price per unit changes, in the meter's own units: the end of what is included, then each slice. */
export const edgesOf = (charge: Charge, hosts: number): readonly number[] => {
  const included = includedIn(charge, hosts);
  const edges = charge.rows.map(({ above }) => included + above);
  return included > 0 ? edges : edges.slice(1);
};

/** The slice that the next unit would fall into; null below what is included. */
export const rowAt = (charge: Charge, quantity: number, hosts: number): PriceRow | null => {
  const beyond = quantity - includedIn(charge, hosts);
  return beyond < 0 ? null : (charge.rows.findLast(({ above }) => beyond >= above) ?? null);
};

/** Slices that were paid for. */
export const rowsUsed = (charge: Charge, quantity: number, hosts: number): readonly PriceRow[] => {
  const billed = billable(charge, quantity, hosts);
  return charge.rows.filter((_, index) => sliceOf(charge.rows, index, billed) > 0n);
};
