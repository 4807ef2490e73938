const SECONDS_BY_UNIT: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

/** Seconds of `90s`, `1h30m`, `-5m` or a plain number; null where the text is none of these. */
export const secondsOf = (text: string): number | null => {
  const body = text.trim().replace(/^[+-]/, '');
  const sign = text.trim().startsWith('-') ? -1 : 1;
  if (/^\d+(\.\d+)?$/.test(body)) return sign * Number(body);
  const parts = [...body.matchAll(/(\d+)(ms|[smhdwy])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== body) return null;
  return sign * parts.reduce((sum, [, count, unit]) => sum + Number(count) * (SECONDS_BY_UNIT[unit ?? ''] ?? 0), 0);
};
