import { expect, test } from 'vitest';
import { makeScreen, renderLine, type ScreenLine } from '../../../local/screen.ts';

test('a line that works shows what is done, how long, and an honest guess', () => {
  expect(
    renderLine({ label: 'collector', state: 'working', detail: 'compiling', elapsedSeconds: 72, expectedSeconds: 180 }),
  ).toBe('  ◐ collector     1 min of about 3 min   compiling');
});

test('a guess that was too short is not shown any more', () => {
  expect(
    renderLine({ label: 'collector', state: 'working', detail: '', elapsedSeconds: 200, expectedSeconds: 180 }),
  ).toBe('  ◐ collector     3 min');
});

test('a line that is ready says where it listens', () => {
  expect(renderLine({ label: 'dashboard', state: 'ready', detail: 'http://127.0.0.1:8080' })).toBe(
    '  ✔ dashboard                            http://127.0.0.1:8080',
  );
});

test('a failure shows its first line; it is told whole where all ends', () => {
  const failed: ScreenLine = { label: 'collector', state: 'failed', detail: 'compiling failed:\nno space left' };
  expect(renderLine(failed)).toBe('  ✘ collector                            compiling failed:');
});

const logOf = (lines: readonly ScreenLine[]): string => {
  const written: unknown[] = [];
  const screen = makeScreen({ write: (text: unknown) => written.push(text) > 0 }, false);
  for (const line of lines) screen.set('collector', line);
  screen.close();
  return written.join('');
};

test('a plain log says each change of state, and twice a minute what is still worked on', () => {
  const working = (elapsedSeconds: number): ScreenLine => ({
    label: 'collector',
    state: 'working',
    detail: 'compiling',
    elapsedSeconds,
  });
  const log = logOf([
    working(0),
    working(10),
    working(29),
    working(30),
    working(45),
    working(61),
    { ...working(70), state: 'ready' },
  ]);
  expect(
    log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(2, 3)),
  ).toEqual(['◐', '◐', '◐', '✔']);
});

test('nothing changes what a closed screen has shown', () => {
  const written: unknown[] = [];
  const screen = makeScreen({ write: (text: unknown) => written.push(text) > 0 }, false);
  screen.set('nodes', { label: 'nodes', state: 'ready', detail: '1' });
  screen.close();
  screen.set('nodes', { label: 'nodes', state: 'failed', detail: 'ended with all others' });
  screen.note('later');
  expect(written).toEqual([expect.stringContaining('✔ nodes')]);
});
