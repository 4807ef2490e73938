/** JSON pointer (RFC 6901) of keys and indexes from the root; empty for the root itself. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
