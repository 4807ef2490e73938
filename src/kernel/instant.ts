import * as z from 'zod';

/** A moment in UTC with milliseconds, `2026-11-21T09:40:00.000Z`: sorts as text, is the same in code and on the wire. */
export const Instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, 'expected an instant such as 2026-11-21T09:40:00.000Z')
  .brand<'Instant'>();
export type Instant = z.infer<typeof Instant>;

export const fromEpochMs = (ms: number): Instant => new Date(ms).toISOString() as Instant;
export const epochMsOf = (instant: Instant): number => Date.parse(instant);
export const secondsAfter = (instant: Instant, seconds: number): Instant =>
  fromEpochMs(epochMsOf(instant) + seconds * 1000);
export const minutesAfter = (instant: Instant, minutes: number): Instant => secondsAfter(instant, minutes * 60);
export const secondsBetween = (from: Instant, to: Instant): number => (epochMsOf(to) - epochMsOf(from)) / 1000;
export const isAfter = (a: Instant, b: Instant): boolean => a > b;
