import { describeDuration } from '../../../src/kernel/duration.ts';

/** `in 12 min`, `3 min ago`, `now`. */
export const formatRelative = (instant: string, nowMs: number): string => {
  const seconds = (Date.parse(instant) - nowMs) / 1000;
  if (Math.abs(seconds) < 5) return 'now';
  const length = describeDuration(Math.abs(seconds));
  return seconds > 0 ? `in ${length}` : `${length} ago`;
};

const absolute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
});
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Date and time to the second in the viewer's zone, which it names. */
export const formatAbsolute = (instant: string): string => absolute.format(Date.parse(instant));

/** Time of day in the viewer's zone. */
export const formatClock = (instant: string | number): string =>
  clockTime.format(typeof instant === 'number' ? instant : Date.parse(instant));
