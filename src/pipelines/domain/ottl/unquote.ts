const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

const ESCAPE = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S]?)/g;

/** The text between double quotes, as Go reads it; undefined where a backslash begins nothing that Go knows. */
export const unquote = (quoted: string): string | undefined => {
  let isBroken = false;
  const text = quoted.slice(1, -1).replace(ESCAPE, (written) => {
    const character = readEscape(written.slice(1));
    isBroken ||= character === undefined;
    return character ?? '';
  });
  return isBroken ? undefined : text;
};

const readEscape = (inside: string): string | undefined => {
  const simple = inside.length === 1 && Object.hasOwn(ESCAPES, inside) ? ESCAPES[inside] : undefined;
  if (simple !== undefined) return simple;
  if (/^[0-7]{3}$/.test(inside)) return fromCodePoint(Number.parseInt(inside, 8), 0xff);
  if (/^[xuU][0-9a-fA-F]{2,8}$/.test(inside)) return fromCodePoint(Number.parseInt(inside.slice(1), 16), 0x10ffff);
  return undefined;
};

const fromCodePoint = (point: number, highest: number): string | undefined => {
  const isSurrogate = point >= 0xd800 && point <= 0xdfff;
  return point > highest || isSurrogate ? undefined : String.fromCodePoint(point);
};
