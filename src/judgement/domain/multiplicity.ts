/**
 * Adjusted p values. Null (not computed) stays null and does not count as a tested hypothesis; equal values get equal
 * adjusted values.
 */
type PValues = readonly (number | null)[];

/** Holm 1979, for "at least one of two primaries": `max over j <= i of min(1, (K - j + 1) p_(j))`. */
export const holm = (pValues: PValues): readonly (number | null)[] => {
  const ascending = tested(pValues).sort((a, b) => a.p - b.p);
  let running = 0;
  const adjusted = new Map<number, number>();
  for (const [rank, { p, index }] of ascending.entries()) {
    running = Math.max(running, Math.min(1, (ascending.length - rank) * p));
    adjusted.set(index, running);
  }
  return pValues.map((_, index) => adjusted.get(index) ?? null);
};

/** Benjamini & Hochberg 1995, for tables that only explore: `min over j >= i of min(1, K p_(j) / j)`. */
export const benjaminiHochberg = (pValues: PValues): readonly (number | null)[] => {
  const descending = tested(pValues).sort((a, b) => b.p - a.p);
  const count = descending.length;
  let running = 1;
  const adjusted = new Map<number, number>();
  for (const [rank, { p, index }] of descending.entries()) {
    running = Math.min(running, (count * p) / (count - rank));
    adjusted.set(index, running);
  }
  return pValues.map((_, index) => adjusted.get(index) ?? null);
};

const tested = (pValues: PValues): { p: number; index: number }[] =>
  pValues.flatMap((p, index) => (p === null || Number.isNaN(p) ? [] : [{ p, index }]));
