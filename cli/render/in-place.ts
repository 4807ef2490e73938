import type { WriteStream } from 'node:tty';

/** A picture on a terminal that each next one replaces. */
export interface InPlace {
  draw(text: string): void;
  /** what is shown stays; what comes later is written below */
  done(): void;
}

// the terminal shows what stands between at once, where it knows the two marks: nothing flickers
const TOGETHER = ['\u001b[?2026h', '\u001b[?2026l'] as const;
const ERASE_BELOW = '\r\u001b[0J';
const up = (rows: number): string => (rows === 0 ? '' : `\u001b[${rows}A`);

export const drawInPlace = (stream: Pick<WriteStream, 'write'> & Partial<WriteStream>): InPlace => {
  let shown: readonly string[] = [];
  return {
    draw: (text) => {
      const fitting = fitToWidth(text, stream.columns ?? 80).split('\n');
      // rows that have left the screen cannot be replaced: the newest are kept, and one for the cursor
      const rows = fitting.slice(-Math.max(1, (stream.rows ?? 24) - 1));
      if (rows.join('\n') === shown.join('\n')) return;
      stream.write(`${TOGETHER[0]}${up(shown.length)}${ERASE_BELOW}${rows.join('\n')}\n${TOGETHER[1]}`);
      shown = rows;
    },
    done: () => {
      shown = [];
    },
  };
};

/** No line is wider: prose goes on below its own indent, rows of a table are cut. */
export const fitToWidth = (text: string, columns: number): string =>
  text
    .split('\n')
    .flatMap((line) => (line.length <= columns ? [line] : isRow(line) ? [cut(line, columns)] : wrap(line, columns)))
    .join('\n');

const isRow = (line: string): boolean => / {3}/.test(line.trimStart());
const cut = (line: string, columns: number): string => `${line.slice(0, columns - 1)}…`;

const wrap = (line: string, columns: number): readonly string[] => {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const rows: string[] = [];
  for (const word of line.trimStart().split(' ')) {
    const longer = `${rows.at(-1)} ${word}`;
    if (rows.length > 0 && longer.length <= columns) rows[rows.length - 1] = longer;
    else rows.push(`${indent}${word}`);
  }
  return rows;
};
