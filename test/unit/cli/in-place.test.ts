import { describe, expect, test } from 'vitest';
import { drawInPlace, fitToWidth } from '../../../cli/render/in-place.ts';

/** What a person sees: a terminal that knows the few sequences that are used. */
const terminal = (columns = 40, rows = 10) => {
  let lines: string[] = [''];
  let row = 0;
  return {
    columns,
    rows,
    write: (text: string | Uint8Array): boolean => {
      for (const part of String(text).split('\u001b')) {
        const [, sequence = '', plain = ''] = /^(?:\[(\??\d+[A-Za-z]))?([\s\S]*)$/.exec(part) ?? [];
        if (sequence.endsWith('A')) row -= Number.parseInt(sequence, 10);
        if (sequence === '0J') lines = [...lines.slice(0, row), ''];
        for (const char of plain.replaceAll('\r', '')) {
          if (char !== '\n') lines[row] += char;
          else if (++row === lines.length) lines.push('');
        }
      }
      return true;
    },
    seen: () => lines.join('\n'),
  };
};

describe('a picture in place', () => {
  test('replaces the one before, also when rows come in the middle or go away', () => {
    const screen = terminal();
    const picture = drawInPlace(screen);
    picture.draw('stacks\n\nsign in with:\n  admin');
    picture.draw('stacks\npeople\n\nsign in with:\n  admin');
    expect(screen.seen()).toBe('stacks\npeople\n\nsign in with:\n  admin\n');
    picture.draw('stacks\npeople\n\nrunning');
    expect(screen.seen()).toBe('stacks\npeople\n\nrunning\n');
  });

  test('stays when it is done: what comes later stands below', () => {
    const screen = terminal();
    const picture = drawInPlace(screen);
    picture.draw('first');
    picture.done();
    screen.write('said between\n');
    picture.draw('second');
    expect(screen.seen()).toBe('first\nsaid between\nsecond\n');
  });

  test('has as many rows as the terminal, less the one of the cursor', () => {
    const screen = terminal(40, 4);
    const picture = drawInPlace(screen);
    picture.draw('1\n2\n3');
    picture.draw('1\n2\n3\n4');
    expect(screen.seen()).toBe('2\n3\n4\n');
  });

  test('is written once, and not again when nothing has changed', () => {
    const written: unknown[] = [];
    const picture = drawInPlace({ write: (text: unknown) => written.push(text) > 0 });
    picture.draw('same');
    picture.draw('same');
    expect(written.length).toBe(1);
  });
});

describe('a text for a narrow terminal', () => {
  test('goes on below its own indent, words whole', () => {
    expect(fitToWidth('  Exported points 90 % less and nothing worse', 24)).toBe(
      '  Exported points 90 %\n  less and nothing worse',
    );
    expect(fitToWidth('exactly as wide', 15)).toBe('exactly as wide');
    expect(fitToWidth('exactly as wide', 14)).toBe('exactly as\nwide');
  });

  test('cuts rows of a table: a wrapped one cannot be read', () => {
    expect(fitToWidth('  points      −90 %   ✔ better', 20)).toBe('  points      −90 %…');
  });
});
