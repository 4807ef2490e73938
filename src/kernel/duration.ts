import { accept, type Outcome, type Refusal, refuse } from './outcome.ts';

const SECONDS_BY_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const PART = /(\d+)(s|m|h|d)/gy;

/** Reads what people write, `90s`, `30m`, `1h30m`, `7d`, as whole seconds; refuses everything else. */
export const parseDuration = (text: string): Outcome<number, Refusal<'duration-unreadable'>> => {
  const parts = [...text.trim().matchAll(PART)];
  const readLength = parts.reduce((length, part) => length + part[0].length, 0);
  if (parts.length === 0 || readLength !== text.trim().length) {
    return refuse('duration-unreadable', `"${text}" is not a duration; write for example 90s, 30m, 1h30m or 7d`, {
      text,
    });
  }
  return accept(
    parts.reduce(
      (seconds, [, count, unit]) => seconds + Number(count) * SECONDS_BY_UNIT[unit as keyof typeof SECONDS_BY_UNIT],
      0,
    ),
  );
};

/** Writes seconds the way people read them: `45 s`, `12 min`, `1 h 30 min`, `2 d 4 h`. */
export const describeDuration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
};
