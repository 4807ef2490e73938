/** Where an item lives. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** Joins parts of a key by `#`. A part with `#` in it could forge a neighbour's key, so it is refused: that is our own bug. */
export const keyOf = (...parts: readonly string[]): string => {
  const forged = parts.find((part) => part === '' || part.includes('#'));
  if (forged !== undefined) throw new Error(`"${forged}" cannot be part of a key: empty, or with a # in it`);
  return parts.join('#');
};

/** Numbers in keys sort as text, so they have a fixed width. */
export const padded = (value: number, width: number): string => {
  const text = String(value);
  if (!Number.isSafeInteger(value) || value < 0 || text.length > width) {
    throw new Error(`${value} does not fit into ${width} digits of a key`);
  }
  return text.padStart(width, '0');
};

/** What parts of a tenant live under, for example `T#acme#EXP#exp-0123456789ab`. */
export const tenantKey = (tenant: string, ...parts: readonly string[]): string => keyOf('T', tenant, ...parts);

/** One of `count` partitions, always the same for one id. */
export const shardOf = (id: string, count: number): number =>
  [...id].reduce((hash, char) => (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003, 7) % count;
