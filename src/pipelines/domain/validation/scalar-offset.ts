/**
 * Where a character of a scalar's value is written. The value differs from what is written by indentation, folded lines,
 * quotes and escapes, so both are walked side by side.
 */
export const offsetInScalar = (
  text: string,
  [start, end]: readonly [number, number, ...unknown[]],
  value: string,
  at: number,
): number => {
  const isDoubleQuoted = text[start] === '"';
  const isSingleQuoted = text[start] === "'";
  const isBlock = text[start] === '|' || text[start] === '>';
  let from = isBlock ? afterLine(text, start) : isDoubleQuoted || isSingleQuoted ? start + 1 : start;
  let read = 0;
  while (from < end) {
    const written = text[from] ?? '';
    const wanted = value[read] ?? '';
    const length = isDoubleQuoted && written === '\\' ? escapeLength(text, from) : 0;
    if (length > 0 && !isContinuation(text, from)) {
      if (read >= at) return from;
      // what is beyond the basic plane is two characters of the value
      read += /^\\U000[1-9a-fA-F]|^\\U0010/.test(text.slice(from, from + 10)) ? 2 : 1;
      from += length;
    } else if (length > 0) from = skipBlank(text, from + 1);
    else if (written === wanted) {
      if (read >= at) return from;
      read += 1;
      from += isSingleQuoted && written === "'" ? 2 : 1;
    } else if (isBlank(wanted) && isBlank(written)) {
      // folded lines: so many blanks of the text are fewer of the value
      if (read >= at) return from;
      const next = skipBlank(text, from);
      while (read < at && isBlank(value[read] ?? '')) read += 1;
      if (read >= at && isBlank(value[read] ?? '')) return from;
      while (isBlank(value[read] ?? '')) read += 1;
      from = next;
    } else from += 1;
  }
  return Math.min(from, Math.max(start, end - 1));
};

const isBlank = (character: string): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r';

const skipBlank = (text: string, from: number): number => {
  let at = from;
  while (isBlank(text[at] ?? '')) at += 1;
  return at;
};

const afterLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
};

/** A backslash at the end of a line joins it with the next. */
const isContinuation = (text: string, from: number): boolean => /[\r\n]/.test(text[from + 1] ?? '');

const escapeLength = (text: string, from: number): number => {
  switch (text[from + 1]) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
};
