import * as z from 'zod';

/** A quantity with what is known of it: between `low` and `high`, most likely `estimate`. */
export const Interval = z
  .strictObject({ low: z.number(), estimate: z.number(), high: z.number() })
  .refine(({ low, estimate, high }) => low <= estimate && estimate <= high, 'low, estimate and high must rise');
export type Interval = z.infer<typeof Interval>;

export const ENDS = ['low', 'estimate', 'high'] as const;
export type End = (typeof ENDS)[number];

export const exactly = (value: number): Interval => ({ low: value, estimate: value, high: value });

/** Endpoint to endpoint: right for whatever never falls when what it is made of rises. */
export const byEnd = (at: (end: End) => number): Interval => ({
  low: at('low'),
  estimate: at('estimate'),
  high: at('high'),
});

export const otherEnd = (end: End): End => (end === 'low' ? 'high' : end === 'high' ? 'low' : 'estimate');

/** What is left when the second is taken away: the least when little meets much. Nothing is assumed about how they move together. */
export const minus = (a: Interval, b: Interval): Interval => byEnd((end) => a[end] - b[otherEnd(end)]);

/** An end, or how far from the low end to the high one, 0 to 1. */
export type Place = End | number;

/** A plain number is the same everywhere. */
export const within = (amount: number | Interval, place: Place): number => {
  if (typeof amount === 'number') return amount;
  return typeof place === 'number' ? amount.low + place * (amount.high - amount.low) : amount[place];
};
