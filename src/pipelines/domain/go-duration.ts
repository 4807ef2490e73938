const NANOSECONDS_BY_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

const WHOLE = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** Seconds of a duration as the collector reads it, `1h30m`, `1.5s`, `200ms`, `0`; undefined for anything else. */
export const goDurationSeconds = (text: string): number | undefined => {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  const nanoseconds = [...text.matchAll(PART)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (NANOSECONDS_BY_UNIT[unit] ?? 0),
    0,
  );
  if (nanoseconds >= 2 ** 63) return undefined;
  return (text.startsWith('-') ? -nanoseconds : nanoseconds) / 1e9;
};
